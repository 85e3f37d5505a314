//! Law 8: no secret leaves. Every command runs at the highest verbosity, in good and in bad times; then everything that
//! it printed and every file that it left behind is searched for the token.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "common/process.rs"]
mod process;

use std::io::Write as _;
use std::path::Path;
use std::process::Output;

use process::{Sandbox, hermetic};

const TOKEN: &str = "zdT0ken-that-must-never-be-seen_7391";
const ACCOUNT: &str = "699d98642c564d2e855e9661899b7252";

/// Runs a command against the server with everything logged, and says what it printed.
fn loud(folder: &Path, base_url: &str, arguments: &[&str], log: &[&str]) -> Output {
    hermetic(folder)
        .args(arguments)
        .args(log)
        .env("CLOUDFLARE_BASE_URL", base_url)
        .env("CLOUDFLARE_API_TOKEN", TOKEN)
        .env("RUST_LOG", "trace")
        .output()
        .unwrap()
}

fn assert_clean(what: &str, bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    // The value itself, and what is left of it when somebody cuts it to be careful.
    for secret in [TOKEN, &TOKEN[..12], &TOKEN[TOKEN.len() - 12..]] {
        assert!(!text.contains(secret), "{what} holds the token: {text}");
    }
}

fn assert_no_file_holds_it(folder: &Path) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            assert_no_file_holds_it(&path);
        } else if path.file_name().is_some_and(|name| name != "token") {
            assert_clean(&path.display().to_string(), &std::fs::read(&path).unwrap());
        }
    }
}

const MANIFEST: &str = "\
account_id: 699d98642c564d2e855e9661899b7252
organization:
  session_duration: 24h
doh:
  doh_jwt_duration: 48h
";

const COMMANDS: [&[&str]; 12] = [
    &["plan"],
    &["plan", "--format", "json"],
    &["plan", "--format", "github", "--report", "markdown=plan.md", "--report", "html=plan.html"],
    &["drift"],
    &["init", "written.yaml", "--force", "--account-id", ACCOUNT],
    &["export", "--account-id", ACCOUNT],
    &["export", "--account-id", ACCOUNT, "--format", "json"],
    &["doctor"],
    &["apply", "--auto-approve"],
    &["apply", "--auto-approve", "--format", "json"],
    &["revoke-user", "--email", "sam@widget.example", "--auto-approve", "--account-id", ACCOUNT],
    &["drift", "--adopt", "--format", "markdown", "--report", "gitlab=widget.json"],
];

#[test]
fn the_token_is_in_no_output_and_in_no_file() {
    let troubles: [&[&str]; 6] = [&[], &["*:401"], &["*:403"], &["*:html"], &["*:truncated"], &["*:429+0", "*:500"]];
    let mut outputs = 0;
    for faults in troubles {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("org.yaml"), MANIFEST).unwrap();
        for command in COMMANDS {
            for log in [["--log-format", "text", "-vvv"], ["--log-format", "json", "-vvv"]] {
                let sandbox = Sandbox::start(folder.path(), faults);
                let output = loud(folder.path(), &sandbox.base_url, command, &log);
                let what = format!("{command:?} with {faults:?}");
                assert!(!output.stderr.is_empty(), "{what} logs");
                assert_clean(&format!("standard output of {what}"), &output.stdout);
                assert_clean(&format!("standard error of {what}"), &output.stderr);
                outputs += 2;
            }
        }
        assert_no_file_holds_it(folder.path());
    }
    writeln!(std::io::stderr(), "{outputs} outputs and every file left behind searched for the token").unwrap();
}

#[test]
fn a_token_that_cannot_be_used_is_not_shown_either() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("org.yaml"), MANIFEST).unwrap();
    for spoilt in
        [format!("Bearer {TOKEN}"), format!("{TOKEN} {TOKEN}"), format!("\"{TOKEN}\""), format!("{TOKEN}\u{e9}")]
    {
        let output =
            hermetic(folder.path()).args(["plan", "-vvv"]).env("CLOUDFLARE_API_TOKEN", &spoilt).output().unwrap();
        assert_eq!(output.status.code(), Some(6));
        assert_clean("standard error", &output.stderr);
        assert_clean("standard output", &output.stdout);
    }
}

#[test]
fn a_token_cannot_be_given_on_the_command_line() {
    let folder = tempfile::tempdir().unwrap();
    for flag in ["--token", "--api-token", "--api-key"] {
        let output = hermetic(folder.path()).args(["plan", flag, "x"]).output().unwrap();
        assert_eq!(output.status.code(), Some(64), "{flag}");
    }
}

/// Another origin never sees it: plain http elsewhere is refused before anything is sent.
#[test]
fn the_token_is_not_sent_over_plain_http() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("org.yaml"), MANIFEST).unwrap();
    let output = loud(folder.path(), "http://api.cloudflare.test/client/v4", &["plan"], &[]);
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("https"), "{said}");
    assert_clean("standard error", &output.stderr);
}

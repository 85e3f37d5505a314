//! Law 8: no output contains a secret. Every command runs at the highest verbosity, with and without faults. Then its output
//! and all files that it wrote are searched for the token.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output};

use crate::common::echo::{self, PLACES, Place};
use crate::common::process::{SandboxServer, hermetic};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

const TOKEN: &str = "zdT0ken-that-must-never-be-seen_7391";
const ACCOUNT: &str = "699d98642c564d2e855e9661899b7252";

/// Runs a command against the server at the highest verbosity, and returns its output.
fn run_verbose(folder: &Path, base_url: &str, arguments: &[&str], log: &[&str]) -> Output {
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
    // The value itself and its first and last part, in any case: a host name is returned in lower case.
    let lower = text.to_lowercase();
    for secret in [TOKEN, &TOKEN[..12], &TOKEN[TOKEN.len() - 12..]] {
        assert!(!lower.contains(&secret.to_lowercase()), "{what} holds the token: {text}");
    }
    for (how, spelt) in spellings().into_iter().skip(1) {
        // Only the middle: the first and last characters of an encoding can depend on the text around it.
        let middle = &spelt[spelt.len() / 2 - 6..spelt.len() / 2 + 6];
        assert!(!text.contains(middle), "{what} holds the token ({how}): {text}");
    }
}

/// The encodings in which a server or proxy may repeat the token.
fn spellings() -> Vec<(&'static str, String)> {
    let each = |spell: &dyn Fn(u8) -> String| TOKEN.bytes().map(spell).collect::<String>();
    vec![
        ("plain", TOKEN.to_owned()),
        ("percent", each(&|byte| format!("%{byte:02X}"))),
        ("html", each(&|byte| format!("&#{byte};"))),
        ("json", each(&|byte| format!("\\u{byte:04x}"))),
        ("base64", STANDARD.encode(TOKEN)),
        ("base64 of a login", STANDARD.encode(format!("user:{TOKEN}"))),
        ("base64 of a header", URL_SAFE_NO_PAD.encode(format!("Bearer {TOKEN}"))),
    ]
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
                let sandbox = SandboxServer::start(folder.path(), faults);
                let output = run_verbose(folder.path(), &sandbox.base_url, command, &log);
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

/// The commands that run against a server that repeats the token, with reports in every format.
const ECHOED: [&[&str]; 9] = [
    &["plan", "--report", "markdown=plan.md", "--report", "html=plan.html", "--report", "text=plan.txt"],
    &["plan", "--format", "json", "--out", "plan.json", "--report", "github=log.txt", "--report", "gitlab=widget.json"],
    &["drift", "--format", "github", "--adopt"],
    &["apply", "--auto-approve", "--allow", "organization.auth_domain", "--backup-dir", "kept"],
    &["apply", "--auto-approve", "--format", "json", "--backup-dir", "kept"],
    &["init", "written.yaml", "--force", "--account-id", ACCOUNT],
    &["export", "--account-id", ACCOUNT, "--format", "json"],
    &["doctor", "--format", "json"],
    &["revoke-user", "--email", "sam@widget.example", "--auto-approve", "--account-id", ACCOUNT],
];

/// Creates the folder of a job on GitHub, with the manifest.
fn job() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("org.yaml"), MANIFEST).unwrap();
    folder
}

fn in_job(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = hermetic(folder);
    command.args(arguments).args(["--deadline", "1s", "-vvv"]);
    command.env("RUST_LOG", "trace").env("CLOUDFLARE_API_TOKEN", TOKEN);
    command.env("GITHUB_STEP_SUMMARY", "summary.md").env("GITHUB_OUTPUT", "output.txt");
    command
}

fn assert_run_is_clean(what: &str, command: &mut Command) {
    let output = command.output().unwrap();
    assert!(output.status.code().is_some_and(|code| code != 101), "{what}: {output:?}");
    assert_clean(&format!("standard output of {what}"), &output.stdout);
    assert_clean(&format!("standard error of {what}"), &output.stderr);
}

#[test]
fn a_token_repeated_by_the_server_is_not_shown() {
    let mut runs = 0;
    for place in PLACES {
        for (number, (how, text)) in spellings().into_iter().enumerate() {
            let base_url = format!("http://{}/client/v4", echo::serve(place, text));
            let folder = job();
            // Every command runs with the plain token, and every third one with each other encoding.
            for (_, arguments) in ECHOED.iter().enumerate().filter(|(at, _)| number == 0 || at % 3 == number % 3) {
                let what = format!("{arguments:?} with {place:?}, {how}");
                assert_run_is_clean(&what, in_job(folder.path(), arguments).env("CLOUDFLARE_BASE_URL", &base_url));
                runs += 1;
            }
            assert_no_file_holds_it(folder.path());
        }
    }
    writeln!(std::io::stderr(), "{runs} runs against a server that repeats the token").unwrap();
}

#[test]
fn credentials_repeated_by_a_proxy_are_not_shown() {
    for place in PLACES {
        for (how, text) in spellings() {
            let address = echo::serve(place, text);
            let folder = job();
            // Alternately with and without a login in the URL of the proxy.
            let user = if how.len() % 2 == 0 { "" } else { "user:other-password@" };
            let proxy = format!("http://{user}{address}");
            let arguments = &["plan", "--report", "markdown=plan.md", "--format", "json"];
            assert_run_is_clean(
                &format!("{place:?}, {how}"),
                in_job(folder.path(), arguments).env("HTTPS_PROXY", proxy),
            );
            assert_no_file_holds_it(folder.path());
        }
    }
}

/// The password of a proxy is a credential, both as in the URL and as in the header.
#[test]
fn the_password_of_a_proxy_is_in_no_output() {
    let login = STANDARD.encode(format!("user:{TOKEN}"));
    for text in [TOKEN.to_owned(), format!("Basic {login}"), format!("user:{TOKEN}")] {
        for (place, variable) in PLACES.into_iter().zip(["HTTPS_PROXY", "https_proxy", "ALL_PROXY"].into_iter().cycle())
        {
            let address = echo::serve(place, text.clone());
            let folder = job();
            for arguments in [&["plan", "--report", "html=plan.html"][..], &["doctor"]] {
                let mut command = in_job(folder.path(), arguments);
                command.env("CLOUDFLARE_API_TOKEN", "another-token-0123456789abcdefghijklmnopq");
                command.env(variable, format!("http://user:{TOKEN}@{address}"));
                assert_run_is_clean(&format!("{arguments:?} with {variable}, {place:?}"), &mut command);
            }
            assert_no_file_holds_it(folder.path());
        }
    }
}

/// A backup must restore the exact state, so a state that contains a credential is not written at all.
#[test]
fn a_live_state_with_a_credential_is_not_written() {
    let folder = job();
    let base_url = format!("http://{}/client/v4", echo::serve(Place::LiveValue, format!("call {TOKEN}")));
    for (arguments, left) in [
        (&["plan", "--out", "plan.json"][..], "plan.json"),
        (
            &[
                "apply",
                "--auto-approve",
                "--backup-dir",
                "kept",
                "--allow",
                "organization.session_duration",
                "--allow",
                "doh.doh_jwt_duration",
            ],
            "kept/audit.json",
        ),
        (&["export", "--account-id", ACCOUNT], "none"),
        (&["export", "--account-id", ACCOUNT, "--format", "json"], "none"),
        (&["init", "written.yaml", "--account-id", ACCOUNT], "written.yaml"),
    ] {
        let output = in_job(folder.path(), arguments).env("CLOUDFLARE_BASE_URL", &base_url).output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{arguments:?}: {output:?}");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(said.contains("credential of this run"), "{arguments:?}: {said}");
        assert!(!String::from_utf8_lossy(&output.stdout).contains("auth_domain:"), "{arguments:?}");
        assert!(!folder.path().join(left).exists(), "{arguments:?} left {left}");
    }
    assert_no_file_holds_it(folder.path());
}

/// A value with duplicate keys is compared by a substitute, but backed up as its original text, with any credential in it.
#[test]
fn a_credential_in_a_value_with_duplicate_keys_is_not_backed_up() {
    let folder = job();
    let run = |arguments: &[&str]| in_job(folder.path(), arguments).output().unwrap();
    assert_eq!(run(&["plan", "--sandbox=state.json"]).status.code(), Some(0));
    let state = std::fs::read_to_string(folder.path().join("state.json")).unwrap();
    let hidden = format!("\"organization\": {{\n \"beta\": {{\"a\": \"{TOKEN}\", \"a\": 1}},");
    std::fs::write(folder.path().join("state.json"), state.replacen("\"organization\": {", &hidden, 1)).unwrap();
    let output = run(&["apply", "--auto-approve", "--backup-dir", "kept", "--sandbox=state.json"]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("credential of this run"), "{said}");
    std::fs::remove_file(folder.path().join("state.json")).unwrap();
    assert_no_file_holds_it(folder.path());
}

/// A pull request can make the manifest a link to a secret.
#[cfg(target_os = "linux")]
#[test]
fn a_manifest_that_is_a_link_to_a_secret_is_not_quoted() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    const OTHER: &str = "another-secret-of-the-job";
    let elsewhere = tempfile::tempdir().unwrap();
    let secret = elsewhere.path().join("secret.yaml");
    std::fs::write(&secret, format!("organization:\n  {OTHER}: {OTHER}\n")).unwrap();
    for (to, has_token) in [("/proc/self/environ", true), (secret.to_str().unwrap(), false), ("token", true)] {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join(".git")).unwrap();
        std::fs::write(folder.path().join("token"), format!("{OTHER}: {TOKEN}\n")).unwrap();
        std::fs::set_permissions(folder.path().join("token"), std::fs::Permissions::from_mode(0o600)).unwrap();
        symlink(to, folder.path().join("org.yaml")).unwrap();
        for arguments in [
            &["validate"][..],
            &["validate", "--format", "json", "--report", "sarif=r.sarif", "--report", "text=r.txt"],
            &["validate", "--format", "github", "--report", "gitlab=r.json"],
            &["plan", "--format", "github", "--report", "html=plan.html", "--sandbox=state.json"],
            &["plan", "--format", "markdown", "--token-file", "token"],
            &["drift", "--sandbox=state.json", "--format", "json"],
            &["apply", "--auto-approve", "--token-file", "token"],
            &["doctor", "--token-file", "token"],
        ] {
            let what = format!("{arguments:?} of {to}");
            let mut command = hermetic(folder.path());
            command.args(arguments).args(["-vvv"]).env("OTHER", OTHER);
            if has_token {
                command.env("CLOUDFLARE_API_TOKEN", TOKEN);
            }
            let output = command.output().unwrap();
            assert_ne!(output.status.code(), Some(0), "{what}");
            for bytes in [&output.stdout, &output.stderr] {
                assert_clean(&what, bytes);
                assert!(!String::from_utf8_lossy(bytes).contains(OTHER), "{what}: {}", String::from_utf8_lossy(bytes));
            }
        }
        for file in ["r.sarif", "r.txt", "r.json", "plan.html"] {
            let Ok(text) = std::fs::read_to_string(folder.path().join(file)) else { continue };
            assert!(!text.contains(OTHER) && !text.contains(TOKEN), "{file} of {to}: {text}");
        }
    }
}

/// A link inside the repository is read like a regular manifest, and findings show its lines.
#[cfg(unix)]
#[test]
fn a_manifest_that_is_a_link_inside_the_repository_is_quoted() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(folder.path().join("shared")).unwrap();
    std::fs::create_dir(folder.path().join(".git")).unwrap();
    std::fs::write(folder.path().join("shared/real.yaml"), "organization:\n  nme: A\n").unwrap();
    std::os::unix::fs::symlink("shared/real.yaml", folder.path().join("org.yaml")).unwrap();
    let output = hermetic(folder.path()).args(["validate"]).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("nme: A"), "{said}");
}

#[test]
fn an_unusable_token_is_not_shown() {
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

/// A plain HTTP address that is not loopback is refused before anything is sent.
#[test]
fn the_token_is_not_sent_over_plain_http() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("org.yaml"), MANIFEST).unwrap();
    let output = run_verbose(folder.path(), "http://api.cloudflare.test/client/v4", &["plan"], &[]);
    assert_eq!(output.status.code(), Some(64));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("https"), "{said}");
    assert_clean("standard error", &output.stderr);
}

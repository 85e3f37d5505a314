//! Law 9: live values are untrusted text. Hostile values go through every command and every format. Everything that a terminal,
//! a browser or a job log would interpret is escaped.

use std::io::Write as _;
use std::path::Path;
use std::process::Output;

use crate::common::canned::{Canned, response};
use crate::common::process::hermetic;
use serde_json::{Value as Json, json};
use zerodrift::live::{Live, Slot};
use zerodrift::manifest::write::{Detail, manifest as export};
use zerodrift::report::Style;
use zerodrift::settings::Model;

/// Values that an administrator could enter in the dashboard.
fn corpus() -> Vec<String> {
    let mut values: Vec<String> = [
        "\u{1b}[2J\u{1b}[31mred\u{1b}[0m",
        "\u{1b}]8;;https://evil.example\u{7}click\u{1b}]8;;\u{7}",
        "\u{1b}]0;title\u{7}",
        "\u{9b}31m",
        "a\u{202e}txt.exe",
        "\u{2066}isolated\u{2069}",
        "zero\u{200b}width\u{feff}",
        "\u{e0041}\u{e0042}tagged",
        "line\nPlan: 0 settings would change.",
        "carriage\rIn sync: everything matches.",
        "\u{2028}separator\u{2029}",
        "::error file=org.yaml,line=1::forged",
        "%0A::set-output name=x::y",
        "# comment\n  auth_domain: evil.example",
        "'; --\"\\",
        "<script>alert(1)</script>",
        "| a | b |\n|---|---|",
        "=HYPERLINK(\"https://evil.example\")",
        "null",
        "~",
        "\u{0}nul",
        "\u{7f}\u{8}\u{8}\u{8}",
    ]
    .map(str::to_owned)
    .to_vec();
    values.push("x".repeat(100_000));
    values
}

/// An entry of the audit log with this value in every text about the sender.
fn logged(value: &str, path: &str, context: &str, request: &Json) -> Json {
    json!({
        "time": "2026-11-20T14:03:00Z", "method": "PUT", "path": path, "status": 200, "ray": value, "user_agent": value,
        "actor": {"email": value, "context": context, "token_name": value}, "request": request.to_string(),
    })
}

/// A live state with this value in place of every text, and as the key of unknown fields.
fn state(value: &str) -> Json {
    json!({
        "sandbox": 1,
        "adopt": "any",
        "organization": {
            "name": value, "auth_domain": "widget.cloudflareaccess.com", "session_duration": value,
            "login_design": {"header_text": value, "background_color": value, value: value},
            "mfa_config": {"allowed_authenticators": [value, "totp"]},
            "custom_pages": {"forbidden": value},
            value: {"nested": [value]},
        },
        "doh": {"doh_jwt_duration": value, "name": value, "id": "7c2d9a14-5e0b-4f63-8b1f-2a96d3c4e871"},
        "audit_log": [
            logged(value, "/access/organizations", "dash", &json!({"session_duration": value})),
            logged(value, "/access/organizations/doh", "api_token", &json!(null)),
        ],
    })
}

const MANIFEST: &str = "\
account_id: 699d98642c564d2e855e9661899b7252
organization:
  session_duration: 24h
  login_design:
    header_text: null
    footer_text: Bye
doh:
  service_token_id: 00000000-5e0b-4f63-8b1f-2a96d3c4e871
";

const COMMANDS: [(&[&str], bool); 18] = [
    (&["plan", "--who", "--since", "87600h"], false),
    (&["plan", "--color", "always", "--who", "--since", "87600h"], true),
    (&["plan", "--format", "json", "--who", "--since", "87600h"], false),
    (&["drift", "--who", "--since", "87600h"], false),
    (&["drift", "--format", "json"], false),
    (&["plan", "--format", "markdown", "--who", "--since", "87600h"], false),
    (
        &[
            "plan",
            "--who",
            "--since",
            "87600h",
            "--format",
            "github",
            "--allow",
            "doh.service_token_id",
            "--allow",
            "organization.session_duration",
        ],
        false,
    ),
    (
        &[
            "plan",
            "--who",
            "--since",
            "87600h",
            "--format",
            "gitlab",
            "--report",
            "html=plan.html",
            "--report",
            "text=plan.txt",
        ],
        false,
    ),
    (&["plan", "--format", "html", "--who", "--since", "87600h"], false),
    (&["drift", "--format", "markdown", "--report", "github=drift.log", "--who", "--since", "87600h"], false),
    (&["drift", "--format", "html", "--who", "--since", "87600h"], false),
    (&["drift", "--adopt"], false),
    (&["init", "written.yaml", "--force", "--full", "--account-id", crate::common::ACCOUNT], false),
    (&["export", "--account-id", crate::common::ACCOUNT], false),
    (&["export", "--account-id", crate::common::ACCOUNT, "--full"], false),
    (&["export", "--account-id", crate::common::ACCOUNT, "--format", "json"], false),
    (&["apply", "--auto-approve", "-vvv"], false),
    (
        &[
            "apply",
            "--auto-approve",
            "--allow",
            "doh.service_token_id",
            "--allow",
            "organization.session_duration",
            "--format",
            "json",
        ],
        false,
    ),
];

fn run(folder: &Path, arguments: &[&str]) -> Output {
    hermetic(folder).args(arguments).arg("--sandbox=state.json").output().unwrap()
}

/// Removes our own colours, and asserts that there is no other escape sequence.
fn without_our_colors(text: &str) -> String {
    let mut parts = text.split("\u{1b}[");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |rest, part| {
        let end = part.find(|c: char| !(c.is_ascii_digit() || c == ';')).unwrap();
        assert!(part[end..].starts_with('m'), "not a colour: {part:?}");
        rest + &part[end + 1..]
    })
}

fn assert_harmless(what: &str, text: &str) {
    let acts = |c: char| {
        (c.is_control() && c != '\n')
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
    };
    let found = text.chars().find(|c| acts(*c));
    assert!(found.is_none(), "{what} contains {found:?} unescaped");
    for line in text.lines() {
        for forged in ["Plan: 0 settings", "In sync: everything", "::error", "::set-output", "auth_domain: evil"] {
            assert!(!line.trim_start().starts_with(forged), "{what}: a value starts a line: {line:?}");
        }
    }
}

#[test]
fn live_values_are_escaped_in_every_output() {
    let mut outputs = 0;
    for value in corpus() {
        let folder = tempfile::tempdir().unwrap();
        for (command, colored) in COMMANDS {
            std::fs::write(folder.path().join("org.yaml"), MANIFEST).unwrap();
            std::fs::write(folder.path().join("state.json"), state(&value).to_string()).unwrap();
            let output = run(folder.path(), command);
            let what = format!("{command:?} with {:?}", value.chars().take(40).collect::<String>());
            assert!(output.status.code().is_some_and(|code| code != 101), "{what}: a panic");
            let mut out = String::from_utf8(output.stdout).unwrap();
            if command.contains(&"json") {
                serde_json::from_str::<Json>(&out).unwrap_or_else(|error| panic!("{what}: {error}"));
            }
            if colored {
                out = without_our_colors(&out);
            }
            assert_harmless(&format!("standard output of {what}"), &out);
            assert_harmless(&format!("standard error of {what}"), &String::from_utf8(output.stderr).unwrap());
            outputs += 2;
            for file in ["org.yaml", "written.yaml", "plan.html", "plan.txt", "drift.log"] {
                let Ok(text) = std::fs::read_to_string(folder.path().join(file)) else { continue };
                assert_harmless(&format!("{file} of {what}"), &text);
                outputs += 1;
            }
        }
    }
    writeln!(std::io::stderr(), "{outputs} outputs with hostile values checked").unwrap();
}

/// A hostile file name, argument or value of a variable. Some of its lines are workflow commands if they are printed as lines.
const NAME: &str =
    "n\u{1b}[2J\u{202e}\u{200b}\r\n::error file=x::forged\n ##[error]forged\nPlan: 0 settings would change";

/// Command lines with the hostile name, written `N`, in every argument that accepts a text.
const ARGUMENTS: [&[&str]; 45] = [
    &["N"],
    &["plan", "--N"],
    &["plan", "N", "--sandbox=state.json"],
    &["plan", "missing/N", "--sandbox=state.json", "--format", "json"],
    &["plan", "N", "--sandbox=state.json", "--format", "markdown", "--report", "text=text.txt"],
    &["plan", "missing/N", "--sandbox=state.json", "--format", "github", "--report", "html=page.html"],
    &["plan", "N", "--sandbox=state.json", "--out", "N.plan"],
    &["plan", "--sandbox=state.json", "--report", "json=missing/N"],
    &["plan", "--sandbox=state.json", "--report", "N=file"],
    &["plan", "--sandbox=state.json", "--report", "text=N"],
    &["plan", "N", "--sandbox=state.json", "--report", "json=N"],
    &["plan", "--sandbox=missing/N"],
    &["plan", "--sandbox=N"],
    &["plan", "--sandbox=state.json", "--allow", "N"],
    &["plan", "--sandbox=state.json", "--live", "N"],
    &["plan", "--live", "missing/N"],
    &["plan", "--token-file", "missing/N"],
    &["plan", "--token-file", "N"],
    &["plan", "--base-url", "N"],
    &["plan", "--timeout", "N"],
    &["plan", "--account-id", "N", "--sandbox=state.json"],
    &["apply", "--plan", "N", "--sandbox=state.json"],
    &["apply", "--plan", "N.plan", "--sandbox=state.json"],
    &["apply", "--plan", "missing/N", "--sandbox=state.json"],
    &["apply", "--expect", "N"],
    &["apply", "N", "--sandbox=state.json", "--auto-approve", "--backup-dir", "N.folder", "--omit", "N", "-vvv"],
    &["apply", "--sandbox=state.json", "--auto-approve", "--backup-dir", "org.yaml/N"],
    &["drift", "N", "--sandbox=state.json", "--adopt"],
    &["rollback", "N", "--sandbox=state.json"],
    &["rollback", "missing/N", "--sandbox=state.json"],
    &["validate", "N"],
    &["validate", "broken.N"],
    &["validate", "broken.N", "--fix", "--format", "sarif"],
    &["validate", "missing/N", "--format", "gitlab", "--report", "github=missing/N"],
    &["init", "N", "--sandbox=state.json", "--force", "--account-id", crate::common::ACCOUNT],
    &["init", "missing/N", "--sandbox=state.json", "--ci=github", "--account-id", crate::common::ACCOUNT],
    &["init", "--from-terraform", "N"],
    &["init", "-", "--from-terraform", "missing/N"],
    &["export", "--sandbox=state.json", "--account-id", "N"],
    &["revoke-user", "--email", "N", "--sandbox=state.json", "--auto-approve", "--account-id", crate::common::ACCOUNT],
    &["explain", "N"],
    &["show", "N", "--format", "github", "--report", "html=missing/N"],
    &["completions", "N"],
    &["doctor", "--file", "N", "--sandbox=state.json"],
    &["sandbox", "--state", "missing/N", "--fault", "N", "--personality", "N"],
];

/// Every variable that does not hold a credential.
const VARIABLES: [&str; 9] = [
    "RUST_LOG",
    "CLOUDFLARE_BASE_URL",
    "CLOUDFLARE_ACCOUNT_ID",
    "SSL_CERT_FILE",
    "GITHUB_STEP_SUMMARY",
    "GITHUB_OUTPUT",
    "XDG_STATE_HOME",
    "GITHUB_ACTOR",
    "HTTPS_PROXY",
];

/// Creates a folder with files of every kind that have the hostile name.
#[cfg(unix)]
fn hostile_folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write("org.yaml", MANIFEST);
    write(NAME, MANIFEST);
    write(&format!("broken.{NAME}"), "organization:\n  nme: A\n  session_duration: 1d\n  is_ui_read_only: no\n");
    write(&format!("{NAME}.plan"), "{}");
    write("state.json", &state("quiet").to_string());
    folder
}

#[cfg(unix)]
fn assert_no_command(what: &str, text: &str) {
    let commands = text.lines().filter(|line| line.trim_start().starts_with("::"));
    let commands: Vec<_> = commands.collect();
    assert!(commands.is_empty() && !text.contains("##["), "{what} has workflow commands: {commands:?} in {text}");
}

#[cfg(unix)]
fn assert_run_is_harmless(what: &str, command: &mut std::process::Command, has_commands: bool) {
    let output = command.output().unwrap();
    assert!(output.status.code().is_some_and(|code| code != 101), "{what}: a panic");
    let (out, err) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    if !has_commands {
        assert_harmless(&format!("standard output of {what}"), &out);
        assert_no_command(&format!("standard output of {what}"), &out);
    }
    assert!(!out.contains(['\u{1b}', '\u{202e}', '\r']), "{what}: {out:?}");
    assert_harmless(&format!("standard error of {what}"), &err);
    assert_no_command(&format!("standard error of {what}"), &err);
}

#[cfg(unix)]
#[test]
fn file_names_and_arguments_are_escaped_in_every_output() {
    for arguments in ARGUMENTS {
        let folder = hostile_folder();
        let arguments: Vec<String> = arguments.iter().map(|argument| argument.replace('N', NAME)).collect();
        let what = format!("{arguments:?}");
        let mut command = hermetic(folder.path());
        command.args(&arguments).env("GITHUB_ACTIONS", "true").env("CLOUDFLARE_API_TOKEN", "x");
        assert_run_is_harmless(&what, &mut command, arguments.iter().any(|argument| argument == "github"));
        for file in ["text.txt", "page.html"] {
            let Ok(text) = std::fs::read_to_string(folder.path().join(file)) else { continue };
            assert_harmless(&format!("{file} of {what}"), &text);
        }
    }
}

#[cfg(unix)]
#[test]
fn variables_are_escaped_in_every_output() {
    for variable in VARIABLES {
        for arguments in [
            &["plan", "--format", "github", "--sandbox=state.json"][..],
            &["doctor", "--deadline", "1s"],
            &["apply", "--auto-approve", "--sandbox=state.json"],
        ] {
            let folder = hostile_folder();
            let what = format!("{arguments:?} with {variable}");
            let mut command = hermetic(folder.path());
            let value = if variable == "XDG_STATE_HOME" {
                format!("{}/org.yaml/{NAME}", folder.path().display())
            } else {
                NAME.to_owned()
            };
            command.args(arguments).env("GITHUB_ACTIONS", "true").env("CLOUDFLARE_API_TOKEN", "x");
            // These prevent every request to another machine, but are not used for this one.
            if !["HTTPS_PROXY", "SSL_CERT_FILE"].contains(&variable) {
                command.env("CLOUDFLARE_BASE_URL", "http://127.0.0.1:9/client/v4");
            }
            command.env(variable, value);
            assert_run_is_harmless(&what, &mut command, arguments.contains(&"github"));
        }
    }
}

/// Generated texts are the same in a job on GitHub, and contain no workflow command.
#[test]
fn generated_texts_contain_no_workflow_commands() {
    let folder = tempfile::tempdir().unwrap();
    for arguments in [
        &["man"][..],
        &["schema"],
        &["schema", "plan"],
        &["explain"],
        &["explain", "--format", "json"],
        &["completions", "bash"],
        &["completions", "fish"],
        &["--help"],
        &["plan", "--help"],
    ] {
        let plain = hermetic(folder.path()).args(arguments).output().unwrap();
        let in_job = hermetic(folder.path()).args(arguments).env("GITHUB_ACTIONS", "true").output().unwrap();
        assert!(plain.status.success() && plain.stdout == in_job.stdout, "{arguments:?}");
        assert!(!String::from_utf8(plain.stdout).unwrap().contains("##["), "{arguments:?}");
    }
}

/// A server that cuts an emoji in two sends an unpaired surrogate, which is valid JSON but not valid text. It is echoed
/// unchanged, and an export does not declare a setting that has such a value.
#[tokio::test]
async fn an_unpaired_surrogate_in_an_answer_is_kept_and_escaped() {
    let result = r#"{"name":"\ud800","auth_domain":"a.example.com","session_duration":"12h","beta":["\udfff"]}"#;
    let body = format!(r#"{{"success": true, "result": {result}}}"#).into_bytes();
    let reader = Canned::reader(response(200, &[], body));
    let organization = reader.organization(&crate::common::target()).await.unwrap();
    assert_eq!(organization.document().unwrap().to_text().as_str(), result);
    let live = Live { organization, doh: Slot::NotRead };
    let plan = crate::common::plan_for(
        &crate::common::manifest(&format!(
            "account_id: {}\norganization:\n  session_duration: 24h\n",
            crate::common::ACCOUNT
        )),
        &live,
    );
    assert_harmless("the plan", &zerodrift::report::plan::text(&plan, &Style::default()));
    let text = export(Model::current(), &crate::common::target(), &live, Detail::Full);
    assert_harmless("the export", &text);
    assert!(text.contains("Not declared: the live value is not of type text"), "{text}");
}

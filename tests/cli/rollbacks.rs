//! Restoring a backup with `rollback`.

use serde_json::Value as Json;

use crate::home::{Home, MANIFEST, TOKEN, files, is_backup, stderr, words};

/// It is the oldest backup, and the limit is one.
#[test]
fn a_rollback_never_deletes_the_backup_that_it_restores() {
    let home = Home::new();
    let arguments = ["--backup-dir", "kept", "--backup-keep", "1"];
    home.apply(&arguments);
    let first = files(&home.path("kept")).into_iter().find(|path| is_backup(path)).unwrap();
    let back = home.run(&[&["rollback", first.to_str().unwrap(), "--auto-approve"], &arguments[..]].concat());
    assert_eq!(back.status.code(), Some(0), "{}", stderr(&back));
    assert!(first.is_file(), "the restored backup may be needed again");
}

#[test]
fn a_rollback_restores_the_previous_state_and_can_be_rolled_back() {
    let home = Home::new();
    let before = home.organization();
    home.declare(&MANIFEST.replace("session_duration: 24h", "login_design: null\n  session_duration: 24h"));
    home.apply(&[]);
    let applied = home.organization();
    let backup = home.backups()[0].display().to_string();

    let output = home.run(&["rollback", &backup]);
    assert_eq!(output.status.code(), Some(3), "a rollback needs an approval like any change: {}", stderr(&output));
    assert_eq!(home.organization(), applied);

    let output = home.run(&["rollback", &backup, "--auto-approve"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let mut back = home.organization();
    back["updated_at"] = before["updated_at"].clone();
    assert_eq!(back, before);
    let line = home.audit().pop().unwrap();
    assert_eq!((&line["command"], &line["manifest"]["path"]), (&"rollback".into(), &backup.clone().into()));

    let second = home.backups()[1].display().to_string();
    assert_eq!(home.run(&["rollback", &second, "--auto-approve"]).status.code(), Some(0));
    assert_eq!(home.organization()["session_duration"], "24h");
    let in_sync = home.run(&["rollback", &second, "--auto-approve"]);
    assert!(String::from_utf8_lossy(&in_sync.stdout).contains("In sync"));
    assert_eq!(home.audit().len(), 7, "one refusal, and two lines for each of three applies");
}

#[test]
fn a_rollback_that_weakens_something_needs_consent() {
    let home = Home::new();
    home.declare(&MANIFEST.replace("session_duration: 24h", "mfa_config:\n    session_duration: 1h"));
    home.apply(&[]);
    let backup = home.backups()[0].display().to_string();
    let output = home.run(&["rollback", &backup, "--auto-approve"]);
    assert_eq!(output.status.code(), Some(3));
    assert!(stderr(&output).contains("--allow organization.mfa_config.session_duration"), "{}", stderr(&output));
    assert!(!stderr(&output).contains("consent in the manifest"), "a backup cannot be edited: {}", stderr(&output));
    let plan = words(&output.stdout);
    assert!(plan.contains("To consent, add to the command line: --allow organization.mfa_config"), "{plan}");
    assert!(!plan.contains("allow: - setting"), "{plan}");
    assert_eq!(home.organization()["mfa_config"]["session_duration"], "1h");
    let consent = ["rollback", &backup, "--auto-approve", "--allow", "mfa_config"];
    assert_eq!(home.run(&consent).status.code(), Some(0));
    assert_eq!(home.organization()["mfa_config"]["session_duration"], "24h");
    assert_eq!(home.audit().pop().unwrap()["changes"][0]["guard"]["allowed_by"], "flag");
}

#[test]
fn an_unverified_apply_shows_the_rollback_command() {
    let home = Home::new();
    let mut state: Json = serde_json::from_slice(&home.state()).unwrap();
    state["hostile"] = serde_json::json!({"resets": ["organization.login_design.header_text"]});
    std::fs::write(home.path("state.json"), state.to_string()).unwrap();
    let output = home.run(&["apply", "--auto-approve"]);
    assert_eq!(output.status.code(), Some(4), "{}", stderr(&output));
    let backup = home.backups()[0].display().to_string();
    assert!(stderr(&output).contains(&format!("zerodrift rollback {backup}")), "{}", stderr(&output));
    let line = home.audit().pop().unwrap();
    assert_eq!((&line["outcome"], &line["known"]), (&"conflict".into(), &"otherwise".into()));
    assert_eq!(line["mismatches"][0]["why"], "moved", "{line}");
}

#[test]
fn a_rollback_keeps_fields_that_cannot_be_declared_and_reports_them() {
    let home = Home::new();
    home.apply(&[]);
    let mut state: Json = serde_json::from_slice(&home.state()).unwrap();
    state["organization"]["ai_controls_beta"] = "gone\u{1b}[2J".into();
    std::fs::write(home.path("state.json"), state.to_string()).unwrap();
    let output = home.run(&["rollback", &home.backups()[0].display().to_string(), "--auto-approve"]);
    let plan = words(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(plan.contains("not-restored") && plan.contains("organization.ai_controls_beta was {"), "{plan}");
    assert!(!plan.contains('\u{1b}'), "law 9: {plan}");
    assert_eq!(home.organization()["ai_controls_beta"], "gone\u{1b}[2J");
}

#[test]
fn a_backup_is_restored_only_to_its_own_organization() {
    let home = Home::new();
    home.apply(&[]);
    let backup = home.backups()[0].display().to_string();
    let other = "00000000000000000000000000000000";
    let output = home.run(&["rollback", &backup, "--account-id", other, "--auto-approve"]);
    assert_eq!(output.status.code(), Some(64), "{}", stderr(&output));
    let mut real = std::process::Command::new(env!("CARGO_BIN_EXE_zerodrift"));
    let output = real.args(["rollback", &backup]).env_clear().env("CLOUDFLARE_API_TOKEN", TOKEN).output().unwrap();
    assert_eq!(output.status.code(), Some(64), "{}", stderr(&output));
    assert!(stderr(&output).contains("add --sandbox: the backup is of the emulated API"), "{}", stderr(&output));
}

#[test]
fn an_invalid_backup_is_rejected_with_the_reason() {
    let home = Home::new();
    for (text, reason) in [
        ("<html>", "not JSON"),
        ("{}", "missing `format_version`"),
        (r#"{"format_version": "2.0"}"#, "unsupported format_version 2.0"),
        (
            r#"{"format_version": "1.0", "live": {"organization": null}}"#,
            "nothing to restore: the organization did not exist yet",
        ),
        (r#"{"format_version": "1.0", "live": {}}"#, "nothing to restore: it contains no settings"),
    ] {
        std::fs::write(home.path("backup.json"), text).unwrap();
        let output = home.run(&["rollback", "backup.json", "--account-id", crate::common::ACCOUNT]);
        assert_eq!(output.status.code(), Some(1), "{text}");
        assert!(stderr(&output).contains(reason), "{text}: {}", stderr(&output));
    }
    let missing = home.run(&["rollback", "missing.json"]);
    assert_eq!(missing.status.code(), Some(1));
    assert!(stderr(&missing).contains("zerodrift/backups"), "{}", stderr(&missing));
}

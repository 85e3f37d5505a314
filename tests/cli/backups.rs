//! The backups and the audit log of an apply.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use serde_json::Value as Json;

use crate::home::{Home, TOKEN, files, is_backup, json, stderr, words};

/// A19: users of other tools back up by hand.
#[test]
fn a19_an_apply_backs_up_the_live_state_before_the_write() {
    let home = Home::new();
    let snapshot = home.run(&["export", "--format", "json", "--account-id", crate::common::ACCOUNT]);
    let before: Json = serde_json::from_slice(&snapshot.stdout).unwrap();
    let said = home.apply(&[]);
    let [backup] = &home.backups()[..] else { panic!("{:?}", home.backups()) };
    assert!(said.contains(&format!("backup:\n    {}\n", backup.display())), "{said}");
    assert!(said.find("backup:").unwrap() < said.find("PUT").unwrap(), "before the write: {said}");
    let kept = json(backup);
    assert_eq!(kept["live"]["organization"], before["live"]["organization"]);
    assert_eq!(kept["target"], before["target"]);
    assert_eq!(home.audit()[0]["digest"], kept["digest"]);
    assert_ne!(home.organization()["session_duration"], kept["live"]["organization"]["session_duration"]);
}

#[cfg(unix)]
#[test]
fn only_the_owner_can_read_backups_and_the_audit_log() {
    use std::os::unix::fs::PermissionsExt as _;
    let home = Home::new();
    home.apply(&[]);
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&home.backups()[0]), 0o600);
    assert_eq!(mode(&home.path(".local/state/zerodrift/audit.jsonl")), 0o600);
    assert_eq!(mode(&home.path(".local/state/zerodrift/backups")), 0o700);
    assert_eq!(mode(&home.path(".local/state/zerodrift")), 0o700);
}

#[test]
fn an_apply_in_sync_writes_no_backup_and_no_log() {
    let home = Home::new();
    home.declare_session("12h");
    home.apply(&[]);
    assert_eq!(home.backups(), Vec::<PathBuf>::new());
    assert!(home.audit().is_empty());
}

#[test]
fn every_apply_logs_actor_changes_and_outcome() {
    let home = Home::new();
    assert_eq!(home.run(&["apply"]).status.code(), Some(3), "no approval");
    home.apply(&[]);
    home.apply(&[]);
    let audit = home.audit();
    let outcomes: Vec<&Json> = audit.iter().map(|line| &line["outcome"]).collect();
    assert_eq!(outcomes, ["refused", "started", "applied"], "an apply in sync adds no line");
    assert_eq!((&audit[1]["known"], &audit[1]["writes"]), (&"unknown".into(), &Json::Null));
    assert_eq!(audit[1]["backup"], audit[2]["backup"], "each line names the backup");
    let line = &audit[2];
    assert_eq!(line["started_at"], audit[1]["at"]);
    assert_eq!(line["actor"], serde_json::json!({"name": "ann", "from": "USER", "run": null}));
    assert_eq!(line["command"], "apply");
    assert_eq!(line["known"], "as_wanted");
    assert_eq!(line["manifest"]["path"], "org.yaml");
    assert_eq!(line["changes"][0]["setting"], "organization.session_duration");
    assert_eq!((&line["changes"][0]["before"], &line["changes"][0]["after"]), (&"12h".into(), &"24h".into()));
    assert_eq!(line["writes"][0]["method"], "PUT");
    assert!(line["writes"][0]["cf_ray"].is_string(), "{line}");
    assert_eq!(line["backup"], home.backups()[0].display().to_string());
    let everything = std::fs::read_to_string(home.path(".local/state/zerodrift/audit.jsonl")).unwrap()
        + &std::fs::read_to_string(&home.backups()[0]).unwrap();
    assert!(!everything.contains(TOKEN), "law 8");
}

#[test]
fn the_audit_log_names_the_run_of_a_pipeline() {
    let home = Home::new();
    let github = [
        ("GITHUB_ACTOR", "octo"),
        ("GITHUB_SERVER_URL", "https://github.com"),
        ("GITHUB_REPOSITORY", "widget/zero-trust"),
        ("GITHUB_RUN_ID", "77"),
    ];
    assert!(home.command(&["apply", "--auto-approve"]).envs(github).output().unwrap().status.success());
    let run = "https://github.com/widget/zero-trust/actions/runs/77";
    assert_eq!(home.audit()[0]["actor"], serde_json::json!({"name": "octo", "from": "GITHUB_ACTOR", "run": run}));
}

#[test]
fn backup_dir_contains_backups_and_log_and_the_result_names_the_backup() {
    let home = Home::new();
    let output = home.run(&["apply", "--auto-approve", "--backup-dir", "kept", "--format", "json"]);
    let result: Json = serde_json::from_slice(&output.stdout).unwrap();
    let backup = result["results"][0]["backup"].as_str().unwrap();
    assert!(home.path(backup).is_file(), "{backup}");
    assert_eq!(files(&home.path("kept")).len(), 2, "the backup and audit.jsonl");
    assert_eq!(home.backups(), Vec::<PathBuf>::new());
}

#[test]
fn only_the_oldest_backups_over_the_limit_are_deleted() {
    let home = Home::new();
    std::fs::create_dir(home.path("kept")).unwrap();
    let others = ["notes.json", "20200101T000000.000Z-account-00000000000000000000000000000000-1a2b3c4d.json"];
    for other in others {
        std::fs::write(home.path("kept").join(other), "{}").unwrap();
    }
    for hours in 1..=4 {
        home.declare_session(&format!("{hours}h"));
        home.apply(&["--backup-dir", "kept", "--backup-keep", "2"]);
    }
    let kept: Vec<PathBuf> = files(&home.path("kept")).into_iter().filter(|path| is_backup(path)).collect();
    let sessions: Vec<Json> =
        kept.iter().map(|path| json(path)["live"]["organization"]["session_duration"].clone()).collect();
    assert_eq!(sessions, ["2h", "3h"], "the states before the last two applies");
    assert!(others.iter().all(|other| home.path("kept").join(other).is_file()));
}

/// A rollback needs the state before the unverified apply, however many runs follow.
#[test]
fn the_backup_of_an_apply_that_was_not_verified_is_never_deleted() {
    let home = Home::new();
    let mut state: Json = serde_json::from_slice(&home.state()).unwrap();
    state["hostile"] = serde_json::json!({"resets": ["organization.login_design.header_text"]});
    std::fs::write(home.path("state.json"), state.to_string()).unwrap();
    let arguments = ["--backup-dir", "kept", "--backup-keep", "1"];
    let astray = home.run(&[&["apply", "--auto-approve"], &arguments[..]].concat());
    assert_eq!(astray.status.code(), Some(4), "{}", stderr(&astray));
    let mut state: Json = serde_json::from_slice(&home.state()).unwrap();
    state["hostile"] = serde_json::json!({});
    std::fs::write(home.path("state.json"), state.to_string()).unwrap();
    for hours in 1..=3 {
        home.declare_session(&format!("{hours}h"));
        home.apply(&arguments);
    }
    let kept: Vec<PathBuf> = files(&home.path("kept")).into_iter().filter(|path| is_backup(path)).collect();
    let [needed, mark, newest] = &kept[..] else { panic!("{kept:?}") };
    assert_eq!(mark.display().to_string(), format!("{}.unverified", needed.display()));
    let lost = json(needed)["live"]["organization"]["login_design"]["header_text"].clone();
    assert!(lost.is_string(), "the backup has what the apply lost");
    assert_eq!(json(newest)["live"]["organization"]["session_duration"], "2h");
    let back = home.run(&["rollback", &needed.display().to_string(), "--auto-approve"]);
    assert_eq!(back.status.code(), Some(0), "{}", stderr(&back));
    assert_eq!(home.organization()["login_design"]["header_text"], lost);
}

/// An empty lock file stays: after deleting it, two runs could lock different files of the same name.
fn is_lock(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "lock")
}

/// Asserts that the command fails because it cannot write a backup, and leaves the live state unchanged.
fn assert_nothing_is_written(home: &Home, mut command: std::process::Command, because: &str) {
    let before = home.state();
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    let result = words(&output.stderr);
    assert!(result.contains("could not be saved, so nothing was written"), "{result}");
    assert!(result.contains(because), "{because}: {result}");
    assert_eq!(home.state(), before, "the live state is unchanged");
}

#[test]
fn without_a_folder_for_the_backup_nothing_is_written() {
    let home = Home::new();
    std::fs::write(home.path("file"), "").unwrap();
    let into = |folder: &str| home.command(&["apply", "--auto-approve", "--backup-dir", folder]);
    assert_nothing_is_written(&home, into("file"), "cannot create the folder file");
    assert_nothing_is_written(&home, into("file/below"), "cannot create the folder file/below");
}

#[cfg(unix)]
#[test]
fn with_a_read_only_backup_folder_nothing_is_written() {
    use std::os::unix::fs::PermissionsExt as _;
    let home = Home::new();
    let folder = home.path("sealed");
    std::fs::create_dir(&folder).unwrap();
    std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o500)).unwrap();
    if std::fs::write(folder.join("probe"), "").is_ok() {
        // The test above covers an unusable folder for root.
        writeln!(std::io::stderr(), "skipped: root writes into read-only folders too").unwrap();
        return;
    }
    let command = home.command(&["apply", "--auto-approve", "--backup-dir", "sealed"]);
    assert_nothing_is_written(&home, command, "cannot write a backup in sealed");
}

/// A file size limit of zero has the effect of a full disk.
#[cfg(unix)]
#[test]
fn on_a_full_disk_nothing_is_written_and_no_partial_backup_remains() {
    let home = Home::new();
    std::fs::create_dir(home.path("kept")).unwrap();
    let mut command = std::process::Command::new("sh");
    let script = "trap '' XFSZ; ulimit -f 0; exec \"$0\" apply --auto-approve --backup-dir kept --sandbox=state.json";
    command.args(["-c", script, env!("CARGO_BIN_EXE_zerodrift")]).current_dir(home.folder.path()).env_clear();
    assert_nothing_is_written(&home, command, "cannot write a backup in kept");
    let left: Vec<PathBuf> =
        files(&home.path("kept")).into_iter().filter(|path| !path.ends_with("audit.jsonl") && !is_lock(path)).collect();
    assert_eq!(left, Vec::<PathBuf>::new());
}

#[test]
fn without_a_home_backup_dir_is_required_before_anything_is_written() {
    let home = Home::new();
    let before = home.state();
    let output = home.command(&["apply", "--auto-approve"]).env_remove("HOME").output().unwrap();
    assert_eq!(output.status.code(), Some(64));
    assert!(stderr(&output).contains("--backup-dir DIR"), "{}", stderr(&output));
    assert_eq!(home.state(), before);
    home.declare_session("12h");
    let in_sync = home.command(&["apply", "--auto-approve"]).env_remove("HOME").output().unwrap();
    assert_eq!(in_sync.status.code(), Some(0), "an apply in sync needs no folder: {}", stderr(&in_sync));
}

#[cfg(target_os = "linux")]
#[test]
fn an_audit_log_that_cannot_be_written_is_only_a_warning() {
    let home = Home::new();
    std::fs::create_dir(home.path("kept")).unwrap();
    std::os::unix::fs::symlink("/dev/full", home.path("kept/audit.jsonl")).unwrap();
    let said = home.apply(&["--backup-dir", "kept"]);
    assert!(said.contains("warning: cannot write this apply to the audit log"), "{said}");
    assert_eq!(home.organization()["session_duration"], "24h");
}

#[test]
fn the_backup_of_a_creation_records_that_nothing_existed() {
    let home = Home::new();
    let mut state: Json = serde_json::from_slice(&home.state()).unwrap();
    state["organization"] = Json::Null;
    std::fs::write(home.path("state.json"), state.to_string()).unwrap();
    home.declare("account_id: 699d98642c564d2e855e9661899b7252\norganization:\n  name: Widget\n  auth_domain: widget.cloudflareaccess.com\n");
    home.apply(&[]);
    assert_eq!(json(&home.backups()[0])["live"], serde_json::json!({"organization": null}));
    assert_eq!(home.audit()[0]["action"], "create");
}

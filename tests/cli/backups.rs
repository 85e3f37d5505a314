//! What an apply leaves behind, and the way back: stories of the program.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Output;

use serde_json::Value as Json;

const WANTED: &str = "account_id: 699d98642c564d2e855e9661899b7252\norganization:\n  session_duration: 24h\n";

/// A home folder with a manifest, and a sandbox whose state is in it.
struct Home {
    folder: tempfile::TempDir,
}

impl Home {
    fn new() -> Self {
        let home = Self { folder: tempfile::tempdir().unwrap() };
        home.want(WANTED);
        // A first look seeds the sandbox.
        assert_eq!(home.run(&["plan"]).status.code(), Some(0));
        home
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn want(&self, manifest: &str) {
        std::fs::write(self.path("org.yaml"), manifest).unwrap();
    }

    fn want_session(&self, duration: &str) {
        self.want(&WANTED.replace("24h", duration));
    }

    fn command(&self, arguments: &[&str]) -> std::process::Command {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_zerodrift"));
        command.args(arguments).arg("--sandbox=state.json").current_dir(self.folder.path()).env_clear();
        command.env("HOME", self.folder.path()).env("USER", "ann").env("CLOUDFLARE_API_TOKEN", TOKEN);
        command.stdin(std::process::Stdio::null());
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// Applies, and gives what it says on standard error.
    fn apply(&self, more: &[&str]) -> String {
        let output = self.run(&[&["apply", "--auto-approve"], more].concat());
        assert_eq!(output.status.code(), Some(0), "{}", said(&output));
        said(&output)
    }

    fn state(&self) -> Vec<u8> {
        std::fs::read(self.path("state.json")).unwrap()
    }

    fn organization(&self) -> Json {
        let state: Json = serde_json::from_slice(&self.state()).unwrap();
        state["organization"].clone()
    }

    fn backups(&self) -> Vec<PathBuf> {
        files(&self.path(".local/state/zerodrift/backups"))
    }

    /// The lines of the audit log.
    fn audit(&self) -> Vec<Json> {
        lines(&self.path(".local/state/zerodrift/audit.jsonl"))
    }
}

const TOKEN: &str = "s3cr3t-s3cr3t-s3cr3t-s3cr3t-s3cr3t-s3cr3t";

fn said(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// What is printed, as if lines had no end.
fn words(text: &[u8]) -> String {
    String::from_utf8_lossy(text).split_whitespace().collect::<Vec<_>>().join(" ")
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

fn lines(path: &Path) -> Vec<Json> {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    assert!(text.is_empty() || text.ends_with('\n'), "a line is whole");
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn json(path: &Path) -> Json {
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

/// A19: users of other tools back up by hand.
#[test]
fn a19_an_apply_backs_up_the_live_state_before_the_write() {
    let home = Home::new();
    let snapshot = home.run(&["export", "--format", "json", "--account-id", crate::common::ACCOUNT]);
    let before: Json = serde_json::from_slice(&snapshot.stdout).unwrap();
    let said = home.apply(&[]);
    let [backup] = &home.backups()[..] else { panic!("{:?}", home.backups()) };
    assert!(said.contains(&format!("backup: {}", backup.display())), "{said}");
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
    home.want_session("12h");
    home.apply(&[]);
    assert_eq!(home.backups(), Vec::<PathBuf>::new());
    assert!(home.audit().is_empty());
}

#[test]
fn every_apply_logs_actor_changes_and_outcome() {
    let home = Home::new();
    assert_eq!(home.run(&["apply"]).status.code(), Some(3), "nobody approves");
    home.apply(&[]);
    home.apply(&[]);
    let audit = home.audit();
    let outcomes: Vec<&Json> = audit.iter().map(|line| &line["outcome"]).collect();
    assert_eq!(outcomes, ["refused", "started", "applied"], "in sync is no line");
    assert_eq!((&audit[1]["known"], &audit[1]["writes"]), (&"unknown".into(), &Json::Null));
    assert_eq!(audit[1]["backup"], audit[2]["backup"], "whoever finds this line alone finds the way back");
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
        home.want_session(&format!("{hours}h"));
        home.apply(&["--backup-dir", "kept", "--backup-keep", "2"]);
    }
    let kept: Vec<PathBuf> = files(&home.path("kept")).into_iter().filter(|path| json_of_ours(path)).collect();
    let sessions: Vec<Json> =
        kept.iter().map(|path| json(path)["live"]["organization"]["session_duration"].clone()).collect();
    assert_eq!(sessions, ["2h", "3h"], "the states before the last two applies");
    assert!(others.iter().all(|other| home.path("kept").join(other).is_file()));
}

/// The state before the apply that went astray is what a way back needs, however many runs follow.
#[test]
fn the_backup_of_an_apply_that_was_not_verified_is_never_deleted() {
    let home = Home::new();
    let mut state: Json = serde_json::from_slice(&home.state()).unwrap();
    state["hostile"] = serde_json::json!({"resets": ["organization.login_design.header_text"]});
    std::fs::write(home.path("state.json"), state.to_string()).unwrap();
    let arguments = ["--backup-dir", "kept", "--backup-keep", "1"];
    let astray = home.run(&[&["apply", "--auto-approve"], &arguments[..]].concat());
    assert_eq!(astray.status.code(), Some(4), "{}", said(&astray));
    let mut state: Json = serde_json::from_slice(&home.state()).unwrap();
    state["hostile"] = serde_json::json!({});
    std::fs::write(home.path("state.json"), state.to_string()).unwrap();
    for hours in 1..=3 {
        home.want_session(&format!("{hours}h"));
        home.apply(&arguments);
    }
    let kept: Vec<PathBuf> = files(&home.path("kept")).into_iter().filter(|path| json_of_ours(path)).collect();
    let [needed, mark, newest] = &kept[..] else { panic!("{kept:?}") };
    assert_eq!(mark.display().to_string(), format!("{}.unverified", needed.display()));
    let lost = json(needed)["live"]["organization"]["login_design"]["header_text"].clone();
    assert!(lost.is_string(), "what the apply lost is in it");
    assert_eq!(json(newest)["live"]["organization"]["session_duration"], "2h");
    let back = home.run(&["rollback", &needed.display().to_string(), "--auto-approve"]);
    assert_eq!(back.status.code(), Some(0), "{}", said(&back));
    assert_eq!(home.organization()["login_design"]["header_text"], lost);
}

/// It is the oldest one, and there is room for one.
#[test]
fn a_rollback_never_deletes_the_backup_that_it_restores() {
    let home = Home::new();
    let arguments = ["--backup-dir", "kept", "--backup-keep", "1"];
    home.apply(&arguments);
    let first = files(&home.path("kept")).into_iter().find(|path| json_of_ours(path)).unwrap();
    let back = home.run(&[&["rollback", first.to_str().unwrap(), "--auto-approve"], &arguments[..]].concat());
    assert_eq!(back.status.code(), Some(0), "{}", said(&back));
    assert!(first.is_file(), "what was brought back may be needed again");
}

/// An empty lock file stays: deleting it would let two runs lock two files of one name.
fn is_lock(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "lock")
}

fn json_of_ours(path: &Path) -> bool {
    path.display().to_string().contains(crate::common::ACCOUNT)
}

/// Whatever is in the way, nothing is written.
fn refuses_to_write(home: &Home, mut command: std::process::Command, because: &str) {
    let before = home.state();
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    let result = words(&output.stderr);
    assert!(result.contains("could not be kept, so nothing was written"), "{result}");
    assert!(result.contains(because), "{because}: {result}");
    assert_eq!(home.state(), before, "not a byte of live moved");
}

#[test]
fn without_a_folder_for_the_backup_nothing_is_written() {
    let home = Home::new();
    std::fs::write(home.path("file"), "").unwrap();
    let into = |folder: &str| home.command(&["apply", "--auto-approve", "--backup-dir", folder]);
    refuses_to_write(&home, into("file"), "cannot make the folder file");
    refuses_to_write(&home, into("file/below"), "cannot make the folder file/below");
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
        // The test of a folder that cannot be made stands for this one.
        writeln!(std::io::stderr(), "skipped: root writes into read-only folders too").unwrap();
        return;
    }
    let command = home.command(&["apply", "--auto-approve", "--backup-dir", "sealed"]);
    refuses_to_write(&home, command, "cannot write a backup in sealed");
}

/// No file may grow: what a full disk does to the backup.
#[cfg(unix)]
#[test]
fn on_a_full_disk_nothing_is_written_and_no_partial_backup_remains() {
    let home = Home::new();
    std::fs::create_dir(home.path("kept")).unwrap();
    let mut command = std::process::Command::new("sh");
    let script = "trap '' XFSZ; ulimit -f 0; exec \"$0\" apply --auto-approve --backup-dir kept --sandbox=state.json";
    command.args(["-c", script, env!("CARGO_BIN_EXE_zerodrift")]).current_dir(home.folder.path()).env_clear();
    refuses_to_write(&home, command, "cannot write a backup in kept");
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
    assert!(said(&output).contains("--backup-dir DIR"), "{}", said(&output));
    assert_eq!(home.state(), before);
    home.want_session("12h");
    let in_sync = home.command(&["apply", "--auto-approve"]).env_remove("HOME").output().unwrap();
    assert_eq!(in_sync.status.code(), Some(0), "nothing to write needs no folder: {}", said(&in_sync));
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
fn a_rollback_restores_the_previous_state_and_can_be_rolled_back() {
    let home = Home::new();
    let before = home.organization();
    home.want(&WANTED.replace("session_duration: 24h", "login_design: null\n  session_duration: 24h"));
    home.apply(&[]);
    let applied = home.organization();
    let backup = home.backups()[0].display().to_string();

    let output = home.run(&["rollback", &backup]);
    assert_eq!(output.status.code(), Some(3), "it asks for approval like any change: {}", said(&output));
    assert_eq!(home.organization(), applied);

    let output = home.run(&["rollback", &backup, "--auto-approve"]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
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
    assert_eq!(home.audit().len(), 7, "refused, and two each of three that were carried out");
}

#[test]
fn a_rollback_that_weakens_something_needs_consent() {
    let home = Home::new();
    home.want(&WANTED.replace("session_duration: 24h", "mfa_config:\n    session_duration: 1h"));
    home.apply(&[]);
    let backup = home.backups()[0].display().to_string();
    let output = home.run(&["rollback", &backup, "--auto-approve"]);
    assert_eq!(output.status.code(), Some(3));
    assert!(said(&output).contains("--allow organization.mfa_config.session_duration"), "{}", said(&output));
    assert!(!said(&output).contains("consent in the manifest"), "a backup is no file to edit: {}", said(&output));
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
    assert_eq!(output.status.code(), Some(4), "{}", said(&output));
    let backup = home.backups()[0].display().to_string();
    assert!(said(&output).contains(&format!("zerodrift rollback {backup}")), "{}", said(&output));
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
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
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
    assert_eq!(output.status.code(), Some(64), "{}", said(&output));
    let mut real = std::process::Command::new(env!("CARGO_BIN_EXE_zerodrift"));
    let output = real.args(["rollback", &backup]).env_clear().env("CLOUDFLARE_API_TOKEN", TOKEN).output().unwrap();
    assert_eq!(output.status.code(), Some(64), "{}", said(&output));
    assert!(said(&output).contains("it is a backup of the emulated API: add --sandbox"), "{}", said(&output));
}

#[test]
fn an_invalid_backup_is_rejected_with_the_reason() {
    let home = Home::new();
    for (text, reason) in [
        ("<html>", "not JSON"),
        ("{}", "missing `format_version`"),
        (r#"{"format_version": "2.0"}"#, "unsupported format_version 2.0"),
        (r#"{"format_version": "1.0", "live": {"organization": null}}"#, "there was no organization yet"),
        (r#"{"format_version": "1.0", "live": {}}"#, "it holds no settings"),
    ] {
        std::fs::write(home.path("backup.json"), text).unwrap();
        let output = home.run(&["rollback", "backup.json", "--account-id", crate::common::ACCOUNT]);
        assert_eq!(output.status.code(), Some(1), "{text}");
        assert!(said(&output).contains(reason), "{text}: {}", said(&output));
    }
    let missing = home.run(&["rollback", "missing.json"]);
    assert_eq!(missing.status.code(), Some(1));
    assert!(said(&missing).contains("zerodrift/backups"), "{}", said(&missing));
}

#[test]
fn the_absence_before_a_creation_is_backed_up_too() {
    let home = Home::new();
    let mut state: Json = serde_json::from_slice(&home.state()).unwrap();
    state["organization"] = Json::Null;
    std::fs::write(home.path("state.json"), state.to_string()).unwrap();
    home.want("account_id: 699d98642c564d2e855e9661899b7252\norganization:\n  name: Widget\n  auth_domain: widget.cloudflareaccess.com\n");
    home.apply(&[]);
    assert_eq!(json(&home.backups()[0])["live"], serde_json::json!({"organization": null}));
    assert_eq!(home.audit()[0]["action"], "create");
}

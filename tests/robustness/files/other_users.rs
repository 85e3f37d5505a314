//! Files and folders that other users own or can write to are refused.

use super::workspace::{FIXABLE, FIXED, Workspace, ended};

fn applies(workspace: &Workspace, arguments: &str) -> super::workspace::RunOutput {
    workspace.run(&format!("apply --auto-approve --sandbox=state.json {arguments}"))
}

#[test]
fn a_backup_folder_that_others_can_write_to_is_refused_with_the_fix() {
    for (mode, is_refused) in
        [(0o775, true), (0o757, true), (0o777, true), (0o1777, false), (0o755, false), (0o700, false)]
    {
        let workspace = Workspace::new();
        std::fs::create_dir(workspace.path("my backups")).unwrap();
        workspace.chmod("my backups", mode);
        let before = workspace.read("state.json");
        let mut apply = workspace.command("apply --auto-approve --sandbox=state.json --backup-dir");
        let ended = ended(apply.arg("my backups"));
        if !is_refused {
            assert_eq!(ended.code, Some(0), "{mode:o}: {}", ended.stderr);
            continue;
        }
        assert_eq!(ended.code, Some(1), "{mode:o}: {}", ended.stderr);
        assert!(
            ended.stderr.contains("nothing was written") && ended.stderr.contains(&format!("{mode:04o}")),
            "{}",
            ended.stderr
        );
        let fix = ended.stderr.lines().find_map(|line| line.trim().strip_prefix("hint: run: ")).unwrap().to_owned();
        assert_eq!(fix, "chmod go-w 'my backups'");
        assert_eq!((workspace.read("state.json"), workspace.names("my backups")), (before, Vec::new()));
        assert_eq!(super::workspace::ended(&mut workspace.script(&fix)).code, Some(0));
        assert_eq!(
            super::workspace::ended(
                workspace.command("apply --auto-approve --sandbox=state.json --backup-dir").arg("my backups")
            )
            .code,
            Some(0)
        );
    }
}

#[test]
fn a_state_folder_that_others_can_write_to_is_refused() {
    let state = "home/.local/state/zerodrift";
    for folder in [state.to_owned(), format!("{state}/backups")] {
        let workspace = Workspace::new();
        std::fs::create_dir_all(workspace.path(&format!("{state}/backups"))).unwrap();
        workspace.chmod(state, 0o700);
        workspace.chmod(&folder, 0o777);
        let ended = applies(&workspace, "");
        assert_eq!(ended.code, Some(1), "{folder}: {}", ended.stderr);
        assert!(ended.stderr.contains("hint: run: chmod go-w /"), "{}", ended.stderr);
        assert_eq!(workspace.names(&format!("{state}/backups")), Vec::<String>::new());
        if folder == state {
            let sandbox = workspace.run("plan --sandbox");
            assert_eq!(sandbox.code, Some(1), "{}", sandbox.stderr);
            assert!(sandbox.stderr.contains("chmod go-w"), "{}", sandbox.stderr);
        }
        workspace.chmod(&folder, 0o700);
        assert_eq!(applies(&workspace, "").code, Some(0));
    }
}

/// Only root can give a file away.
#[test]
fn files_and_folders_of_another_user_are_refused() {
    let workspace = Workspace::new();
    std::fs::create_dir(workspace.path("theirs")).unwrap();
    if std::os::unix::fs::chown(workspace.path("theirs"), Some(12_345), None).is_err() {
        eprintln!("skipped: only root can give a folder to another user");
        return;
    }
    let ended = applies(&workspace, "--backup-dir theirs");
    assert_eq!(ended.code, Some(1), "{}", ended.stderr);
    assert!(ended.stderr.contains("it belongs to another user (uid 12345)"), "{}", ended.stderr);
    assert!(ended.stderr.contains("hint: name a folder of your own"), "{}", ended.stderr);

    // In a sticky folder another user can create the file first.
    std::fs::create_dir(workspace.path("sticky")).unwrap();
    workspace.chmod("sticky", 0o1777);
    workspace.write("sticky/audit.jsonl", "");
    std::os::unix::fs::chown(workspace.path("sticky/audit.jsonl"), Some(12_345), None).unwrap();
    let ended = applies(&workspace, "--backup-dir sticky");
    assert!(
        ended.stderr.contains("append to the audit log") && ended.stderr.contains("another user"),
        "{}",
        ended.stderr
    );
    assert_eq!(workspace.read("sticky/audit.jsonl"), "");
    workspace.write("plan.json", "");
    std::os::unix::fs::chown(workspace.path("plan.json"), Some(12_345), None).unwrap();
    assert_eq!(workspace.run("plan --sandbox=state.json --out plan.json").code, Some(1));
    assert_eq!(workspace.read("plan.json"), "");
}

#[test]
fn special_files_as_audit_log_or_backup_folder_are_refused() {
    let workspace = Workspace::new();
    let before = workspace.read("state.json");
    for name in workspace.special() {
        std::fs::create_dir(workspace.path("kept")).unwrap();
        workspace.chmod("kept", 0o700);
        if name != "folder" {
            let ended = applies(&workspace, &format!("--backup-dir {name}"));
            assert_eq!(ended.code, Some(1), "{name}: {}", ended.stderr);
            assert_eq!(workspace.read("state.json"), before, "{name}");
        }
        std::os::unix::fs::symlink(workspace.path(&name), workspace.path("kept/audit.jsonl")).unwrap();
        let link = applies(&workspace, "--backup-dir kept");
        assert!(link.stderr.contains("a symbolic link, not a regular file"), "{name}: {}", link.stderr);
        workspace.write("state.json", &before);
        std::fs::remove_dir_all(workspace.path("kept")).unwrap();
    }
    // Opening a FIFO would wait for a reader.
    std::fs::create_dir(workspace.path("kept")).unwrap();
    std::fs::rename(workspace.path("fifo"), workspace.path("kept/audit.jsonl")).unwrap();
    let fifo = applies(&workspace, "--backup-dir kept");
    assert!(fifo.stderr.contains("it is a pipe (FIFO), not a regular file"), "{}", fifo.stderr);
}

#[test]
fn the_audit_log_overwrites_no_file_of_its_run_through_a_hard_link() {
    let workspace = Workspace::new();
    workspace.write("outputs", "a=b\n");
    std::fs::create_dir(workspace.path("kept")).unwrap();
    workspace.chmod("kept", 0o700);
    for victim in ["org.yaml", "state.json", "outputs", "plan.json"] {
        if victim == "plan.json" {
            assert_eq!(workspace.run("plan --sandbox=state.json --out plan.json").code, Some(0));
        }
        std::fs::hard_link(workspace.path(victim), workspace.path("kept/audit.jsonl")).unwrap();
        let (before, state) = (workspace.read(victim), workspace.read("state.json"));
        let mut apply = workspace.command("apply --auto-approve --sandbox=state.json --backup-dir kept");
        let ended = ended(apply.env("GITHUB_OUTPUT", "outputs"));
        assert_eq!(ended.code, Some(64), "{victim}: {}", ended.stderr);
        assert!(ended.stderr.contains("the audit log would overwrite kept/audit.jsonl"), "{}", ended.stderr);
        assert_eq!((workspace.read(victim), workspace.read("state.json")), (before, state));
        std::fs::remove_file(workspace.path("kept/audit.jsonl")).unwrap();
    }
}

/// Runs as a user other than root, because permissions do not restrict root.
#[test]
fn a_writable_file_in_a_read_only_folder_is_written_in_place() {
    let workspace = Workspace::new();
    std::fs::create_dir(workspace.path("box")).unwrap();
    workspace.write("box/org.yaml", FIXABLE);
    let user = "setpriv --reuid 12345 --regid 12345 --clear-groups --";
    let give = "chown 12345:12345 box/org.yaml && chmod 0644 box/org.yaml && chmod 0755 . box";
    if ended(&mut workspace.script(&format!("{give} && {user} test -x \"$Z\""))).code != Some(0) {
        eprintln!("skipped: only root can become a user whom the folder does not belong to");
        return;
    }
    let fixed = ended(&mut workspace.script(&format!("{user} $Z validate --fix box/org.yaml")));
    assert_eq!(fixed.code, Some(0), "{}", fixed.stderr);
    assert_eq!(
        (workspace.read("box/org.yaml"), workspace.names("box")),
        (FIXED.to_owned(), vec!["org.yaml".to_owned()])
    );
}

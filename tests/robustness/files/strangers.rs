//! Folders and files of others: what they could exchange is not trusted, and what is theirs is not filled.

use super::desk::{Desk, FIXABLE, FIXED, ended};

fn applies(desk: &Desk, arguments: &str) -> super::desk::Ended {
    desk.run(&format!("apply --auto-approve --sandbox=state.json {arguments}"))
}

#[test]
fn a_backup_folder_that_others_can_write_to_is_refused_with_the_fix() {
    for (mode, is_refused) in
        [(0o775, true), (0o757, true), (0o777, true), (0o1777, false), (0o755, false), (0o700, false)]
    {
        let desk = Desk::new();
        std::fs::create_dir(desk.path("my backups")).unwrap();
        desk.chmod("my backups", mode);
        let before = desk.read("state.json");
        let mut apply = desk.command("apply --auto-approve --sandbox=state.json --backup-dir");
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
        assert_eq!((desk.read("state.json"), desk.names("my backups")), (before, Vec::new()));
        assert_eq!(super::desk::ended(&mut desk.script(&fix)).code, Some(0));
        assert_eq!(
            super::desk::ended(
                desk.command("apply --auto-approve --sandbox=state.json --backup-dir").arg("my backups")
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
        let desk = Desk::new();
        std::fs::create_dir_all(desk.path(&format!("{state}/backups"))).unwrap();
        desk.chmod(state, 0o700);
        desk.chmod(&folder, 0o777);
        let ended = applies(&desk, "");
        assert_eq!(ended.code, Some(1), "{folder}: {}", ended.stderr);
        assert!(ended.stderr.contains("hint: run: chmod go-w /"), "{}", ended.stderr);
        assert_eq!(desk.names(&format!("{state}/backups")), Vec::<String>::new());
        if folder == state {
            let sandbox = desk.run("plan --sandbox");
            assert_eq!(sandbox.code, Some(1), "{}", sandbox.stderr);
            assert!(sandbox.stderr.contains("chmod go-w"), "{}", sandbox.stderr);
        }
        desk.chmod(&folder, 0o700);
        assert_eq!(applies(&desk, "").code, Some(0));
    }
}

/// Only root can give a file away.
#[test]
fn what_belongs_to_another_user_is_refused() {
    let desk = Desk::new();
    std::fs::create_dir(desk.path("theirs")).unwrap();
    if std::os::unix::fs::chown(desk.path("theirs"), Some(12_345), None).is_err() {
        eprintln!("skipped: only root can give a folder to another user");
        return;
    }
    let ended = applies(&desk, "--backup-dir theirs");
    assert_eq!(ended.code, Some(1), "{}", ended.stderr);
    assert!(ended.stderr.contains("it belongs to another user (uid 12345)"), "{}", ended.stderr);
    assert!(ended.stderr.contains("hint: name a folder of your own"), "{}", ended.stderr);

    // In a sticky folder somebody can be there first.
    std::fs::create_dir(desk.path("sticky")).unwrap();
    desk.chmod("sticky", 0o1777);
    desk.write("sticky/audit.jsonl", "");
    std::os::unix::fs::chown(desk.path("sticky/audit.jsonl"), Some(12_345), None).unwrap();
    let ended = applies(&desk, "--backup-dir sticky");
    assert!(
        ended.stderr.contains("append to the audit log") && ended.stderr.contains("another user"),
        "{}",
        ended.stderr
    );
    assert_eq!(desk.read("sticky/audit.jsonl"), "");
    desk.write("plan.json", "");
    std::os::unix::fs::chown(desk.path("plan.json"), Some(12_345), None).unwrap();
    assert_eq!(desk.run("plan --sandbox=state.json --out plan.json").code, Some(1));
    assert_eq!(desk.read("plan.json"), "");
}

#[test]
fn the_audit_log_and_the_backup_folder_are_what_they_should_be() {
    let desk = Desk::new();
    let before = desk.read("state.json");
    for name in desk.special() {
        std::fs::create_dir(desk.path("kept")).unwrap();
        desk.chmod("kept", 0o700);
        if name != "folder" {
            let ended = applies(&desk, &format!("--backup-dir {name}"));
            assert_eq!(ended.code, Some(1), "{name}: {}", ended.stderr);
            assert_eq!(desk.read("state.json"), before, "{name}");
        }
        std::os::unix::fs::symlink(desk.path(&name), desk.path("kept/audit.jsonl")).unwrap();
        let link = applies(&desk, "--backup-dir kept");
        assert!(link.stderr.contains("a symbolic link, not a regular file"), "{name}: {}", link.stderr);
        desk.write("state.json", &before);
        std::fs::remove_dir_all(desk.path("kept")).unwrap();
    }
    // A FIFO, where opening it would wait for whoever reads.
    std::fs::create_dir(desk.path("kept")).unwrap();
    std::fs::rename(desk.path("fifo"), desk.path("kept/audit.jsonl")).unwrap();
    let fifo = applies(&desk, "--backup-dir kept");
    assert!(fifo.stderr.contains("it is a pipe (FIFO), not a regular file"), "{}", fifo.stderr);
}

/// A line in the token file would end every run that comes after; here it is the files that a run of the sandbox has.
#[test]
fn the_audit_log_hits_no_file_of_its_run_by_another_name() {
    let desk = Desk::new();
    desk.write("outputs", "a=b\n");
    std::fs::create_dir(desk.path("kept")).unwrap();
    desk.chmod("kept", 0o700);
    for victim in ["org.yaml", "state.json", "outputs", "plan.json"] {
        if victim == "plan.json" {
            assert_eq!(desk.run("plan --sandbox=state.json --out plan.json").code, Some(0));
        }
        std::fs::hard_link(desk.path(victim), desk.path("kept/audit.jsonl")).unwrap();
        let (before, state) = (desk.read(victim), desk.read("state.json"));
        let mut apply = desk.command("apply --auto-approve --sandbox=state.json --backup-dir kept");
        let ended = ended(apply.env("GITHUB_OUTPUT", "outputs"));
        assert_eq!(ended.code, Some(64), "{victim}: {}", ended.stderr);
        assert!(ended.stderr.contains("the audit log would overwrite kept/audit.jsonl"), "{}", ended.stderr);
        assert_eq!((desk.read(victim), desk.read("state.json")), (before, state));
        std::fs::remove_file(desk.path("kept/audit.jsonl")).unwrap();
    }
}

/// As a user whom permission bits bind.
#[test]
fn a_writable_file_in_a_folder_that_is_not_is_written_in_place() {
    let desk = Desk::new();
    std::fs::create_dir(desk.path("box")).unwrap();
    desk.write("box/org.yaml", FIXABLE);
    let user = "setpriv --reuid 12345 --regid 12345 --clear-groups --";
    let give = "chown 12345:12345 box/org.yaml && chmod 0644 box/org.yaml && chmod 0755 . box";
    if ended(&mut desk.script(&format!("{give} && {user} test -x \"$Z\""))).code != Some(0) {
        eprintln!("skipped: only root can become a user whom the folder does not belong to");
        return;
    }
    let fixed = ended(&mut desk.script(&format!("{user} $Z validate --fix box/org.yaml")));
    assert_eq!(fixed.code, Some(0), "{}", fixed.stderr);
    assert_eq!((desk.read("box/org.yaml"), desk.names("box")), (FIXED.to_owned(), vec!["org.yaml".to_owned()]));
}

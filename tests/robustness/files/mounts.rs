//! A file that cannot be replaced by a rename is written in place: a bind mount, or a file in a read-only folder.

use super::workspace::{FIXABLE, FIXED, Workspace, ended};

/// Runs a script with mounts. Returns `None` if the system does not allow mounts.
fn mounted(workspace: &Workspace, mounts: &str, script: &str) -> Option<super::workspace::RunOutput> {
    if ended(&mut workspace.script(&format!("unshare -rm sh -ec '{mounts}'"))).code != Some(0) {
        eprintln!("skipped: nothing can be mounted here");
        return None;
    }
    Some(ended(&mut workspace.script(&format!("unshare -rm sh -ec '{mounts}; {script}'"))))
}

const BIND: &str = "touch org.yaml; mount --bind src.yaml org.yaml";
const READ_ONLY: &str =
    "touch box/org.yaml; mount --bind box box; mount --bind src.yaml box/org.yaml; mount -o remount,ro,bind box";

#[test]
fn a_bind_mounted_manifest_is_fixed_in_place() {
    let workspace = Workspace::new();
    workspace.write("src.yaml", FIXABLE);
    workspace.chmod("src.yaml", 0o640);
    let Some(ended) = mounted(&workspace, BIND, "$Z validate --fix org.yaml") else { return };
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(ended.stderr.contains("fixed: org.yaml:3:"), "{}", ended.stderr);
    assert_eq!((workspace.read("src.yaml"), workspace.mode("src.yaml")), (FIXED.to_owned(), 0o640));
    workspace.assert_no_temporary_files();
}

#[test]
fn adopt_edits_a_manifest_in_a_read_only_folder_in_place() {
    let workspace = Workspace::new();
    std::fs::create_dir(workspace.path("box")).unwrap();
    workspace.write("src.yaml", &workspace.read("org.yaml").replace("24h", "719h60m"));
    let Some(ended) = mounted(&workspace, READ_ONLY, "$Z drift --adopt box/org.yaml --sandbox=state.json") else {
        return;
    };
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert_eq!(workspace.read("src.yaml"), workspace.read("org.yaml").replace("24h", "12h"));
    workspace.assert_no_temporary_files();
}

#[test]
fn bind_mounted_reports_plans_and_states_are_written_in_place() {
    let workspace = Workspace::new();
    for name in ["report.md", "plan.json", "live.json"] {
        workspace.write(&format!("src-{name}"), "what an earlier run left, and longer than a line\n");
    }
    workspace.write("src-live.json", &workspace.read("state.json"));
    let bind = "for f in report.md plan.json live.json; do touch $f; mount --bind src-$f $f; done";
    let run = "$Z apply --auto-approve --sandbox=live.json && $Z plan --sandbox=live.json --report markdown=report.md --out plan.json";
    let Some(ended) = mounted(&workspace, bind, run) else { return };
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(
        workspace.read("src-report.md").contains("session_duration")
            || workspace.read("src-report.md").contains("In sync")
    );
    assert!(workspace.read("src-plan.json").contains("\"saved\""));
    assert_eq!(workspace.mode("src-plan.json"), 0o600, "private in place too");
    assert!(workspace.read("src-live.json").contains("\"session_duration\": \"24h\""));
    workspace.assert_no_temporary_files();
}

#[test]
fn a_read_only_manifest_is_an_error_with_a_hint() {
    let workspace = Workspace::new();
    workspace.write("src.yaml", FIXABLE);
    let read_only = format!("{BIND}; mount -o remount,ro,bind org.yaml");
    if let Some(ended) = mounted(&workspace, &read_only, "$Z validate --fix org.yaml") {
        assert_eq!(ended.code, Some(1), "{}", ended.stderr);
        assert!(ended.stderr.contains("make it writable, or edit it by hand"), "{}", ended.stderr);
    }
    workspace.write("org.yaml", FIXABLE);
    workspace.chmod("org.yaml", 0o444);
    let ended = workspace.run("validate --fix");
    assert_eq!(ended.code, Some(1));
    assert!(ended.stderr.contains("it is read-only") && ended.stderr.contains("make it writable"), "{}", ended.stderr);
    assert_eq!((workspace.read("src.yaml"), workspace.read("org.yaml")), (FIXABLE.to_owned(), FIXABLE.to_owned()));
}

/// The link is kept, and its target is written if it is in the same repository or below the same folder.
#[test]
fn a_linked_manifest_is_rewritten_only_inside_the_repository() {
    use std::os::unix::fs::symlink;
    let workspace = Workspace::new();
    for folder in ["repo/.git", "repo/deep", "repo/base", "elsewhere", "plain/below"] {
        std::fs::create_dir_all(workspace.path(folder)).unwrap();
    }
    for (link, target, file, is_written) in [
        ("repo/deep/org.yaml", "../base/org.yaml", "repo/base/org.yaml", true),
        ("repo/deep/out.yaml", "../../elsewhere/org.yaml", "elsewhere/org.yaml", false),
        ("plain/org.yaml", "below/org.yaml", "plain/below/org.yaml", true),
        ("plain/below/out.yaml", "../../elsewhere/org.yaml", "elsewhere/org.yaml", false),
    ] {
        workspace.write(file, FIXABLE);
        symlink(target, workspace.path(link)).unwrap();
        let ended = workspace.run(&format!("validate --fix {link}"));
        assert!(workspace.path(link).is_symlink());
        assert_eq!(ended.code, Some(if is_written { 0 } else { 1 }), "{link}: {}", ended.stderr);
        assert_eq!(workspace.read(file) != FIXABLE, is_written, "{link}");
        assert!(is_written || ended.stderr.contains("elsewhere/org.yaml"), "{}", ended.stderr);
    }
}

//! A file whose name cannot be taken is written in place: a mount of its own, or a file in a read-only folder.

use super::desk::{Desk, FIXABLE, FIXED, ended};

/// Runs a script with mounts that end with it; nothing where the system does not let anybody mount.
fn mounted(desk: &Desk, mounts: &str, script: &str) -> Option<super::desk::Ended> {
    if ended(&mut desk.script(&format!("unshare -rm sh -ec '{mounts}'"))).code != Some(0) {
        eprintln!("skipped: nothing can be mounted here");
        return None;
    }
    Some(ended(&mut desk.script(&format!("unshare -rm sh -ec '{mounts}; {script}'"))))
}

const BIND: &str = "touch org.yaml; mount --bind src.yaml org.yaml";
const READ_ONLY: &str =
    "touch box/org.yaml; mount --bind box box; mount --bind src.yaml box/org.yaml; mount -o remount,ro,bind box";

#[test]
fn a_manifest_that_is_a_mount_of_its_own_is_fixed_in_place() {
    let desk = Desk::new();
    desk.write("src.yaml", FIXABLE);
    desk.chmod("src.yaml", 0o640);
    let Some(ended) = mounted(&desk, BIND, "$Z validate --fix org.yaml") else { return };
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(ended.stderr.contains("fixed: org.yaml:3:"), "{}", ended.stderr);
    assert_eq!((desk.read("src.yaml"), desk.mode("src.yaml")), (FIXED.to_owned(), 0o640));
    desk.is_tidy();
}

#[test]
fn a_manifest_in_a_read_only_folder_is_adopted_in_place_and_may_become_shorter() {
    let desk = Desk::new();
    std::fs::create_dir(desk.path("box")).unwrap();
    desk.write("src.yaml", &desk.read("org.yaml").replace("24h", "719h60m"));
    let Some(ended) = mounted(&desk, READ_ONLY, "$Z drift --adopt box/org.yaml --sandbox=state.json") else { return };
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert_eq!(desk.read("src.yaml"), desk.read("org.yaml").replace("24h", "12h"));
    desk.is_tidy();
}

#[test]
fn reports_plans_and_states_that_are_mounts_are_written_in_place() {
    let desk = Desk::new();
    for name in ["report.md", "plan.json", "live.json"] {
        desk.write(&format!("src-{name}"), "what an earlier run left, and longer than a line\n");
    }
    desk.write("src-live.json", &desk.read("state.json"));
    let bind = "for f in report.md plan.json live.json; do touch $f; mount --bind src-$f $f; done";
    let run = "$Z apply --auto-approve --sandbox=live.json && $Z plan --sandbox=live.json --report markdown=report.md --out plan.json";
    let Some(ended) = mounted(&desk, bind, run) else { return };
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(desk.read("src-report.md").contains("session_duration") || desk.read("src-report.md").contains("In sync"));
    assert!(desk.read("src-plan.json").contains("\"saved\""));
    assert_eq!(desk.mode("src-plan.json"), 0o600, "private in place too");
    assert!(desk.read("src-live.json").contains("\"session_duration\": \"24h\""));
    desk.is_tidy();
}

#[test]
fn a_manifest_that_is_read_only_says_what_to_do() {
    let desk = Desk::new();
    desk.write("src.yaml", FIXABLE);
    let read_only = format!("{BIND}; mount -o remount,ro,bind org.yaml");
    if let Some(ended) = mounted(&desk, &read_only, "$Z validate --fix org.yaml") {
        assert_eq!(ended.code, Some(1), "{}", ended.stderr);
        assert!(ended.stderr.contains("make it writable, or edit it by hand"), "{}", ended.stderr);
    }
    desk.write("org.yaml", FIXABLE);
    desk.chmod("org.yaml", 0o444);
    let ended = desk.run("validate --fix");
    assert_eq!(ended.code, Some(1));
    assert!(ended.stderr.contains("it is read-only") && ended.stderr.contains("make it writable"), "{}", ended.stderr);
    assert_eq!((desk.read("src.yaml"), desk.read("org.yaml")), (FIXABLE.to_owned(), FIXABLE.to_owned()));
}

/// A link stays, and what it leads to is written, in the same repository or below the same folder.
#[test]
fn a_linked_manifest_is_rewritten_where_it_is_in_the_repository_and_nowhere_else() {
    use std::os::unix::fs::symlink;
    let desk = Desk::new();
    for folder in ["repo/.git", "repo/deep", "repo/base", "elsewhere", "plain/below"] {
        std::fs::create_dir_all(desk.path(folder)).unwrap();
    }
    for (link, target, file, is_written) in [
        ("repo/deep/org.yaml", "../base/org.yaml", "repo/base/org.yaml", true),
        ("repo/deep/out.yaml", "../../elsewhere/org.yaml", "elsewhere/org.yaml", false),
        ("plain/org.yaml", "below/org.yaml", "plain/below/org.yaml", true),
        ("plain/below/out.yaml", "../../elsewhere/org.yaml", "elsewhere/org.yaml", false),
    ] {
        desk.write(file, FIXABLE);
        symlink(target, desk.path(link)).unwrap();
        let ended = desk.run(&format!("validate --fix {link}"));
        assert!(desk.path(link).is_symlink());
        assert_eq!(ended.code, Some(if is_written { 0 } else { 1 }), "{link}: {}", ended.stderr);
        assert_eq!(desk.read(file) != FIXABLE, is_written, "{link}");
        assert!(is_written || ended.stderr.contains("elsewhere/org.yaml"), "{}", ended.stderr);
    }
}

//! A file size limit and a full disk are errors. They do not end the program by a signal, and leave no partial file.

use super::workspace::{FIXABLE, MANIFEST, RunOutput, Workspace, ended};

/// Commands that write a file, and the file.
const WRITERS: [(&str, &str); 7] = [
    ("validate --fix out/org.yaml", "out/org.yaml"),
    ("drift --adopt out/drift.yaml --sandbox=state.json", "out/drift.yaml"),
    ("plan --live live.json --out out/plan.json", "out/plan.json"),
    ("plan --live live.json --report markdown=out/report.md", "out/report.md"),
    ("validate --report sarif=out/report.md", "out/report.md"),
    ("init out/new.yaml --from-terraform main.tf", "out/new.yaml"),
    ("plan --sandbox=out/new.json", "out/new.json"),
];

const SEEDS: [&str; 4] = ["out/org.yaml", "out/drift.yaml", "out/plan.json", "out/report.md"];

fn prepare(workspace: &Workspace) {
    let name = "Widget, in many words: ".repeat(20);
    workspace.write(
        "main.tf",
        &format!("resource \"cloudflare_zero_trust_organization\" \"it\" {{\n  name = \"{name}\"\n}}\n"),
    );
    let snapshot =
        workspace.run("export --format json --sandbox=state.json --account-id 699d98642c564d2e855e9661899b7252");
    workspace.write("live.json", &snapshot.stdout);
    std::fs::create_dir(workspace.path("out")).unwrap();
}

/// Files that are over the limit already, so that not even their own bytes can be written again.
fn seed(workspace: &Workspace) {
    let comment = "# what the next line is for, in as many words as a file of some size has\n".repeat(30);
    workspace.write("out/org.yaml", &format!("{comment}{FIXABLE}"));
    workspace.write("out/drift.yaml", &format!("{comment}{MANIFEST}"));
    let plan = ended(&mut workspace.script("$Z plan --live live.json --out out/plan.json"));
    assert_eq!(plan.code, Some(0), "{}", plan.stderr);
    workspace.write("out/report.md", &"an earlier report\n".repeat(100));
}

fn failed_cleanly(workspace: &Workspace, what: &str, ended: &RunOutput) {
    assert_eq!(ended.code, Some(1), "{what}: {:?} {}", ended.code, ended.stderr);
    let said = format!("{}{}", ended.stdout, ended.stderr);
    assert!(said.contains("cannot ") && !said.contains(".zerodrift-"), "{what}: {said}");
    workspace.assert_no_temporary_files();
}

#[test]
fn a_file_size_limit_is_an_error_and_changes_no_file() {
    for limit in [0, 1] {
        let workspace = Workspace::new();
        prepare(&workspace);
        seed(&workspace);
        let before = SEEDS.map(|name| workspace.read(name));
        for (writer, file) in WRITERS {
            let ended = ended(&mut workspace.script(&format!("ulimit -f {limit}; exec $Z {writer}")));
            // A file below the larger limit may be written.
            let is_written = limit == 1 && ended.code == Some(0);
            assert!(!is_written || workspace.path(file).metadata().unwrap().len() <= 512 * 2, "{writer}");
            if !is_written {
                failed_cleanly(&workspace, writer, &ended);
                assert!(SEEDS.contains(&file) || !workspace.path(file).exists(), "{writer} left {file}");
            }
        }
        for (name, before) in SEEDS.iter().zip(before) {
            let now = workspace.read(name);
            // The report of the failed run is below the larger limit.
            let says_why = limit == 1 && now.contains("cannot write the report out/report.md");
            assert!(now == before || says_why, "limit {limit}: {name}\n{now}");
        }
    }
}

#[test]
fn under_a_file_size_limit_nothing_is_applied() {
    let workspace = Workspace::new();
    let before = workspace.read("state.json");
    let apply = "ulimit -f 0; exec $Z apply --auto-approve --sandbox=state.json --backup-dir kept";
    let ended = ended(&mut workspace.script(apply));
    failed_cleanly(&workspace, apply, &ended);
    assert_eq!(workspace.read("state.json"), before);
    let left = workspace.names("kept");
    assert!(left.iter().all(|name| name == "audit.jsonl" && workspace.read("kept/audit.jsonl").is_empty()), "{left:?}");
}

/// An incomplete line would break programs that read the log line by line.
#[test]
fn an_incomplete_line_is_removed_from_the_audit_log() {
    let workspace = Workspace::new();
    let log = "home/.local/state/zerodrift/audit.jsonl";
    assert_eq!(workspace.run("apply --sandbox=state.json").code, Some(3), "the refusal is logged");
    let line = workspace.read(log);
    assert!(line.len() > 512 && line.ends_with('\n'));
    for earlier in [&line[..300], &line] {
        let earlier = format!("{}\n", earlier.trim_end());
        workspace.write(log, &earlier);
        let ended = ended(&mut workspace.script("ulimit -f 1; exec $Z apply --sandbox=state.json"));
        assert_eq!(ended.code, Some(3), "{}", ended.stderr);
        assert!(ended.stderr.contains("append to the audit log"), "{}", ended.stderr);
        assert_eq!(workspace.read(log), earlier);
    }
}

#[test]
fn results_that_cannot_be_printed_are_an_error() {
    let workspace = Workspace::new();
    for command in ["plan --sandbox=state.json", "validate", "explain", "schema", "man", "validate --format json"] {
        let full = ended(&mut workspace.script(&format!("exec $Z {command} > /dev/full")));
        assert_eq!(full.code, Some(1), "{command}: {}", full.stderr);
        let limited = ended(&mut workspace.script(&format!("ulimit -f 0; exec $Z {command} > out.txt")));
        assert!(matches!(limited.code, Some(1)), "{command}: {:?} {}", limited.code, limited.stderr);
    }
    for talk in ["plan --sandbox=state.json -vvv", "validate --fix", "apply --sandbox=state.json"] {
        let full = ended(&mut workspace.script(&format!("exec $Z {talk} 2> /dev/full")));
        assert!(matches!(full.code, Some(0 | 3)), "{talk}: {:?} {}", full.code, full.stdout);
    }
}

/// In a small file system that is mounted for the script.
#[test]
fn a_full_disk_is_an_error_and_changes_no_file() {
    let workspace = Workspace::new();
    prepare(&workspace);
    // The seeds are created first and copied into the small file system.
    seed(&workspace);
    std::fs::rename(workspace.path("out"), workspace.path("seeds")).unwrap();
    std::fs::create_dir(workspace.path("out")).unwrap();
    let mount = "mount -t tmpfs -o size=32k,nr_inodes=12 none out && cp seeds/* out";
    if ended(&mut workspace.script(&format!("unshare -rm sh -ec '{mount}'"))).code != Some(0) {
        eprintln!("skipped: a small file system cannot be mounted here");
        return;
    }
    let fill = "(cat /dev/zero > out/filler || true) 2>/dev/null; sync";
    for (writer, file) in WRITERS {
        let is_seed = SEEDS.contains(&file);
        let check = if is_seed { format!("cmp {file} seeds/{}", &file[4..]) } else { format!("test ! -e {file}") };
        let script = format!(
            "{mount}; {fill}; set +e; $Z {writer}; code=$?; set -e; {check}; ls -a out | grep -c zerodrift- && exit 99; exit $code"
        );
        let ended = ended(&mut workspace.script(&format!("unshare -rm sh -ec '{script}'")));
        failed_cleanly(&workspace, writer, &ended);
    }
    let apply = format!("{mount}; {fill}; exec $Z apply --auto-approve --sandbox=state.json --backup-dir out/kept");
    let before = workspace.read("state.json");
    let ended = ended(&mut workspace.script(&format!("unshare -rm sh -ec '{apply}'")));
    failed_cleanly(&workspace, &apply, &ended);
    assert_eq!(workspace.read("state.json"), before);
}

/// The file is bind-mounted, so it is written in place, and the disk is full.
#[test]
fn a_file_that_cannot_grow_in_place_keeps_its_content() {
    let workspace = Workspace::new();
    // `no` becomes `false`, three bytes more, and the file fills its small file system to the last byte.
    workspace.write("src.yaml", &format!("{}\n{FIXABLE}", "#".repeat(4095 - FIXABLE.len())));
    assert_eq!(workspace.path("src.yaml").metadata().unwrap().len(), 4096);
    let script =
        "mount -t tmpfs -o size=4k none small && cp src.yaml small/org.yaml && mount --bind small/org.yaml org.yaml";
    std::fs::create_dir(workspace.path("small")).unwrap();
    if ended(&mut workspace.script(&format!("unshare -rm sh -ec '{script}'"))).code != Some(0) {
        eprintln!("skipped: a small file system cannot be mounted here");
        return;
    }
    let run =
        format!("{script}; set +e; $Z validate --fix org.yaml; code=$?; set -e; cmp src.yaml org.yaml; exit $code");
    let ended = ended(&mut workspace.script(&format!("unshare -rm sh -ec '{run}'")));
    assert_eq!(ended.code, Some(1), "{} {}", ended.stdout, ended.stderr);
    assert!(ended.stderr.contains("its old content was restored"), "{}", ended.stderr);
}

//! A limit on the size of files and a full disk are errors, never a death by signal, and leave no half file.

use super::desk::{Desk, Ended, FIXABLE, MANIFEST, ended};

/// What writes a file, and the file.
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

fn prepare(desk: &Desk) {
    let name = "Widget, in many words: ".repeat(20);
    desk.write(
        "main.tf",
        &format!("resource \"cloudflare_zero_trust_organization\" \"it\" {{\n  name = \"{name}\"\n}}\n"),
    );
    let snapshot = desk.run("export --format json --sandbox=state.json --account-id 699d98642c564d2e855e9661899b7252");
    desk.write("live.json", &snapshot.stdout);
    std::fs::create_dir(desk.path("out")).unwrap();
}

/// Files that are over the limit already, so that not even their own bytes can be written again.
fn seed(desk: &Desk) {
    let comment = "# what the next line is for, in as many words as a file of some size has\n".repeat(30);
    desk.write("out/org.yaml", &format!("{comment}{FIXABLE}"));
    desk.write("out/drift.yaml", &format!("{comment}{MANIFEST}"));
    let plan = ended(&mut desk.script("$Z plan --live live.json --out out/plan.json"));
    assert_eq!(plan.code, Some(0), "{}", plan.stderr);
    desk.write("out/report.md", &"an earlier report\n".repeat(100));
}

fn failed_cleanly(desk: &Desk, what: &str, ended: &Ended) {
    assert_eq!(ended.code, Some(1), "{what}: {:?} {}", ended.code, ended.stderr);
    let said = format!("{}{}", ended.stdout, ended.stderr);
    assert!(said.contains("cannot ") && !said.contains(".zerodrift-"), "{what}: {said}");
    desk.is_tidy();
}

#[test]
fn a_file_size_limit_is_an_error_and_leaves_every_file_as_it_was() {
    for limit in [0, 1] {
        let desk = Desk::new();
        prepare(&desk);
        seed(&desk);
        let before = SEEDS.map(|name| desk.read(name));
        for (writer, file) in WRITERS {
            let ended = ended(&mut desk.script(&format!("ulimit -f {limit}; exec $Z {writer}")));
            // What is small enough under the larger limit may be written.
            let is_written = limit == 1 && ended.code == Some(0);
            assert!(!is_written || desk.path(file).metadata().unwrap().len() <= 512 * 2, "{writer}");
            if !is_written {
                failed_cleanly(&desk, writer, &ended);
                assert!(SEEDS.contains(&file) || !desk.path(file).exists(), "{writer} left {file}");
            }
        }
        for (name, before) in SEEDS.iter().zip(before) {
            let now = desk.read(name);
            // A page that says that the run failed is small enough for the larger limit.
            let says_why = limit == 1 && now.contains("cannot write the report out/report.md");
            assert!(now == before || says_why, "limit {limit}: {name}\n{now}");
        }
    }
}

#[test]
fn under_a_file_size_limit_nothing_is_applied() {
    let desk = Desk::new();
    let before = desk.read("state.json");
    let apply = "ulimit -f 0; exec $Z apply --auto-approve --sandbox=state.json --backup-dir kept";
    let ended = ended(&mut desk.script(apply));
    failed_cleanly(&desk, apply, &ended);
    assert_eq!(desk.read("state.json"), before);
    let left = desk.names("kept");
    assert!(left.iter().all(|name| name == "audit.jsonl" && desk.read("kept/audit.jsonl").is_empty()), "{left:?}");
}

/// Half a line would spoil the log for whoever reads it line by line.
#[test]
fn a_line_that_does_not_fit_is_taken_back_from_the_audit_log() {
    let desk = Desk::new();
    let log = "home/.local/state/zerodrift/audit.jsonl";
    assert_eq!(desk.run("apply --sandbox=state.json").code, Some(3), "nobody approves, which is a line");
    let line = desk.read(log);
    assert!(line.len() > 512 && line.ends_with('\n'));
    for earlier in [&line[..300], &line] {
        let earlier = format!("{}\n", earlier.trim_end());
        desk.write(log, &earlier);
        let ended = ended(&mut desk.script("ulimit -f 1; exec $Z apply --sandbox=state.json"));
        assert_eq!(ended.code, Some(3), "{}", ended.stderr);
        assert!(ended.stderr.contains("append to the audit log"), "{}", ended.stderr);
        assert_eq!(desk.read(log), earlier);
    }
}

#[test]
fn results_that_cannot_be_printed_are_an_error() {
    let desk = Desk::new();
    for command in ["plan --sandbox=state.json", "validate", "explain", "schema", "man", "validate --format json"] {
        let full = ended(&mut desk.script(&format!("exec $Z {command} > /dev/full")));
        assert_eq!(full.code, Some(1), "{command}: {}", full.stderr);
        let limited = ended(&mut desk.script(&format!("ulimit -f 0; exec $Z {command} > out.txt")));
        assert!(matches!(limited.code, Some(1)), "{command}: {:?} {}", limited.code, limited.stderr);
    }
    for talk in ["plan --sandbox=state.json -vvv", "validate --fix", "apply --sandbox=state.json"] {
        let full = ended(&mut desk.script(&format!("exec $Z {talk} 2> /dev/full")));
        assert!(matches!(full.code, Some(0 | 3)), "{talk}: {:?} {}", full.code, full.stdout);
    }
}

/// A file system with hardly any room, in a mount of its own that ends with the script.
#[test]
fn a_full_disk_is_an_error_and_leaves_every_file_as_it_was() {
    let desk = Desk::new();
    prepare(&desk);
    // Under the folder that the small file system covers, the seeds are made first and copied into it.
    seed(&desk);
    std::fs::rename(desk.path("out"), desk.path("seeds")).unwrap();
    std::fs::create_dir(desk.path("out")).unwrap();
    let mount = "mount -t tmpfs -o size=32k,nr_inodes=12 none out && cp seeds/* out";
    if ended(&mut desk.script(&format!("unshare -rm sh -ec '{mount}'"))).code != Some(0) {
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
        let ended = ended(&mut desk.script(&format!("unshare -rm sh -ec '{script}'")));
        failed_cleanly(&desk, writer, &ended);
    }
    let apply = format!("{mount}; {fill}; exec $Z apply --auto-approve --sandbox=state.json --backup-dir out/kept");
    let before = desk.read("state.json");
    let ended = ended(&mut desk.script(&format!("unshare -rm sh -ec '{apply}'")));
    failed_cleanly(&desk, &apply, &ended);
    assert_eq!(desk.read("state.json"), before);
}

/// On a full disk a file that is a mount of its own cannot grow in place, and is as it was.
#[test]
fn a_file_that_cannot_grow_in_place_keeps_its_content() {
    let desk = Desk::new();
    // `no` becomes `false`, three bytes more, and the file fills its small file system to the last byte.
    desk.write("src.yaml", &format!("{}\n{FIXABLE}", "#".repeat(4095 - FIXABLE.len())));
    assert_eq!(desk.path("src.yaml").metadata().unwrap().len(), 4096);
    let script =
        "mount -t tmpfs -o size=4k none small && cp src.yaml small/org.yaml && mount --bind small/org.yaml org.yaml";
    std::fs::create_dir(desk.path("small")).unwrap();
    if ended(&mut desk.script(&format!("unshare -rm sh -ec '{script}'"))).code != Some(0) {
        eprintln!("skipped: a small file system cannot be mounted here");
        return;
    }
    let run =
        format!("{script}; set +e; $Z validate --fix org.yaml; code=$?; set -e; cmp src.yaml org.yaml; exit $code");
    let ended = ended(&mut desk.script(&format!("unshare -rm sh -ec '{run}'")));
    assert_eq!(ended.code, Some(1), "{} {}", ended.stdout, ended.stderr);
    assert!(ended.stderr.contains("its old content was restored"), "{}", ended.stderr);
}

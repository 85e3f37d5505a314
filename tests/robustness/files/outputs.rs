//! What a run writes hits nothing that it reads, nothing that another run needs, and nothing but regular files.

use std::os::unix::fs::symlink;

use super::desk::{Desk, MANIFEST, ended};

/// Every option that names an output, on each command that has it; `{}` is its place.
const OUTPUTS: [&str; 6] = [
    "plan --sandbox=state.json --report markdown={}",
    "plan --sandbox=state.json --out {}",
    "drift --sandbox=state.json --report json={}",
    "validate --report sarif={}",
    "init {} --force --sandbox=state.json --account-id 699d98642c564d2e855e9661899b7252",
    "init {} --force --from-terraform main.tf",
];

fn terraform(desk: &Desk) {
    let text = "resource \"cloudflare_zero_trust_organization\" \"it\" {\n  account_id = \"699d98642c564d2e855e9661899b7252\"\n  name = \"Widget\"\n}\n";
    desk.write("main.tf", text);
}

#[test]
fn nothing_but_a_regular_file_is_written() {
    let desk = Desk::new();
    terraform(&desk);
    desk.write("victim", "safe");
    symlink("victim", desk.path("to-victim")).unwrap();
    symlink("nowhere", desk.path("to-nowhere")).unwrap();
    symlink("/dev/stdout", desk.path("to-stdout")).unwrap();
    let mut names = desk.special();
    names.extend(["to-victim", "to-nowhere", "to-stdout"].map(str::to_owned));
    let before = desk.names(".");
    for name in names {
        for output in OUTPUTS {
            let ended = desk.run(&output.replace("{}", &name));
            assert!(matches!(ended.code, Some(1 | 64)), "{output} {name}: {:?} {}", ended.code, ended.stderr);
            assert!(ended.stderr.contains("regular file"), "{output} {name}: {}", ended.stderr);
            assert!(ended.stderr.contains("hint: "), "{output} {name}: {}", ended.stderr);
        }
    }
    assert_eq!((desk.read("victim"), desk.names(".")), ("safe".to_owned(), before));
}

/// By its own name, a hard link, a detour, and a folder that is a link.
fn names_of(desk: &Desk, name: &str) -> Vec<String> {
    std::fs::create_dir_all(desk.path("sub")).unwrap();
    let _ = symlink("..", desk.path("sub/up"));
    let hard = format!("hard-{}", name.replace('/', "-"));
    std::fs::hard_link(desk.path(name), desk.path(&hard)).unwrap();
    vec![
        name.to_owned(),
        format!("./{name}"),
        format!("sub/../{name}"),
        format!("sub/up/{name}"),
        desk.path(name).display().to_string(),
        hard,
    ]
}

#[test]
fn no_output_hits_a_file_of_its_run_by_any_name() {
    let desk = Desk::new();
    terraform(&desk);
    desk.secret("token");
    desk.write("roots.pem", "-----BEGIN CERTIFICATE-----\n");
    desk.write("summary", "# Summary\n");
    desk.write("outputs", "a=b\n");
    let snapshot = desk.run("export --format json --sandbox=state.json --account-id 699d98642c564d2e855e9661899b7252");
    desk.write("live.json", &snapshot.stdout);
    for (victim, runs) in [
        (
            "org.yaml",
            &[
                "plan --sandbox=state.json --report json={}",
                "plan --live live.json --out {}",
                "drift --report json={}",
                "validate --report json={}",
            ][..],
        ),
        (
            "token",
            &[
                "plan --token-file token --report json={}",
                "plan --token-file token --out {}",
                "init {} --force --token-file token",
            ],
        ),
        (
            "state.json",
            &[
                "plan --sandbox=state.json --report json={}",
                "plan --sandbox=state.json --out {}",
                "init {} --force --sandbox=state.json",
            ],
        ),
        ("live.json", &["plan --live live.json --report json={}", "plan --live live.json --out {}"]),
        ("roots.pem", &["plan --report json={}", "plan --out {}", "drift --report json={}"]),
        ("summary", &["validate --report json={}", "plan --out {}"]),
        ("outputs", &["validate --report json={}", "plan --out {}"]),
        ("main.tf", &["init {} --force --from-terraform main.tf", "init {} --force --from-terraform ."]),
    ] {
        let before = desk.read(victim);
        for name in names_of(&desk, victim) {
            for run in runs {
                let mut command = desk.command(&run.replace("{}", &name));
                command
                    .env("SSL_CERT_FILE", "roots.pem")
                    .env("CLOUDFLARE_API_TOKEN", "hunter2-0123456789abcdefghijklmnopqrstuv");
                command.env("GITHUB_STEP_SUMMARY", desk.path("summary")).env("GITHUB_OUTPUT", desk.path("outputs"));
                let ended = ended(&mut command);
                assert_eq!(ended.code, Some(64), "{run} {name}: {}", ended.stderr);
                assert!(ended.stderr.contains("would overwrite"), "{run} {name}: {}", ended.stderr);
                assert_eq!(desk.read(victim), before, "{run} {name}");
            }
        }
    }
    desk.is_tidy();
}

#[test]
fn no_output_replaces_a_file_that_another_run_needs() {
    let desk = Desk::new();
    terraform(&desk);
    let applied = desk.run("apply --auto-approve --sandbox=other.json --backup-dir kept");
    assert_eq!(applied.code, Some(0), "{}", applied.stderr);
    desk.write("orgs.yaml", "allow: []\norganization: [broken\n");
    desk.write("manifest.txt", MANIFEST);
    desk.write("org.json", r#"{"zone_id": "699d98642c564d2e855e9661899b7252", "organization": {}}"#);
    assert_eq!(desk.run("plan --sandbox=state.json --out plan.json").code, Some(0));
    let backup = format!("kept/{}", desk.names("kept")[0]);
    let victims =
        [backup.as_str(), "kept/audit.jsonl", "other.json", "orgs.yaml", "manifest.txt", "org.json", "plan.json"];
    for victim in victims {
        let before = desk.read(victim);
        for output in OUTPUTS {
            let may = (victim == "plan.json" && output.contains("--out"))
                || (victim.contains("org") && output.contains("init"));
            if may || (victim == "manifest.txt" && output.contains("init")) {
                continue;
            }
            let ended = desk.run(&output.replace("{}", victim));
            assert_eq!(ended.code, Some(64), "{output} {victim}: {}", ended.stderr);
            assert!(ended.stderr.contains("would overwrite"), "{output} {victim}: {}", ended.stderr);
            assert_eq!(desk.read(victim), before, "{output} {victim}");
        }
    }
    assert_eq!(desk.run("plan --sandbox=state.json --out plan.json").code, Some(0), "a plan replaces a plan");
}

#[test]
fn two_outputs_are_not_one_file_and_an_earlier_report_is_replaced() {
    let desk = Desk::new();
    let twice = "plan --sandbox=state.json --report json=a.json --report markdown=./a.json";
    assert_eq!(desk.run(twice).code, Some(64));
    assert_eq!(desk.run("plan --sandbox=state.json --out a.json --report json=./a.json").code, Some(64));
    assert_eq!(desk.run("plan --sandbox=new.json --report json=./new.json").code, Some(64));
    assert_eq!(desk.names("."), ["org.yaml", "state.json"]);
    // Whatever the format and however often: an earlier report is nobody's file.
    let formats = ["text", "json", "markdown", "github", "gitlab", "html"];
    let reports: String = formats.iter().map(|format| format!(" --report {format}=report.{format}.yaml")).collect();
    for manifest in [MANIFEST, "organization: {name: [}\n", MANIFEST] {
        desk.write("org.yaml", manifest);
        for command in ["plan", "drift"] {
            let ended = desk.run(&format!("{command} --sandbox=state.json{reports}"));
            assert!(matches!(ended.code, Some(0 | 2 | 5)), "{}", ended.stderr);
        }
        for format in ["text", "json", "github", "sarif", "gitlab"] {
            let ended = desk.run(&format!("validate --report {format}=findings.{format}.yaml"));
            assert!(matches!(ended.code, Some(0 | 5)), "{}", ended.stderr);
        }
    }
}

#[test]
fn the_files_of_a_job_are_regular_and_hit_nothing() {
    let desk = Desk::new();
    desk.write("outputs", "a=b\n");
    let before = desk.read("org.yaml");
    std::fs::hard_link(desk.path("org.yaml"), desk.path("hard")).unwrap();
    let mut names = desk.special();
    symlink("outputs", desk.path("to-outputs")).unwrap();
    names.extend(["to-outputs", "org.yaml", "hard", "state.json"].map(str::to_owned));
    for name in names {
        for variable in ["GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY"] {
            let ended = ended(desk.command("plan --sandbox=state.json --format github").env(variable, &name));
            assert_eq!(ended.code, Some(1), "{variable}={name}: {}", ended.stderr);
        }
    }
    assert_eq!((desk.read("org.yaml"), desk.read("outputs")), (before, "a=b\n".to_owned()));
}

#[test]
fn private_files_are_private_under_any_umask() {
    for umask in ["000", "022", "077", "777"] {
        let desk = Desk::new();
        let script = format!(
            "umask {umask}; $Z plan --sandbox=state.json --out plan.json && $Z apply --plan plan.json --sandbox=state.json"
        );
        let ended = ended(&mut desk.script(&script));
        assert_eq!(ended.code, Some(0), "{umask}: {}", ended.stderr);
        let state = "home/.local/state/zerodrift";
        let backup = format!("{state}/backups/{}", desk.names(&format!("{state}/backups"))[0]);
        assert_eq!(desk.mode("plan.json"), 0o600, "{umask}");
        assert_eq!(desk.mode(&backup), 0o600, "{umask}");
        assert_eq!(desk.mode(&format!("{state}/audit.jsonl")), 0o600, "{umask}");
        for folder in [state.to_owned(), format!("{state}/backups"), "home/.local/state".to_owned()] {
            assert_eq!(desk.mode(&folder), 0o700, "{umask} {folder}");
        }
    }
}

#[test]
fn a_file_in_a_folder_that_does_not_exist_names_the_folder_and_no_temporary_file() {
    let desk = Desk::new();
    let account = "--account-id 699d98642c564d2e855e9661899b7252 --sandbox=state.json";
    let ended = desk.run(&format!("init NODIR/x.yaml {account}"));
    assert_eq!(ended.code, Some(1));
    assert!(ended.stderr.contains("cannot write NODIR/x.yaml: the folder NODIR does not exist"), "{}", ended.stderr);
    assert!(ended.stderr.contains("mkdir -p NODIR"), "{}", ended.stderr);
    for output in [
        "plan --sandbox=state.json --out NODIR/p.json",
        "plan --sandbox=state.json --report json=NODIR/r.json",
        "plan --sandbox=NODIR/state.json",
        "sandbox --state NODIR/state.json",
    ] {
        let ended = desk.run(output);
        assert_eq!(ended.code, Some(1), "{output}");
        assert!(ended.stderr.contains("NODIR/") && ended.stderr.contains("No such file"), "{output}: {}", ended.stderr);
        assert!(!ended.stderr.contains(".zerodrift-"), "{output}: {}", ended.stderr);
    }
}

#[test]
fn the_number_of_backups_is_explained_where_it_is_not_one() {
    let desk = Desk::new();
    for number in ["0", "-1", "abc", "1.5", "1e3", "00"] {
        for arguments in [format!("apply --backup-keep {number}"), format!("rollback b.json --backup-keep={number}")] {
            let ended = desk.run(&arguments);
            assert_eq!(ended.code, Some(64), "{arguments}");
            assert!(
                ended.stderr.contains("--backup-keep") && ended.stderr.contains("a whole number, 1 or more"),
                "{}",
                ended.stderr
            );
        }
    }
    for number in ["1", "007", "99999999999999999999999"] {
        let ended = desk.run(&format!("apply --auto-approve --sandbox=state.json --backup-keep {number}"));
        assert_eq!(ended.code, Some(0), "{number}: {}", ended.stderr);
    }
}

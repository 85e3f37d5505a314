//! Only regular files are written, and no input and no file that another run needs is overwritten.

use std::os::unix::fs::symlink;

use super::workspace::{MANIFEST, Workspace, ended};

/// Every argument that names an output file, in place of `{}`.
const OUTPUTS: [&str; 6] = [
    "plan --sandbox=state.json --report markdown={}",
    "plan --sandbox=state.json --out {}",
    "drift --sandbox=state.json --report json={}",
    "validate --report sarif={}",
    "init {} --force --sandbox=state.json --account-id 699d98642c564d2e855e9661899b7252",
    "init {} --force --from-terraform main.tf",
];

fn terraform(workspace: &Workspace) {
    let text = "resource \"cloudflare_zero_trust_organization\" \"it\" {\n  account_id = \"699d98642c564d2e855e9661899b7252\"\n  name = \"Widget\"\n}\n";
    workspace.write("main.tf", text);
}

#[test]
fn only_regular_files_are_written() {
    let workspace = Workspace::new();
    terraform(&workspace);
    workspace.write("victim", "safe");
    symlink("victim", workspace.path("to-victim")).unwrap();
    symlink("nowhere", workspace.path("to-nowhere")).unwrap();
    symlink("/dev/stdout", workspace.path("to-stdout")).unwrap();
    let mut names = workspace.special();
    names.extend(["to-victim", "to-nowhere", "to-stdout"].map(str::to_owned));
    let before = workspace.names(".");
    for name in names {
        for output in OUTPUTS {
            let ended = workspace.run(&output.replace("{}", &name));
            assert!(matches!(ended.code, Some(1 | 64)), "{output} {name}: {:?} {}", ended.code, ended.stderr);
            assert!(ended.stderr.contains("regular file"), "{output} {name}: {}", ended.stderr);
            assert!(ended.stderr.contains("hint: "), "{output} {name}: {}", ended.stderr);
        }
    }
    assert_eq!((workspace.read("victim"), workspace.names(".")), ("safe".to_owned(), before));
}

/// Other paths of a file: through a hard link, through `..`, through a linked folder, and absolute.
fn names_of(workspace: &Workspace, name: &str) -> Vec<String> {
    std::fs::create_dir_all(workspace.path("sub")).unwrap();
    let _ = symlink("..", workspace.path("sub/up"));
    let hard = format!("hard-{}", name.replace('/', "-"));
    std::fs::hard_link(workspace.path(name), workspace.path(&hard)).unwrap();
    vec![
        name.to_owned(),
        format!("./{name}"),
        format!("sub/../{name}"),
        format!("sub/up/{name}"),
        workspace.path(name).display().to_string(),
        hard,
    ]
}

#[test]
fn no_output_overwrites_an_input_of_its_run_under_any_name() {
    let workspace = Workspace::new();
    terraform(&workspace);
    workspace.secret("token");
    workspace.write("roots.pem", "-----BEGIN CERTIFICATE-----\n");
    workspace.write("summary", "# Summary\n");
    workspace.write("outputs", "a=b\n");
    let snapshot =
        workspace.run("export --format json --sandbox=state.json --account-id 699d98642c564d2e855e9661899b7252");
    workspace.write("live.json", &snapshot.stdout);
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
        let before = workspace.read(victim);
        for name in names_of(&workspace, victim) {
            for run in runs {
                let mut command = workspace.command(&run.replace("{}", &name));
                command
                    .env("SSL_CERT_FILE", "roots.pem")
                    .env("CLOUDFLARE_API_TOKEN", "hunter2-0123456789abcdefghijklmnopqrstuv");
                command
                    .env("GITHUB_STEP_SUMMARY", workspace.path("summary"))
                    .env("GITHUB_OUTPUT", workspace.path("outputs"));
                let ended = ended(&mut command);
                assert_eq!(ended.code, Some(64), "{run} {name}: {}", ended.stderr);
                assert!(ended.stderr.contains("would overwrite"), "{run} {name}: {}", ended.stderr);
                assert_eq!(workspace.read(victim), before, "{run} {name}");
            }
        }
    }
    workspace.assert_no_temporary_files();
}

#[test]
fn no_output_overwrites_a_file_that_another_run_needs() {
    let workspace = Workspace::new();
    terraform(&workspace);
    let applied = workspace.run("apply --auto-approve --sandbox=other.json --backup-dir kept");
    assert_eq!(applied.code, Some(0), "{}", applied.stderr);
    workspace.write("orgs.yaml", "allow: []\norganization: [broken\n");
    workspace.write("manifest.txt", MANIFEST);
    workspace.write("org.json", r#"{"zone_id": "699d98642c564d2e855e9661899b7252", "organization": {}}"#);
    assert_eq!(workspace.run("plan --sandbox=state.json --out plan.json").code, Some(0));
    let backup = format!("kept/{}", workspace.names("kept")[0]);
    let victims =
        [backup.as_str(), "kept/audit.jsonl", "other.json", "orgs.yaml", "manifest.txt", "org.json", "plan.json"];
    for victim in victims {
        let before = workspace.read(victim);
        for output in OUTPUTS {
            let may = (victim == "plan.json" && output.contains("--out"))
                || (victim.contains("org") && output.contains("init"));
            if may || (victim == "manifest.txt" && output.contains("init")) {
                continue;
            }
            let ended = workspace.run(&output.replace("{}", victim));
            assert_eq!(ended.code, Some(64), "{output} {victim}: {}", ended.stderr);
            assert!(ended.stderr.contains("would overwrite"), "{output} {victim}: {}", ended.stderr);
            assert_eq!(workspace.read(victim), before, "{output} {victim}");
        }
    }
    assert_eq!(workspace.run("plan --sandbox=state.json --out plan.json").code, Some(0), "a plan replaces a plan");
}

#[test]
fn two_outputs_cannot_be_one_file_and_earlier_reports_are_replaced() {
    let workspace = Workspace::new();
    let twice = "plan --sandbox=state.json --report json=a.json --report markdown=./a.json";
    assert_eq!(workspace.run(twice).code, Some(64));
    assert_eq!(workspace.run("plan --sandbox=state.json --out a.json --report json=./a.json").code, Some(64));
    assert_eq!(workspace.run("plan --sandbox=new.json --report json=./new.json").code, Some(64));
    assert_eq!(workspace.names("."), ["org.yaml", "state.json"]);
    // An earlier report may be replaced in every format.
    let formats = ["text", "json", "markdown", "github", "gitlab", "html"];
    let reports: String = formats.iter().map(|format| format!(" --report {format}=report.{format}.yaml")).collect();
    for manifest in [MANIFEST, "organization: {name: [}\n", MANIFEST] {
        workspace.write("org.yaml", manifest);
        for command in ["plan", "drift"] {
            let ended = workspace.run(&format!("{command} --sandbox=state.json{reports}"));
            assert!(matches!(ended.code, Some(0 | 2 | 5)), "{}", ended.stderr);
        }
        for format in ["text", "json", "github", "sarif", "gitlab"] {
            let ended = workspace.run(&format!("validate --report {format}=findings.{format}.yaml"));
            assert!(matches!(ended.code, Some(0 | 5)), "{}", ended.stderr);
        }
    }
}

#[test]
fn the_files_of_a_github_job_must_be_regular_and_overwrite_nothing() {
    let workspace = Workspace::new();
    workspace.write("outputs", "a=b\n");
    let before = workspace.read("org.yaml");
    std::fs::hard_link(workspace.path("org.yaml"), workspace.path("hard")).unwrap();
    let mut names = workspace.special();
    symlink("outputs", workspace.path("to-outputs")).unwrap();
    names.extend(["to-outputs", "org.yaml", "hard", "state.json"].map(str::to_owned));
    for name in names {
        for variable in ["GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY"] {
            let ended = ended(workspace.command("plan --sandbox=state.json --format github").env(variable, &name));
            assert_eq!(ended.code, Some(1), "{variable}={name}: {}", ended.stderr);
        }
    }
    assert_eq!((workspace.read("org.yaml"), workspace.read("outputs")), (before, "a=b\n".to_owned()));
}

#[test]
fn private_files_are_private_under_any_umask() {
    for umask in ["000", "022", "077", "777"] {
        let workspace = Workspace::new();
        let script = format!(
            "umask {umask}; $Z plan --sandbox=state.json --out plan.json && $Z apply --plan plan.json --sandbox=state.json"
        );
        let ended = ended(&mut workspace.script(&script));
        assert_eq!(ended.code, Some(0), "{umask}: {}", ended.stderr);
        let state = "home/.local/state/zerodrift";
        let backup = format!("{state}/backups/{}", workspace.names(&format!("{state}/backups"))[0]);
        assert_eq!(workspace.mode("plan.json"), 0o600, "{umask}");
        assert_eq!(workspace.mode(&backup), 0o600, "{umask}");
        assert_eq!(workspace.mode(&format!("{state}/audit.jsonl")), 0o600, "{umask}");
        for folder in [state.to_owned(), format!("{state}/backups"), "home/.local/state".to_owned()] {
            assert_eq!(workspace.mode(&folder), 0o700, "{umask} {folder}");
        }
    }
}

#[test]
fn an_output_in_a_missing_folder_is_an_error_that_names_the_folder() {
    let workspace = Workspace::new();
    let account = "--account-id 699d98642c564d2e855e9661899b7252 --sandbox=state.json";
    let ended = workspace.run(&format!("init NODIR/x.yaml {account}"));
    assert_eq!(ended.code, Some(1));
    assert!(ended.stderr.contains("cannot write NODIR/x.yaml: the folder NODIR does not exist"), "{}", ended.stderr);
    assert!(ended.stderr.contains("mkdir -p NODIR"), "{}", ended.stderr);
    for output in [
        "plan --sandbox=state.json --out NODIR/p.json",
        "plan --sandbox=state.json --report json=NODIR/r.json",
        "plan --sandbox=NODIR/state.json",
        "sandbox --state NODIR/state.json",
    ] {
        let ended = workspace.run(output);
        assert_eq!(ended.code, Some(1), "{output}");
        assert!(ended.stderr.contains("NODIR/") && ended.stderr.contains("No such file"), "{output}: {}", ended.stderr);
        assert!(!ended.stderr.contains(".zerodrift-"), "{output}: {}", ended.stderr);
    }
}

#[test]
fn an_invalid_number_of_backups_is_a_usage_error() {
    let workspace = Workspace::new();
    for number in ["0", "-1", "abc", "1.5", "1e3", "00"] {
        for arguments in [format!("apply --backup-keep {number}"), format!("rollback b.json --backup-keep={number}")] {
            let ended = workspace.run(&arguments);
            assert_eq!(ended.code, Some(64), "{arguments}");
            assert!(
                ended.stderr.contains("--backup-keep") && ended.stderr.contains("a whole number, 1 or more"),
                "{}",
                ended.stderr
            );
        }
    }
    for number in ["1", "007", "99999999999999999999999"] {
        let ended = workspace.run(&format!("apply --auto-approve --sandbox=state.json --backup-keep {number}"));
        assert_eq!(ended.code, Some(0), "{number}: {}", ended.stderr);
    }
}

//! What a run reads is a regular file, or the run ends at once and says what it is.

use super::desk::{Desk, MANIFEST, ended};

/// Every way to name an input; `{}` is its place.
const INPUTS: [&str; 15] = [
    "validate {}",
    "validate --fix {}",
    "plan {} --sandbox=state.json",
    "drift {} --sandbox=state.json",
    "drift --adopt {} --sandbox=state.json",
    "apply {} --sandbox=state.json --auto-approve",
    "plan --live {}",
    "apply --plan {} --sandbox=state.json",
    "rollback {} --sandbox=state.json --auto-approve",
    "plan --token-file {}",
    "plan --sandbox={}",
    "sandbox --state {}",
    "init new.yaml --from-terraform {}",
    "revoke-user --email kim@widget.example --file {} --sandbox=state.json",
    "doctor --sandbox=state.json --file {}",
];

#[test]
fn nothing_but_a_regular_file_is_read() {
    let desk = Desk::new();
    let before = desk.read("state.json");
    for name in desk.special() {
        for input in INPUTS {
            // A folder is a Terraform configuration.
            if input.contains("terraform") && name == "folder" {
                continue;
            }
            let ended = desk.run(&input.replace("{}", &name));
            assert!(matches!(ended.code, Some(1 | 64)), "{input} {name}: {:?} {}", ended.code, ended.stderr);
            let said = format!("{}{}", ended.stdout, ended.stderr);
            assert!(said.contains("not a regular file"), "{input} {name}: {said}");
        }
    }
    assert_eq!(desk.read("state.json"), before);
    desk.is_tidy();
}

#[test]
fn certificates_and_the_remote_of_a_repository_are_regular_files() {
    let desk = Desk::new();
    for name in desk.special() {
        let mut plan = desk.command("plan");
        plan.env("SSL_CERT_FILE", &name).env("CLOUDFLARE_API_TOKEN", "hunter2-0123456789abcdefghijklmnopqrstuv");
        let ended = ended(&mut plan);
        assert_eq!(ended.code, Some(1));
        assert!(ended.stderr.contains("SSL_CERT_FILE") && ended.stderr.contains("regular file"), "{}", ended.stderr);
    }
    // Whatever it is, it shows nothing; opening a FIFO here would wait for ever.
    std::fs::create_dir(desk.path(".git")).unwrap();
    std::fs::rename(desk.path("fifo"), desk.path(".git/config")).unwrap();
    let ended = desk.run("init --ci --sandbox=state.json");
    assert!(ended.stderr.contains("--ci=github"), "{}", ended.stderr);
}

#[test]
fn an_input_that_is_too_large_is_refused_and_not_swallowed() {
    let desk = Desk::new();
    let huge = std::fs::File::create(desk.path("huge")).unwrap();
    huge.set_len(1 << 40).unwrap();
    desk.chmod("huge", 0o600);
    for input in INPUTS {
        let ended = desk.run(&input.replace("{}", "huge"));
        assert!(!matches!(ended.code, Some(0) | None), "{input}: {}", ended.stderr);
        let said = format!("{}{}", ended.stdout, ended.stderr);
        // Doctor counts the findings of a manifest and leaves their texts to validate.
        let told = ["larger than", "the limit for", "manifest    huge has 1 error"];
        assert!(told.iter().any(|text| said.contains(text)), "{input}: {said}");
    }
    for endless in ["validate -", "plan - --sandbox=state.json", "init new.yaml --from-terraform -"] {
        let ended = ended(&mut desk.script(&format!("$Z {endless} < /dev/zero")));
        assert!(matches!(ended.code, Some(1 | 5)), "{endless}: {}", ended.stderr);
    }
}

/// A link in a repository, or a secret that is mounted into a container, is read as what it leads to.
#[test]
fn a_link_to_a_regular_file_is_an_input() {
    let desk = Desk::new();
    std::os::unix::fs::symlink("org.yaml", desk.path("link.yaml")).unwrap();
    assert_eq!(desk.run("plan link.yaml --sandbox=state.json").code, Some(0));
    assert_eq!(ended(&mut desk.script("$Z validate - < org.yaml")).code, Some(0));
    assert_eq!(ended(&mut desk.script("cat org.yaml | $Z validate -")).code, Some(0));
}

#[test]
fn another_file_of_ours_is_named_with_what_reads_it() {
    let desk = Desk::new();
    assert_eq!(desk.run("plan --sandbox=state.json --out plan.json").code, Some(0));
    let snapshot = desk.run("export --format json --sandbox=state.json --account-id 699d98642c564d2e855e9661899b7252");
    desk.write("live.json", &snapshot.stdout);
    let applied = desk.run("apply --auto-approve --sandbox=state.json --backup-dir kept");
    assert_eq!(applied.code, Some(0), "{}", applied.stderr);
    let kept = desk.names("kept");
    let (backup, log) = (format!("kept/{}", kept[0]), "kept/audit.jsonl".to_owned());
    for (file, kind, hint) in [
        ("state.json", "a sandbox state file", "use --sandbox=state.json"),
        ("plan.json", "a saved plan", "zerodrift apply --plan plan.json"),
        ("live.json", "a snapshot", "zerodrift plan --live live.json"),
        (&backup, "a backup", "zerodrift rollback kept/"),
    ] {
        for command in ["validate", "plan --sandbox=other.json", "apply --sandbox=other.json"] {
            let ended = desk.run(&format!("{command} {file}"));
            assert_eq!(ended.code, Some(64), "{command} {file}");
            assert!(ended.stderr.contains(&format!("{file} is {kind}, not a manifest")), "{}", ended.stderr);
            assert!(ended.stderr.contains(hint), "{}", ended.stderr);
        }
    }
    assert_ne!(desk.run(&format!("validate {log}")).code, Some(0));
    // A manifest may be written as JSON all the same.
    desk.write(
        "org.json",
        r#"{"account_id": "699d98642c564d2e855e9661899b7252", "organization": {"session_duration": "24h"}}"#,
    );
    assert_eq!(desk.run("validate org.json").code, Some(0));
}

#[test]
fn a_value_behind_a_space_is_not_taken_for_a_file() {
    let desk = Desk::new();
    for (arguments, fix) in [
        ("plan --sandbox state.json", "use --sandbox=state.json"),
        ("apply --sandbox state.json --auto-approve", "use --sandbox=state.json"),
        ("plan org.yaml --sandbox state.json", "use --sandbox=state.json"),
        ("export --sandbox state.json", "use --sandbox=state.json"),
        ("plan --sandbox new.json", "use --sandbox=new.json"),
        ("init --sandbox new.json", "use --sandbox=new.json"),
        ("init --force --sandbox state.json", "use --sandbox=state.json"),
        ("init --ci github", "use --ci=github"),
        ("init new.yaml --ci gitlab", "use --ci=gitlab"),
        ("plan --sandbox new org.yaml", "use --sandbox=new"),
        ("init --ci GitLab", "use --ci=gitlab"),
        ("init --ci github new.yaml", "use --ci=github"),
        ("init --ci jenkins", "use --ci=github or --ci=gitlab"),
    ] {
        let ended = desk.run(arguments);
        assert_eq!(ended.code, Some(64), "{arguments}: {}", ended.stderr);
        assert!(ended.stderr.contains(fix), "{arguments}: {}", ended.stderr);
    }
    assert_eq!(desk.names("."), ["org.yaml", "state.json"]);
    desk.write("org.json", &desk.read("org.yaml"));
    for arguments in ["plan --sandbox org.json", "plan --sandbox org.yaml", "plan --sandbox -q"] {
        assert_eq!(desk.run(arguments).code, Some(0), "{arguments}: a manifest or an option is meant");
    }
}

#[test]
fn a_plan_from_standard_input_prints_a_command_that_works() {
    let desk = Desk::new();
    desk.write("my org.yaml", MANIFEST);
    let saved = ended(&mut desk.script("$Z plan - --sandbox=state.json --out 'my plan.json' < 'my org.yaml'"));
    let command = saved.stderr.lines().find_map(|line| line.strip_prefix("Apply it with: zerodrift ")).unwrap();
    assert_eq!(command, "apply - --plan 'my plan.json' < 'my org.yaml'");
    let applied = ended(&mut desk.script(&format!("$Z {command} --sandbox=state.json")));
    assert_eq!(applied.code, Some(0), "{}", applied.stderr);
    assert!(applied.stdout.contains("Applied"), "{}", applied.stdout);
}

#[test]
fn a_plan_from_a_pipe_says_that_the_manifest_is_needed_again() {
    let desk = Desk::new();
    let saved = ended(&mut desk.script("cat org.yaml | $Z plan - --sandbox=state.json --out p.json"));
    let expected = "Apply it with the same manifest on standard input: zerodrift apply - --plan p.json";
    assert!(saved.stderr.contains(expected), "{}", saved.stderr);
    for (forgotten, named) in [("", "FILE"), ("-", "is empty")] {
        let refused = desk.run(&format!("apply {forgotten} --plan p.json --sandbox=state.json"));
        assert_ne!(refused.code, Some(0));
        assert!(forgotten == "-" || refused.code == Some(64) && refused.stderr.contains(named), "{}", refused.stderr);
    }
    let piped = ended(&mut desk.script("cat org.yaml | $Z apply --plan p.json --sandbox=state.json"));
    assert_eq!(piped.code, Some(0), "{}", piped.stderr);
}

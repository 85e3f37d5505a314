//! Only regular files are read. For any other file the run ends with an error that names its kind.

use super::workspace::{MANIFEST, Workspace, ended};

/// Every argument that names an input file, in place of `{}`.
const INPUTS: [&str; 16] = [
    "validate {}",
    "validate --fix {}",
    "plan {} --sandbox=state.json",
    "drift {} --sandbox=state.json",
    "drift --adopt {} --sandbox=state.json",
    "apply {} --sandbox=state.json --auto-approve",
    "plan --live {}",
    "apply --plan {} --sandbox=state.json",
    "show {}",
    "rollback {} --sandbox=state.json --auto-approve",
    "plan --token-file {}",
    "plan --sandbox={}",
    "sandbox --state {}",
    "init new.yaml --from-terraform {}",
    "revoke-user --email kim@widget.example --file {} --sandbox=state.json",
    "doctor --sandbox=state.json --file {}",
];

#[test]
fn only_regular_files_are_read() {
    let workspace = Workspace::new();
    let before = workspace.read("state.json");
    for name in workspace.special() {
        for input in INPUTS {
            // A folder is a Terraform configuration.
            if input.contains("terraform") && name == "folder" {
                continue;
            }
            let ended = workspace.run(&input.replace("{}", &name));
            assert!(matches!(ended.code, Some(1 | 64)), "{input} {name}: {:?} {}", ended.code, ended.stderr);
            let said = format!("{}{}", ended.stdout, ended.stderr);
            // A folder is searched for manifests.
            let has_folders =
                ["validate", "plan {}", "drift", "apply {}"].iter().any(|command| input.starts_with(command));
            let kind = if has_folders && name == "folder" { "has no manifest" } else { "not a regular file" };
            assert!(said.contains(kind), "{input} {name}: {said}");
        }
    }
    assert_eq!(workspace.read("state.json"), before);
    workspace.assert_no_temporary_files();
}

#[test]
fn certificates_and_the_git_configuration_must_be_regular_files() {
    let workspace = Workspace::new();
    for name in workspace.special() {
        let mut plan = workspace.command("plan");
        plan.env("SSL_CERT_FILE", &name).env("CLOUDFLARE_API_TOKEN", "hunter2-0123456789abcdefghijklmnopqrstuv");
        let ended = ended(&mut plan);
        assert_eq!(ended.code, Some(1));
        assert!(ended.stderr.contains("SSL_CERT_FILE") && ended.stderr.contains("regular file"), "{}", ended.stderr);
    }
    // Opening a FIFO would wait for ever.
    std::fs::create_dir(workspace.path(".git")).unwrap();
    std::fs::rename(workspace.path("fifo"), workspace.path(".git/config")).unwrap();
    let ended = workspace.run("init --ci --sandbox=state.json");
    assert!(ended.stderr.contains("--ci=github"), "{}", ended.stderr);
}

#[test]
fn an_input_that_is_too_large_is_refused() {
    let workspace = Workspace::new();
    let huge = std::fs::File::create(workspace.path("huge")).unwrap();
    huge.set_len(1 << 40).unwrap();
    workspace.chmod("huge", 0o600);
    for input in INPUTS {
        let ended = workspace.run(&input.replace("{}", "huge"));
        assert!(!matches!(ended.code, Some(0) | None), "{input}: {}", ended.stderr);
        let said = format!("{}{}", ended.stdout, ended.stderr);
        // Doctor only counts the findings of a manifest.
        let told = ["larger than", "the limit for", "manifest    huge has 1 error"];
        assert!(told.iter().any(|text| said.contains(text)), "{input}: {said}");
    }
    for endless in ["validate -", "plan - --sandbox=state.json", "init new.yaml --from-terraform -"] {
        let ended = ended(&mut workspace.script(&format!("$Z {endless} < /dev/zero")));
        assert!(matches!(ended.code, Some(1 | 5)), "{endless}: {}", ended.stderr);
    }
}

/// Such as a link in a repository, or a secret that is mounted into a container.
#[test]
fn a_link_to_a_regular_file_is_read() {
    let workspace = Workspace::new();
    std::os::unix::fs::symlink("org.yaml", workspace.path("link.yaml")).unwrap();
    assert_eq!(workspace.run("plan link.yaml --sandbox=state.json").code, Some(0));
    assert_eq!(ended(&mut workspace.script("$Z validate - < org.yaml")).code, Some(0));
    assert_eq!(ended(&mut workspace.script("cat org.yaml | $Z validate -")).code, Some(0));
}

#[test]
fn another_zerodrift_file_is_refused_with_the_command_that_reads_it() {
    let workspace = Workspace::new();
    assert_eq!(workspace.run("plan --sandbox=state.json --out plan.json").code, Some(0));
    let snapshot =
        workspace.run("export --format json --sandbox=state.json --account-id 699d98642c564d2e855e9661899b7252");
    workspace.write("live.json", &snapshot.stdout);
    let applied = workspace.run("apply --auto-approve --sandbox=state.json --backup-dir kept");
    assert_eq!(applied.code, Some(0), "{}", applied.stderr);
    let kept = workspace.names("kept");
    let (backup, log) = (format!("kept/{}", kept[0]), "kept/audit.jsonl".to_owned());
    for (file, kind, hint) in [
        ("state.json", "a sandbox state file", "use --sandbox=state.json"),
        ("plan.json", "a saved plan", "zerodrift apply --plan plan.json"),
        ("live.json", "a snapshot", "zerodrift plan --live live.json"),
        (&backup, "a backup", "zerodrift rollback kept/"),
    ] {
        for command in ["validate", "plan --sandbox=other.json", "apply --sandbox=other.json"] {
            let ended = workspace.run(&format!("{command} {file}"));
            assert_eq!(ended.code, Some(64), "{command} {file}");
            assert!(ended.stderr.contains(&format!("{file} is {kind}, not a manifest")), "{}", ended.stderr);
            assert!(ended.stderr.contains(hint), "{}", ended.stderr);
        }
    }
    assert_ne!(workspace.run(&format!("validate {log}")).code, Some(0));
    // A manifest may be JSON.
    workspace.write(
        "org.json",
        r#"{"account_id": "699d98642c564d2e855e9661899b7252", "organization": {"session_duration": "24h"}}"#,
    );
    assert_eq!(workspace.run("validate org.json").code, Some(0));
}

#[test]
fn an_option_value_after_a_space_is_refused_with_the_correct_syntax() {
    let workspace = Workspace::new();
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
        let ended = workspace.run(arguments);
        assert_eq!(ended.code, Some(64), "{arguments}: {}", ended.stderr);
        assert!(ended.stderr.contains(fix), "{arguments}: {}", ended.stderr);
    }
    assert_eq!(workspace.names("."), ["org.yaml", "state.json"]);
    workspace.write("org.json", &workspace.read("org.yaml"));
    for arguments in ["plan --sandbox org.json", "plan --sandbox org.yaml", "plan --sandbox -q"] {
        assert_eq!(workspace.run(arguments).code, Some(0), "{arguments}: a manifest or an option is meant");
    }
}

#[test]
fn a_plan_from_standard_input_prints_a_command_that_works() {
    let workspace = Workspace::new();
    workspace.write("my org.yaml", MANIFEST);
    let saved = ended(&mut workspace.script("$Z plan - --sandbox=state.json --out 'my plan.json' < 'my org.yaml'"));
    let command = saved.stderr.lines().find_map(|line| line.strip_prefix("Apply it with: zerodrift ")).unwrap();
    assert_eq!(command, "apply - --plan 'my plan.json' < 'my org.yaml'");
    let applied = ended(&mut workspace.script(&format!("$Z {command} --sandbox=state.json")));
    assert_eq!(applied.code, Some(0), "{}", applied.stderr);
    assert!(applied.stdout.contains("Applied"), "{}", applied.stdout);
}

#[test]
fn a_plan_from_a_pipe_prints_that_apply_needs_the_manifest() {
    let workspace = Workspace::new();
    let saved = ended(&mut workspace.script("cat org.yaml | $Z plan - --sandbox=state.json --out p.json"));
    let expected = "Apply it with the same manifest on standard input: zerodrift apply - --plan p.json";
    assert!(saved.stderr.contains(expected), "{}", saved.stderr);
    for (forgotten, named) in [("", "FILE"), ("-", "is empty")] {
        let refused = workspace.run(&format!("apply {forgotten} --plan p.json --sandbox=state.json"));
        assert_ne!(refused.code, Some(0));
        assert!(forgotten == "-" || refused.code == Some(64) && refused.stderr.contains(named), "{}", refused.stderr);
    }
    let piped = ended(&mut workspace.script("cat org.yaml | $Z apply --plan p.json --sandbox=state.json"));
    assert_eq!(piped.code, Some(0), "{}", piped.stderr);
}

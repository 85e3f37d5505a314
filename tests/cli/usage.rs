//! What is typed wrongly, and files that are not what they should be.

use insta::assert_snapshot;

use crate::harness::TestEnv;

const BROKEN: &str = "\
account_id: 699d98642c564d2e855e9661899b7252
organization:
  sesion_duration: 24h
  auth_domain: widget.cloudflareaccess.com
  is_ui_read_only: yes
  login_design:
    background_color: #c5ed1b
";

#[test]
fn invalid_arguments_exit_with_64_and_print_no_result() {
    let env = TestEnv::with_example();
    let wrong = [
        "",
        "pln",
        "plan --detailed-exitcod",
        "plan --token abc",
        "rollback a.json b.json",
        "plan --format yaml",
        "plan --sandbox --base-url https://x.example",
        "destroy",
        "delete",
        "explain no_such_setting",
        "schema nothing",
        "completions nothing",
        "revoke-user",
        "sandbox --personality put=nothing",
        "sandbox --fault PUT:nothing",
    ];
    for arguments in wrong {
        let output = env.run(arguments).exits(64);
        assert_eq!(output.stdout, "", "{arguments}: {output}");
        assert!(!output.stderr.is_empty(), "{arguments}");
    }
}

#[test]
fn a_mistyped_flag_gets_a_tip() {
    assert_snapshot!(TestEnv::new().run("plan --detailed-exitcod"), @r#"
    ------- stderr -------
    error: unexpected argument '--detailed-exitcod' found

      tip: a similar argument exists: '--detailed-exitcode'

    Usage: zerodrift plan --detailed-exitcode [FILE|FOLDER]...

    For more information, try '--help'.
    [exit status: 64]
    "#);
}

#[test]
fn there_is_no_flag_for_a_token() {
    assert_snapshot!(TestEnv::new().run("plan --token abc"), @r#"
    ------- stderr -------
    error: unexpected argument '--token' found

      tip: a similar argument exists: '--token-file'

    Usage: zerodrift plan --token-file <FILE> [FILE|FOLDER]...

    For more information, try '--help'.
    [exit status: 64]
    "#);
}

#[test]
fn a_missing_manifest_gets_a_hint() {
    let env = TestEnv::new();
    assert_snapshot!(env.run("plan"), @r#"
    ------- stderr -------
    error: cannot read org.yaml: No such file or directory (os error 2)
      hint: name the manifest, or write one from the live state with `zerodrift init`
    [exit status: 1]
    "#);
    env.run("validate").exits(1).says(&["cannot read org.yaml"]);
    std::fs::create_dir(env.path("org.yaml")).unwrap();
    env.run("plan").exits(64).says(&["org.yaml has no manifest"]);
}

#[test]
fn a_manifest_is_read_from_standard_input() {
    let env = TestEnv::with_example();
    let manifest = env.read("org.yaml");
    std::fs::remove_file(env.path("org.yaml")).unwrap();
    env.run_with_input("validate -", &manifest).exits(0);
    env.run_with_input("plan - --sandbox=state.json --detailed-exitcode", &manifest).exits(2);
    env.run_with_input("apply - --sandbox=state.json --auto-approve", &manifest).exits(0);
    env.run_with_input("drift - --sandbox=state.json", &manifest).exits(0);
    assert_snapshot!(env.run_with_input("validate -", BROKEN), @r##"
    error[unknown-key]: unknown key "sesion_duration" in organization
     --> -:3:3
      |
    3 |   sesion_duration: 24h
      |   ^^^^^^^^^^^^^^^
      |
    help: did you mean session_duration?
      |
    3 |   session_duration: 24h
      |      +

    error[yaml-boolean]: is_ui_read_only must be true or false; yes is text in YAML 1.2
     --> -:5:20
      |
    5 |   is_ui_read_only: yes
      |                    ^^^
      |
    help: write true
      |
    5 -   is_ui_read_only: yes
    5 +   is_ui_read_only: true
      |

    error[unquoted-color]: #c5ed1b without quotes is a comment, so background_color is null
     --> -:7:23
      |
    7 |     background_color: #c5ed1b
      |                       ^^^^^^^
      |
    help: quote the colour: "#c5ed1b"
      |
    7 -     background_color: #c5ed1b
    7 +     background_color: "#c5ed1b"
      |

    3 errors in -
    [exit status: 5]
    "##);
}

#[test]
fn drift_of_standard_input_does_not_suggest_adopt() {
    let env = TestEnv::with_example();
    let output = env.run_with_input("drift - --sandbox=state.json", &env.read("org.yaml")).exits(2);
    let tail = output.stdout.lines().rev().take(5).collect::<Vec<_>>();
    assert_snapshot!(tail.into_iter().rev().collect::<Vec<_>>().join("\n"), @r#"

    To apply the file: zerodrift apply -
    To keep the live values: edit the manifest that you pipe in

    Drift: 6 settings of account 699d98642c564d2e855e9661899b7252 differ from standard input.
    "#);
}

#[test]
fn a_manifest_with_errors_is_not_planned_and_all_errors_are_shown() {
    let env = TestEnv::with_manifest(BROKEN);
    assert_snapshot!(env.run("plan --sandbox=state.json"), @r##"
    ------- stderr -------
    error[unknown-key]: unknown key "sesion_duration" in organization
     --> org.yaml:3:3
      |
    3 |   sesion_duration: 24h
      |   ^^^^^^^^^^^^^^^
      |
    help: did you mean session_duration?
      |
    3 |   session_duration: 24h
      |      +

    error[yaml-boolean]: is_ui_read_only must be true or false; yes is text in YAML 1.2
     --> org.yaml:5:20
      |
    5 |   is_ui_read_only: yes
      |                    ^^^
      |
    help: write true
      |
    5 -   is_ui_read_only: yes
    5 +   is_ui_read_only: true
      |

    error[unquoted-color]: #c5ed1b without quotes is a comment, so background_color is null
     --> org.yaml:7:23
      |
    7 |     background_color: #c5ed1b
      |                       ^^^^^^^
      |
    help: quote the colour: "#c5ed1b"
      |
    7 -     background_color: #c5ed1b
    7 +     background_color: "#c5ed1b"
      |

    3 errors in org.yaml
    error: org.yaml has 3 errors; nothing was planned
    [exit status: 5]
    "##);
    for command in ["plan", "apply --auto-approve", "drift"] {
        let output = env.run(&format!("{command} --sandbox=state.json --format json")).exits(5);
        let document = output.json();
        assert_eq!(document["error"]["kind"], "manifest");
        assert_eq!(document["error"]["exit_code"], 5);
        let findings = document["error"]["findings"].as_array().unwrap();
        let lines: Vec<_> = findings.iter().map(|finding| finding["line"].as_u64().unwrap()).collect();
        assert_eq!(lines, [3, 5, 7], "{document}");
    }
    assert!(!env.path("state.json").exists(), "a manifest with errors reaches nobody");
    env.run("validate").exits(5);
}

#[test]
fn an_invalid_sandbox_state_is_an_error_and_stays_unchanged() {
    let env = TestEnv::with_example();
    env.write("state.json", "{\"sandbox\": 1,\n  oops}");
    assert_snapshot!(env.run("plan --sandbox=state.json"), @r"
    ------- stderr -------
    sandbox: an emulated account; its state is state.json
    error: cannot read the sandbox state state.json: line 2, column 3: key must be a string; fix it, or
           delete it to start again
    [exit status: 1]
    ");
    assert_eq!(env.read("state.json"), "{\"sandbox\": 1,\n  oops}");
    env.run("plan --sandbox=no/such/folder/state.json").exits(1);
}

#[test]
fn a_number_out_of_range_is_rejected_with_the_range() {
    let duration = "expected a duration above 0, such as 30s or 1h30m";
    let env = TestEnv::with_example();
    for (arguments, range) in [
        ("apply --backup-keep 0", "expected a whole number, 1 or more"),
        ("apply --backup-keep -1", "expected a whole number, 1 or more"),
        ("rollback backup.json --backup-keep some", "expected a whole number, 1 or more"),
        ("sandbox --port 65536", "expected a port from 0 to 65535"),
        ("sandbox --port -1", "expected a port from 0 to 65535"),
        ("plan --timeout 30", duration),
        ("plan --timeout=-1s", duration),
        ("plan --timeout -1s", "the value of an option cannot be negative"),
        ("drift --deadline 0", duration),
        ("plan --out plan.json --expires-in soon", duration),
    ] {
        env.run(arguments).exits(64).says(&[range]);
    }
}

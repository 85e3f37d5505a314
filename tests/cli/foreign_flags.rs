//! Flags of Terraform, kubectl and other tools: each gets the flag of zerodrift as a tip.

use insta::assert_snapshot;

use crate::harness::TestEnv;

#[test]
fn a_flag_of_another_tool_gets_our_flag_as_a_tip() {
    let approval = "only apply, rollback and revoke-user ask for approval, and accept --auto-approve";
    let cases = [
        ("apply --yes", "use --auto-approve"),
        ("apply -y", "use --auto-approve"),
        ("rollback backup.json -auto-approve", "use --auto-approve"),
        ("plan -auto-approve", approval),
        ("plan --auto-approve", approval),
        ("plan --yes", approval),
        ("plan --file teams/org.yaml", "name the manifest without a flag: zerodrift plan teams/org.yaml"),
        ("apply -f org.yaml", "name the manifest without a flag: zerodrift apply org.yaml"),
        ("validate --file=-", "name the manifest without a flag: zerodrift validate -"),
        ("drift -f", "name the manifest without a flag: zerodrift drift [FILE|FOLDER]..."),
        ("doctor -f org.yaml", "use --file FILE"),
        ("plan --json", "use --format json"),
        ("--json drift", "use --format json"),
        ("plan --output json", "use --format json"),
        ("plan --output=markdown", "use --format markdown"),
        ("validate -o json", "use --format json"),
        ("explain -ojson", "use --format json"),
        ("plan -o plan.json", "use --out FILE to save the plan"),
        ("apply --dry-run", "run `zerodrift plan`, which shows what apply would change"),
        ("rollback --dry-run backup.json", "without --auto-approve, nothing is sent before you confirm it"),
        ("plan --dry-run", "plan never changes the live state"),
        ("plan -out=plan.json", "use --out=plan.json"),
        ("plan -out plan.json", "use --out=plan.json"),
        ("drift -out=plan.json", "only plan saves plans, with --out FILE"),
        ("plan -detailed-exitcode org.yaml", "use --detailed-exitcode"),
        (
            "apply -target=organization.name",
            "zerodrift changes only what the manifest declares, so remove the other settings from it",
        ),
        ("plan -refresh-only", "run `zerodrift drift`, which compares the live state with the manifest"),
        ("plan -var=a=b", "a manifest has no variables; write the values into it"),
        ("plan -no-color", "use --color never"),
    ];
    let env = TestEnv::with_example();
    for (arguments, tip) in cases {
        let output = env.run(arguments).exits(64);
        let tips: Vec<&str> = output.stderr.lines().filter_map(|line| line.strip_prefix("  tip: ")).collect();
        assert_eq!(tips, [tip], "{arguments}: {output}");
        assert!(output.stderr.contains("\nUsage: zerodrift "), "{arguments}: {output}");
    }
    assert_snapshot!(env.run("apply -auto-approve --format json"), @r#"
    {
      "format_version": "1.0",
      "error": {
        "kind": "usage",
        "message": "unexpected argument '-auto-approve' found",
        "hints": [
          "use --auto-approve",
          "run the command with --help for its options"
        ],
        "exit_code": 64
      }
    }
    ------- stderr -------
    error: unexpected argument '-auto-approve' found

      tip: use --auto-approve

    Usage: zerodrift apply [OPTIONS] [FILE|FOLDER]...

    For more information, try '--help'.
    [exit status: 64]
    "#);
}

#[test]
fn an_unknown_flag_gets_no_misleading_tip() {
    assert_snapshot!(TestEnv::new().run("plan --quux"), @r#"
    ------- stderr -------
    error: unexpected argument '--quux' found

    Usage: zerodrift plan [OPTIONS] [FILE|FOLDER]...

    For more information, try '--help'.
    [exit status: 64]
    "#);
    assert_snapshot!(TestEnv::new().run("plan -input=false"), @r#"
    ------- stderr -------
    error: unexpected argument '-input' found

    Usage: zerodrift plan [OPTIONS] [FILE|FOLDER]...

    For more information, try '--help'.
    [exit status: 64]
    "#);
}

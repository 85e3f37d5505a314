//! `plan --live`: plans against a snapshot.

use insta::assert_snapshot;

use crate::harness::{ACCOUNT, TestEnv};

#[test]
fn a_snapshot_is_planned_without_network_and_credentials() {
    let env = TestEnv::with_example();
    let snapshot = env.run(&format!("export --format json --sandbox=state.json --account-id {ACCOUNT}")).exits(0);
    env.write("live.json", &snapshot.document);
    let online = env.run("plan --sandbox=state.json --report json=online.json").exits(0);
    std::fs::remove_file(env.path("state.json")).unwrap();

    let offline = env.run("plan --live live.json --detailed-exitcode --report json=offline.json").exits(2);
    assert_eq!(offline.stdout, online.stdout, "offline and online say the same");
    // The digest contains the time of the plan, so it differs.
    let plan = |file: &str| {
        let document: serde_json::Value = serde_json::from_str(&env.read(file)).unwrap();
        let mut plan = document["plans"][0].clone();
        assert!(plan.as_object_mut().unwrap().remove("digest").is_some());
        plan
    };
    assert_eq!(plan("offline.json"), plan("online.json"));
    assert_eq!(offline.stderr, "");
    assert!(!env.path("state.json").exists(), "an offline plan looked for a sandbox");
}

#[test]
fn a_snapshot_of_another_account_is_refused() {
    let env = TestEnv::with_example();
    let other = "0123456789abcdef0123456789abcdef";
    let snapshot = env.run(&format!("export --format json --sandbox=state.json --account-id {other}")).exits(0);
    env.write("live.json", &snapshot.document);
    assert_snapshot!(env.run("plan --live live.json"), @r"
    ------- stderr -------
    error: live.json: the snapshot is of account 0123456789abcdef0123456789abcdef, but the manifest
           targets account 699d98642c564d2e855e9661899b7252
      hint: write a snapshot with `zerodrift export --format json`
    [exit status: 1]
    ");
}

#[test]
fn a_file_that_is_not_a_snapshot_is_refused() {
    let env = TestEnv::with_example();
    env.write("live.json", "{}");
    assert_snapshot!(env.run("plan --live live.json"), @r#"
    ------- stderr -------
    error: live.json: not a snapshot: missing `format_version`
      hint: write a snapshot with `zerodrift export --format json`
    [exit status: 1]
    "#);
    assert_snapshot!(env.run("plan --live missing.json"), @r#"
    ------- stderr -------
    error: cannot read missing.json: No such file or directory (os error 2)
      hint: write a snapshot with `zerodrift export --format json`
    [exit status: 1]
    "#);
    assert_snapshot!(env.run("plan --live live.json --sandbox"), @r#"
    ------- stderr -------
    error: the argument '--live <SNAPSHOT>' cannot be used with '--sandbox[=<STATE.json>]'

    Usage: zerodrift plan --live <SNAPSHOT> [FILE|FOLDER]...

    For more information, try '--help'.
    [exit status: 64]
    "#);
}

//! `--quiet`: only results, findings, warnings and errors.

use crate::harness::{ACCOUNT, TestEnv};

#[test]
fn a_quiet_run_prints_the_same_result_without_notes() {
    let env = TestEnv::with_example();
    for command in ["plan --out plan.json", "apply --auto-approve", "drift --adopt", "export --account-id"] {
        let command = command.replace("--account-id", &format!("--account-id {ACCOUNT}"));
        let state = env.seed();
        let loud = env.run(&format!("{command} --sandbox=state.json")).exits(0);
        env.write("state.json", &state);
        let quiet = env.run(&format!("{command} --sandbox=state.json --quiet")).exits(0);
        assert_eq!(quiet.stdout, loud.stdout, "{command}");
        assert!(loud.stderr.contains("sandbox: an emulated account"), "{command}: {loud}");
        assert_eq!(quiet.stderr, "", "{command}");
    }
    assert!(env.path("plan.json").exists());
}

#[test]
fn a_quiet_run_still_reports_what_needs_attention() {
    let env = TestEnv::with_example();
    env.run("-q apply --sandbox=state.json").exits(3).says(&["error: ", "hint: "]);
    env.run("-q plan nowhere.yaml").exits(1).says(&["error: cannot read nowhere.yaml", "hint: "]);
    env.run("-q apply --auto-approve --sandbox=state.json").exits(0).shows(&["session_duration"]);
    env.replace("state.json", "\"session_duration\": \"24h\"", "\"session_duration\": \"8h\"");
    let adopted = env.run("drift --adopt --sandbox=state.json -q").exits(0);
    assert_eq!(adopted.stderr, "adopted: organization.session_duration = 8h  org.yaml:12:21\n");
    env.replace("org.yaml", "session_duration: 8h", "session_duration: soon");
    env.run("validate -q").exits(5).shows(&["error["]);
    env.run("plan -q --sandbox=state.json").exits(5).says(&["error[", "nothing was planned"]);
}

#[test]
fn a_run_cannot_be_quiet_and_verbose() {
    TestEnv::with_example().run("validate -q -v").exits(64).says(&["cannot be used with"]);
}

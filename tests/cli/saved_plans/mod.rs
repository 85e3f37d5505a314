//! Saved plans and approval by digest: apply writes exactly the plan that was reviewed.

mod by_digest;
mod by_file;
mod out_of_date;
mod writing;

use serde_json::Value as Json;

use crate::harness::{ACCOUNT, CommandOutput, TestEnv};

const APPLY_FILE: &str = "apply --plan plan.json";

/// A manifest with these settings of the organization.
fn manifest(settings: &str) -> String {
    format!("account_id: {ACCOUNT}\norganization:\n  {settings}\n")
}

/// An environment whose manifest declares 24h sessions, while the sandbox has 12h.
fn longer_sessions() -> TestEnv {
    TestEnv::with_manifest(&manifest("session_duration: 24h"))
}

/// Runs the program with the sandbox `state.json`.
#[must_use = "a run that nobody looks at proves nothing"]
fn run(env: &TestEnv, arguments: &str) -> CommandOutput {
    env.run(&format!("{arguments} --sandbox=state.json"))
}

/// Standard error of a run with the sandbox `state.json`, with its times and digests.
fn unscrubbed_stderr(env: &TestEnv, arguments: &str) -> String {
    let output = env.command(&format!("{arguments} --sandbox=state.json")).output().unwrap();
    String::from_utf8(output.stderr).unwrap()
}

/// Plans, and saves the plan as `plan.json`.
fn save(env: &TestEnv) {
    run(env, "plan --out plan.json").exits(0);
}

fn saved_plan(env: &TestEnv) -> Json {
    serde_json::from_str(&env.read("plan.json")).unwrap()
}

/// The digest of the current plan.
fn current_digest(env: &TestEnv) -> String {
    let document = run(env, "plan --format json").json();
    document["plans"][0]["digest"].as_str().unwrap().to_owned()
}

fn live_organization(env: &TestEnv) -> Json {
    serde_json::from_str::<Json>(&env.read("state.json")).unwrap()["organization"].take()
}

/// Changes a live setting, as another client would.
fn set_live(env: &TestEnv, key: &str, value: Json) {
    let mut state: Json = serde_json::from_str(&env.read("state.json")).unwrap();
    state["organization"][key] = value;
    env.write("state.json", &state.to_string());
}

/// Applies the saved plan with these further arguments. It must be refused as a conflict, and nothing written.
fn refused(env: &TestEnv, arguments: &str) -> CommandOutput {
    let before = live_organization(env);
    let output = run(env, &format!("{APPLY_FILE} {arguments}")).exits(4);
    assert_eq!(live_organization(env), before, "something was written");
    output
}

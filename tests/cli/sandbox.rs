//! `sandbox`: what it says of how it behaves, and what it can print without serving.

use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

use insta::assert_snapshot;

use crate::harness::{ACCOUNT, SandboxProcess, TestEnv};

/// What the sandbox says after its variables, as many lines as are asked for.
pub(crate) fn told(env: &TestEnv, arguments: &str, lines: usize) -> String {
    let mut command = env.command(arguments);
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let said = BufReader::new(child.stderr.take().unwrap()).lines().take(lines).map(Result::unwrap).collect::<Vec<_>>();
    child.kill().unwrap();
    child.wait().unwrap();
    said.join("\n")
}

#[test]
fn faults_and_personality_flags_apply_to_one_run_only() {
    let env = TestEnv::new();
    let armed = "sandbox --state state.json --personality merge --fault PUT:reset-after --fault GET/doh:503@2";
    assert_snapshot!(told(&env, armed, 3), @r"
    State file: state.json. You can edit it while the sandbox runs. Press Ctrl-C to stop.
    Personality of this run: put=merge
    Faults of this run: PUT:reset-after, GET/doh:503@2
    ");
    env.replace("state.json", "\"faults\": []", "\"faults\": [\"GET:429+5\"]");
    assert_snapshot!(told(&env, "sandbox --state state.json", 2), @r"
    State file: state.json. You can edit it while the sandbox runs. Press Ctrl-C to stop.
    Faults in the state file: GET:429+5
    ");
}

#[test]
fn a_budget_that_is_used_up_refuses_requests() {
    let env = TestEnv::with_example();
    let served = "sandbox --state state.json --budget 1200/5m";
    assert_snapshot!(told(&env, served, 2), @r"
    State file: state.json. You can edit it while the sandbox runs. Press Ctrl-C to stop.
    Budget of this run: 1200 requests in 300 s
    ");
    let sandbox = SandboxProcess::start(&env, "--budget 2/1h");
    let env = env.set("CLOUDFLARE_BASE_URL", &sandbox.base_url).set("CLOUDFLARE_API_TOKEN", "sandbox");
    let _ = env.run("plan org.yaml").exits(0);
    let _ = env.run("plan org.yaml").exits(1).says(&["status 429", "code 971", "the API asks to wait 1 h"]);
}

#[test]
fn the_personalities_are_listed() {
    let env = TestEnv::new();
    let list = env.run("sandbox --personality list").exits(0).document;
    for (switch, values) in zerodrift::sandbox::Personality::SWITCHES {
        assert!(
            list.lines().any(|line| line.trim().starts_with(switch) && line.ends_with(&values.join(", "))),
            "{list}"
        );
    }
    let (_, named) = list.split_once("\nPersonalities:\n").unwrap();
    for (name, personality) in zerodrift::sandbox::Personality::named() {
        let line = named.lines().find(|line| line.trim().starts_with(&format!("{name} "))).unwrap_or_default();
        assert!(line.ends_with(&personality.to_string()), "{name}: {line}");
    }
    let wrong = env.run("sandbox --personality slopy").exits(64);
    let _ = wrong.says(&["did you mean \"sloppy\"?", "zerodrift sandbox --personality list"]);
}

#[test]
fn the_description_of_the_emulated_api_is_printed() {
    let printed = TestEnv::new().run("sandbox --openapi").exits(0).document;
    let document: serde_json::Value = serde_json::from_str(&printed).unwrap();
    assert_eq!(document["openapi"], "3.1.0");
}

#[test]
fn an_edit_in_the_dashboard_is_drift_with_its_author_in_the_log() {
    let env = TestEnv::new();
    env.seed();
    let edited =
        env.run("sandbox edit --state state.json session_duration=8h is_ui_read_only=true --as bo@example.com");
    assert_snapshot!(edited.exits(0), @r#"
    ------- stderr -------
    bo@example.com set organization.session_duration to "8h" in the dashboard
    bo@example.com set organization.is_ui_read_only to true in the dashboard
    [exit status: 0]
    "#);
    let state: serde_json::Value = serde_json::from_str(&env.read("state.json")).unwrap();
    assert_eq!(state["organization"]["session_duration"], "8h");
    let last = state["audit_log"].as_array().unwrap().last().unwrap();
    assert_eq!(last["actor"]["email"], "bo@example.com");
    assert_eq!(last["request"], r#"{"session_duration":"8h","is_ui_read_only":true}"#);
}

#[test]
fn an_edit_that_the_emulated_api_refuses_is_a_usage_error() {
    let env = TestEnv::new();
    let before = env.seed();
    let refused = env.run("sandbox edit --state state.json session_duration=soon").exits(64);
    let _ = refused.says(&["cannot edit the emulated account", "session_duration is \"soon\""]);
    let _ =
        env.run("sandbox edit --state state.json sesion=8h").exits(64).says(&["no setting that can be edited: sesion"]);
    let _ = env.run("sandbox edit --state state.json session_duration").exits(64).says(&["not SETTING=VALUE"]);
    assert_eq!(env.read("state.json"), before);
}

#[test]
fn the_accounts_of_one_state_file_are_planned_and_applied_independently() {
    let env = TestEnv::new();
    let other = "023e105f4ecef8ad9ca31a8372d0c353";
    for (file, account) in [("production.yaml", ACCOUNT), ("staging.yaml", other)] {
        env.write(file, &format!("account_id: {account}\norganization:\n  session_duration: 24h\n"));
    }
    let _ = env.run("apply production.yaml --sandbox=state.json --auto-approve").exits(0);
    let _ = env.run("plan production.yaml --sandbox=state.json --detailed-exitcode").exits(0);
    let _ = env.run("plan staging.yaml --sandbox=state.json --detailed-exitcode").exits(2);
    let _ = env.run("apply staging.yaml --sandbox=state.json --auto-approve").exits(0);
    let edit = format!("sandbox edit --state state.json --account-id {other} session_duration=8h");
    let _ = env.run(&edit).exits(0);
    let _ = env.run("drift production.yaml --sandbox=state.json").exits(0);
    let _ = env.run("drift staging.yaml --sandbox=state.json").exits(2);
    let _ = env.run("sandbox edit --state state.json --account-id 7 name=Acme").exits(64).says(&["--account-id"]);
}

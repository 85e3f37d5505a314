//! For every end of a run, the exit code, the kind and the outcome in JSON, and the audit log agree.

use serde_json::{Value as Json, json};
use zerodrift::apply::TargetLock;
use zerodrift::ending::{End, Exit, FailureKind};
use zerodrift::sandbox::{Hostile, State, UnknownValues, seeded};
use zerodrift::settings::Target;

use crate::harness::{ACCOUNT, CommandOutput, TestEnv};
use crate::server::Api;

const APPLY: &str = "apply --auto-approve --format json";

/// The last line of the audit log.
fn logged(env: &TestEnv) -> Json {
    let log = std::fs::read_to_string(env.path("../home/.local/state/zerodrift/audit.jsonl")).unwrap_or_default();
    log.lines().last().map_or(Json::Null, |line| serde_json::from_str(line).unwrap())
}

/// Checks the four against each other and against what is expected.
#[track_caller]
fn assert_end(env: &TestEnv, run: CommandOutput, end: End, kind: Option<FailureKind>) {
    let exit = kind.map_or(Exit::Success, FailureKind::exit);
    let document = run.exits(exit.code().into()).json();
    let result = &document["results"][0];
    assert_eq!(result["outcome"], json!(end), "{document:#}");
    assert_eq!(result["error"]["kind"], json!(kind), "{document:#}");
    assert_eq!(result["error"]["exit_code"], json!(kind.map(|kind| kind.exit().code())), "{document:#}");
    if end != End::InSync {
        assert_eq!(logged(env)["outcome"], json!(end), "{:#}", logged(env));
    }
}

/// Applies the example to an API with these faults.
#[track_caller]
fn assert_apply(faults: &[&str], end: End, kind: Option<FailureKind>) {
    let api = Api::with_faults(faults);
    let env = api.env();
    let run = env.run(APPLY);
    assert_end(&env, run, end, kind);
}

#[test]
fn a_successful_apply_is_a_success_in_every_output() {
    let api = Api::with_faults(&[]);
    let env = api.env();
    assert_end(&env, env.run(APPLY), End::Applied, None);
    assert_end(&env, env.run(APPLY), End::InSync, None);
}

#[test]
fn a_missing_approval_or_consent_is_a_refusal_in_every_output() {
    let api = Api::with_faults(&[]);
    let env = api.env();
    assert_end(&env, env.run("apply --format json"), End::Refused, Some(FailureKind::Approval));
    let strict = env.run(&format!("{APPLY} --strict-unknown"));
    assert_end(&env, strict, End::Refused, Some(FailureKind::StrictUnknown));
    env.replace("org.yaml", "organization:\n", "organization:\n  deny_unmatched_requests: true\n");
    assert_end(&env, env.run(APPLY), End::Refused, Some(FailureKind::Guard));
}

#[test]
fn another_state_or_another_run_is_a_conflict_in_every_output() {
    let hostile = Hostile { unknown_values: UnknownValues::Doubles, ..Hostile::default() };
    let mut state = seeded();
    state.organization.as_mut().unwrap().insert("beta_quota".to_owned(), "1e400".parse().unwrap());
    let api = Api::of(State { hostile, ..state });
    let env = api.env();
    assert_end(&env, env.run(APPLY), End::Conflict, Some(FailureKind::Conflict));

    let api = Api::with_faults(&[]);
    let env = api.env();
    let folder = env.path("../home/.local/state/zerodrift");
    let _lock = TargetLock::acquire(&folder, &Target::account(ACCOUNT).unwrap(), &api.base_url).unwrap();
    assert_end(&env, env.run(APPLY), End::Conflict, Some(FailureKind::Locked));
}

#[test]
fn a_failure_has_the_kind_of_its_cause_in_every_output() {
    assert_apply(&["PUT:403"], End::Failed, Some(FailureKind::Authentication));
    assert_apply(&["PUT:400"], End::Failed, Some(FailureKind::Api));
    let lost = ["PUT:reset-before"; 3];
    assert_apply(&lost, End::Failed, Some(FailureKind::Network));
}

/// A lock file that cannot be created is a failure, neither a refusal nor a conflict.
#[cfg(unix)]
#[test]
fn an_unusable_folder_is_a_failure_in_every_output() {
    let api = Api::with_faults(&[]);
    let env = api.env();
    let folder = env.path("../home/.local/state/zerodrift");
    let lock = TargetLock::acquire(&folder, &Target::account(ACCOUNT).unwrap(), &api.base_url).unwrap();
    let path = std::fs::read_dir(&folder).unwrap().next().unwrap().unwrap().path();
    drop(lock);
    std::fs::remove_file(&path).unwrap();
    std::fs::create_dir(&path).unwrap();
    assert_end(&env, env.run(APPLY), End::Failed, Some(FailureKind::Io));
}

#[test]
fn an_unreachable_api_is_a_network_failure() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let env = TestEnv::with_example()
        .set("CLOUDFLARE_BASE_URL", &format!("http://{closed}"))
        .set("CLOUDFLARE_API_TOKEN", crate::harness::TOKEN);
    for command in ["plan", "drift", "export", "apply --auto-approve"] {
        let target = if command == "export" { format!(" --account-id {ACCOUNT}") } else { String::new() };
        let document = env.run(&format!("{command} --format json{target}")).exits(1).json();
        assert_eq!(document["error"]["kind"], "network", "{command}: {document:#}");
    }
}

//! Writing a plan with `plan --out FILE`.

use super::{APPLY_FILE, longer_sessions, run, save, saved_plan, unscrubbed_stderr};
use crate::harness::{ACCOUNT, TOKEN};
use jiff::Timestamp;
use serde_json::Value as Json;

#[test]
fn saving_a_plan_prints_the_apply_command_and_the_expiry() {
    let env = longer_sessions();
    let stderr = unscrubbed_stderr(&env, "plan --out plan.json --expires-in 2h");
    let expiry: Timestamp = saved_plan(&env)["saved"]["expires_at"].as_str().unwrap().parse().unwrap();
    let hours = expiry.duration_since(Timestamp::now()).as_secs_f64() / 3600.0;
    assert!((1.9..=2.0).contains(&hours), "{expiry}");
    assert!(stderr.contains(&format!("valid until {expiry}")), "{stderr}");
    run(&env, "plan --out plan.json").exits(0).shows(&["Plan: 1 setting"]).says(&["zerodrift apply --plan plan.json"]);
}

#[test]
fn a_plan_from_a_snapshot_can_be_applied_to_the_api() {
    let env = longer_sessions();
    let snapshot = run(&env, &format!("export --format json --account-id {ACCOUNT}")).document;
    env.write("snapshot.json", &snapshot);
    env.run("plan --live snapshot.json --out plan.json").exits(0);
    run(&env, APPLY_FILE).exits(0);
}

#[test]
fn conflicting_approvals_and_invalid_outputs_are_usage_errors() {
    let env = longer_sessions();
    save(&env);
    let digest = format!("sha256:{}", "0".repeat(64));
    for arguments in [
        &format!("apply --plan plan.json --expect {digest}"),
        "apply --plan plan.json --omit next_month",
        "apply --expect sha256:00",
        "apply --max-age 1h",
        "apply --plan plan.json --max-age 1h",
        &format!("apply --expect {digest} --max-age 0s"),
        "plan --expires-in 1h",
        "plan --out plan.json --expires-in 0s",
        "plan --out -",
        "plan --out ./org.yaml",
    ] {
        let output = run(&env, arguments);
        assert_eq!(output.code, Some(64), "{arguments}: {output}");
    }
    assert!(env.read("org.yaml").starts_with("account_id"));
}

#[test]
fn a_plan_that_cannot_be_saved_leaves_no_temporary_file() {
    let env = longer_sessions();
    run(&env, "plan --out missing/plan.json").exits(1);
    std::fs::create_dir(env.path("folder")).unwrap();
    run(&env, "plan --out folder").exits(1);
    let left: Vec<_> = std::fs::read_dir(env.path("")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(!left.iter().any(|name| name.to_string_lossy().starts_with(".zerodrift-")), "{left:?}");
}

#[cfg(unix)]
#[test]
fn a_saved_plan_is_private_even_if_it_replaces_a_public_file() {
    use std::os::unix::fs::PermissionsExt as _;
    let env = longer_sessions();
    env.write("plan.json", "old");
    std::fs::set_permissions(env.path("plan.json"), std::fs::Permissions::from_mode(0o644)).unwrap();
    save(&env);
    assert_eq!(std::fs::metadata(env.path("plan.json")).unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn a_saved_plan_contains_no_token_and_matches_the_published_schema() {
    let env = longer_sessions().set("CLOUDFLARE_API_TOKEN", TOKEN);
    save(&env);
    assert!(!env.read("plan.json").contains(TOKEN));
    let schema: Json = serde_json::from_str(include_str!("../../../schemas/plan.schema.json")).unwrap();
    let validator = jsonschema::draft7::new(&schema).unwrap();
    let errors: Vec<String> = validator.iter_errors(&saved_plan(&env)).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:?}");
}

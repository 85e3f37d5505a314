//! Approval by `apply --plan FILE`.

use super::{APPLY_FILE, live_organization, longer_sessions, manifest, refused, run, save, saved_plan};
use crate::harness::{ACCOUNT, TestEnv};
use serde_json::Value as Json;

const OTHER: &str = "0123456789abcdef0123456789abcdef";

#[test]
fn a_saved_plan_is_applied_without_a_question() {
    let env = longer_sessions();
    save(&env);
    run(&env, APPLY_FILE).exits(0).shows(&["Applied: 1 setting"]);
    assert_eq!(live_organization(&env)["session_duration"], "24h");
}

#[test]
fn a_plan_that_is_already_applied_has_nothing_left_to_do() {
    let env = longer_sessions();
    save(&env);
    run(&env, APPLY_FILE).exits(0);
    let again = run(&env, "apply --plan plan.json --format json").exits(0);
    let again = again.says(&["plan.json is already applied: the live state is in sync"]).json();
    assert_eq!(again["results"][0]["outcome"], "in_sync");
    assert_eq!(again["results"][0]["writes"], 0);
}

#[test]
fn a_plan_for_another_organization_is_refused() {
    let env = TestEnv::with_manifest("organization:\n  session_duration: 24h\n");
    run(&env, &format!("plan --out plan.json --account-id {ACCOUNT}")).exits(0);
    refused(&env, &format!("--account-id {OTHER}"))
        .says(&[&format!("planned for account {ACCOUNT}; this run is for account {OTHER}")]);
    run(&env, &format!("{APPLY_FILE} --account-id {ACCOUNT}")).exits(0);
}

#[test]
fn a_plan_for_another_api_is_refused_before_any_request() {
    let env = longer_sessions().set("CLOUDFLARE_API_TOKEN", crate::harness::TOKEN);
    save(&env);
    // Nothing listens on port 9: a request would fail with exit code 1.
    env.run(&format!("{APPLY_FILE} --base-url http://127.0.0.1:9/client/v4"))
        .exits(4)
        .says(&["planned for the API sandbox; this run uses http://127.0.0.1:[PORT]/client/v4"]);
}

#[test]
fn a_saved_creation_is_applied_once() {
    let env = TestEnv::with_manifest(&manifest(
        "name: Widget\n  auth_domain: widget.cloudflareaccess.com\n  session_duration: 24h",
    ));
    save(&env);
    let mut state: Json = serde_json::from_str(&env.read("state.json")).unwrap();
    let organization = state["organization"].take();
    env.write("state.json", &state.to_string());
    refused(&env, "").says(&["organization: planned with \"present\"; the live state now has \"absent\""]);

    save(&env);
    assert_eq!(saved_plan(&env)["plans"][0]["action"], "create");
    run(&env, APPLY_FILE).exits(0);
    run(&env, APPLY_FILE).exits(0).says(&["is already applied"]);

    state["organization"] = organization;
    env.write("state.json", &state.to_string());
    refused(&env, "").says(&["organization: planned with \"absent\"; the live state now has \"present\""]);
}

#[test]
fn the_manifest_of_a_saved_plan_may_be_moved() {
    let env = longer_sessions();
    save(&env);
    std::fs::rename(env.path("org.yaml"), env.path("moved.yaml")).unwrap();
    run(&env, APPLY_FILE).exits(1);
    run(&env, &format!("{APPLY_FILE} moved.yaml")).exits(0);
}

#[test]
fn consent_is_given_to_plan_and_saved_with_the_plan() {
    let env = TestEnv::with_manifest(&manifest("auth_domain: gadget.cloudflareaccess.com"));
    save(&env);
    run(&env, APPLY_FILE).exits(3).says(&["with `plan --allow`, and save the plan again"]);
    assert_eq!(live_organization(&env)["auth_domain"], "widget.cloudflareaccess.com");
    run(&env, &format!("{APPLY_FILE} --allow auth_domain")).exits(64);

    run(&env, "plan --out plan.json --allow auth_domain").exits(0);
    run(&env, APPLY_FILE).exits(0);
    assert_eq!(live_organization(&env)["auth_domain"], "gadget.cloudflareaccess.com");
    let again = run(&env, APPLY_FILE).exits(0);
    assert!(!again.stdout.contains("--allow"), "{again}");
}

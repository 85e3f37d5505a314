//! Approval by `apply --expect DIGEST`.

use super::{current_digest, live_organization, longer_sessions, manifest, run, set_live, unscrubbed_stderr};
use crate::harness::{ACCOUNT, TestEnv};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

#[test]
fn a_digest_approves_exactly_the_plan_that_has_it() {
    let env = longer_sessions();
    let reviewed = current_digest(&env);

    set_live(&env, "name", json!("Gadget"));
    let apply_reviewed = format!("apply --expect {reviewed}");
    // The current plan is shown.
    run(&env, &apply_reviewed).exits(4).shows(&["session_duration"]);
    let complaint = unscrubbed_stderr(&env, &apply_reviewed);
    assert!(complaint.contains(&format!("approved: {reviewed}")), "{complaint}");
    assert!(complaint.contains("now:      sha256:"), "{complaint}");
    let document = run(&env, &format!("{apply_reviewed} --format json")).exits(4).json();
    assert_eq!(document["results"][0]["outcome"], "conflict");
    assert_eq!(live_organization(&env)["session_duration"], "12h");

    let apply_current = format!("apply --expect {}", current_digest(&env));
    run(&env, &apply_current).exits(0);
    assert_eq!(live_organization(&env)["session_duration"], "24h");
    // A pipeline that is run again succeeds.
    run(&env, &apply_current).exits(0);
}

#[test]
fn a_digest_stays_valid_until_its_maximum_age_if_the_live_state_changes_and_reverts() {
    let env = longer_sessions();
    let apply = format!("apply --expect {}", current_digest(&env));
    set_live(&env, "session_duration", json!("1h"));
    run(&env, &apply).exits(4);
    set_live(&env, "session_duration", json!("12h"));

    run(&env, &format!("{apply} --max-age 1ns")).exits(4).says(&[
        "the digest no longer approves its plan: expired at 20",
        "make a new plan with `zerodrift plan org.yaml`",
    ]);
    assert_eq!(live_organization(&env)["session_duration"], "12h");

    run(&env, &format!("{apply} --max-age 1h")).exits(0);
    // Nothing is left to approve.
    run(&env, &format!("{apply} --max-age 1ns")).exits(0);
}

#[test]
fn a_digest_with_an_edited_time_is_refused() {
    let env = longer_sessions();
    let digest = current_digest(&env);
    let (rest, time) = digest.split_at(digest.len() - 8);
    let time = u32::from_str_radix(time, 16).unwrap();
    for edited in [time - 1, time + 1, time + 60, 0, u32::MAX] {
        run(&env, &format!("apply --expect {rest}{edited:08x}")).exits(4);
    }
    assert_eq!(live_organization(&env)["session_duration"], "12h");
}

#[test]
fn a_digest_older_than_a_week_needs_a_longer_max_age() {
    let env = longer_sessions();
    let exported = run(&env, &format!("export --format json --account-id {ACCOUNT}")).document;
    let snapshot = zerodrift::live::Snapshot::parse(exported.as_bytes()).unwrap();
    let model = zerodrift::settings::Model::current();
    let source = zerodrift::diagnostics::Source { name: "org.yaml".to_owned(), text: env.read("org.yaml") };
    let manifest = zerodrift::manifest::parse(model, &source).manifest.unwrap();
    let mut live = zerodrift::live::Live::default();
    live.organization = snapshot.live.organization.clone();
    let target = zerodrift::settings::Target::account(ACCOUNT).unwrap();
    let mut plan = zerodrift::plan::plan(&zerodrift::plan::Input {
        model,
        manifest: &manifest,
        target: &target,
        api: &snapshot.api,
        live: &live,
        allow: &[],
    });
    let days_ago = |days: i64| Timestamp::now() - SignedDuration::from_hours(24 * days);
    plan.stamp(days_ago(8));
    run(&env, &format!("apply --expect {}", plan.digest)).exits(4).says(&["no longer approves its plan"]);
    plan.stamp(days_ago(-1));
    run(&env, &format!("apply --expect {} --max-age 999999h", plan.digest))
        .exits(4)
        .says(&["the clocks of the two machines differ"]);
    plan.stamp(days_ago(8));
    run(&env, &format!("apply --expect {} --max-age 200h", plan.digest)).exits(0);
}

#[test]
fn a_digest_does_not_consent_to_guarded_changes() {
    let env = TestEnv::with_manifest(&manifest("auth_domain: gadget.cloudflareaccess.com"));
    let apply = format!("apply --expect {}", current_digest(&env));
    run(&env, &apply).exits(3);
    run(&env, &format!("{apply} --allow auth_domain")).exits(0);
}

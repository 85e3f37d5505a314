//! Properties of plan and apply, for generated live states, manifests and personalities of the API.
//!
//! It is not documented whether PUT replaces or merges, whether unknown fields are kept, or how an empty value reads back,
//! so every property must hold under every personality.

mod creation;

use std::sync::atomic::{AtomicUsize, Ordering};

use crate::common::nasty::unknown_members;
use crate::common::{
    World, live_state, manifest, manifest_of, manifest_without_objections, personality, run, target, unknown_value,
    wanted,
};
use proptest::prelude::*;
use serde_json::{Map, Value as Json, json};
use zerodrift::apply::{End, Failure, Known, verify};
use zerodrift::live::Live;
use zerodrift::manifest::write::{Detail, manifest as export};
use zerodrift::plan::{Change, live_sha256};
use zerodrift::sandbox::{Concurrent, Hostile, Moment, Personality, State, UnknownValues};
use zerodrift::settings::{Endpoint, Model};

/// The number of generated cases for each property. The sandbox runs in the same process, so 1000 take seconds.
const CASES: u32 = 1000;

fn config() -> ProptestConfig {
    ProptestConfig { cases: CASES, failure_persistence: None, ..ProptestConfig::default() }
}

async fn everything(world: &World) -> Live {
    world.reader.live(&target(), &Endpoint::ALL).await.unwrap()
}

/// The differences between two reads, except for `changes`.
fn moved(before: &Live, after: &Live, changes: &[Change]) -> Vec<String> {
    before
        .documents()
        .flat_map(|document| {
            let of_endpoint: Vec<&Change> =
                changes.iter().filter(|change| change.setting.endpoint() == document.endpoint).collect();
            verify(Model::current(), Some(document), after.document(document.endpoint).unwrap(), &of_endpoint)
        })
        .map(|mismatch| format!("{mismatch:?}"))
        .collect()
}

static APPLIED: AtomicUsize = AtomicUsize::new(0);
static REFUSED: AtomicUsize = AtomicUsize::new(0);
static MOVED: AtomicUsize = AtomicUsize::new(0);

/// Properties 1 to 4: plans, applies, and plans again.
async fn apply_and_plan_again(
    state: State,
    sections: Map<String, Json>,
    personality: Personality,
) -> Result<(), TestCaseError> {
    let world = World::of(state, personality);
    let (before, unknown) = (everything(&world).await, unknown_members(&world.answer().await));
    let manifest = manifest_without_objections(sections, Some(&before));

    let reads = world.calls().len();
    let (plan, outcome) = world.apply(&manifest).await;
    let writes = world.bodies();
    let calls = world.calls();
    let after = everything(&world).await;
    // Compared byte by byte, independent of our own definition of equality.
    prop_assert_eq!(unknown_members(&world.answer().await), unknown, "unknown fields are unchanged");

    match outcome.end {
        End::Applied => {
            APPLIED.fetch_add(1, Ordering::Relaxed);
            prop_assert_eq!(writes.len(), plan.writes.len(), "one write per endpoint");
            prop_assert_eq!(moved(&before, &after, &plan.changes), Vec::<String>::new(), "nothing else changes");
            let (again, _) = world.plan(&manifest).await;
            prop_assert!(again.is_empty(), "plan after apply is empty: {:#?}", again.changes);
        }
        End::InSync => {
            prop_assert!(plan.is_empty());
            prop_assert_eq!(
                calls[reads..].iter().filter(|call| call.starts_with("GET")).count(),
                manifest.endpoints.len()
            );
            prop_assert_eq!(writes.len(), 0, "no writes if in sync");
        }
        // Some personalities refuse a necessary write, such as one with unknown fields. Then nothing changes.
        End::Failed => {
            REFUSED.fetch_add(1, Ordering::Relaxed);
            prop_assert!(matches!(outcome.known, Known::Unchanged | Known::Partly), "{:?}", outcome.known);
            if outcome.known == Known::Unchanged {
                prop_assert_eq!(moved(&before, &after, &[]), Vec::<String>::new(), "a refused write changes nothing");
            }
        }
        End::Refused | End::Conflict | End::Skipped => {
            prop_assert!(false, "no personality resets a sent value: {:#?}", outcome.mismatches)
        }
    }
    Ok(())
}

/// A concurrent write of the organization.
fn concurrent_patch() -> impl Strategy<Value = Json> {
    prop_oneof![
        "[1-9]h".prop_map(|text| json!({"session_duration": text})),
        any::<bool>().prop_map(|on| json!({"deny_unmatched_requests": on})),
        "[A-Z][a-z]{1,8}".prop_map(|name| json!({"name": name})),
        unknown_value().prop_map(|value| json!({"brand_new": value})),
        Just(json!({"login_design": null})),
    ]
}

/// Another client writes between the read for the plan and our write.
async fn concurrent_write_before_ours(
    state: State,
    sections: Map<String, Json>,
    personality: Personality,
    patch: Json,
) -> Result<(), TestCaseError> {
    let manifest =
        manifest_without_objections(sections, Some(&everything(&World::of(state.clone(), personality)).await));
    let concurrent = Some(Concurrent { when: Moment::Read, patch });
    let state = State { hostile: Hostile { concurrent, ..Hostile::default() }, ..state };
    // Whether the concurrent write changes the meaning of the state.
    let probe = World::of(state.clone(), personality);
    let sha256 = async || live_sha256(Model::current(), &probe.live(&manifest).await);
    let (then, theirs) = (sha256().await, sha256().await);

    let world = World::of(state, personality);
    let (plan, outcome) = world.apply(&manifest).await;
    if plan.is_empty() || then == theirs {
        prop_assert!(!matches!(outcome.failure, Some(Failure::Moved(_))), "{:#?}", outcome);
        return Ok(());
    }
    MOVED.fetch_add(1, Ordering::Relaxed);
    prop_assert_eq!((outcome.end, outcome.known, outcome.writes), (End::Conflict, Known::Unchanged, 0));
    prop_assert!(matches!(outcome.failure, Some(Failure::Moved(_))), "{:#?}", outcome);
    let (now, theirs) = (world.state(), probe.state());
    prop_assert_eq!(
        (now.organization, now.doh),
        (theirs.organization, theirs.doh),
        "the concurrent write is not overwritten"
    );
    Ok(())
}

/// Checks that a body contains no server-managed settings and no empty strings.
fn clean(body: &Json, path: &str) -> Result<(), TestCaseError> {
    let Json::Object(members) = body else { return Ok(()) };
    let is_setting = |key: &str| !["beta_", "ai_", "x_", "y_"].iter().any(|unknown| key.starts_with(unknown));
    for (key, value) in members.iter().filter(|(key, _)| is_setting(key)) {
        let path = format!("{path}.{key}");
        let kept =
            ["created_at", "updated_at", "cache_device_posture", "has_migrated_private_apps", "trusted_accounts"];
        prop_assert!(!kept.contains(&key.as_str()), "{path} is the server's");
        prop_assert!(value.as_str() != Some(""), "{path} is an empty text");
        // The API accepts this group only as a whole, and an unknown member must not be omitted. With one, the group is sent
        // as read, including empty members.
        if key != "service_token_inactivity" || value.get("y_unknown").is_none() {
            clean(value, &path)?;
        }
    }
    Ok(())
}

fn last_key(path: &str) -> &str {
    path.rsplit('.').next().unwrap()
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn an_apply_reaches_the_desired_state_and_changes_nothing_else(state in live_state(), sections in wanted(), personality in personality()) {
        run(apply_and_plan_again(state, sections, personality))?;
    }

    /// The read-back reports exactly the unknown fields whose stored value differs from the sent one. A different layout is
    /// not reported.
    #[test]
    fn an_unknown_field_that_the_server_rewrites_is_a_conflict(
        state in live_state(), sections in wanted(), personality in personality(),
        unknown_values in prop::sample::select(vec![UnknownValues::WithoutBlanks, UnknownValues::Doubles]),
    ) {
        run(async {
            let mut state = state;
            state.hostile.unknown_values = unknown_values;
            let world = World::of(state, personality);
            let before = unknown_members(&world.answer().await);
            let manifest = manifest_without_objections(sections, Some(&everything(&world).await));
            let (_, outcome) = world.apply(&manifest).await;
            let after = unknown_members(&world.answer().await);
            match outcome.end {
                End::Conflict => {
                    prop_assert_ne!(&before, &after);
                    for mismatch in &outcome.mismatches {
                        let named = before.iter().any(|member| member.starts_with(&format!("\"{}\"", last_key(&mismatch.path))));
                        prop_assert!(named, "{:?}", mismatch);
                    }
                }
                _ => prop_assert_eq!(before, after),
            }
            Ok::<(), TestCaseError>(())
        })?;
    }

    /// For both levels of detail.
    #[test]
    fn the_plan_of_an_export_is_empty(state in live_state(), personality in personality()) {
        run(async {
            let world = World::of(state, personality);
            let live = everything(&world).await;
            for detail in [Detail::Minimal, Detail::Full] {
                let text = export(Model::current(), &target(), &live, detail);
                let plan = crate::common::plan_for(&manifest(&text), &live);
                prop_assert!(plan.is_empty(), "{text}\n{:#?}", plan.changes);
            }
            Ok::<(), TestCaseError>(())
        })?;
    }

    #[test]
    fn no_body_contains_server_managed_settings_or_empty_strings(state in live_state(), sections in wanted(), personality in personality()) {
        run(async {
            let world = World::of(state, personality);
            let manifest = manifest_without_objections(sections, Some(&everything(&world).await));
            world.apply(&manifest).await;
            for body in world.bodies() {
                clean(&body, "")?;
            }
            Ok::<(), TestCaseError>(())
        })?;
    }

    #[test]
    fn a_concurrent_change_before_the_write_stops_it(state in live_state(), sections in wanted(), personality in personality(), patch in concurrent_patch()) {
        run(concurrent_write_before_ours(state, sections, personality, patch))?;
    }

    #[test]
    fn a_plan_is_deterministic(state in live_state(), sections in wanted(), personality in personality()) {
        run(async {
            let world = World::of(state, personality);
            let manifest = manifest_without_objections(sections, Some(&everything(&world).await));
            let (one, _) = world.plan(&manifest).await;
            let (two, _) = world.plan(&manifest).await;
            prop_assert_eq!(one.digest, two.digest);
            Ok::<(), TestCaseError>(())
        })?;
    }
}

/// The properties above would hold for a program that never writes, so most generated cases must be applied.
#[test]
fn most_generated_cases_are_applied() {
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig { cases: 200, ..config() });
    let cases = (live_state(), wanted(), personality());
    runner
        .run(&cases, |(state, sections, personality)| run(apply_and_plan_again(state, sections, personality)))
        .unwrap();
    let (applied, refused) = (APPLIED.load(Ordering::Relaxed), REFUSED.load(Ordering::Relaxed));
    assert!(applied > 100 && applied > refused, "{applied} applied, {refused} refused");
}

/// Likewise, most concurrent writes must change the meaning of the state.
#[test]
fn most_generated_concurrent_writes_change_something() {
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig { cases: 200, ..config() });
    let cases = (live_state(), wanted(), personality(), concurrent_patch());
    runner
        .run(&cases, |(state, sections, how, patch)| run(concurrent_write_before_ours(state, sections, how, patch)))
        .unwrap();
    assert!(MOVED.load(Ordering::Relaxed) > 100);
}

#[test]
fn a_typical_change_is_applied_under_every_named_personality() {
    let sections = r#"{"organization": {"session_duration": "24h", "login_design": {"header_text": null}}}"#;
    let manifest = manifest(&manifest_of(serde_json::from_str::<Json>(sections).unwrap().as_object().unwrap()));
    for (name, personality) in Personality::named() {
        let state = State::with_organization(serde_json::json!({
            "name": "Widget", "auth_domain": "widget.cloudflareaccess.com", "session_duration": "12h",
            "login_design": {"header_text": "Hi", "footer_text": "Bye"}, "created_at": "2024-03-11T09:12:45Z",
        }));
        run(async {
            let world = World::of(state, personality);
            let (_, outcome) = world.apply(&manifest).await;
            assert_eq!(outcome.end, End::Applied, "{name}: {outcome:?}");
            assert!(world.plan(&manifest).await.0.is_empty(), "{name}");
        });
    }
}

//! The laws, for generated live states and manifests, against generated personalities of the API.
//!
//! Nobody has published whether PUT replaces or merges, whether unknown fields are kept, or what an empty value reads
//! back as; so every law has to hold under every reading.

use std::sync::atomic::{AtomicUsize, Ordering};

use crate::common::nasty::unknown_members;
use crate::common::{
    World, live_state, manifest, manifest_of, manifest_without_objections, target, unknown_value, wanted,
};
use proptest::prelude::*;
use serde_json::{Map, Value as Json, json};
use zerodrift::apply::{End, Failure, Known, verify};
use zerodrift::live::{Live, Slot};
use zerodrift::manifest::write::{Detail, manifest as export};
use zerodrift::plan::{Action, Change, live_sha256};
use zerodrift::sandbox::personality::{AbsentOrganization, PostExisting};
use zerodrift::sandbox::{Concurrent, Fault, Hostile, Moment, Personality, State, UnknownValues};
use zerodrift::settings::{Endpoint, Model};

/// Generated cases of each law. The sandbox runs in the process, so a thousand take seconds.
const CASES: u32 = 1000;

fn config() -> ProptestConfig {
    ProptestConfig { cases: CASES, failure_persistence: None, ..ProptestConfig::default() }
}

fn personality() -> impl Strategy<Value = Personality> {
    any::<u64>().prop_map(Personality::nth)
}

/// Runs on a paused clock: pauses between reads take no time.
fn run<T>(story: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap().block_on(story)
}

async fn everything(world: &World) -> Live {
    world.reader.live(&target(), &Endpoint::ALL).await.unwrap()
}

/// What moved between two reads, apart from `changes`.
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

/// Laws 1 to 4 in one life: plan, apply, plan again.
async fn apply_and_look_again(
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
    // Byte by byte, and not by our own idea of what is equal.
    prop_assert_eq!(
        unknown_members(&world.answer().await),
        unknown,
        "unknown fields stay as they are, whatever they hold"
    );

    match outcome.end {
        End::Applied => {
            APPLIED.fetch_add(1, Ordering::Relaxed);
            prop_assert_eq!(writes.len(), plan.writes.len(), "one write per endpoint");
            prop_assert_eq!(moved(&before, &after, &plan.changes), Vec::<String>::new(), "nothing else moves");
            let (again, _) = world.plan(&manifest).await;
            prop_assert!(again.is_empty(), "plan after apply is empty: {:#?}", again.changes);
        }
        End::InSync => {
            prop_assert!(plan.is_empty());
            prop_assert_eq!(
                calls[reads..].iter().filter(|call| call.starts_with("GET")).count(),
                manifest.endpoints.len()
            );
            prop_assert_eq!(writes.len(), 0, "in sync means silent");
        }
        // Some personalities refuse what this state needs, such as a body with unknown fields: then nothing has moved.
        End::Failed => {
            REFUSED.fetch_add(1, Ordering::Relaxed);
            prop_assert!(matches!(outcome.known, Known::AsBefore | Known::Partly), "{:?}", outcome.known);
            if outcome.known == Known::AsBefore {
                prop_assert_eq!(moved(&before, &after, &[]), Vec::<String>::new(), "a refused write moves nothing");
            }
        }
        End::Refused | End::Conflict => {
            prop_assert!(false, "no personality resets what was sent: {:#?}", outcome.mismatches)
        }
    }
    Ok(())
}

/// The sections of a creation: what POST needs is in them.
fn creating(mut sections: Map<String, Json>) -> Map<String, Json> {
    let fields = sections["organization"].as_object_mut().unwrap();
    fields.insert("name".to_owned(), json!("Widget"));
    fields.insert("auth_domain".to_owned(), json!("widget-corps.cloudflareaccess.com"));
    sections
}

fn nothing() -> Live {
    Live { organization: Slot::Absent, doh: Slot::Absent }
}

/// An organization exists, and `lies` reads say that there is none: the creation that is planned writes nothing of it.
async fn create_over_an_organization(
    state: State,
    sections: Map<String, Json>,
    personality: Personality,
    lies: usize,
) -> Result<(), TestCaseError> {
    let manifest = manifest_without_objections(creating(sections), Some(&nothing()));
    let fault: Fault = "GET/organization:not-enabled".parse().unwrap();
    let world = World::of(State { faults: vec![fault; lies], ..state.clone() }, personality);
    let (plan, outcome) = world.apply(&manifest).await;
    prop_assert_eq!(plan.action, Action::Create);
    // Where even the read after a refused POST lies, the refusal is all that anybody knows.
    let unseen = lies > 2 && outcome.end == End::Failed;
    prop_assert!(outcome.end == End::Conflict || unseen, "{:#?}", outcome);
    prop_assert!(outcome.writes <= usize::from(lies > 1), "{:#?}", outcome);
    prop_assert!(!world.calls().iter().any(|call| call.starts_with("PUT")), "{:?}", world.calls());
    if lies == 1 || personality.post_existing != PostExisting::Merged {
        let now = world.state();
        prop_assert_eq!((now.organization, now.doh), (state.organization, state.doh), "nothing of it was written");
    }
    Ok(())
}

/// A creation leaves everything as declared, what is declared as empty included, or says what failed.
async fn create(sections: Map<String, Json>, personality: Personality) -> Result<(), TestCaseError> {
    let manifest = manifest_without_objections(creating(sections), Some(&nothing()));
    let world = World::of(State::default(), personality);
    let (_, outcome) = world.apply(&manifest).await;
    match outcome.end {
        End::Applied => {
            let (again, _) = world.plan(&manifest).await;
            prop_assert!(again.is_empty(), "everything is as declared: {:#?}", again.changes);
        }
        End::Failed => {
            prop_assert!(matches!(outcome.known, Known::AsBefore | Known::Partly), "{:?}", outcome);
        }
        _ => prop_assert!(false, "a creation that nobody disturbs: {:#?}", outcome),
    }
    Ok(())
}

/// What somebody else writes to the organization.
fn theirs() -> impl Strategy<Value = Json> {
    prop_oneof![
        "[1-9]h".prop_map(|text| json!({"session_duration": text})),
        any::<bool>().prop_map(|on| json!({"deny_unmatched_requests": on})),
        "[A-Z][a-z]{1,8}".prop_map(|name| json!({"name": name})),
        unknown_value().prop_map(|value| json!({"brand_new": value})),
        Just(json!({"login_design": null})),
    ]
}

/// Somebody else writes after the read that the plan is made from, and before our write.
async fn somebody_writes_in_between(
    state: State,
    sections: Map<String, Json>,
    personality: Personality,
    patch: Json,
) -> Result<(), TestCaseError> {
    let manifest =
        manifest_without_objections(sections, Some(&everything(&World::of(state.clone(), personality)).await));
    let concurrent = Some(Concurrent { when: Moment::Read, patch });
    let state = State { hostile: Hostile { concurrent, ..Hostile::default() }, ..state };
    // Whether what they write differs by meaning from what was there.
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
    prop_assert_eq!((outcome.end, outcome.known, outcome.writes), (End::Conflict, Known::AsBefore, 0));
    prop_assert!(matches!(outcome.failure, Some(Failure::Moved(_))), "{:#?}", outcome);
    let (now, theirs) = (world.state(), probe.state());
    prop_assert_eq!((now.organization, now.doh), (theirs.organization, theirs.doh), "nothing is written over theirs");
    Ok(())
}

/// A17: what is sent holds nothing that the server keeps for itself, and no setting that was empty already.
fn clean(body: &Json, path: &str) -> Result<(), TestCaseError> {
    let Json::Object(members) = body else { return Ok(()) };
    let is_setting = |key: &str| !["beta_", "ai_", "x_", "y_"].iter().any(|unknown| key.starts_with(unknown));
    for (key, value) in members.iter().filter(|(key, _)| is_setting(key)) {
        let path = format!("{path}.{key}");
        let kept =
            ["created_at", "updated_at", "cache_device_posture", "has_migrated_private_apps", "trusted_accounts"];
        prop_assert!(!kept.contains(&key.as_str()), "{path} is the server's");
        prop_assert!(value.as_str() != Some(""), "{path} is an empty text");
        // The API takes this group as a whole or not at all, and a member that nobody knows must not be left out: then it
        // goes back as it was read, empty members included.
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
    fn an_apply_makes_live_as_declared_and_moves_nothing_else(state in live_state(), sections in wanted(), personality in personality()) {
        run(apply_and_look_again(state, sections, personality))?;
    }

    /// Law 2 against a server that keeps another value of an unknown field than it was sent: the read-back names each such
    /// field and nothing else, and a server that only has another layout is not accused.
    #[test]
    fn an_unknown_field_that_the_server_rewrites_is_a_conflict_that_names_it(
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

    /// A2, A5, A18: an export plans to nothing, in both degrees of detail, with no state file anywhere.
    #[test]
    fn an_export_plans_to_nothing(state in live_state(), personality in personality()) {
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
    fn no_body_holds_what_the_server_keeps_or_what_was_empty(state in live_state(), sections in wanted(), personality in personality()) {
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
    fn an_approval_to_create_approves_nothing_else(state in live_state(), sections in wanted(), personality in personality(), lies in 1..4_usize) {
        run(create_over_an_organization(state, sections, personality, lies))?;
    }

    #[test]
    fn a_creation_proves_what_is_declared_as_empty_too(sections in wanted(), personality in personality()) {
        let personality = Personality { absent_organization: AbsentOrganization::NotEnabled, ..personality };
        run(create(sections, personality))?;
    }

    #[test]
    fn what_moves_before_the_write_stops_it(state in live_state(), sections in wanted(), personality in personality(), patch in theirs()) {
        run(somebody_writes_in_between(state, sections, personality, patch))?;
    }

    #[test]
    fn a_plan_is_a_function_of_its_input(state in live_state(), sections in wanted(), personality in personality()) {
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

/// The laws above would hold for a program that never writes: most generated cases must really be applied.
#[test]
fn most_generated_cases_are_applied() {
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig { cases: 200, ..config() });
    let cases = (live_state(), wanted(), personality());
    runner
        .run(&cases, |(state, sections, personality)| run(apply_and_look_again(state, sections, personality)))
        .unwrap();
    let (applied, refused) = (APPLIED.load(Ordering::Relaxed), REFUSED.load(Ordering::Relaxed));
    assert!(applied > 100 && applied > refused, "{applied} applied, {refused} refused");
}

/// As above, for the cases in which somebody else writes: in most of them something that matters moves.
#[test]
fn most_generated_writes_of_somebody_else_move_something() {
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig { cases: 200, ..config() });
    let cases = (live_state(), wanted(), personality(), theirs());
    runner
        .run(&cases, |(state, sections, how, patch)| run(somebody_writes_in_between(state, sections, how, patch)))
        .unwrap();
    assert!(MOVED.load(Ordering::Relaxed) > 100);
}

#[test]
fn every_named_personality_takes_a_typical_change() {
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

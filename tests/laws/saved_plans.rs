//! Saved plans, for generated live states, manifests and personalities of the API: only the reviewed plan is applied.

use std::sync::LazyLock;

use crate::common::{
    ACCOUNT, World, live_state, manifest_without_objections, personality, plan_for, run, target, wanted,
};
use jiff::Timestamp;
use proptest::prelude::*;
use serde_json::{Map, Value as Json, json};
use zerodrift::apply::{Approved, End, Options, apply};
use zerodrift::document::saved::{read, to_text};
use zerodrift::document::{Comparison, Wording};
use zerodrift::live::{Document, Live, Slot};
use zerodrift::manifest::Manifest;
use zerodrift::plan::{Input, Plan, SavedPlan, Since, StaleReason, plan};
use zerodrift::sandbox::{Personality, State};
use zerodrift::settings::{Access, Endpoint, Model, Target};

const OTHER: &str = "0123456789abcdef0123456789abcdef";
const API: &str = "https://sandbox.test/client/v4";

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

fn moment(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).unwrap()
}

/// Creates a plan that expires at second 100, and checks that it round-trips.
fn save(manifest: &Manifest, live: &Live) -> (Plan, SavedPlan) {
    let model = Model::current();
    let allow: Vec<String> = model.settings().iter().map(|setting| setting.path.to_owned()).collect();
    let target = target();
    let input = Input { model, manifest, target: &target, api: API, live, allow: &allow };
    let plan = plan(&input);
    let saved = SavedPlan::new(&input, &plan, moment(100));
    assert_eq!(read(to_text(&Comparison::of(Wording::Plan, &plan), &saved).as_bytes()), Ok(vec![saved.clone()]));
    (plan, saved)
}

/// The current plan, with the consents of the saved one.
fn again(saved: &SavedPlan, manifest: &Manifest, live: &Live) -> Plan {
    let target = target();
    plan(&Input { model: Model::current(), manifest, target: &target, api: API, live, allow: &saved.consents })
}

fn is_volatile(path: &[String], endpoint: Endpoint) -> bool {
    let volatile = |setting: &&zerodrift::settings::Setting| setting.access == Access::Volatile;
    Model::current().of(endpoint).filter(volatile).any(|setting| setting.live_keys().iter().any(|keys| *keys == path))
}

/// Collects the paths of a document to all values except objects with members.
fn leaves(fields: &Map<String, Json>, above: &[String], found: &mut Vec<Vec<String>>) {
    for (key, value) in fields {
        let path = [above, std::slice::from_ref(key)].concat();
        match value {
            Json::Object(members) if !members.is_empty() => leaves(members, &path, found),
            _ => found.push(path),
        }
    }
}

/// A value that differs under every rule of comparison.
fn other(value: &Json) -> Json {
    match value {
        Json::Bool(on) => json!(!on),
        Json::String(text) => json!(format!("{text}x")),
        Json::Array(elements) => elements.iter().cloned().chain([json!("x")]).collect(),
        Json::Number(number) => json!(format!("{number}x")),
        Json::Null | Json::Object(_) => json!("x"),
    }
}

/// The same state with one path changed; `None` if the path is volatile or behind a switch that is off.
fn moved(live: &Live, choice: prop::sample::Index) -> Option<Live> {
    let all: Vec<(Endpoint, Vec<String>)> = live
        .documents()
        .flat_map(|document| {
            let mut found = vec![vec!["brand_new".to_owned()]];
            leaves(&document.fields, &[], &mut found);
            found.into_iter().map(|path| (document.endpoint, path)).collect::<Vec<_>>()
        })
        .collect();
    let (endpoint, path) = choice.get(&all);
    let document = live.document(*endpoint).unwrap();
    let counts = |setting: &zerodrift::settings::Setting| {
        let leads_here = setting
            .live_keys()
            .iter()
            .any(|keys| path.starts_with(&keys.iter().map(|key| (*key).to_owned()).collect::<Vec<_>>()));
        !leads_here || document.counts(Model::current(), setting)
    };
    let counts = Model::current().of(*endpoint).all(counts);
    let mut fields = live.document(*endpoint).unwrap().fields.clone();
    let (last, above) = path.split_last().unwrap();
    let place = above.iter().fold(&mut fields, |place, key| place.get_mut(key).unwrap().as_object_mut().unwrap());
    let was = place.get(last).cloned().unwrap_or_default();
    place.insert(last.clone(), other(&was));
    let mut live = live.clone();
    *live.slot_mut(*endpoint) = Slot::Present(Document::new(*endpoint, fields));
    (counts && !is_volatile(path, *endpoint)).then_some(live)
}

/// The same state with other values of volatile settings.
fn later(live: &Live) -> Live {
    let mut later = live.clone();
    for document in live.documents() {
        let mut fields = document.fields.clone();
        for setting in Model::current().of(document.endpoint).filter(|setting| setting.access == Access::Volatile) {
            if let [key] = setting.live_keys()[0] {
                fields.insert((*key).to_owned(), json!("2031-01-01T00:00:00Z"));
            }
        }
        *later.slot_mut(document.endpoint) = Slot::Present(Document::new(document.endpoint, fields));
    }
    later
}

/// Whether the reasons name one path, or a switch and the settings behind it.
fn is_one_change(model: &Model, stale: &[StaleReason]) -> bool {
    let paths: Option<Vec<&str>> = stale
        .iter()
        .map(|stale| if let StaleReason::Live(moved) = stale { Some(moved.path.as_str()) } else { None })
        .collect();
    let Some(paths) = paths else { return false };
    let behind = |path: &str, switch: &str| {
        model.setting(path).and_then(|setting| model.switch_of(setting)).is_some_and(|found| found.path == switch)
    };
    let of_switch = |switch: &str| paths.iter().all(|path| *path == switch || behind(path, switch));
    paths.len() == 1 || paths.iter().any(|path| of_switch(path))
}

proptest! {
    #![proptest_config(config(150))]

    #[test]
    fn a_plan_is_applied_once_if_the_live_state_did_not_change(state in live_state(), sections in wanted(), personality in personality()) {
        run(async {
            let model = Model::current();
            let world = World::of(state, personality);
            let everything = world.reader.live(&target(), &Endpoint::ALL).await.unwrap();
            let manifest = manifest_without_objections(sections, Some(&everything));
            let (_, saved) = save(&manifest, &world.live(&manifest).await);

            prop_assert_eq!(saved.check(model, &manifest, &target(), moment(99)), Ok(()));
            prop_assert_eq!(saved.check_api(API), Ok(()));
            let live = later(&world.live(&manifest).await);
            let plan = again(&saved, &manifest, &live);
            prop_assert_eq!(saved.check_live(model, &live, &plan), Ok(Since::Unchanged));

            let outcome = apply(&world.reader, &world.writer, Approved::new(&plan, &live).unwrap(), &Options::without_backup(model)).await;
            if outcome.end == End::Applied {
                let live = world.live(&manifest).await;
                let plan = again(&saved, &manifest, &live);
                prop_assert_eq!(saved.check_live(model, &live, &plan), Ok(Since::Applied));
            }
            Ok::<(), TestCaseError>(())
        })?;
    }

    #[test]
    fn any_change_of_the_live_state_is_named(state in live_state(), sections in wanted(), personality in personality(), choice in any::<prop::sample::Index>()) {
        run(async {
            let model = Model::current();
            let world = World::of(state, personality);
            let everything = world.reader.live(&target(), &Endpoint::ALL).await.unwrap();
            let manifest = manifest_without_objections(sections, Some(&everything));
            let live = world.live(&manifest).await;
            let (_, saved) = save(&manifest, &live);
            let Some(live) = moved(&live, choice) else { return Ok(()) };
            let plan = again(&saved, &manifest, &live);
            match saved.check_live(model, &live, &plan) {
                Err(stale) => prop_assert!(is_one_change(model, &stale), "{:?}", stale),
                // The change happens to be the planned one.
                Ok(since) => prop_assert!(since == Since::Applied && plan.is_empty()),
            }
            Ok::<(), TestCaseError>(())
        })?;
    }

    #[test]
    fn a_different_manifest_target_api_version_or_time_is_refused(state in live_state(), sections in wanted(), others in wanted()) {
        run(async {
            let model = Model::current();
            let world = World::of(state, Personality::default());
            let everything = world.reader.live(&target(), &Endpoint::ALL).await.unwrap();
            let manifest = manifest_without_objections(sections, Some(&everything));
            let (_, saved) = save(&manifest, &world.live(&manifest).await);
            let refusal = |saved: &SavedPlan, manifest: &Manifest, target: &Target, now| saved.check(model, manifest, target, now).unwrap_err();

            let other = manifest_without_objections(others, Some(&everything));
            if other.sha256 != manifest.sha256 {
                let refusals = refusal(&saved, &other, &target(), moment(0));
                prop_assert!(matches!(refusals[0], StaleReason::Manifest { .. }), "{:?}", refusals);
                prop_assert!(refusals[1..].iter().all(|stale| matches!(stale, StaleReason::Declared { .. })), "{:?}", refusals);
            }
            let bytes = Manifest { sha256: "0".repeat(64), ..manifest.clone() };
            prop_assert_eq!(refusal(&saved, &bytes, &target(), moment(0)), [StaleReason::Manifest { path: "org.yaml".to_owned(), declares_the_same: true }]);
            for foreign in [Target::account(OTHER).unwrap(), Target::zone(ACCOUNT).unwrap()] {
                prop_assert_eq!(refusal(&saved, &manifest, &foreign, moment(0)), [StaleReason::Target { then: target(), now: foreign.clone() }]);
            }
            prop_assert_eq!(refusal(&saved, &manifest, &target(), moment(100)), [StaleReason::Expired { at: moment(100), now: moment(100) }]);
            let older = SavedPlan { zerodrift: "0.0.1".to_owned(), ..saved.clone() };
            prop_assert_eq!(refusal(&older, &manifest, &target(), moment(0)), [StaleReason::Version("0.0.1".to_owned())]);
            prop_assert!(saved.check_api("https://api.example").is_err());
            Ok::<(), TestCaseError>(())
        })?;
    }
}

/// A plan file with text of all kinds.
static PLAN: LazyLock<String> = LazyLock::new(|| {
    let live = State::with_organization(json!({
        "name": "Widget \u{202e} \"quoted\"", "auth_domain": "widget.cloudflareaccess.com", "session_duration": "12h", "next": [1.10, null],
    }));
    run(async {
        let world = World::of(live, Personality::default());
        let manifest =
            crate::common::manifest(&format!("account_id: {ACCOUNT}\norganization:\n  session_duration: 24h\n"));
        let live = world.live(&manifest).await;
        let (plan, saved) = save(&manifest, &live);
        assert_eq!(plan.digest, plan_for(&manifest, &live).digest);
        to_text(&Comparison::of(Wording::Plan, &plan), &saved)
    })
});

proptest! {
    #![proptest_config(config(1000))]

    #[test]
    fn any_change_of_the_content_of_the_file_is_detected(place in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let whole = PLAN.as_str();
        let mut bytes = whole.as_bytes().to_vec();
        bytes[place.index(whole.len())] = byte;
        let same = serde_json::from_slice::<Json>(&bytes).is_ok_and(|json| json == serde_json::from_str::<Json>(whole).unwrap());
        prop_assert_eq!(read(&bytes).is_ok(), same);
    }

    #[test]
    fn a_truncated_file_is_not_a_plan(place in any::<prop::sample::Index>()) {
        let whole = PLAN.as_str();
        let end = place.index(whole.trim_end().len());
        prop_assert!(read(&whole.as_bytes()[..end]).is_err());
    }
}

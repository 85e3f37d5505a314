//! The difference between two live states, for generated states and personalities of the API: its properties, and that the
//! digest, the saved plan, the plan, the read before a write and the read-back agree on it.

use crate::common::{
    self, World, live_state, manifest_without_objections, personality, plan_for, put, run, target, valid, wanted,
};
use proptest::prelude::*;
use serde_json::{Map, Value as Json, json};
use zerodrift::apply::{End, body, verify};
use zerodrift::json::JsonText;
use zerodrift::live::{Difference, Document, Fingerprint, Live, Slot, differences, document_differences};
use zerodrift::manifest::Manifest;
use zerodrift::plan::{Change, live_sha256};
use zerodrift::sandbox::{Concurrent, Hostile, Moment, Personality, State};
use zerodrift::settings::{Access, Endpoint, Model, Setting};

fn config() -> ProptestConfig {
    ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() }
}

/// Reads all endpoints.
fn read(state: State, personality: Personality) -> Live {
    run(async { World::of(state, personality).reader.live(&target(), &Endpoint::ALL).await.unwrap() })
}

fn paths(found: &[Difference]) -> Vec<&str> {
    found.iter().map(|one| one.path.as_str()).collect()
}

fn organization(live: &Live) -> &Document {
    live.document(Endpoint::Organization).unwrap()
}

/// The same live state with another organization.
fn with_fields(live: &Live, fields: Map<String, Json>) -> Live {
    let mut organization = organization(live).clone();
    organization.fields = fields;
    Live { organization: Slot::Present(organization), ..live.clone() }
}

/// The same live state with a value at some keys of the organization.
fn with(live: &Live, keys: &[&str], value: Json) -> Live {
    let mut sections = Map::from_iter([("x".to_owned(), Json::Object(organization(live).fields.clone()))]);
    for length in 1..keys.len() {
        let place = keys[..length].iter().try_fold(&sections["x"], |place, key| place.get(key));
        if !place.is_some_and(Json::is_object) {
            put(&mut sections, "x", &keys[..length], json!({}));
        }
    }
    put(&mut sections, "x", keys, value);
    let Json::Object(fields) = sections["x"].take() else { panic!("the organization is an object") };
    with_fields(live, fields)
}

/// Checks that all comparisons of two live states agree. Returns whether there is a difference.
fn agree(before: &Live, after: &Live) -> Result<bool, TestCaseError> {
    let model = Model::current();
    let found = differences(model, before, after);
    let of_fingerprints = Fingerprint::of(model, before).differences(&Fingerprint::of(model, after));
    prop_assert_eq!(paths(&of_fingerprints), paths(&found), "the fingerprint of a saved plan");
    let same_digest = live_sha256(model, before) == live_sha256(model, after);
    prop_assert_eq!(same_digest, found.is_empty(), "the digest");
    let pairs = before.documents().filter_map(|one| Some((one, after.document(one.endpoint)?)));
    let of_read_back: Vec<String> =
        pairs.flat_map(|(one, two)| verify(model, Some(one), two, &[])).map(|found| found.path).collect();
    prop_assert_eq!(of_read_back, paths(&found), "the read-back");
    Ok(!found.is_empty())
}

/// The settings of the organization with a former path.
fn renamed() -> Vec<Setting> {
    Model::current().of(Endpoint::Organization).filter(|setting| setting.former.is_some()).copied().collect()
}

/// The path of a renamed setting, and two values of it.
fn contradiction() -> impl Strategy<Value = (&'static str, Json, Json)> {
    prop::sample::select(renamed()).prop_flat_map(|setting| (Just(setting.path), valid(&setting), valid(&setting)))
}

fn setting(path: &str) -> Setting {
    *Model::current().setting(path).unwrap()
}

/// The switch of a group whose other members servers may fill while it is off.
const SWITCH: &str = "organization.service_token_inactivity.enabled";

/// The same live state with that group: its switch, and its number of days.
fn with_group(live: &Live, is_on: bool, days: Json) -> Live {
    let group = json!({"enabled": is_on, "inactivity_threshold_days": days, "action": "disable"});
    with(live, &["service_token_inactivity"], group)
}

fn volatile() -> impl Iterator<Item = &'static Setting> {
    Model::current().of(Endpoint::Organization).filter(|setting| setting.access == Access::Volatile)
}

/// The document that the API would return after it stored this body unchanged.
fn after_put(before: &Document, sent: &JsonText) -> Document {
    let mut after = Document::parse(before.endpoint, sent).unwrap();
    for setting in Model::current().response_only(before.endpoint) {
        // No server-managed setting is in a group.
        let key = setting.live_keys()[0][0];
        after.fields.extend(before.fields.get(key).map(|value| (key.to_owned(), value.clone())));
    }
    for setting in Model::current().of(before.endpoint).filter(|setting| setting.observed_as.is_some()) {
        let sent = after.fields.shift_remove(setting.name());
        after.fields.extend(sent.map(|value| (setting.live_keys()[0][0].to_owned(), value)));
    }
    after
}

/// Checks that the body, the plan and the difference agree.
fn assert_body_matches_plan(live: &Live, manifest: &Manifest) -> Result<(), TestCaseError> {
    let model = Model::current();
    let plan = plan_for(manifest, live);
    for before in live.documents() {
        let of_endpoint = |change: &&Change| change.setting.endpoint() == before.endpoint;
        let changes: Vec<&Change> = plan.changes.iter().filter(of_endpoint).collect();
        let after = after_put(before, &body::put(model, before, &changes, &[]));
        let found = document_differences(model, before, &after);
        let desired = |path: &str| changes.iter().find(|one| one.setting.path == path).map(|one| &one.after);
        for one in &found {
            prop_assert!(one.is_due_to(model, desired), "not planned: {:?}", one);
        }
        for change in changes {
            prop_assert!(after.has(model, &change.setting, &change.after), "not sent: {:?}", change);
            prop_assert!(paths(&found).contains(&change.setting.path), "planned and no difference: {:?}", change);
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn volatile_settings_are_not_a_difference(state in live_state(), personality in personality()) {
        let before = read(state, personality);
        prop_assert!(!agree(&before, &before)?);
        let mut later = before.clone();
        for setting in volatile() {
            later = with(&later, setting.live_keys()[0], json!("2031-01-01T00:00:00Z"));
        }
        prop_assert!(!agree(&before, &later)?, "volatile settings");
    }

    #[test]
    fn the_difference_is_symmetric(
        one in live_state(), two in live_state(), of_one in personality(), of_two in personality(),
    ) {
        let (one, two) = (read(one, of_one), read(two, of_two));
        agree(&one, &two)?;
        let back = differences(Model::current(), &two, &one).into_iter();
        let back: Vec<_> = back.map(|found| Difference { path: found.path, before: found.after, after: found.before }).collect();
        prop_assert_eq!(differences(Model::current(), &one, &two), back);
    }

    #[test]
    fn any_change_of_an_unknown_field_is_a_difference(
        state in live_state(), personality in personality(), value in common::unknown_value(), other in common::unknown_value(),
    ) {
        let live = read(state, personality);
        for keys in [&["brand_new"] as &[&str], &["login_design", "brand_new"]] {
            let (before, after) = (with(&live, keys, value.clone()), with(&live, keys, other.clone()));
            prop_assert_eq!(agree(&before, &after)?, value != other);
        }
    }

    /// An apply echoes live values, so a server may change a setting under its former path although it is not declared.
    #[test]
    fn a_former_path_that_contradicts_its_setting_is_a_difference(
        state in live_state(), personality in personality(), (path, value, other) in contradiction(),
    ) {
        let live = read(state, personality);
        let setting = setting(path);
        let (own, former) = (setting.live_keys()[0], setting.live_keys()[1]);
        let before = with(&with(&live, own, value.clone()), former, value.clone());
        let after = with(&before, former, other.clone());
        let is_different = !setting.same(Some(&value), Some(&other)) && !setting.is_empty(Some(&other));
        prop_assert_eq!(agree(&before, &after)?, is_different);
        let only_former = with(&with(&live, own, Json::Null), former, value.clone());
        prop_assert!(!agree(&before, &only_former)?, "the same state under another path");
    }

    /// While the switch of a group is off, servers may fill its other members, so they are not compared.
    #[test]
    fn members_of_a_group_whose_switch_is_off_are_not_compared(
        state in live_state(), sections in wanted(), personality in personality(), days in 1..365_i64, others in 1..365_i64,
    ) {
        let live = read(state, personality);
        let (before, after) = (with_group(&live, false, json!(days)), with_group(&live, false, json!(others)));
        prop_assert!(!agree(&before, &after)?);
        prop_assert_eq!(agree(&with_group(&live, true, json!(days)), &with_group(&live, true, json!(others)))?, days != others);
        let manifest = manifest_without_objections(sections, Some(&before));
        if manifest.declared(SWITCH).is_none() {
            prop_assert_eq!(plan_for(&manifest, &before).digest, plan_for(&manifest, &after).digest);
        }
    }

    #[test]
    fn the_body_of_a_write_matches_the_plan(state in live_state(), sections in wanted(), personality in personality()) {
        let live = read(state, personality);
        let manifest = manifest_without_objections(sections, Some(&live));
        assert_body_matches_plan(&live, &manifest)?;
    }

    #[test]
    fn a_write_with_two_paths_of_a_setting_is_consistent(
        state in live_state(), personality in personality(), (path, value, other) in contradiction(), wanted in any::<u64>(),
    ) {
        let live = read(state, personality);
        let setting = setting(path);
        let (own, former) = (setting.live_keys()[0], setting.live_keys()[1]);
        let live = with(&with(&live, own, value.clone()), former, other);
        let mut sections = Map::new();
        put(&mut sections, "organization", setting.keys(), if wanted % 2 == 0 { value } else { Json::Null });
        let manifest = manifest_without_objections(sections, Some(&live));
        assert_body_matches_plan(&live, &manifest)?;
    }
}

/// Such a change is not compared, and the write that turns the switch on sends the approved value.
#[test]
fn a_change_behind_a_switch_before_it_is_turned_on_is_overwritten_with_the_approved_value() {
    let group =
        |is_on: bool, days: i64| json!({"enabled": is_on, "inactivity_threshold_days": days, "action": "disable"});
    let concurrent = Concurrent { when: Moment::Read, patch: json!({"service_token_inactivity": group(false, 7)}) };
    let text =
        format!("account_id: {}\norganization:\n  service_token_inactivity:\n    enabled: true\n", common::ACCOUNT);
    let manifest = common::manifest(&text);
    for (name, personality) in Personality::named() {
        let state = State {
            hostile: Hostile { concurrent: Some(concurrent.clone()), ..Hostile::default() },
            ..State::with_organization(json!({
                "name": "Widget", "auth_domain": "widget.cloudflareaccess.com",
                "service_token_inactivity": group(false, 90),
            }))
        };
        let world = World::of(state, personality);
        let (_, outcome) = run(world.apply(&manifest));
        assert_eq!(outcome.end, End::Applied, "{name}: {outcome:#?}");
        assert_eq!(world.bodies()[0]["service_token_inactivity"], group(true, 90), "{name}");
    }
}

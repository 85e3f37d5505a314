//! Guards: no change is written without consent unless it is known to be noted or harmless.
//!
//! The oracle here decides this independently of the program's table, for live values of every shape: absent, known, under
//! a former name, in another case, unknown, of a different type, behind a switch.

use crate::common::{live_state_with, manifest_without_objections, target, wanted};
use proptest::prelude::*;
use serde_json::{Map, Value as Json, json};
use std::sync::atomic::{AtomicUsize, Ordering};
use zerodrift::apply::{Approved, NotApproved};
use zerodrift::live::{Document, Live, Slot};
use zerodrift::manifest::{Allow, Manifest};
use zerodrift::plan::{Input, Plan, plan};
use zerodrift::sandbox::State;
use zerodrift::settings::{Endpoint, GoDuration, Model};

const CASES: u32 = 1000;

/// The impact of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Level {
    Guarded,
    Noted,
    Harmless,
}
use Level::{Guarded, Harmless, Noted};

/// A value before or after a change, for the oracle.
#[derive(Debug, Clone, PartialEq)]
enum Held {
    Empty,
    Value(Json),
    Unranked,
}

fn is_blank(value: &Json) -> bool {
    match value {
        Json::Null | Json::Bool(false) => true,
        Json::String(text) => text.is_empty(),
        Json::Array(list) => list.is_empty(),
        Json::Object(members) => members.values().all(|member| *member != json!(false) && is_blank(member)),
        Json::Bool(true) | Json::Number(_) => false,
    }
}

fn hours(value: &Json) -> Option<f64> {
    value.as_str()?.parse::<GoDuration>().ok().map(|length| length.nanoseconds() as f64 / 3.6e12)
}

const WORDS: [(&str, &[&str]); 5] = [
    ("pin_policy", &["always", "once", "never"]),
    ("touch_policy", &["always", "cached", "never"]),
    ("action", &["delete", "disable"]),
    ("allowed_authenticators", &["totp", "biometrics", "security_key", "piv_key", "ssh_fido2_key"]),
    ("ssh_key_type", &["ecdsa", "ed25519", "rsa"]),
];

/// Classifies a value, by the last part of the setting's name.
fn held(name: &str, value: &Json) -> Held {
    let empty_of_its_kind = match value {
        Json::Bool(false) => is_boolean(name),
        other => is_blank(other),
    };
    if empty_of_its_kind {
        return Held::Empty;
    }
    let known = WORDS.iter().find(|(word, _)| *word == name).map(|(_, known)| *known);
    let is_known = |value: &Json| known.is_none_or(|known| value.as_str().is_some_and(|word| known.contains(&word)));
    let ranks = match name {
        "allowed_authenticators" | "ssh_key_type" => value.as_array().is_some_and(|list| list.iter().all(is_known)),
        "ssh_key_size" => value.as_array().is_some_and(|list| {
            list.iter().all(|size| [256, 384, 521, 2048, 3072, 4096].contains(&size.as_i64().unwrap_or(0)))
        }),
        "deny_unmatched_requests_exempted_zone_names" => {
            value.as_array().is_some_and(|list| list.iter().all(Json::is_string))
        }
        "inactivity_threshold_days" => value.is_i64(),
        _ if is_boolean(name) => value.is_boolean(),
        _ if name.ends_with("duration") || name.ends_with("inactive_time") => hours(value).is_some(),
        _ => value.is_string() && is_known(value),
    };
    if ranks { Held::Value(value.clone()) } else { Held::Unranked }
}

fn is_boolean(name: &str) -> bool {
    let booleans = [
        "allow_authenticate_via_warp",
        "auto_redirect_to_identity",
        "warp_auth_non_browser_401",
        "is_ui_read_only",
        "deny_unmatched_requests",
        "mfa_required_for_all_apps",
        "require_fips_device",
        "enabled",
        "strict_service_token_auth",
    ];
    booleans.contains(&name)
}

fn at<'a>(fields: &'a Map<String, Json>, path: &[&str]) -> Option<&'a Json> {
    path[1..].iter().try_fold(fields.get(path[0])?, |value, key| value.get(*key))
}

/// The value of a setting in a live document, under any of its paths.
fn live_value(live: &Live, path: &str) -> Held {
    let (section, rest) = path.split_once('.').unwrap();
    let endpoint = if section == "doh" { Endpoint::Doh } else { Endpoint::Organization };
    let Some(document) = live.document(endpoint) else { return Held::Empty };
    let renamed = rest.replace("mfa_piv_key_requirements", "mfa_ssh_piv_key_requirements");
    let answered = if path == "doh.service_token_id" { "id".to_owned() } else { rest.to_owned() };
    let name = rest.rsplit('.').next().unwrap();
    for spelling in [&answered, &renamed] {
        let keys: Vec<&str> = spelling.split('.').collect();
        if let [group, _] = keys[..]
            && document.fields.get(group).is_some_and(|value| !value.is_object() && !value.is_null() && *value != "")
        {
            return Held::Unranked;
        }
    }
    let found = [&answered, &renamed]
        .into_iter()
        .filter_map(|spelling| at(&document.fields, &spelling.split('.').collect::<Vec<_>>()));
    let value = found.fold(
        Json::Null,
        |found, value| if found == json!(false) || !is_blank(&found) { found } else { value.clone() },
    );
    held(name, &value)
}

/// The value of a setting after the apply: the declared one, else the live one.
fn future(manifest: &Manifest, live: &Live, path: &str) -> Held {
    match manifest.declared(path) {
        Some(declared) => held(path.rsplit('.').next().unwrap(), &declared.value),
        None => live_value(live, path),
    }
}

const TOKENS: &str = "organization.service_token_inactivity";

/// The expected impact of a change.
fn oracle(manifest: &Manifest, live: &Live, path: &str, after: &Json) -> Level {
    let name = path.rsplit('.').next().unwrap();
    if path == "organization.name" || path.contains(".login_design.") || path.contains(".custom_pages.") {
        return Harmless;
    }
    let behind_the_switch = path.starts_with(TOKENS) && name != "enabled";
    let switched_off = behind_the_switch && live_value(live, &format!("{TOKENS}.enabled")) == Held::Empty;
    let before = if switched_off && live_group_is_whole(live) { Held::Empty } else { live_value(live, path) };
    let after = held(name, after);
    if before == Held::Unranked || after == Held::Unranked {
        return Guarded;
    }
    let (was, will) = (before != Held::Empty, after != Held::Empty);
    let length = |held: &Held| if let Held::Value(value) = held { hours(value) } else { None };
    let (old, new) = (length(&before), length(&after));
    let longer = was && (!will || new > old);
    match name {
        "auth_domain" | "service_token_id" if !was => {
            if name == "auth_domain" {
                Harmless
            } else {
                Noted
            }
        }
        "auth_domain" | "service_token_id" => Guarded,
        "deny_unmatched_requests" | "strict_service_token_auth" | "mfa_required_for_all_apps" => Guarded,
        "deny_unmatched_requests_exempted_zone_names" => {
            let deny = "organization.deny_unmatched_requests";
            let off = live_value(live, deny) == Held::Empty && future(manifest, live, deny) == Held::Empty;
            if off { Harmless } else { Guarded }
        }
        "allowed_authenticators" => {
            if was {
                Guarded
            } else {
                Noted
            }
        }
        "amr_matching_session_duration" => {
            if was && !longer {
                Harmless
            } else {
                Guarded
            }
        }
        "session_duration" if path.contains("mfa_config") => {
            let mfa = live_value(live, "organization.mfa_config.allowed_authenticators");
            match was {
                true if longer => Guarded,
                false if mfa != Held::Empty => Guarded,
                _ => Harmless,
            }
        }
        "session_duration" => match new {
            Some(new) if new > 730.0 && old.is_none_or(|old| new > old) => Guarded,
            Some(new) if new < 0.25 && old.is_none_or(|old| new < old) => Guarded,
            Some(_) if was && !longer => Harmless,
            _ => Noted,
        },
        "warp_auth_session_duration" => {
            if will && (!was || longer) {
                Noted
            } else {
                Harmless
            }
        }
        "doh_jwt_duration" => {
            if was && !longer {
                Harmless
            } else {
                Noted
            }
        }
        "user_seat_expiration_inactive_time" => {
            if will && (!was || new < old) {
                Noted
            } else {
                Harmless
            }
        }
        "allow_authenticate_via_warp"
        | "auto_redirect_to_identity"
        | "warp_auth_non_browser_401"
        | "is_ui_read_only" => Noted,
        "enabled" => Noted,
        "action" => match after {
            Held::Value(word) if word == "delete" => Guarded,
            Held::Value(_) => Noted,
            _ => Harmless,
        },
        "inactivity_threshold_days" => {
            let mild = future(manifest, live, &format!("{TOKENS}.action")) == Held::Value(json!("disable"));
            match (&before, &after) {
                _ if !mild => Guarded,
                (_, Held::Empty) => Harmless,
                (Held::Value(old), Held::Value(new)) if new.as_i64() > old.as_i64() => Harmless,
                _ => Noted,
            }
        }
        _ => Guarded,
    }
}

/// Whether the group with the switch is an object or empty.
fn live_group_is_whole(live: &Live) -> bool {
    let document = live.document(Endpoint::Organization).unwrap();
    document.fields.get("service_token_inactivity").is_none_or(|group| group.is_object() || is_blank(group))
}

fn planned(manifest: &Manifest, live: &Live) -> Plan {
    let (model, target) = (Model::current(), target());
    plan(&Input { model, manifest, target: &target, api: "https://sandbox.test/client/v4", live, allow: &[] })
}

/// Converts a state to a live state, without a sandbox.
fn read(state: &State) -> Live {
    let state = serde_json::to_value(state).unwrap();
    let slot = |endpoint, key: &str| {
        Slot::Present(Document::new(endpoint, state[key].as_object().cloned().unwrap_or_default()))
    };
    Live { organization: slot(Endpoint::Organization, "organization"), doh: slot(Endpoint::Doh, "doh") }
}

/// Replaces groups by invalid values, or adds values behind a switch that is off.
fn distort(live: &mut Live, distortion: u8, action: Json) {
    let Slot::Present(document) = &mut live.organization else { return };
    let hidden = json!({"enabled": false, "inactivity_threshold_days": 90, "action": action});
    let (key, value) = match distortion {
        0 => ("mfa_config", json!("strict")),
        1 => ("mfa_piv_key_requirements", json!([1])),
        2 => ("deny_unmatched_requests", json!("yes")),
        3..=6 => ("service_token_inactivity", hidden),
        _ => return,
    };
    document.fields.insert(key.to_owned(), value);
}

/// Declares only the switch of a group, if `on`.
fn turn_on(sections: &mut Map<String, Json>, on: bool) {
    if on {
        crate::common::put(sections, "organization", &["service_token_inactivity"], json!({"enabled": true}));
    }
}

fn hidden_action() -> impl Strategy<Value = Json> {
    prop::sample::select(vec![
        json!("delete"),
        json!("disable"),
        json!("DELETE"),
        json!("Disable"),
        json!("archive"),
        json!(7),
    ])
}

/// A session duration, also far outside of the documented range.
fn session() -> impl Strategy<Value = Option<String>> {
    prop::option::weighted(0.3, prop::sample::select(vec!["1s", "14m", "15m", "730h", "731h", "87600h", "2000h"]))
        .prop_map(|text| text.map(str::to_owned))
}

/// The number of checked changes of each level.
static SEEN: [AtomicUsize; 3] = [const { AtomicUsize::new(0) }; 3];

/// Plans, and compares every change with the oracle.
fn check(
    state: &State,
    mut sections: Map<String, Json>,
    (distortion, action, on): (u8, Json, bool),
    session: Option<String>,
) -> Result<(), TestCaseError> {
    let mut live = read(state);
    distort(&mut live, distortion, action);
    turn_on(&mut sections, on);
    if let Some(session) = session {
        crate::common::put(&mut sections, "organization", &["session_duration"], json!(session));
    }
    let manifest = manifest_without_objections(sections, Some(&live));
    let plan = planned(&manifest, &live);
    for change in &plan.changes {
        let level = match (change.guard, change.notice) {
            (Some(_), _) => Guarded,
            (None, Some(_)) => Noted,
            (None, None) => Harmless,
        };
        let expected = oracle(&manifest, &live, change.setting.path, &change.after);
        prop_assert_eq!(level, expected, "{}: {} -> {}", change.setting.path, change.before, change.after);
        SEEN[level as usize].fetch_add(1, Ordering::Relaxed);
    }
    let open = plan.refused().count();
    let consents = |to: &dyn Fn(&Json) -> Json| {
        let allow = plan.refused().map(|change| Allow {
            setting: change.setting.path.to_owned(),
            to: to(&change.after),
            reason: None,
            at: change.at.clone(),
        });
        Manifest { allow: allow.collect(), ..manifest.clone() }
    };
    prop_assert_eq!(planned(&consents(&Json::clone), &live).refused().count(), 0, "consent to each value is enough");
    let others = consents(&|_| json!({"another": "value"}));
    prop_assert_eq!(planned(&others, &live).refused().count(), open, "consent to other values is not enough");
    match Approved::new(&plan, &live) {
        Ok(_) => prop_assert_eq!(open, 0),
        Err(NotApproved::Guards(changes)) => prop_assert_eq!(changes.len(), open),
        Err(other) => prop_assert!(false, "{:?}", other),
    }
    Ok(())
}

fn distortion() -> impl Strategy<Value = (u8, Json, bool)> {
    (0_u8..12, hidden_action(), any::<bool>())
}

/// The property would hold for a program that plans nothing, so every level must occur often.
#[test]
fn every_level_occurs_often() {
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig {
        cases: 300,
        failure_persistence: None,
        ..ProptestConfig::default()
    });
    let cases = (live_state_with(0.2), wanted(), distortion(), session());
    runner.run(&cases, |(state, sections, distortion, session)| check(&state, sections, distortion, session)).unwrap();
    let seen = SEEN.each_ref().map(|count| count.load(Ordering::Relaxed));
    assert!(seen.iter().all(|count| *count > 200), "guarded, noted, harmless: {seen:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: CASES, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_change_has_the_expected_impact(
        state in live_state_with(0.2), sections in wanted(), distortion in distortion(), session in session(),
    ) {
        check(&state, sections, distortion, session)?;
    }

    /// A switch that is turned on activates the values behind it.
    #[test]
    fn values_that_a_switch_activates_are_in_the_plan(action in hidden_action(), days in 30_i64..365) {
        let hidden = json!({"name": "W", "service_token_inactivity": {"enabled": false, "inactivity_threshold_days": days, "action": action.clone()}});
        let document = Document::new(Endpoint::Organization, hidden.as_object().unwrap().clone());
        let live = Live { organization: Slot::Present(document), doh: Slot::NotRead };
        let sections = json!({"organization": {"service_token_inactivity": {"enabled": true}}});
        let manifest = manifest_without_objections(sections.as_object().unwrap().clone(), Some(&live));
        let plan = planned(&manifest, &live);
        let shown: Vec<&Json> = plan.changes.iter().map(|change| &change.after).collect();
        prop_assert_eq!(shown, [&json!(true), &json!(days), &action]);
    }
}

#[test]
fn every_cell_of_the_table_is_decided() {
    assert_eq!(Model::current().undecided(), []);
}

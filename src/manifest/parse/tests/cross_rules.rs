//! Rules across settings.

use super::*;

#[test]
fn cross_rules_find_more_with_live_values() {
    let manifest = clean("organization:\n  allow_authenticate_via_warp: true\n");
    let with_live = |session: Json| {
        let effective = |setting: &Setting| match setting.path {
            "organization.warp_auth_session_duration" => Some(&session),
            path => Some(manifest.declared(path).map_or(&Json::Null, |declared| &declared.value)),
        };
        cross_check(Model::current(), &manifest, &effective)
    };
    assert_eq!(with_live(json!("24h")), []);
    let found = with_live(Json::Null);
    assert_eq!(found.len(), 1);
    assert_eq!(
        (found[0].rule.id(), found[0].severity, found[0].at.as_ref().unwrap().line),
        ("warp-session", Severity::Error, 2)
    );
}

#[test]
fn a_partial_group_is_an_error_if_the_live_state_lacks_the_rest() {
    let model = Model::current();
    let text = "organization:\n  service_token_inactivity:\n    action: disable\n";
    let manifest = parse(model, &source(text)).manifest.unwrap();
    let with_live = |enabled: Json, days: Json| {
        let effective = |setting: &Setting| match setting.name() {
            "enabled" => Some(&enabled),
            "inactivity_threshold_days" => Some(&days),
            _ => manifest.declared(setting.path).map(|declared| &declared.value),
        };
        cross_check(model, &manifest, &effective)
    };
    assert_eq!(with_live(json!(true), json!(90)), []);
    let found = with_live(Json::Null, Json::Null);
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].rule.id(), found[0].severity), ("partial-group", Severity::Error));
    assert!(found[0].message.contains("inactivity_threshold_days"), "{}", found[0].message);
}

#[test]
fn a_group_is_complete_with_its_switch_off_or_with_all_of_its_settings() {
    let group = |members: &str| rules(&format!("organization:\n  service_token_inactivity: {{{members}}}\n"));
    assert_eq!(group("enabled: false"), [""; 0]);
    assert_eq!(group("enabled: false, action: null, inactivity_threshold_days: null"), [""; 0]);
    assert_eq!(group("enabled: true, action: disable, inactivity_threshold_days: 90"), [""; 0]);
    assert_eq!(group("enabled: false, action: disable, inactivity_threshold_days: 90"), [""; 0]);
    assert_eq!(group("enabled: true, action: disable"), ["partial-group"]);
    assert_eq!(rules("organization:\n  service_token_inactivity: null\n"), [""; 0]);
}

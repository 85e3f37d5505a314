use super::super::Fingerprint;
use super::*;
use serde_json::json;

fn live(fields: Json) -> Live {
    let document = Document::new(Endpoint::Organization, fields.as_object().unwrap().clone());
    Live { organization: Slot::Present(document), doh: Slot::NotRead }
}

/// The differences, after a check that the fingerprints differ at the same paths.
fn between(before: &Live, after: &Live) -> Vec<Difference> {
    let model = Model::current();
    let found = differences(model, before, after);
    let of_fingerprints = Fingerprint::of(model, before).differences(&Fingerprint::of(model, after));
    let paths = |found: &[Difference]| found.iter().map(|one| one.path.clone()).collect::<Vec<_>>();
    assert_eq!(paths(&found), paths(&of_fingerprints));
    found
}

fn changed(before: Json, after: Json) -> Vec<String> {
    let found = between(&live(before), &live(after));
    found.iter().map(|one| format!("{}: {} / {}", one.path, one.before, one.after)).collect()
}

#[test]
fn another_spelling_of_the_same_state_is_not_a_difference() {
    let before = json!({"session_duration": "24h", "login_design": {}, "beta": {"a": 1, "b": null}, "updated_at": "1"});
    let after =
        json!({"beta": {"b": null, "a": 1}, "is_ui_read_only": false, "updated_at": "2", "session_duration": "1440m"});
    assert_eq!(changed(before, after), [""; 0]);
}

#[test]
fn members_of_a_group_that_is_off_do_not_differ_until_its_switch_does() {
    let group = |enabled: bool, days: i64| json!({"service_token_inactivity": {"enabled": enabled, "inactivity_threshold_days": days, "action": "disable"}});
    assert_eq!(changed(group(false, 90), group(false, 365)), [""; 0]);
    assert_eq!(changed(group(true, 90), group(true, 365)).len(), 1);
    assert_eq!(changed(group(false, 90), group(true, 90)).len(), 3);
}

#[test]
fn every_difference_has_its_path_and_both_values() {
    let before = json!({"session_duration": "24h", "beta": {"a": 1}, "gone": "x", "created_at": "1"});
    let after =
        json!({"session_duration": "12h", "beta": {"a": 2}, "new key": [], "new": [0], "nil": null, "created_at": "2"});
    assert_eq!(
        changed(before, after),
        [
            r#"organization."new key": null / []"#,
            r#"organization.beta: {"a":1} / {"a":2}"#,
            r#"organization.created_at: "1" / "2""#,
            r#"organization.gone: "x" / null"#,
            "organization.new: null / [0]",
            r#"organization.nil: "(absent)" / null"#,
            r#"organization.session_duration: "24h" / "12h""#,
        ]
    );
}

#[test]
fn another_name_of_a_setting_differs_only_if_its_value_contradicts() {
    let own = |pin: &str| json!({"mfa_piv_key_requirements": {"pin_policy": pin}});
    let former = |pin: &str| json!({"mfa_ssh_piv_key_requirements": {"pin_policy": pin}});
    let both = |pin: &str, other: &str| json!({"mfa_piv_key_requirements": {"pin_policy": pin}, "mfa_ssh_piv_key_requirements": {"pin_policy": other}});
    for same in [own("once"), former("once"), former("ONCE"), both("once", "once")] {
        assert_eq!(changed(own("once"), same), [""; 0]);
    }
    assert_eq!(
        changed(both("once", "once"), both("once", "never")),
        [r#"organization.mfa_ssh_piv_key_requirements.pin_policy: null / "never""#]
    );
    assert_eq!(changed(former("once"), former("never")).len(), 1);
}

#[test]
fn a_created_organization_is_one_difference() {
    let absent = Live { organization: Slot::Absent, doh: Slot::NotRead };
    let found = between(&absent, &live(json!({"name": "Widget"})));
    assert!(found[0].is_creation() && found.len() == 1, "{found:?}");
    assert!(!between(&live(json!({})), &absent)[0].is_creation());
    assert_eq!(between(&absent, &Live::default())[0].after, "not read");
}

#[test]
fn a_write_explains_its_values_and_the_server_s_response() {
    let written = |path: &'static str, value: Json| {
        move |difference: &Difference| difference.is_due_to(Model::current(), |asked| (asked == path).then_some(&value))
    };
    let at = |path: &str, after: Json| Difference { path: path.to_owned(), before: Json::Null, after };
    let (piv, ssh) =
        ("organization.mfa_piv_key_requirements.pin_policy", "organization.mfa_ssh_piv_key_requirements.pin_policy");
    let pin = written(piv, json!("always"));
    assert!(pin(&at(piv, json!("never"))), "whether the setting has its value is checked elsewhere");
    assert!(pin(&at(ssh, json!("ALWAYS"))) && pin(&at(ssh, Json::Null)) && !pin(&at(ssh, json!("never"))));
    let lock = written("organization.is_ui_read_only", json!(true));
    assert!(lock(&at("organization.ui_read_only_toggle_reason", json!("why"))));
    let switch = written("organization.service_token_inactivity.enabled", json!(true));
    assert!(switch(&at("organization.service_token_inactivity.action", json!("disable"))));
    for other in [&pin, &lock as &dyn Fn(&Difference) -> bool, &switch] {
        assert!(!other(&at("organization.name", json!("x"))) && !other(&at("organization.beta", json!(1))));
    }
}

#[test]
fn a_fingerprint_reads_back_unchanged() {
    let live = live(json!({"session_duration": "24h", "beta": {"a": [1.10]}}));
    let fingerprint = Fingerprint::of(Model::current(), &live);
    let text = serde_json::to_string(&fingerprint).unwrap();
    assert_eq!(serde_json::from_str::<Fingerprint>(&text).unwrap(), fingerprint);
}

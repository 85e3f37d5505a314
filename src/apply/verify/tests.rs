use super::*;
use crate::apply::tests::{change, document};
use serde_json::json;

fn mismatches(before: Json, after: Json, changes: &[Change]) -> Vec<String> {
    verify(Model::current(), Some(&document(before)), &document(after), &changes.iter().collect::<Vec<_>>())
        .into_iter()
        .map(|found| format!("{:?} {}: {} / {}", found.kind, found.path, found.expected, found.found))
        .collect()
}

#[test]
fn a_write_without_other_changes_has_no_mismatch() {
    let before = json!({"session_duration": "12h", "updated_at": "1", "login_design": {}, "beta": {"x": 1, "y": null}});
    let after = json!({"session_duration": "24h0m0s", "updated_at": "2", "auto_redirect_to_identity": false, "beta": {"y": null, "x": 1}});
    assert_eq!(mismatches(before, after, &[change("organization.session_duration", json!("24h"))]), [""; 0]);
}

#[test]
fn a_setting_that_was_not_stored_is_a_mismatch() {
    let live = json!({"session_duration": "12h"});
    assert_eq!(
        mismatches(live.clone(), live, &[change("organization.session_duration", json!("24h"))]),
        [r#"NotConverged organization.session_duration: "24h" / "12h""#]
    );
}

#[test]
fn every_undeclared_change_is_a_mismatch() {
    let before = json!({
        "deny_unmatched_requests": true, "cache_device_posture": true, "beta": {"x": 1}, "gone": 1, "login_design": {"radius": 4},
    });
    let after = json!({"cache_device_posture": false, "beta": {"x": 2}, "new": "?", "login_design": {"radius": 5}});
    assert_eq!(
        mismatches(before, after, &[]),
        [
            r#"Moved organization.beta: {"x":1} / {"x":2}"#,
            "Moved organization.cache_device_posture: true / false",
            "Moved organization.deny_unmatched_requests: true / null",
            "Moved organization.gone: 1 / null",
            "Moved organization.login_design.radius: 4 / 5",
            r#"Moved organization.new: null / "?""#,
        ]
    );
}

#[test]
fn a_change_behind_a_disabled_switch_is_not_a_mismatch() {
    let group = |enabled: bool, days: i64| json!({"service_token_inactivity": {"enabled": enabled, "inactivity_threshold_days": days, "action": "disable"}});
    let off = [change("organization.service_token_inactivity.enabled", json!(false))];
    assert_eq!(mismatches(group(true, 90), group(false, 365), &off), [""; 0]);
    assert_eq!(mismatches(group(false, 90), group(false, 365), &[]), [""; 0]);
    assert_eq!(mismatches(group(true, 90), group(true, 365), &[]).len(), 1);
}

//! Live values that the manifest does not mention.

use super::*;

/// Read-only and security relevant: accounts that this organization trusts.
#[test]
fn trusted_accounts_are_shown_as_read_only_and_are_never_a_change() {
    let live = json!({"name": "W", "trusted_accounts": [{"id": "a"}], "created_at": "x"});
    let plan = given_live(live).wants("organization.name", json!("W")).plan();
    let listed: Vec<_> = plan.unmanaged.iter().map(|one| (one.path.as_str(), one.known, one.read_only)).collect();
    assert_eq!(listed, [("organization.trusted_accounts", true, true)]);
    assert!(plan.is_empty());
}

#[test]
fn undeclared_live_values_are_listed() {
    let plan = given_live(json!({
        "name": "Widget", "session_duration": "24h", "updated_at": "2026-01-01T00:00:00Z", "cache_device_posture": true,
        "login_design": {"header_text": "", "shape": "round"}, "beta.flag": {"on": true}, "is_ui_read_only": false,
    }))
    .wants("organization.name", json!("Widget"))
    .plan();
    let listed: Vec<(&str, bool)> = plan.unmanaged.iter().map(|found| (found.path.as_str(), found.known)).collect();
    assert_eq!(
        listed,
        [
            ("organization.session_duration", true),
            ("organization.login_design.shape", false),
            ("organization.\"beta.flag\"", false),
        ]
    );
}

//! Consent in the manifest and by flag.

use super::*;

#[test]
fn consent_in_the_file_is_pinned_to_the_value() {
    let story = || {
        given_live(json!({"auth_domain": "old.example.com"}))
            .wants("organization.auth_domain", json!("new.example.com"))
    };
    let consented = story().consents_in_file("organization.auth_domain", json!("NEW.example.com"));
    assert_eq!(consented.plan().refused().count(), 0);
    assert!(consented.plan().findings.is_empty());
    let other = story().consents_in_file("organization.auth_domain", json!("other.example.com"));
    assert_eq!(other.plan().refused().count(), 1);
    assert!(other.plan().findings.is_empty(), "validate reports this mismatch without the live state");
    let applied = given_live(json!({"auth_domain": "new.example.com"}))
        .wants("organization.auth_domain", json!("new.example.com"))
        .consents_in_file("organization.auth_domain", json!("new.example.com"));
    assert_eq!(applied.plan().findings[0].rule.id(), "stale-consent");
}

#[test]
fn consent_by_flag_names_a_setting_or_a_group() {
    let story = || {
        given_live(json!({"mfa_config": {"allowed_authenticators": ["totp"]}}))
            .wants("organization.mfa_config.allowed_authenticators", json!([]))
    };
    for path in ["organization.mfa_config", "organization.mfa_config.allowed_authenticators"] {
        assert_eq!(story().consents_by_flag(path).plan().refused().count(), 0, "{path}");
    }
    let stale = story().consents_by_flag(DENY).plan();
    assert_eq!(stale.refused().count(), 1);
    assert_eq!(stale.findings[0].rule.id(), "stale-consent");
}

//! Which changes are guarded.

use super::*;

#[test]
fn guards_depend_on_the_direction() {
    let group = |group: &str, member: &str, value: Json| json!({group: {member: value}});
    let mfa = |member: &str, value: Json| group("mfa_config", member, value);
    let piv = |member: &str, value: Json| group("mfa_piv_key_requirements", member, value);
    let cases = [
        (json!({}), "deny_unmatched_requests", json!(true), true),
        (json!({"deny_unmatched_requests": true}), "deny_unmatched_requests", Json::Null, true),
        (json!({}), "auth_domain", json!("a.example.com"), false),
        (json!({"auth_domain": "b.example.com"}), "auth_domain", json!("a.example.com"), true),
        (
            mfa("allowed_authenticators", json!(["totp"])),
            "mfa_config.allowed_authenticators",
            json!(["totp", "biometrics"]),
            true,
        ),
        (
            mfa("allowed_authenticators", json!(["totp", "biometrics"])),
            "mfa_config.allowed_authenticators",
            json!(["totp"]),
            true,
        ),
        (mfa("allowed_authenticators", json!(["totp"])), "mfa_config.allowed_authenticators", json!([]), true),
        (mfa("allowed_authenticators", json!([])), "mfa_config.allowed_authenticators", json!(["totp"]), false),
        (mfa("session_duration", json!("12h")), "mfa_config.session_duration", json!("24h"), true),
        (mfa("session_duration", json!("24h")), "mfa_config.session_duration", json!("12h"), false),
        (mfa("session_duration", json!("24h")), "mfa_config.session_duration", Json::Null, true),
        (json!({}), "mfa_config.session_duration", json!("24h"), false),
        (mfa("allowed_authenticators", json!(["totp"])), "mfa_config.session_duration", json!("24h"), true),
        (json!({}), "mfa_config.amr_matching_session_duration", json!("0m"), true),
        (json!({}), "mfa_config.required_aaguids", json!("2b8f1d04-7c33-4e0a-9a51-60f2d9c7b318"), true),
        (piv("pin_policy", json!("always")), "mfa_piv_key_requirements.pin_policy", json!("once"), true),
        (piv("pin_policy", json!("never")), "mfa_piv_key_requirements.pin_policy", json!("once"), true),
        (piv("pin_policy", json!("once")), "mfa_piv_key_requirements.pin_policy", Json::Null, true),
        (piv("ssh_key_type", json!(["rsa"])), "mfa_piv_key_requirements.ssh_key_type", json!(["rsa", "ecdsa"]), true),
        (piv("ssh_key_type", json!(["rsa", "ecdsa"])), "mfa_piv_key_requirements.ssh_key_type", json!(["rsa"]), true),
        (json!({"mfa_required_for_all_apps": true}), "mfa_required_for_all_apps", json!(false), true),
        (json!({}), "mfa_required_for_all_apps", json!(true), true),
        (json!({}), "strict_service_token_auth", json!(true), true),
        (json!({"session_duration": "12h"}), "session_duration", json!("24h"), false),
        (json!({"session_duration": "24h"}), "session_duration", json!("87600h"), true),
        (json!({}), "session_duration", json!("87600h"), true),
        (json!({"session_duration": "87600h"}), "session_duration", json!("80000h"), false),
        (json!({"session_duration": "24h"}), "session_duration", json!("1s"), true),
    ];
    for (live, name, wanted, guarded) in cases {
        let plan = given_live(live.clone()).wants(&format!("organization.{name}"), wanted.clone()).plan();
        assert_eq!(plan.changes.len(), 1, "{name}: {live} -> {wanted}");
        assert_eq!(plan.changes[0].guard.is_some(), guarded, "{name}: {live} -> {wanted}");
    }
}

/// A value that this version cannot rank may be the strictest one.
#[test]
fn changing_a_live_value_that_cannot_be_ranked_is_always_guarded() {
    let cases = [
        (
            json!({"mfa_piv_key_requirements": {"pin_policy": "biometric"}}),
            "mfa_piv_key_requirements.pin_policy",
            json!("always"),
        ),
        (
            json!({"mfa_piv_key_requirements": {"pin_policy": "NEVER"}}),
            "mfa_piv_key_requirements.pin_policy",
            json!("always"),
        ),
        (json!({"mfa_piv_key_requirements": "strict"}), "mfa_piv_key_requirements.pin_policy", json!("always")),
        (
            json!({"mfa_config": {"allowed_authenticators": "totp"}}),
            "mfa_config.allowed_authenticators",
            json!(["totp"]),
        ),
        (json!({"session_duration": "forever"}), "session_duration", json!("1h")),
        (json!({"session_duration": 24}), "session_duration", json!("24h")),
        (json!({"is_ui_read_only": "true"}), "is_ui_read_only", json!(true)),
        (json!({"user_seat_expiration_inactive_time": "1y"}), "user_seat_expiration_inactive_time", Json::Null),
    ];
    for (live, name, wanted) in cases {
        let story = given_live(live.clone()).wants(&format!("organization.{name}"), wanted.clone());
        assert_eq!(story.plan().refused().count(), 1, "{name}: {live} -> {wanted}");
    }
    let unknown = given_live(json!({})).wants("organization.mfa_config.allowed_authenticators", json!(["retina"]));
    assert_eq!(unknown.plan().refused().count(), 1, "a desired value that cannot be ranked is guarded as well");
}

#[test]
fn the_texts_of_a_guard_describe_the_direction_of_the_change() {
    let turned = |on: bool| {
        let story = given_live(json!({"deny_unmatched_requests": !on})).wants(DENY, json!(on));
        story.plan().changes[0].guard.unwrap().guard.consequence
    };
    assert!(turned(true).contains("Error 1050") && !turned(true).contains("open to everyone"));
    assert!(turned(false).contains("open to everyone") && !turned(false).contains("Error 1050"));
}

#[test]
fn exemptions_are_guarded_only_if_unmatched_requests_are_denied() {
    let zones = "organization.deny_unmatched_requests_exempted_zone_names";
    let off = given_live(json!({})).wants(zones, json!(["example.com"]));
    assert!(off.changes()[0].starts_with("organization"));
    let on = given_live(json!({"deny_unmatched_requests": true})).wants(zones, json!(["example.com"]));
    assert!(on.changes()[0].starts_with('!'));
}

#[test]
fn deleting_inactive_tokens_needs_consent_and_disabling_them_does_not() {
    let path = |name: &str| format!("organization.service_token_inactivity.{name}");
    let guarded = |action: &str| {
        let story = given_live(json!({}))
            .wants(&path("enabled"), json!(true))
            .wants(&path("inactivity_threshold_days"), json!(90))
            .wants(&path("action"), json!(action));
        story.plan().refused().count()
    };
    assert_eq!(guarded("disable"), 0);
    assert_eq!(guarded("delete"), 2, "the action and the threshold that it will use");
}

/// A value behind a switch that is off has no effect until the switch is turned on.
#[test]
fn a_switch_that_activates_a_hidden_value_shows_it_and_has_its_guard() {
    let on = "organization.service_token_inactivity.enabled";
    let turned_on = |action: Json| {
        let hidden = json!({"enabled": false, "inactivity_threshold_days": 90, "action": action});
        given_live(json!({"service_token_inactivity": hidden})).wants(on, json!(true))
    };
    assert_eq!(
        turned_on(json!("delete")).changes(),
        [
            "organization.service_token_inactivity.enabled: null -> true",
            "!organization.service_token_inactivity.inactivity_threshold_days: null -> 90",
            r#"!organization.service_token_inactivity.action: null -> "delete""#,
        ]
    );
    assert_eq!(turned_on(json!("disable")).plan().refused().count(), 0);
    for action in [json!("DELETE"), json!("Disable"), json!("archive"), json!(7)] {
        assert_eq!(turned_on(action.clone()).plan().refused().count(), 2, "{action} is not known to be harmless");
    }
    let action = "organization.service_token_inactivity.action";
    let days = "organization.service_token_inactivity.inactivity_threshold_days";
    let pinned = |to: &str| {
        turned_on(json!("delete")).consents_in_file(action, json!(to)).consents_in_file(days, json!(90)).plan()
    };
    assert_eq!(pinned("delete").refused().count(), 0);
    assert_eq!(pinned("disable").refused().count(), 1, "consent is pinned to the value that becomes active");
}

//! Which declared settings differ from the live state.

use super::*;

#[test]
fn without_declarations_the_plan_is_empty() {
    let plan = given_live(json!({"name": "Widget", "session_duration": "24h"})).plan();
    assert!(plan.is_empty());
    assert!(plan.writes.is_empty());
}

#[test]
fn a_difference_is_one_change_and_one_put() {
    let story = given_live(json!({"session_duration": "12h"})).wants("organization.session_duration", json!("24h"));
    assert_eq!(story.changes(), [r#"organization.session_duration: "12h" -> "24h""#]);
    let writes: Vec<String> =
        story.plan().writes.iter().map(|write| format!("{} {}", write.method, write.path)).collect();
    assert_eq!(writes, ["PUT /accounts/699d98642c564d2e855e9661899b7252/access/organizations"]);
}

#[test]
fn declared_settings_without_a_change_are_listed_with_their_live_value() {
    let live = json!({"name": "Widget", "session_duration": "1440m", "auth_domain": "widget.cloudflareaccess.com"});
    let plan = given_live(live)
        .wants("organization.name", json!("Gadget"))
        .wants("organization.session_duration", json!("24h"))
        .wants("organization.is_ui_read_only", json!(false))
        .plan();
    let in_sync: Vec<_> = plan.in_sync.iter().map(|(setting, value)| (setting.path, value.clone())).collect();
    assert_eq!(
        in_sync,
        [("organization.session_duration", json!("1440m")), ("organization.is_ui_read_only", Json::Null)]
    );
    let live = |path: &str| plan.live_value(Model::current().setting(path).unwrap()).cloned();
    assert_eq!(live("organization.name"), Some(json!("Widget")));
    assert_eq!(live("organization.session_duration"), Some(json!("1440m")));
    assert_eq!(live("organization.auth_domain"), Some(json!("widget.cloudflareaccess.com")));
    assert_eq!(live("organization.custom_pages.forbidden"), None);
}

/// A1: terraform-provider-cloudflare #7245, a protection switched off because a line was missing.
#[test]
fn an_undeclared_protection_stays_on() {
    let story =
        given_live(json!({"deny_unmatched_requests": true, "name": "Old"})).wants("organization.name", json!("New"));
    assert_eq!(story.changes(), [r#"organization.name: "Old" -> "New""#]);
}

/// A2, A6: terraform-provider-cloudflare #5896, spurious diffs right after an import.
#[test]
fn all_empty_values_are_equal() {
    let empties = [
        json!({}),
        json!({"login_design": {}}),
        json!({"login_design": {"header_text": ""}}),
        json!({"login_design": null}),
    ];
    for live in empties {
        let story = given_live(live.clone())
            .wants("organization.login_design.header_text", Json::Null)
            .wants(DENY, json!(false))
            .wants("organization.deny_unmatched_requests_exempted_zone_names", json!([]));
        assert!(story.plan().is_empty(), "{live}");
    }
}

/// A14: tf-migrate's exemption list exists for pairs like these.
#[test]
fn equal_values_have_no_diff_and_similar_ones_do() {
    let cases = [
        ("session_duration", json!("24h"), json!("1440m"), true),
        ("session_duration", json!("24h"), json!("24h0m0s"), true),
        ("session_duration", json!("24h"), json!("24h1s"), false),
        ("auth_domain", json!("Widget.cloudflareaccess.com"), json!("widget.cloudflareaccess.com"), true),
        ("name", json!("Widget"), json!("widget"), false),
    ];
    for (name, live, wanted, equal) in cases {
        let story = given_live(json!({ name: live })).wants(&format!("organization.{name}"), wanted.clone());
        assert_eq!(story.plan().is_empty(), equal, "{name}: {wanted}");
    }
}

/// A13: terraform-provider-cloudflare #7156, list order as drift.
#[test]
fn the_order_of_a_set_is_no_diff_and_an_added_element_is() {
    let live = json!({"mfa_config": {"allowed_authenticators": ["totp", "security_key"]}});
    let wants = |list: Json| given_live(live.clone()).wants("organization.mfa_config.allowed_authenticators", list);
    assert!(wants(json!(["security_key", "totp"])).plan().is_empty());
    assert_eq!(wants(json!(["security_key", "totp", "biometrics"])).plan().changes.len(), 1);
}

#[test]
fn null_unsets_a_live_value() {
    let story = given_live(json!({"login_design": {"header_text": "Hi"}}))
        .wants("organization.login_design.header_text", Json::Null);
    assert_eq!(story.changes(), [r#"organization.login_design.header_text: "Hi" -> null"#]);
    assert_eq!(story.plan().changes[0].op, Op::Unset);
}

#[test]
fn the_former_spelling_of_a_setting_is_understood() {
    let story = given_live(json!({"mfa_ssh_piv_key_requirements": {"pin_policy": "always"}}))
        .wants("organization.mfa_piv_key_requirements.pin_policy", json!("always"));
    assert!(story.plan().is_empty());
    assert!(story.plan().unmanaged.is_empty());
}

#[test]
fn a_toggle_reason_is_not_drift_and_is_sent_with_the_toggle() {
    let reason = "organization.ui_read_only_toggle_reason";
    let lock = |locked: bool| {
        given_live(json!({"is_ui_read_only": locked}))
            .wants(reason, json!("SEC-7"))
            .wants("organization.is_ui_read_only", json!(true))
    };
    assert!(lock(true).plan().is_empty());
    let plan = lock(false).plan();
    assert_eq!(plan.changes.len(), 1);
    assert_eq!(plan.changes[0].annotations, [(*Model::current().setting(reason).unwrap(), json!("SEC-7"))]);
}

#[test]
fn settings_behind_a_switch_that_is_off_do_not_count() {
    let path = |name: &str| format!("organization.service_token_inactivity.{name}");
    let filled =
        json!({"service_token_inactivity": {"enabled": false, "inactivity_threshold_days": 365, "action": "delete"}});
    let off = given_live(filled.clone())
        .wants(&path("enabled"), json!(false))
        .wants(&path("inactivity_threshold_days"), json!(90))
        .wants(&path("action"), json!("disable"));
    assert!(off.plan().is_empty());
    let on = given_live(filled)
        .wants(&path("enabled"), json!(true))
        .wants(&path("inactivity_threshold_days"), json!(365))
        .wants(&path("action"), json!("disable"));
    assert_eq!(on.plan().changes.len(), 3, "values filled in by the server while the switch was off do not count");
}

/// A24: cloudflare-docs #23061; the API takes service_token_id and answers with id.
#[test]
fn the_doh_token_is_compared_with_the_id_that_the_api_answers() {
    let live =
        json!({"id": "f174e90a-fafe-4643-bbbc-4a0ed4fc8415", "last_seen_at": "2026-01-01T00:00:00Z", "name": "dns"});
    let wants = |id: &str| given(Slot::NotRead).with_doh(live.clone()).wants("doh.service_token_id", json!(id));
    assert!(wants("F174E90A-fafe-4643-bbbc-4a0ed4fc8415").plan().is_empty());
    let other = wants("00000000-fafe-4643-bbbc-4a0ed4fc8415");
    assert_eq!(other.changes().len(), 1);
    assert!(other.changes()[0].starts_with('!'));
}

#[test]
fn the_case_of_a_known_word_is_not_a_difference() {
    let live = json!({"mfa_piv_key_requirements": {"pin_policy": "ALWAYS", "ssh_key_type": ["RSA"]}});
    let story = given_live(live)
        .wants("organization.mfa_piv_key_requirements.pin_policy", json!("always"))
        .wants("organization.mfa_piv_key_requirements.ssh_key_type", json!(["rsa"]));
    assert!(story.plan().is_empty());
}

/// A11: terraform-provider-cloudflare #3144; checking this needs the live state.
#[test]
fn signing_in_with_warp_needs_a_duration_in_the_file_or_the_live_state() {
    let wants = |live: Json| given_live(live).wants("organization.allow_authenticate_via_warp", json!(true)).plan();
    let rules = |plan: Plan| plan.findings.into_iter().map(|finding| finding.rule.id()).collect::<Vec<_>>();
    assert_eq!(rules(wants(json!({}))), ["warp-session"]);
    assert_eq!(rules(wants(json!({"warp_auth_session_duration": "24h"}))), [""; 0]);
}

#[test]
fn a_setting_added_to_the_model_is_planned_like_the_others() {
    let mut story = given_live(json!({"next_month": "12h"}));
    let duration = Model::current().setting("organization.session_duration").unwrap().kind;
    assert!(matches!(duration, Kind::Duration(_)));
    story.model = story.model.with(Setting::new("organization.next_month", duration));
    let story = story.wants("organization.next_month", json!("720m"));
    assert!(story.plan().is_empty());
    assert!(story.plan().unmanaged.is_empty());
}

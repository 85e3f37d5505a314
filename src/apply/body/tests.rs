use super::*;
use crate::apply::tests::{change, document};
use crate::settings::Endpoint;
use serde_json::json;

fn body(live: Json, changes: &[Change]) -> Json {
    let changes: Vec<&Change> = changes.iter().collect();
    put(Model::current(), &document(live), &changes, &[]).view()
}

#[test]
fn live_values_are_echoed_with_the_change() {
    let live = json!({
        "auth_domain": "a.example.com", "name": "Widget", "session_duration": "12h", "deny_unmatched_requests": true,
        "login_design": {"header_text": "Hi", "corner_radius": 4}, "beta": {"on": true, "list": []},
    });
    let sent = body(live.clone(), &[change("organization.session_duration", json!("24h"))]);
    let mut expected = live;
    expected["session_duration"] = json!("24h");
    assert_eq!(sent, expected);
}

/// According to a public report, response-only fields and empty strings cause refusals.
#[test]
fn response_only_fields_and_empty_members_are_left_out() {
    let live = json!({
        "name": "Widget", "created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-01T00:00:00Z", "trusted_accounts": [1],
        "warp_auth_session_duration": "", "login_design": {"header_text": "", "footer_text": "Bye"}, "custom_pages": {},
        "mfa_config": {"required_aaguids": null},
    });
    let sent = body(live, &[change("organization.name", json!("New"))]);
    assert_eq!(sent, json!({"name": "New", "login_design": {"footer_text": "Bye"}}));
}

#[test]
fn empty_unknown_members_are_echoed_and_empty_settings_are_not() {
    let live = json!({
        "name": "Widget", "beta": {"a": {}, "b": [], "c": "", "d": null, "e": [{}, ""]}, "blank": null, "empty": {},
        "login_design": {"header_text": "", "x": {}, "y": null}, "custom_pages": {}, "mfa_config": null,
    });
    let sent = body(live, &[change("organization.name", json!("New"))]);
    assert_eq!(
        sent,
        json!({
            "name": "New", "beta": {"a": {}, "b": [], "c": "", "d": null, "e": [{}, ""]}, "blank": null, "empty": {},
            "login_design": {"x": {}, "y": null},
        })
    );
}

#[test]
fn json_that_a_value_cannot_represent_is_echoed_unchanged() {
    let members = r#""beta":{"a":1,"a":2},"n":1e400,"login_design":{"header_text":"Hi","x":{"$serde_json::private::Number":"1"}}"#;
    let text = JsonText::parse(format!(r#"{{"name":"W",{members}}}"#)).unwrap();
    let live = Document::parse(Endpoint::Organization, &text).unwrap();
    let rename = change("organization.name", json!("New"));
    let sent = put(Model::current(), &live, &[&rename], &[]);
    assert_eq!(sent.as_str(), format!(r#"{{"name":"New",{members}}}"#));
    let header = change("organization.login_design.header_text", json!("Ho"));
    let sent = put(Model::current(), &live, &[&header], &[]);
    assert_eq!(sent.as_str(), text.as_str().replace("Hi", "Ho"));
}

#[test]
fn a_change_in_a_group_replaces_a_value_that_is_not_a_group() {
    let text = format!(r#"{{"login_design":{}{}}}"#, "[".repeat(500), "]".repeat(500));
    let live = Document::parse(Endpoint::Organization, &JsonText::parse(text).unwrap()).unwrap();
    let header = change("organization.login_design.header_text", json!("Ho"));
    let sent = put(Model::current(), &live, &[&header], &[]);
    assert_eq!(sent.as_str(), r#"{"login_design":{"header_text":"Ho"}}"#);
}

#[test]
fn an_unknown_number_keeps_its_digits() {
    let live: Json = serde_json::from_str(r#"{"name": "W", "quota": 12345678901234567890.10}"#).unwrap();
    let sent = body(live, &[change("organization.name", json!("New"))]);
    assert_eq!(sent.to_string(), r#"{"name":"New","quota":12345678901234567890.10}"#);
}

#[test]
fn an_unset_is_sent_as_the_empty_value_of_the_setting() {
    let live = json!({
        "deny_unmatched_requests": true, "deny_unmatched_requests_exempted_zone_names": ["example.com"],
        "session_duration": "12h", "login_design": {"header_text": "Hi", "footer_text": "Bye"},
    });
    let sent = body(
        live,
        &[
            change("organization.session_duration", Json::Null),
            change("organization.deny_unmatched_requests", Json::Null),
            change("organization.deny_unmatched_requests_exempted_zone_names", Json::Null),
            change("organization.login_design.header_text", Json::Null),
        ],
    );
    assert_eq!(
        sent,
        json!({
            "deny_unmatched_requests": false, "deny_unmatched_requests_exempted_zone_names": [],
            "session_duration": null, "login_design": {"header_text": null, "footer_text": "Bye"},
        })
    );
}

#[test]
fn a_group_with_only_emptied_members_becomes_null() {
    let live = json!({"login_design": {"header_text": "Hi", "footer_text": "Bye"}});
    let emptied =
        ["header_text", "footer_text"].map(|name| change(&format!("organization.login_design.{name}"), Json::Null));
    assert_eq!(body(live, &emptied), json!({"login_design": null}));
    let unknown = json!({"login_design": {"header_text": "Hi", "footer_text": "Bye", "corner_radius": 4}});
    assert_eq!(
        body(unknown, &emptied),
        json!({"login_design": {"header_text": null, "footer_text": null, "corner_radius": 4}}),
        "an unknown member is kept"
    );
}

#[test]
fn mfa_is_turned_off_with_an_empty_list() {
    let live = json!({"mfa_config": {"allowed_authenticators": ["totp"]}});
    let off = [change("organization.mfa_config.allowed_authenticators", json!([]))];
    assert_eq!(body(live, &off), json!({"mfa_config": {"allowed_authenticators": []}}));
}

/// Only for a boolean, false is empty. Elsewhere it is a value that must be kept.
#[test]
fn a_false_that_is_not_of_a_boolean_keeps_its_group() {
    for odd in ["ssh_key_size", "next_months_member"] {
        let live = json!({"mfa_piv_key_requirements": {odd: false, "pin_policy": "once"}});
        let sent = body(live, &[change("organization.mfa_piv_key_requirements.pin_policy", Json::Null)]);
        assert_eq!(sent["mfa_piv_key_requirements"], json!({odd: false, "pin_policy": null}));
    }
    let live = json!({"mfa_piv_key_requirements": {"require_fips_device": false, "pin_policy": "once"}});
    let sent = body(live, &[change("organization.mfa_piv_key_requirements.pin_policy", Json::Null)]);
    assert_eq!(sent["mfa_piv_key_requirements"], Json::Null);
}

#[test]
fn a_complete_group_is_sent_complete_when_it_is_turned_off() {
    let live =
        json!({"service_token_inactivity": {"enabled": true, "inactivity_threshold_days": 90, "action": "disable"}});
    let off = [change("organization.service_token_inactivity.enabled", json!(false))];
    assert_eq!(
        body(live, &off),
        json!({"service_token_inactivity": {"enabled": false, "inactivity_threshold_days": 90, "action": "disable"}})
    );
}

/// cloudflare-docs, service tokens: the three members are needed together.
#[test]
fn a_group_accepted_only_as_a_whole_is_complete_or_absent_if_members_are_empty() {
    let name = || change("organization.name", json!("New"));
    let off = || change("organization.service_token_inactivity.enabled", json!(false));
    let group = |members: Json| json!({"name": "W", "service_token_inactivity": members});
    let unset = json!({"enabled": false, "action": "", "inactivity_threshold_days": null});
    assert_eq!(body(group(unset.clone()), &[name()]), json!({"name": "New"}));
    assert_eq!(body(group(json!({"enabled": false, "action": "disable"})), &[name()]), json!({"name": "New"}));
    assert_eq!(
        body(group(json!({"enabled": true, "action": null, "inactivity_threshold_days": 90})), &[off()]),
        json!({"name": "W", "service_token_inactivity": null})
    );
    let odd = json!({"enabled": true, "action": "", "inactivity_threshold_days": 90});
    assert_eq!(body(group(odd.clone()), &[name()])["service_token_inactivity"], odd, "as it was read");
    let unknown = json!({"enabled": false, "action": "", "inactivity_threshold_days": null, "x": {}});
    assert_eq!(body(group(unknown.clone()), &[name()])["service_token_inactivity"], unknown);
}

#[test]
fn a_renamed_group_with_only_an_empty_list_is_written_with_its_current_name() {
    let sizes = [change("organization.mfa_piv_key_requirements.ssh_key_size", json!([256]))];
    let former = json!({"mfa_ssh_piv_key_requirements": {"ssh_key_size": []}});
    assert_eq!(body(former, &sizes), json!({"mfa_piv_key_requirements": {"ssh_key_size": [256]}}));
}

/// With different values under two names, the server could use either.
#[test]
fn a_former_name_with_a_value_is_written_as_well() {
    let pin = |value| [change("organization.mfa_piv_key_requirements.pin_policy", value)];
    let both = |pin: Json| json!({"mfa_piv_key_requirements": {"pin_policy": pin}, "mfa_ssh_piv_key_requirements": {"pin_policy": pin, "touch_policy": "once"}});
    assert_eq!(body(both(json!("once")), &pin(json!("always"))), both(json!("always")));
    let cleared = json!({"mfa_piv_key_requirements": null, "mfa_ssh_piv_key_requirements": {"pin_policy": null, "touch_policy": "once"}});
    assert_eq!(body(both(json!("once")), &pin(Json::Null)), cleared);
}

#[test]
fn a_renamed_group_is_written_with_the_name_in_the_live_document() {
    let pin = [change("organization.mfa_piv_key_requirements.pin_policy", json!("always"))];
    let former = json!({"mfa_ssh_piv_key_requirements": {"pin_policy": "once", "touch_policy": "always"}});
    assert_eq!(
        body(former, &pin),
        json!({"mfa_ssh_piv_key_requirements": {"pin_policy": "always", "touch_policy": "always"}})
    );
    assert_eq!(body(json!({}), &pin), json!({"mfa_piv_key_requirements": {"pin_policy": "always"}}));
}

#[test]
fn the_doh_token_is_echoed_with_the_name_that_the_api_accepts() {
    let fields =
        json!({"doh_jwt_duration": "24h", "id": "f174e90a", "client_id": "x", "last_seen_at": "2026-01-01T00:00:00Z"});
    let live = Document::new(Endpoint::Doh, fields.as_object().unwrap().clone());
    let change = change("doh.doh_jwt_duration", json!("48h"));
    let sent = put(Model::current(), &live, &[&change], &[]).view();
    assert_eq!(sent, json!({"doh_jwt_duration": "48h", "service_token_id": "f174e90a"}));
}

#[test]
fn omitted_fields_are_left_out() {
    let live =
        document(json!({"name": "W", "beta.flag": 1, "login_design": {"corner_radius": 4, "header_text": "Hi"}}));
    let omit = ["organization.\"beta.flag\"".to_owned(), "organization.login_design.corner_radius".to_owned()];
    let sent = put(Model::current(), &live, &[&change("organization.name", json!("New"))], &omit);
    assert_eq!(sent.view(), json!({"name": "New", "login_design": {"header_text": "Hi"}}));
}

#[test]
fn a_creation_sends_the_settings_that_post_accepts_and_no_empty_ones() {
    let mut lock = change("organization.is_ui_read_only", json!(true));
    lock.annotations =
        vec![(*Model::current().setting("organization.ui_read_only_toggle_reason").unwrap(), json!("SEC-7"))];
    let changes = [
        change("organization.name", json!("Widget")),
        lock,
        change("organization.login_design.header_text", json!("Hi")),
        change("organization.custom_pages.forbidden", json!("699d98642c564d2e855e9661899b7252")),
    ];
    let sent = post(&changes.iter().collect::<Vec<_>>()).view();
    assert_eq!(
        sent,
        json!({
            "name": "Widget", "is_ui_read_only": true, "ui_read_only_toggle_reason": "SEC-7",
            "login_design": {"header_text": "Hi"},
        })
    );
}

use super::*;
use crate::apply::tests::{change, document};
use crate::settings::Endpoint;
use serde_json::json;

fn body(live: Json, changes: &[Change]) -> Json {
    let changes: Vec<&Change> = changes.iter().collect();
    put(Model::current(), &document(live), &changes, &[]).view()
}

#[test]
fn what_live_has_is_echoed_with_the_change_laid_over_it() {
    let live = json!({
        "auth_domain": "a.example.com", "name": "Widget", "session_duration": "12h", "deny_unmatched_requests": true,
        "login_design": {"header_text": "Hi", "corner_radius": 4}, "beta": {"on": true, "list": []},
    });
    let sent = body(live.clone(), &[change("organization.session_duration", json!("24h"))]);
    let mut expected = live;
    expected["session_duration"] = json!("24h");
    assert_eq!(sent, expected);
}

/// A17: a public report blames response-only fields and empty strings for refusals.
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
fn unknown_members_are_echoed_empty_or_not_and_settings_only_where_they_hold_something() {
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
fn what_no_value_can_hold_is_echoed_byte_by_byte() {
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

/// A change below a value that is no group puts a group in its place, whatever that value was.
#[test]
fn a_group_takes_the_place_of_what_is_none() {
    let text = format!(r#"{{"login_design":{}{}}}"#, "[".repeat(500), "]".repeat(500));
    let live = Document::parse(Endpoint::Organization, &JsonText::parse(text).unwrap()).unwrap();
    let header = change("organization.login_design.header_text", json!("Ho"));
    let sent = put(Model::current(), &live, &[&header], &[]);
    assert_eq!(sent.as_str(), r#"{"login_design":{"header_text":"Ho"}}"#);
}

#[test]
fn an_unknown_number_is_echoed_digit_by_digit() {
    let live: Json = serde_json::from_str(r#"{"name": "W", "quota": 12345678901234567890.10}"#).unwrap();
    let sent = body(live, &[change("organization.name", json!("New"))]);
    assert_eq!(sent.to_string(), r#"{"name":"New","quota":12345678901234567890.10}"#);
}

#[test]
fn an_unset_is_explicit_in_the_form_the_setting_takes() {
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
fn a_group_whose_members_are_all_emptied_becomes_one_null() {
    let live = json!({"login_design": {"header_text": "Hi", "footer_text": "Bye"}});
    let emptied =
        ["header_text", "footer_text"].map(|name| change(&format!("organization.login_design.{name}"), Json::Null));
    assert_eq!(body(live, &emptied), json!({"login_design": null}));
    let unknown = json!({"login_design": {"header_text": "Hi", "footer_text": "Bye", "corner_radius": 4}});
    assert_eq!(
        body(unknown, &emptied),
        json!({"login_design": {"header_text": null, "footer_text": null, "corner_radius": 4}}),
        "a member that nobody knows must survive"
    );
}

#[test]
fn mfa_is_turned_off_with_an_empty_list() {
    let live = json!({"mfa_config": {"allowed_authenticators": ["totp"]}});
    let off = [change("organization.mfa_config.allowed_authenticators", json!([]))];
    assert_eq!(body(live, &off), json!({"mfa_config": {"allowed_authenticators": []}}));
}

/// Only a boolean is empty when it is false: elsewhere it is a value that the write must not lose.
#[test]
fn a_false_that_is_not_the_value_of_a_boolean_keeps_its_group() {
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
fn a_group_that_the_api_wants_whole_is_sent_whole_when_it_is_turned_off() {
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
fn a_group_that_the_api_wants_whole_is_whole_or_absent_where_live_has_empty_members() {
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
fn a_renamed_group_with_an_empty_list_alone_is_written_under_one_name() {
    let sizes = [change("organization.mfa_piv_key_requirements.ssh_key_size", json!([256]))];
    let former = json!({"mfa_ssh_piv_key_requirements": {"ssh_key_size": []}});
    assert_eq!(body(former, &sizes), json!({"mfa_piv_key_requirements": {"ssh_key_size": [256]}}));
}

/// A body that contradicts itself leaves it to the server which name counts.
#[test]
fn a_former_name_that_holds_a_value_too_is_written_as_well() {
    let pin = |value| [change("organization.mfa_piv_key_requirements.pin_policy", value)];
    let both = |pin: Json| json!({"mfa_piv_key_requirements": {"pin_policy": pin}, "mfa_ssh_piv_key_requirements": {"pin_policy": pin, "touch_policy": "once"}});
    assert_eq!(body(both(json!("once")), &pin(json!("always"))), both(json!("always")));
    let cleared = json!({"mfa_piv_key_requirements": null, "mfa_ssh_piv_key_requirements": {"pin_policy": null, "touch_policy": "once"}});
    assert_eq!(body(both(json!("once")), &pin(Json::Null)), cleared);
}

#[test]
fn a_renamed_group_is_written_in_the_spelling_that_live_speaks() {
    let pin = [change("organization.mfa_piv_key_requirements.pin_policy", json!("always"))];
    let former = json!({"mfa_ssh_piv_key_requirements": {"pin_policy": "once", "touch_policy": "always"}});
    assert_eq!(
        body(former, &pin),
        json!({"mfa_ssh_piv_key_requirements": {"pin_policy": "always", "touch_policy": "always"}})
    );
    assert_eq!(body(json!({}), &pin), json!({"mfa_piv_key_requirements": {"pin_policy": "always"}}));
}

#[test]
fn the_doh_token_in_use_is_echoed_under_the_name_that_the_api_takes() {
    let fields =
        json!({"doh_jwt_duration": "24h", "id": "f174e90a", "client_id": "x", "last_seen_at": "2026-01-01T00:00:00Z"});
    let live = Document::new(Endpoint::Doh, fields.as_object().unwrap().clone());
    let change = change("doh.doh_jwt_duration", json!("48h"));
    let sent = put(Model::current(), &live, &[&change], &[]).view();
    assert_eq!(sent, json!({"doh_jwt_duration": "48h", "service_token_id": "f174e90a"}));
}

#[test]
fn a_field_can_be_left_out_for_one_run() {
    let live =
        document(json!({"name": "W", "beta.flag": 1, "login_design": {"corner_radius": 4, "header_text": "Hi"}}));
    let omit = ["organization.\"beta.flag\"".to_owned(), "organization.login_design.corner_radius".to_owned()];
    let sent = put(Model::current(), &live, &[&change("organization.name", json!("New"))], &omit);
    assert_eq!(sent.view(), json!({"name": "New", "login_design": {"header_text": "Hi"}}));
}

#[test]
fn a_creation_sends_what_post_takes_and_nothing_empty() {
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

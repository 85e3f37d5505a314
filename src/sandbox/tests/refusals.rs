//! Refused writes, with the code, the reason and the pointer into the body.

use super::*;

fn reason(error: &Json) -> &str {
    error["error_chain"][0]["message"].as_str().unwrap_or_default()
}

#[test]
fn an_invalid_body_is_refused_with_reason_and_pointer() {
    let body =
        json!({"login_design": {"background_color": "lime"}, "mfa_config": {"allowed_authenticators": ["totp", 7]}});
    let mut sandbox = sandbox("");
    let (status, first) = refused(&mut sandbox, body.clone());
    assert_eq!(status, 400);
    assert_eq!(first["code"], 12062);
    assert_eq!(first["message"], "access.api.error.invalid_org_config");
    assert_eq!(first["source"]["pointer"], "/login_design/background_color");
    assert!(!reason(&first).is_empty());
    let (_, whole) = send(&mut sandbox, "PUT", &organizations(), Some(merged(body)));
    assert_eq!(whole["errors"][1]["source"]["pointer"], "/mfa_config/allowed_authenticators/1");
    assert_eq!(whole["result"], Json::Null);
}

fn merged(mut body: Json) -> Json {
    body["auth_domain"] = json!("widget.cloudflareaccess.com");
    body
}

#[test]
fn an_empty_value_of_a_different_type_is_refused_even_if_an_empty_one_is_stored() {
    let stored = json!({
        "auth_domain": "widget.cloudflareaccess.com", "is_ui_read_only": false, "mfa_config": {},
        "deny_unmatched_requests_exempted_zone_names": [], "session_duration": "",
    });
    for body in [
        json!({"is_ui_read_only": {}}),
        json!({"is_ui_read_only": []}),
        json!({"mfa_config": ""}),
        json!({"mfa_config": []}),
        json!({"mfa_config": false}),
        json!({"deny_unmatched_requests_exempted_zone_names": {}}),
        json!({"deny_unmatched_requests_exempted_zone_names": [{}]}),
        json!({"deny_unmatched_requests_exempted_zone_names": [null]}),
        json!({"session_duration": []}),
    ] {
        for (_, personality) in Personality::named() {
            let mut sandbox = Sandbox::new(State::with_organization(stored.clone()), personality);
            assert_eq!(refused(&mut sandbox, body.clone()).0, 400, "{body}");
        }
    }
}

#[test]
fn the_arguments_of_a_revocation_are_checked() {
    let path = organizations() + "/revoke_user";
    for (name, value) in
        [("devices", json!("yes")), ("devices", json!({})), ("warp_session_reauth", json!(1)), ("user_uid", json!([]))]
    {
        let mut body = json!({"email": "ada@widget.example"});
        body[name] = value;
        let (status, answer) = send(&mut sandbox(""), "POST", &path, Some(body));
        assert_eq!((status, &answer["errors"][0]["source"]["pointer"]), (400, &json!(format!("/{name}"))), "{answer}");
    }
    let mut call = call("POST", &path, Some(&json!({"email": "ada@widget.example"})));
    for (query, status) in [("devices=true", 200), ("devices=no", 400), ("devices=", 400), ("other=1", 200)] {
        *call.uri_mut() = format!("/client/v4{path}?{query}").parse().unwrap();
        assert_eq!(sandbox("").handle(&call).http.status(), status, "{query}");
    }
}

#[test]
fn values_that_the_table_rejects_are_refused() {
    for (pointer, body) in [
        ("/session_duration", json!({"session_duration": "tomorrow"})),
        ("/session_duration", json!({"session_duration": 24})),
        ("/session_duration", json!({"session_duration": []})),
        ("/auto_redirect_to_identity", json!({"auto_redirect_to_identity": []})),
        ("/is_ui_read_only", json!({"is_ui_read_only": "yes"})),
        ("/is_ui_read_only", json!({"is_ui_read_only": ""})),
        ("/user_seat_expiration_inactive_time", json!({"user_seat_expiration_inactive_time": "720h"})),
        ("/warp_auth_session_duration", json!({"warp_auth_session_duration": "2161h"})),
        ("/warp_auth_session_duration", json!({"warp_auth_session_duration": "30s"})),
        ("/login_design", json!({"login_design": "blue"})),
        ("/login_design", json!({"login_design": []})),
        ("/custom_pages/forbidden", json!({"custom_pages": {"forbidden": "page one"}})),
    ] {
        let (status, error) = refused(&mut sandbox(""), body.clone());
        assert_eq!(
            (status, &error["code"], &error["source"]["pointer"]),
            (400, &json!(12062), &json!(pointer)),
            "{body}"
        );
    }
}

#[test]
fn a_new_setting_is_checked_like_the_others() {
    use crate::settings::{Kind, Model, Setting};
    let new_setting = Setting::new("organization.token_limit", Kind::Integer { min: 1, max: 9 });
    let model = || Model::current().clone().with(new_setting);
    let mut sandbox = sandbox("unknown_fields=refused").with_model(model());
    assert_eq!(put(&mut sandbox, json!({"token_limit": 9}))["token_limit"], 9);
    let (_, error) = refused(&mut sandbox, json!({"token_limit": 10}));
    assert_eq!(error["source"]["pointer"], "/token_limit");
}

#[test]
fn the_former_name_of_an_authenticator_is_refused() {
    let (_, error) = refused(&mut sandbox(""), json!({"mfa_config": {"allowed_authenticators": ["ssh_piv_key"]}}));
    assert_eq!((&error["code"], reason(&error)), (&json!(12062), "invalid mfa authenticator type"));
}

#[test]
fn a_put_without_an_auth_domain_is_refused_even_for_branding() {
    for body in
        [json!({"name": "W"}), json!({"auth_domain": ""}), json!({"auth_domain": null}), json!({"auth_domain": "a b"})]
    {
        let mut sandbox = sandbox("");
        let (status, answer) = send(&mut sandbox, "PUT", &organizations(), Some(body.clone()));
        assert_eq!((status, &answer["errors"][0]["code"]), (400, &json!(11004)), "{body}");
        assert_eq!(answer["errors"][0]["message"], "access.api.error.invalid_auth_domain");
        assert_eq!(get(&mut sandbox)["auth_domain"], "widget.cloudflareaccess.com");
    }
}

#[test]
fn dashboard_sso_pins_the_auth_domain() {
    let mut sandbox = sandbox("");
    sandbox.state_mut().account.dashboard_sso = true;
    let (status, error) = refused(&mut sandbox, json!({"auth_domain": "gadget.cloudflareaccess.com"}));
    assert_eq!((status, &error["code"]), (400, &json!(12106)));
    put(&mut sandbox, json!({"name": "Gadget Corps"}));
}

#[test]
fn a_partial_group_is_refused_if_it_must_be_complete() {
    let partial = json!({"service_token_inactivity": {"enabled": true, "action": "disable"}});
    let (_, error) = refused(&mut sandbox(""), partial);
    assert_eq!(error["source"]["pointer"], "/service_token_inactivity");
    assert_eq!(reason(&error), "service_token_inactivity also needs inactivity_threshold_days");
    let whole = json!({"enabled": true, "inactivity_threshold_days": 90, "action": "disable"});
    let mut sandbox = sandbox("");
    assert_eq!(put(&mut sandbox, json!({"service_token_inactivity": whole}))["service_token_inactivity"], whole);
}

#[test]
fn a_doh_token_longer_than_the_key_rotation_period_is_refused() {
    let mut sandbox = sandbox("");
    sandbox.state_mut().account.key_rotation_days = Some(21);
    let mut duration = |text: &str| send(&mut sandbox, "PUT", &doh(), Some(json!({"doh_jwt_duration": text})));
    assert_eq!(duration("504h").0, 201);
    let (status, body) = duration("505h");
    assert_eq!((status, &body["errors"][0]["source"]["pointer"]), (400, &json!("/doh_jwt_duration")));
    assert_eq!(duration("9000h").0, 400, "longer than any rotation period");
}

#[test]
fn a_body_that_is_not_an_object_is_refused() {
    for body in ["", "{", "[]", "null", "\"organization\""] {
        let mut raw = call("PUT", &organizations(), None);
        *raw.body_mut() = body.as_bytes().to_vec();
        let answer = sandbox("").handle(&raw);
        let envelope: Json = serde_json::from_slice(answer.http.body()).unwrap();
        assert_eq!((answer.http.status().as_u16(), &envelope["errors"][0]["code"]), (400, &json!(12062)), "{body}");
    }
}

#[test]
fn a_post_without_name_or_auth_domain_is_refused() {
    let mut sandbox = Sandbox::from_state(State::default());
    let mut post = |body: Json| send(&mut sandbox, "POST", &organizations(), Some(body)).1["errors"][0]["code"].clone();
    assert_eq!(post(json!({"auth_domain": "widget.cloudflareaccess.com"})), 12062);
    assert_eq!(post(json!({"name": "Widget Corps"})), 11004);
}

#[test]
fn a_stored_value_out_of_bounds_is_accepted_unchanged() {
    let mut sandbox = sandbox("");
    let old = json!("720h");
    sandbox
        .state_mut()
        .organization
        .as_mut()
        .unwrap()
        .insert("user_seat_expiration_inactive_time".to_owned(), old.clone());
    assert_eq!(
        put(&mut sandbox, json!({"user_seat_expiration_inactive_time": old}))["user_seat_expiration_inactive_time"],
        old
    );
    refused(&mut sandbox, json!({"user_seat_expiration_inactive_time": "721h"}));
}

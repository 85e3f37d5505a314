//! Paths, methods, credentials and the envelope.

use http::HeaderName;

use super::*;

fn status(sandbox: &mut Sandbox, method: &str, path: &str, body: Option<Json>) -> (u16, Json) {
    let (status, body) = send(sandbox, method, path, body);
    (status, body["errors"][0]["code"].clone())
}

#[test]
fn every_operation_has_a_route_and_a_status() {
    let account = organizations();
    let zone = format!("/zones/{ACCOUNT}/access/organizations");
    let body = || Some(json!({"auth_domain": "widget.cloudflareaccess.com", "name": "Widget Corps"}));
    let email = || Some(json!({"email": "ada@widget.example"}));
    let invalid_id = "/accounts/x/access/organizations";
    let table = [
        ("GET", account.clone(), None, 200),
        ("PUT", account.clone(), body(), 200),
        ("POST", account.clone(), body(), 409),
        ("PATCH", account.clone(), body(), 405),
        ("DELETE", account.clone(), None, 405),
        ("GET", zone.clone(), None, 403),
        ("GET", doh(), None, 200),
        ("PUT", doh(), Some(json!({"doh_jwt_duration": "24h"})), 201),
        ("POST", doh(), Some(json!({})), 405),
        ("DELETE", doh(), None, 405),
        ("GET", zone.clone() + "/doh", None, 404),
        ("POST", account.clone() + "/revoke_user", email(), 200),
        ("GET", account.clone() + "/revoke_user", None, 405),
        ("GET", format!("/accounts/{ACCOUNT}/tokens/verify"), None, 200),
        ("GET", "/user/tokens/verify".to_owned(), None, 200),
        ("GET", format!("/zones/{ACCOUNT}/tokens/verify"), None, 404),
        ("GET", invalid_id.to_owned(), None, 404),
        ("GET", account + "/", None, 404),
        ("GET", "/".to_owned(), None, 404),
    ];
    let mut sandbox = sandbox("");
    for (method, path, body, expected) in table {
        let (status, code) = status(&mut sandbox, method, &path, body);
        assert_eq!(status, expected, "{method} {path}");
        assert_eq!(code == json!(7003), status == 404, "{method} {path}");
    }
}

#[test]
fn a_path_outside_of_the_base_is_not_found() {
    let mut outside = call("GET", &organizations(), None);
    *outside.uri_mut() = organizations().parse().unwrap();
    assert_eq!(sandbox("").handle(&outside).http.status(), 404);
}

#[test]
fn the_first_target_is_adopted_and_others_are_refused() {
    let mut sandbox = sandbox("");
    get(&mut sandbox);
    assert_eq!(sandbox.state().target.as_ref().unwrap().to_string(), format!("account {ACCOUNT}"));
    let other = format!("/accounts/{OTHER}/access/organizations");
    assert_eq!(status(&mut sandbox, "GET", &other, None), (403, json!(9109)));
    sandbox.state_mut().adopt = Adopt::Any;
    assert_eq!(status(&mut sandbox, "GET", &other, None).0, 200);
}

#[test]
fn the_seeded_state_answers_for_any_target() {
    let mut sandbox = Sandbox::from_state(seeded());
    for target in [format!("/accounts/{ACCOUNT}"), format!("/accounts/{OTHER}"), format!("/zones/{OTHER}")] {
        assert_eq!(status(&mut sandbox, "GET", &format!("{target}/access/organizations"), None).0, 200, "{target}");
    }
}

#[test]
fn a_post_creates_the_organization_once_and_drops_unsupported_settings() {
    let mut sandbox = Sandbox::from_state(State::default());
    let body = json!({
        "auth_domain": "widget.cloudflareaccess.com",
        "name": "Widget Corps",
        "session_duration": "12h",
        "custom_pages": {"forbidden": "699d98642c564d2e855e9661899b7252"},
    });
    let (status, created) = send(&mut sandbox, "POST", &organizations(), Some(body.clone()));
    assert_eq!(status, 201);
    assert_eq!(created["result"], get(&mut sandbox));
    insta::assert_snapshot!(format!("{:#}", get(&mut sandbox)), @r#"
    {
      "auth_domain": "widget.cloudflareaccess.com",
      "name": "Widget Corps",
      "session_duration": "12h",
      "created_at": "2026-09-01T08:00:01Z",
      "updated_at": "2026-09-01T08:00:01Z",
      "login_design": {},
      "service_token_inactivity": {
        "enabled": false,
        "inactivity_threshold_days": 30,
        "action": "disable"
      }
    }
    "#);
    let (status, again) = send(&mut sandbox, "POST", &organizations(), Some(body));
    assert_eq!(status, 409);
    assert!(again["errors"][0]["message"].as_str().unwrap().starts_with("access.api.error.conflict"));
}

#[test]
fn a_new_organization_of_a_strict_account_is_strict() {
    let account = Account { strict_service_tokens: true, ..Account::default() };
    let mut sandbox = Sandbox::from_state(State { account, ..State::default() });
    let body = json!({"auth_domain": "widget.cloudflareaccess.com", "name": "Widget Corps"});
    send(&mut sandbox, "POST", &organizations(), Some(body));
    assert_eq!(get(&mut sandbox)["strict_service_token_auth"], true);
    let (status, error) = refused(&mut sandbox, json!({"strict_service_token_auth": false}));
    assert_eq!((status, &error["code"]), (400, &json!(12062)));
}

#[test]
fn a_zone_accepts_only_settings_of_zones() {
    let mut sandbox = sandbox("unknown_fields=refused");
    let zone = format!("/zones/{ACCOUNT}/access/organizations");
    let write = |sandbox: &mut Sandbox, field: &str, value: Json| {
        let body = json!({"auth_domain": "widget.cloudflareaccess.com", field: value});
        send(sandbox, "PUT", &zone, Some(body)).0
    };
    assert_eq!(write(&mut sandbox, "user_seat_expiration_inactive_time", json!("730h")), 200);
    assert_eq!(write(&mut sandbox, "is_ui_read_only", json!(true)), 200);
    assert_eq!(write(&mut sandbox, "mfa_required_for_all_apps", json!(true)), 400);
    assert_eq!(write(&mut sandbox, "custom_pages", json!({"forbidden": ACCOUNT})), 400);
}

#[test]
fn a_revocation_needs_an_email_address_and_is_answered_without_an_envelope() {
    let mut sandbox = sandbox("");
    let path = organizations() + "/revoke_user";
    let (_, body) = send(&mut sandbox, "POST", &path, Some(json!({"email": "ada@widget.example", "devices": true})));
    assert_eq!(body, json!({"result": true, "success": true}));
    assert_eq!(status(&mut sandbox, "POST", &path, Some(json!({}))), (400, json!(12130)));
}

#[test]
fn requests_are_recorded_with_body_and_status() {
    let mut sandbox = sandbox("");
    get(&mut sandbox);
    put(&mut sandbox, json!({"session_duration": "12h"}));
    let seen: Vec<_> =
        sandbox.calls().iter().map(|seen| (seen.method.as_str(), seen.path.as_str(), seen.status)).collect();
    assert_eq!(seen, [("GET", organizations().as_str(), 200), ("PUT", organizations().as_str(), 200)]);
    let write = sandbox.writes().next().unwrap();
    assert_eq!(write.body.as_ref().unwrap()["session_duration"], "12h");
}

#[test]
fn the_ray_id_counts_requests() {
    let mut sandbox = sandbox("");
    let mut ray = || {
        let answer = sandbox.handle(&call("GET", &organizations(), None));
        answer.http.headers()["cf-ray"].clone()
    };
    assert_eq!([ray(), ray()], ["8f00000000000001-SBX", "8f00000000000002-SBX"]);
}

fn grants() -> Sandbox {
    let grant = |token: &str, permission, owner| Grant {
        token: token.to_owned(),
        email: None,
        permission,
        owner,
        status: TokenStatus::Active,
    };
    let mut sandbox = sandbox("");
    sandbox.state_mut().tokens = Tokens::Listed(vec![
        grant("reader", Permission::Read, Owner::User),
        grant("writer", Permission::Write, Owner::Account),
        grant("revoker", Permission::Revoke, Owner::User),
        Grant { status: TokenStatus::Expired, ..grant("late", Permission::Write, Owner::User) },
        Grant { email: Some("ada@widget.example".to_owned()), ..grant("key", Permission::Write, Owner::User) },
    ]);
    sandbox
}

fn with_headers(sandbox: &mut Sandbox, method: &str, path: &str, headers: &[(&str, &str)]) -> (u16, Json) {
    let body = json!({"auth_domain": "widget.cloudflareaccess.com", "email": "bob@widget.example"});
    let mut call = call(method, path, (method != "GET").then_some(&body));
    let headers = headers.iter().map(|(name, value)| (HeaderName::try_from(*name).unwrap(), value.parse().unwrap()));
    *call.headers_mut() = headers.collect();
    let answer = sandbox.handle(&call);
    let body: Json = serde_json::from_slice(answer.http.body()).unwrap();
    (answer.http.status().as_u16(), body["errors"][0]["code"].clone())
}

#[test]
fn permissions_limit_what_a_credential_may_do() {
    let mut sandbox = grants();
    let revoke = organizations() + "/revoke_user";
    let refused = (403, json!(10000));
    for (token, reads, writes, revokes) in [
        ("reader", true, false, false),
        ("writer", true, true, true),
        ("revoker", true, false, true),
        ("late", false, false, false),
        ("stranger", false, false, false),
    ] {
        let bearer = format!("Bearer {token}");
        let headers = [("authorization", bearer.as_str())];
        let mut allowed = |method, path: &str| {
            let outcome = with_headers(&mut sandbox, method, path, &headers);
            assert!(outcome.0 < 300 || outcome == refused, "{token} {method} {path}: {outcome:?}");
            outcome.0 < 300
        };
        let done = (allowed("GET", &organizations()), allowed("PUT", &organizations()), allowed("POST", &revoke));
        assert_eq!(done, (reads, writes, revokes), "{token}");
    }
}

#[test]
fn an_api_key_needs_its_email_address() {
    let mut sandbox = grants();
    let key = |email, key| [("x-auth-email", email), ("x-auth-key", key)];
    let mut send = |headers: &[(&str, &str)]| with_headers(&mut sandbox, "GET", &organizations(), headers);
    assert_eq!(send(&key("ada@widget.example", "key")).0, 200);
    assert_eq!(send(&key("bob@widget.example", "key")), (403, json!(10000)));
    assert_eq!(send(&key("ada@widget.example", "reader")), (403, json!(10000)));
    assert_eq!(send(&key("ada", "key")), (400, json!(6003)));
}

#[test]
fn a_malformed_credential_is_refused_even_if_any_token_is_accepted() {
    let mut sandbox = sandbox("");
    assert_eq!(with_headers(&mut sandbox, "GET", &organizations(), &[]), (400, json!(9106)), "no credential");
    for headers in [&[("authorization", "Bearer ")], &[("authorization", "Bearer a b")], &[("authorization", "sesame")]]
    {
        assert_eq!(with_headers(&mut sandbox, "GET", &organizations(), headers), (400, json!(6003)), "{headers:?}");
    }
}

#[test]
fn a_verification_endpoint_knows_only_the_tokens_of_its_owner() {
    let mut sandbox = grants();
    let account = format!("/accounts/{ACCOUNT}/tokens/verify");
    let mut verify = |token: &str, path: &str| {
        let bearer = format!("Bearer {token}");
        with_headers(&mut sandbox, "GET", path, &[("authorization", bearer.as_str())])
    };
    assert_eq!(verify("reader", "/user/tokens/verify").0, 200);
    assert_eq!(verify("late", "/user/tokens/verify").0, 200, "the answer has the status expired");
    assert_eq!(verify("writer", "/user/tokens/verify"), (401, json!(1000)));
    assert_eq!(verify("writer", &account).0, 200);
    assert_eq!(verify("reader", &account), (401, json!(1000)));
    assert_eq!(verify("stranger", &account), (401, json!(1000)));
}

use serde_json::json;

use super::*;

const ID: &str = "699d98642c564d2e855e9661899b7252";

fn account() -> Target {
    Target::account(ID).unwrap()
}

fn body(value: Json) -> Map<String, Json> {
    value.as_object().unwrap().clone()
}

#[test]
fn each_operation_has_its_documented_method_and_path() {
    let target = account();
    let document = body(json!({"name": "Widget", "auth_domain": "widget.cloudflareaccess.com"}));
    let organization = format!("/accounts/{ID}/access/organizations");
    let table = [
        (get(&target), Method::GET, organization.clone(), false),
        (create(&target, &document), Method::POST, organization.clone(), true),
        (update(&target, &document), Method::PUT, organization.clone(), true),
        (get_doh(&target), Method::GET, format!("{organization}/doh"), false),
        (update_doh(&target, &document), Method::PUT, format!("{organization}/doh"), true),
        (revoke_user(&target, &Revocation::of("a@b.c")), Method::POST, format!("{organization}/revoke_user"), true),
        (verify_account_token(&target.id), Method::GET, format!("/accounts/{ID}/tokens/verify"), false),
        (verify_user_token(), Method::GET, "/user/tokens/verify".to_owned(), false),
    ];
    for (request, method, path, has_body) in table {
        assert_eq!((request.method(), request.path()), (&method, path.as_str()));
        assert_eq!(!request.http.body().is_empty(), has_body, "{request}");
        assert_eq!(request.http.uri().query(), None, "{request}");
    }
}

#[test]
fn the_path_of_a_zone_starts_with_zones() {
    let zone = Target::zone(ID).unwrap();
    assert_eq!(zone.path(Endpoint::Organization), format!("/zones/{ID}/access/organizations"));
    assert_eq!(
        revoke_user(&zone, &Revocation::of("a@b.c")).path(),
        format!("/zones/{ID}/access/organizations/revoke_user")
    );
}

#[test]
fn a_body_keeps_the_order_of_its_members_and_the_digits_of_its_numbers() {
    let text = r#"{"z":1.10,"a":null,"big":12345678901234567890123,"nested":{"y":[],"x":""}}"#;
    let request = update(&account(), JsonText::parse(text).unwrap());
    assert_eq!(request.http.body(), text.as_bytes());
}

#[test]
fn a_revocation_sends_only_the_fields_that_are_set() {
    let request = revoke_user(&account(), &Revocation::of("user@example.com"));
    assert_eq!(request.http.body(), br#"{"email":"user@example.com"}"#);
    assert_eq!(request.http.uri().query(), None);
}

#[test]
fn a_revocation_sends_devices_in_query_and_body_even_if_false() {
    for devices in [true, false] {
        let revocation = Revocation {
            user_uid: Some("f174e90a".to_owned()),
            devices: Some(devices),
            warp_session_reauth: Some(true),
            ..Revocation::of("user@example.com")
        };
        let request = revoke_user(&account(), &revocation);
        assert_eq!(request.http.uri().query(), Some(format!("devices={devices}").as_str()));
        let expected = json!({"email": "user@example.com", "user_uid": "f174e90a", "devices": devices, "warp_session_reauth": true});
        assert_eq!(serde_json::from_slice::<Json>(request.http.body()).unwrap(), expected);
    }
}

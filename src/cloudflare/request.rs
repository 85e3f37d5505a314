//! Requests as pure values: what is asked, without sending it.
//!
//! Every operation of the organization and DoH objects is a function here. An [`ApiRequest`] can be inspected and
//! logged; [`Reader`](super::Reader) and [`Writer`](super::Writer) build theirs with these functions.
//!
//! ```
//! use zerodrift::cloudflare::request;
//! use zerodrift::settings::Target;
//!
//! let target = Target::account("699d98642c564d2e855e9661899b7252")?;
//! let asked = request::get(&target);
//! assert_eq!(asked.to_string(), "GET /accounts/699d98642c564d2e855e9661899b7252/access/organizations");
//! # Ok::<(), zerodrift::settings::TargetIdError>(())
//! ```

use std::fmt;

use http::Method;
use serde_json::{Map, Value as Json};

use super::transport::{ApiRequest, Operation, Request};
use crate::json::JsonText;
use crate::settings::{Endpoint, Scope, Target, TargetId};

/// The path of an endpoint of an organization, below the base URL: of the account or the zone that it hangs on.
///
/// There is no DoH endpoint in zone scope; its path is built all the same and the API answers it with an error.
pub fn path_for(target: &Target, endpoint: Endpoint) -> String {
    target.path(endpoint)
}

/// Reads the organization: `GET /{accounts|zones}/{id}/access/organizations`.
pub fn get(target: &Target) -> ApiRequest {
    request(Operation::ReadOrganization, Method::GET, path_for(target, Endpoint::Organization), None)
}

/// Creates (sets up) the organization: `POST /{accounts|zones}/{id}/access/organizations`.
///
/// The body needs `name` and `auth_domain`; `custom_pages` is not taken (OpenAPI).
pub fn create(target: &Target, body: impl Into<JsonText>) -> ApiRequest {
    request(Operation::CreateOrganization, Method::POST, path_for(target, Endpoint::Organization), Some(body.into()))
}

/// Updates the organization: `PUT /{accounts|zones}/{id}/access/organizations`.
///
/// The body is the whole document as wanted, since nobody has settled whether PUT replaces or merges. Without
/// `auth_domain` the API refuses it with code 11004.
pub fn update(target: &Target, body: impl Into<JsonText>) -> ApiRequest {
    put(target, Endpoint::Organization, body)
}

/// Reads the DoH settings: `GET /accounts/{id}/access/organizations/doh`. Account scope only.
pub fn get_doh(target: &Target) -> ApiRequest {
    request(Operation::ReadDoh, Method::GET, path_for(target, Endpoint::Doh), None)
}

/// Updates the DoH settings: `PUT /accounts/{id}/access/organizations/doh`. Account scope only.
pub fn update_doh(target: &Target, body: impl Into<JsonText>) -> ApiRequest {
    put(target, Endpoint::Doh, body)
}

/// Updates an object: [`update`] or [`update_doh`].
pub(crate) fn put(target: &Target, endpoint: Endpoint, body: impl Into<JsonText>) -> ApiRequest {
    let operation = match endpoint {
        Endpoint::Organization => Operation::UpdateOrganization,
        Endpoint::Doh => Operation::UpdateDoh,
    };
    request(operation, Method::PUT, path_for(target, endpoint), Some(body.into()))
}

/// Revokes all Access tokens of a user: `POST /{accounts|zones}/{id}/access/organizations/revoke_user`.
///
/// Only what is given is sent. `devices` goes into the query and the body, because the API documents it in both.
pub fn revoke_user(target: &Target, revocation: &Revocation) -> ApiRequest {
    let Revocation { email, user_uid, devices, warp_session_reauth } = revocation;
    let members = [
        ("email", Some(Json::from(email.as_str()))),
        ("user_uid", user_uid.as_deref().map(Json::from)),
        ("devices", devices.map(Json::from)),
        ("warp_session_reauth", warp_session_reauth.map(Json::from)),
    ];
    let body: Map<String, Json> =
        members.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?))).collect();
    let query = devices.map(|devices| format!("?devices={devices}")).unwrap_or_default();
    let path = path_for(target, Endpoint::Organization) + "/revoke_user" + &query;
    request(Operation::RevokeUser, Method::POST, path, Some(JsonText::from(&body)))
}

/// Checks a token that belongs to an account: `GET /accounts/{id}/tokens/verify`.
pub fn verify_account_token(account: &TargetId) -> ApiRequest {
    request(Operation::VerifyToken, Method::GET, format!("/{}/{account}/tokens/verify", Scope::Account.plural()), None)
}

/// Checks a token that belongs to a user: `GET /user/tokens/verify`. It answers an account's token with code 1000.
pub fn verify_user_token() -> ApiRequest {
    request(Operation::VerifyToken, Method::GET, "/user/tokens/verify".to_owned(), None)
}

/// Whose Access tokens are revoked, and what else is ended. What is `None` is not sent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Revocation {
    /// The user's e-mail address. The API requires it.
    pub email: String,
    /// The user's uid, where the address alone is ambiguous.
    pub user_uid: Option<String>,
    /// Whether the user's devices are revoked as well.
    pub devices: Option<bool>,
    /// Whether the user must sign in to WARP again for Gateway policies with session limits.
    pub warp_session_reauth: Option<bool>,
}

impl Revocation {
    /// Revokes the Access tokens of the user with this address, and nothing else.
    pub fn of(email: impl Into<String>) -> Self {
        Self { email: email.into(), ..Self::default() }
    }
}

impl fmt::Display for ApiRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method(), self.path())
    }
}

fn request(operation: Operation, method: Method, path: String, body: Option<JsonText>) -> ApiRequest {
    let mut http = Request::new(body.map(|body| body.to_string().into_bytes()).unwrap_or_default());
    *http.method_mut() = method;
    // Every path here is made of fixed words and hexadecimal digits, so none is refused.
    *http.uri_mut() = path.try_into().unwrap_or_default();
    ApiRequest { operation, http }
}

#[cfg(test)]
mod tests {
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
    fn each_operation_has_the_method_and_path_that_the_api_documents() {
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
    fn a_zone_has_paths_of_its_own() {
        let zone = Target::zone(ID).unwrap();
        assert_eq!(path_for(&zone, Endpoint::Organization), format!("/zones/{ID}/access/organizations"));
        assert_eq!(
            revoke_user(&zone, &Revocation::of("a@b.c")).path(),
            format!("/zones/{ID}/access/organizations/revoke_user")
        );
    }

    #[test]
    fn a_body_is_sent_as_it_is_given_in_its_order_and_with_its_digits() {
        let text = r#"{"z":1.10,"a":null,"big":12345678901234567890123,"nested":{"y":[],"x":""}}"#;
        let request = update(&account(), JsonText::parse(text).unwrap());
        assert_eq!(request.http.body(), text.as_bytes());
    }

    #[test]
    fn a_revocation_sends_only_what_is_given() {
        let request = revoke_user(&account(), &Revocation::of("user@example.com"));
        assert_eq!(request.http.body(), br#"{"email":"user@example.com"}"#);
        assert_eq!(request.http.uri().query(), None);
    }

    #[test]
    fn a_revocation_of_devices_says_so_in_query_and_body_even_when_it_is_false() {
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
}

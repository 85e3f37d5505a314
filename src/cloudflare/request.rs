//! Requests as pure values, without sending them.
//!
//! Each operation of the organization and DoH objects is a function here. An [`ApiRequest`] can be inspected and logged.
//! [`Reader`](super::Reader) and [`Writer`](super::Writer) create their requests with these functions.
//!
//! ```
//! use zerodrift::cloudflare::request;
//! use zerodrift::settings::Target;
//!
//! let target = Target::account("699d98642c564d2e855e9661899b7252")?;
//! let request = request::get(&target);
//! assert_eq!(request.to_string(), "GET /accounts/699d98642c564d2e855e9661899b7252/access/organizations");
//! # Ok::<(), zerodrift::settings::TargetIdError>(())
//! ```

use std::fmt;

use http::Method;
use jiff::Timestamp;
use serde_json::{Map, Value as Json};

use super::transport::{ApiRequest, Operation, Request};
use crate::json::JsonText;
use crate::settings::{Endpoint, Scope, Target, TargetId};

/// Reads the organization: `GET /{accounts|zones}/{id}/access/organizations`.
pub fn get(target: &Target) -> ApiRequest {
    request(Operation::ReadOrganization, Method::GET, target.path(Endpoint::Organization), None)
}

/// Creates (sets up) the organization: `POST /{accounts|zones}/{id}/access/organizations`.
///
/// The body needs `name` and `auth_domain`, and may not contain `custom_pages` (OpenAPI).
pub fn create(target: &Target, body: impl Into<JsonText>) -> ApiRequest {
    request(Operation::CreateOrganization, Method::POST, target.path(Endpoint::Organization), Some(body.into()))
}

/// Updates the organization: `PUT /{accounts|zones}/{id}/access/organizations`.
///
/// The body is the complete desired document, because Cloudflare does not document whether PUT replaces or merges. Without
/// `auth_domain` the API refuses it with code 11004.
pub fn update(target: &Target, body: impl Into<JsonText>) -> ApiRequest {
    put(target, Endpoint::Organization, body)
}

/// Reads the DoH settings: `GET /accounts/{id}/access/organizations/doh`. Account scope only.
pub fn get_doh(target: &Target) -> ApiRequest {
    request(Operation::ReadDoh, Method::GET, target.path(Endpoint::Doh), None)
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
    request(operation, Method::PUT, target.path(endpoint), Some(body.into()))
}

/// Revokes all Access tokens of a user: `POST /{accounts|zones}/{id}/access/organizations/revoke_user`.
///
/// The body contains only the fields that are set. `devices` is sent in the query and in the body, because the API documents both.
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
    let path = target.path(Endpoint::Organization) + "/revoke_user" + &query;
    request(Operation::RevokeUser, Method::POST, path, Some(JsonText::from(&body)))
}

/// Verifies an account token: `GET /accounts/{id}/tokens/verify`.
pub fn verify_account_token(account: &TargetId) -> ApiRequest {
    request(Operation::VerifyToken, Method::GET, format!("/{}/{account}/tokens/verify", Scope::Account.plural()), None)
}

/// Verifies a user token: `GET /user/tokens/verify`. It answers an account token with code 1000.
pub fn verify_user_token() -> ApiRequest {
    request(Operation::VerifyToken, Method::GET, "/user/tokens/verify".to_owned(), None)
}

/// Reads a page of an account's audit log, the newest entries first: `GET /accounts/{id}/logs/audit`.
///
/// `cursor` is that of the previous page. The API takes a `limit`, but does not publish its bounds.
pub fn audit_log(account: &TargetId, since: Timestamp, before: Timestamp, cursor: Option<&str>) -> ApiRequest {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair("since", &since.to_string()).append_pair("before", &before.to_string());
    query.append_pair("direction", "desc").append_pair("limit", &LOG_PAGE.to_string());
    if let Some(cursor) = cursor {
        query.append_pair("cursor", cursor);
    }
    let path = format!("/{}/{account}/logs/audit?{}", Scope::Account.plural(), query.finish());
    request(Operation::ReadAuditLog, Method::GET, path, None)
}

/// The number of entries on a page of the audit log.
const LOG_PAGE: usize = 100;

/// The user whose Access tokens to revoke, and what else to revoke. A field that is `None` is not sent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Revocation {
    /// The e-mail address of the user. The API requires it.
    pub email: String,
    /// The uid of the user, if the address is ambiguous.
    pub user_uid: Option<String>,
    /// Whether to revoke the devices of the user as well.
    pub devices: Option<bool>,
    /// Whether the user must sign in to WARP again for Gateway policies with session limits.
    pub warp_session_reauth: Option<bool>,
}

impl Revocation {
    /// Returns a revocation of only the Access tokens of a user.
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
    // All paths consist of fixed words and hexadecimal digits, so the conversion cannot fail.
    *http.uri_mut() = path.try_into().unwrap_or_default();
    ApiRequest { operation, http }
}

#[cfg(test)]
mod tests;

//! The emulated API from the outside.

mod accounts;
mod audit_log;
mod budget;
mod echo;
mod faults;
mod files;
mod generated;
mod refusals;
mod routes;
mod stories;

use serde_json::{Value as Json, json};

use super::personality::*;
use super::*;
use crate::cloudflare::Request;

pub(super) const ACCOUNT: &str = "699d98642c564d2e855e9661899b7252";
pub(super) const OTHER: &str = "023e105f4ecef8ad9ca31a8372d0c353";

pub(super) fn organizations() -> String {
    format!("/accounts/{ACCOUNT}/access/organizations")
}

pub(super) fn doh() -> String {
    organizations() + "/doh"
}

/// A sandbox with a small organization, under a personality.
pub(super) fn sandbox(switches: &str) -> Sandbox {
    let organization = json!({
        "auth_domain": "widget.cloudflareaccess.com",
        "name": "Widget Corps",
        "session_duration": "24h",
        "created_at": "2024-03-11T09:12:45Z",
        "updated_at": "2026-08-28T14:03:10Z",
    });
    Sandbox::new(State::with_organization(organization), switches.parse().unwrap())
}

pub(super) fn call(method: &str, path: &str, body: Option<&Json>) -> Request {
    let body = body.map(|body| body.to_string().into_bytes()).unwrap_or_default();
    let request = http::Request::builder().method(method).uri(format!("/client/v4{path}"));
    request.header("authorization", "Bearer sesame").body(body).unwrap()
}

pub(super) fn send(sandbox: &mut Sandbox, method: &str, path: &str, body: Option<Json>) -> (u16, Json) {
    let answer = sandbox.handle(&call(method, path, body.as_ref()));
    (answer.http.status().as_u16(), serde_json::from_slice(answer.http.body()).unwrap())
}

/// Reads the organization.
pub(super) fn get(sandbox: &mut Sandbox) -> Json {
    let (status, body) = send(sandbox, "GET", &organizations(), None);
    assert_eq!(status, 200, "{body}");
    body["result"].clone()
}

pub(super) fn get_doh(sandbox: &mut Sandbox) -> Json {
    let (status, body) = send(sandbox, "GET", &doh(), None);
    assert_eq!(status, 200, "{body}");
    body["result"].clone()
}

/// Writes the organization with its auth domain; the write must succeed.
pub(super) fn put(sandbox: &mut Sandbox, mut body: Json) -> Json {
    body["auth_domain"] = json!("widget.cloudflareaccess.com");
    let (status, body) = send(sandbox, "PUT", &organizations(), Some(body));
    assert_eq!(status, 200, "{body}");
    body["result"].clone()
}

/// Writes the organization with its auth domain, which must be refused. Returns the status and the first error.
pub(super) fn refused(sandbox: &mut Sandbox, mut body: Json) -> (u16, Json) {
    if body.get("auth_domain").is_none() {
        body["auth_domain"] = json!("widget.cloudflareaccess.com");
    }
    let before = sandbox.state().organization.clone();
    let (status, body) = send(sandbox, "PUT", &organizations(), Some(body));
    assert_eq!(body["success"], false, "{body}");
    assert_eq!(sandbox.state().organization, before, "a refused write changes nothing");
    (status, body["errors"][0].clone())
}

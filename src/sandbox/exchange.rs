//! Requests and answers as values, and the effect of faults on answers.

use std::time::Duration;

use http::header::{CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderName, HeaderValue, StatusCode};
use serde_json::{Value as Json, json};

use super::envelope::{self, ApiError};
use super::fault::{BodyFormat, FaultKind};
use super::quota::Charge;
use crate::cloudflare::Response;

/// The header with the number of remaining requests, and the seconds until all are available again.
const RATELIMIT: HeaderName = HeaderName::from_static("ratelimit");
/// The header with the number of requests in a window, and the length of the window in seconds.
const RATELIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

/// An answer of the emulated API.
#[derive(Debug, Clone, Default)]
pub struct Answer {
    /// The HTTP response.
    pub http: Response,
    /// How it is delivered.
    pub delivery: Delivery,
}

/// How an answer is delivered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Delivery {
    /// Complete.
    #[default]
    Normal,
    /// Complete, after this time.
    Slow(Duration),
    /// Cut in the middle of the body.
    Truncated,
    /// Not at all: the connection is lost before the request is applied.
    ResetBefore,
    /// Not at all: the connection is lost after the request is applied.
    ResetAfter,
    /// Never, while the connection stays open.
    Hang,
    /// Not at all: no connection is established.
    Unreachable,
}

/// A request that the sandbox received.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordedRequest {
    /// The method.
    pub method: http::Method,
    /// The path below the base URL: `/accounts/…/access/organizations`.
    pub path: String,
    /// The query.
    pub query: String,
    /// The body, if it was JSON.
    pub body: Option<Json>,
    /// The status of the answer, even if it was not delivered.
    pub status: u16,
    /// How the answer was delivered.
    pub delivery: Delivery,
}

impl RecordedRequest {
    /// Whether it was a write request.
    pub fn is_write(&self) -> bool {
        self.method != http::Method::GET
    }
}

/// Returns an error with the code that the API uses for a status, as far as known.
fn error_with_status(status: u16) -> ApiError {
    match status {
        400 => ApiError::invalid_config("the body is not valid"),
        401 => ApiError::new(status, 1000, "Invalid API Token"),
        403 => ApiError::new(status, 10000, "Authentication error"),
        404 => ApiError::no_route("the path"),
        405 => ApiError::new(status, 7001, "Method not available for that URI."),
        // The status is known from other Access objects; the code is a guess.
        409 => ApiError::new(status, 12130, "access.api.error.conflict: the object was changed by another request"),
        429 => ApiError::new(status, 971, "Please wait and consider throttling your request speed"),
        500.. => ApiError::new(status, 10001, "access.api.error.internal_server_error"),
        // No code is known for these.
        _ => ApiError::invalid_request("the request is not valid"),
    }
}

impl Answer {
    /// Applies a fault to the answer.
    pub(super) fn apply_fault(&mut self, fault: FaultKind) {
        match fault {
            FaultKind::Status { status, retry_after, body } => self.fail(status, retry_after.map(u64::from), body),
            FaultKind::StatusAfter { status } => self.fail(status, None, BodyFormat::Json),
            FaultKind::NotEnabled => {
                let refusal = ApiError::not_enabled(403);
                self.set_status(refusal.status);
                self.set_body(envelope::failure(&[refusal]).to_string());
            }
            FaultKind::FailedAfter => self.fail(500, None, BodyFormat::Json),
            FaultKind::Html => self.show_page(200),
            FaultKind::Truncated => self.delivery = Delivery::Truncated,
            FaultKind::ResetBefore => self.delivery = Delivery::ResetBefore,
            FaultKind::ResetAfter => self.delivery = Delivery::ResetAfter,
            FaultKind::Hang | FaultKind::HangAfter | FaultKind::Lands { .. } => self.delivery = Delivery::Hang,
            FaultKind::Slow { delay } => self.delivery = Delivery::Slow(delay.positive().unwrap_or_default()),
            FaultKind::Unreachable => self.delivery = Delivery::Unreachable,
            FaultKind::NotJson => self.set_body("{\"success\": tru".to_owned()),
            FaultKind::EmptyBody => self.set_body(String::new()),
            FaultKind::WrongType => {
                self.set_body(envelope::success(json!(["an organization is an object"])).to_string());
            }
        }
    }

    /// Reports a budget, unless a fault already reports one that is used up.
    pub(super) fn set_limits(&mut self, charge: Charge) {
        self.set_header(RATELIMIT_POLICY, &format!("\"default\";q={};w={}", charge.requests, charge.window));
        if !self.http.headers().contains_key(RATELIMIT) {
            self.set_header(RATELIMIT, &format!("\"default\";r={};t={}", charge.left, charge.resets_in));
        }
    }

    /// Refuses a request beyond a budget.
    pub(super) fn throttle(&mut self, charge: Charge) {
        self.fail(429, Some(charge.resets_in), BodyFormat::Json);
        self.set_limits(charge);
    }

    fn fail(&mut self, status: u16, retry_after: Option<u64>, body: BodyFormat) {
        if let Some(seconds) = retry_after {
            self.set_header(RETRY_AFTER, &seconds.to_string());
            self.set_header(RATELIMIT, &format!("\"default\";r=0;t={seconds}"));
        }
        if body == BodyFormat::Html {
            return self.show_page(status);
        }
        let refusal = ApiError { status, ..error_with_status(status) };
        self.set_status(status);
        self.set_body(envelope::failure(&[refusal]).to_string());
    }

    fn show_page(&mut self, status: u16) {
        self.set_status(status);
        self.set_header(CONTENT_TYPE, "text/html; charset=UTF-8");
        self.set_body(format!(
            "<!DOCTYPE html><html><head><title>{status}</title></head><body>This is not the API.</body></html>"
        ));
    }

    pub(super) fn set_status(&mut self, status: u16) {
        *self.http.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    }

    pub(super) fn set_body(&mut self, body: String) {
        *self.http.body_mut() = body.into_bytes();
    }

    /// Sets a header and replaces an earlier one. All values are generated here and are visible ASCII.
    pub(super) fn set_header(&mut self, name: HeaderName, value: &str) {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.http.headers_mut().insert(name, value);
        }
    }
}

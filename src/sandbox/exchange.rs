//! Requests and answers as values, and what a fault makes of an answer.

use http::header::{CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderName, HeaderValue, StatusCode};
use serde_json::{Value as Json, json};

use super::envelope::{self, ApiError};
use super::fault::{BodyFormat, Trouble};
use crate::cloudflare::Response;

/// The header that says how many requests are left.
pub(super) const RATELIMIT: HeaderName = HeaderName::from_static("ratelimit");

/// What the API answers.
#[derive(Debug, Clone, Default)]
pub struct Answer {
    /// The answer as it leaves the API.
    pub http: Response,
    /// What becomes of it on its way.
    pub delivery: Delivery,
}

/// What becomes of an answer on its way.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Delivery {
    /// It arrives.
    #[default]
    Normal,
    /// Half of it arrives.
    Truncated,
    /// The connection was lost before the request was acted on.
    ResetBefore,
    /// The connection was lost after the request was acted on.
    ResetAfter,
    /// It never arrives, and the connection stays.
    Hang,
    /// There was no connection.
    Unreachable,
}

/// One request that was seen.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordedRequest {
    /// The method.
    pub method: http::Method,
    /// The path below the base URL: `/accounts/…/access/organizations`.
    pub path: String,
    /// The query.
    pub query: String,
    /// The body, where it was JSON.
    pub body: Option<Json>,
    /// The status of the answer, whether or not it arrived.
    pub status: u16,
    /// Whether the answer arrived, and how.
    pub delivery: Delivery,
}

impl RecordedRequest {
    /// Whether it asked for a change.
    pub fn is_write(&self) -> bool {
        self.method != http::Method::GET
    }
}

/// A refusal with the code that the API is reported to use with a status.
fn refusal_with(status: u16) -> ApiError {
    match status {
        400 => ApiError::invalid_config("the body is not valid"),
        401 => ApiError::new(status, 1000, "Invalid API Token"),
        403 => ApiError::new(status, 10000, "Authentication error"),
        404 => ApiError::no_route("the path"),
        405 => ApiError::new(status, 7001, "Method not available for that URI."),
        // The status is reported of other Access objects; the code is not reported.
        409 => ApiError::new(status, 12130, "access.api.error.conflict: the object was changed by another request"),
        429 => ApiError::new(status, 971, "Please wait and consider throttling your request speed"),
        500.. => ApiError::new(status, 10001, "access.api.error.internal_server_error"),
        // No code is reported for these.
        _ => ApiError::invalid_request("the request is not valid"),
    }
}

impl Answer {
    /// Does to the answer what a fault does to it.
    pub(super) fn spoil(&mut self, trouble: Trouble) {
        match trouble {
            Trouble::Status { status, retry_after, body } => self.fail(status, retry_after, body),
            Trouble::StatusAfter { status } => self.fail(status, None, BodyFormat::Json),
            Trouble::NotEnabled => {
                let refusal = ApiError::not_enabled(403);
                self.set_status(refusal.status);
                self.set_body(envelope::failure(&[refusal]).to_string());
            }
            Trouble::FailedAfter => self.fail(500, None, BodyFormat::Json),
            Trouble::Html => self.show_page(200),
            Trouble::Truncated => self.delivery = Delivery::Truncated,
            Trouble::ResetBefore => self.delivery = Delivery::ResetBefore,
            Trouble::ResetAfter => self.delivery = Delivery::ResetAfter,
            Trouble::Hang | Trouble::HangAfter | Trouble::Lands { .. } => self.delivery = Delivery::Hang,
            Trouble::Unreachable => self.delivery = Delivery::Unreachable,
            Trouble::NotJson => self.set_body("{\"success\": tru".to_owned()),
            Trouble::EmptyBody => self.set_body(String::new()),
            Trouble::WrongType => {
                self.set_body(envelope::success(json!(["an organization is an object"])).to_string());
            }
        }
    }

    fn fail(&mut self, status: u16, retry_after: Option<u32>, body: BodyFormat) {
        if let Some(seconds) = retry_after {
            self.set_header(RETRY_AFTER, &seconds.to_string());
            self.set_header(RATELIMIT, &format!("\"default\";r=0;t={seconds}"));
        }
        if body == BodyFormat::Html {
            return self.show_page(status);
        }
        let refusal = ApiError { status, ..refusal_with(status) };
        self.set_status(status);
        self.set_body(envelope::failure(&[refusal]).to_string());
    }

    fn show_page(&mut self, status: u16) {
        self.set_status(status);
        self.set_header(CONTENT_TYPE, "text/html; charset=UTF-8");
        self.set_body(format!(
            "<!DOCTYPE html><html><head><title>{status}</title></head><body>This is no API.</body></html>"
        ));
    }

    pub(super) fn set_status(&mut self, status: u16) {
        *self.http.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    }

    pub(super) fn set_body(&mut self, body: String) {
        *self.http.body_mut() = body.into_bytes();
    }

    /// Sets a header in place of an earlier one. The sandbox makes every value itself, from visible ASCII.
    pub(super) fn set_header(&mut self, name: HeaderName, value: &str) {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.http.headers_mut().insert(name, value);
        }
    }
}

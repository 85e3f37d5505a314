//! Requests and answers as values, and what a fault makes of an answer.

use serde_json::{Value as Json, json};

use super::envelope::{self, ApiError};
use super::fault::{BodyFormat, Trouble};

/// One request, as the API sees it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Call {
    /// The method, in capitals.
    pub method: String,
    /// The path, from `/client/v4` on.
    pub path: String,
    /// The query, without the question mark.
    pub query: String,
    /// The headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Call {
    /// The first header of this lower-case name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
    }
}

/// What the API answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
    /// What becomes of the answer on its way.
    pub delivery: Delivery,
}

/// What becomes of an answer on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery {
    /// It arrives.
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
    pub method: String,
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
        self.method != "GET"
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
            Trouble::Status { status, retry_after, page } => self.fail(status, retry_after, page),
            Trouble::StatusAfter { status } => self.fail(status, None, BodyFormat::Json),
            Trouble::NotEnabled => {
                let refusal = ApiError::not_enabled(403);
                self.status = refusal.status;
                self.body = envelope::failure(&[refusal]).to_string().into_bytes();
            }
            Trouble::FailedAfter => self.fail(500, None, BodyFormat::Json),
            Trouble::Html => self.show_page(200),
            Trouble::Truncated => self.delivery = Delivery::Truncated,
            Trouble::ResetBefore => self.delivery = Delivery::ResetBefore,
            Trouble::ResetAfter => self.delivery = Delivery::ResetAfter,
            Trouble::Hang | Trouble::HangAfter | Trouble::Lands { .. } => self.delivery = Delivery::Hang,
            Trouble::Unreachable => self.delivery = Delivery::Unreachable,
            Trouble::NotJson => self.body = b"{\"success\": tru".to_vec(),
            Trouble::EmptyBody => self.body.clear(),
            Trouble::WrongType => {
                self.body = envelope::success(json!(["an organization is an object"])).to_string().into_bytes();
            }
        }
    }

    fn fail(&mut self, status: u16, retry_after: Option<u32>, page: BodyFormat) {
        if let Some(seconds) = retry_after {
            self.headers.push(("retry-after".to_owned(), seconds.to_string()));
            self.headers.retain(|(name, _)| name != "ratelimit");
            self.headers.push(("ratelimit".to_owned(), format!("\"default\";r=0;t={seconds}")));
        }
        if page == BodyFormat::Html {
            return self.show_page(status);
        }
        let refusal = ApiError { status, ..refusal_with(status) };
        self.status = status;
        self.body = envelope::failure(&[refusal]).to_string().into_bytes();
    }

    fn show_page(&mut self, status: u16) {
        self.status = status;
        self.headers.retain(|(name, _)| name != "content-type");
        self.headers.push(("content-type".to_owned(), "text/html; charset=UTF-8".to_owned()));
        self.body =
            format!("<!DOCTYPE html><html><head><title>{status}</title></head><body>This is no API.</body></html>")
                .into_bytes();
    }
}

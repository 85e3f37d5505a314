//! Errors of a request: one variant per stage, with the request and the answer.
//!
//! [`Display`](fmt::Display) says what failed and where, [`Error::hints`] (in `hints`) what to do next, and [`Error::kind`]
//! classifies the error for the exit code. Untrusted texts are raw in the fields and escaped by `Display`. An error never
//! contains a credential.

use std::fmt;
use std::time::{Duration, SystemTime};

use super::credentials::CredentialsError;
use super::envelope::ApiMessage;
use super::moment::{rounded_up, utc};
use super::retry::StopReason;
use super::transport::{Operation, Reached, TransportError, TransportErrorKind};
use crate::text::visible;

/// Why a request has no result.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Before sending: the request cannot be made with this configuration.
    #[error(transparent)]
    Config(#[from] ConfigError),

    /// Before sending: the deadline of the run had passed.
    #[error("the deadline passed before {call} was sent{}", call.suffix())]
    Deadline {
        /// The request.
        call: Box<Call>,
    },

    /// Sending: there is no answer, or it is incomplete.
    #[error("{call} {}{}: {}", reached(failure), call.suffix(), visible(&failure.message))]
    Transport {
        /// The request.
        call: Box<Call>,
        /// The failure of the transport. Its message is part of this error's message, so it is not the `source`.
        failure: Box<TransportError>,
    },

    /// Answer: a redirect. It is not followed, because that would send the credentials to another address.
    #[error("{call} was answered with a redirect to {}, which is not followed{}", target(location.as_deref()), call.suffix())]
    Redirect {
        /// The request.
        call: Box<Call>,
        /// The `Location` header, as received.
        location: Option<String>,
    },

    /// Decoding: the body is not a valid answer of the API.
    #[error("{call} was answered with {}, but {problem}{}{}", call.status_text(), quoted(excerpt), call.suffix())]
    Body {
        /// The request.
        call: Box<Call>,
        /// What is wrong with the body.
        problem: String,
        /// The start of the body, escaped.
        excerpt: String,
    },

    /// Answer: the API refused the request.
    #[error("{call} was refused with {}: {}{}", call.status_text(), joined(messages), call.suffix())]
    Api {
        /// The request.
        call: Box<Call>,
        /// All messages of the API.
        messages: Vec<ApiMessage>,
    },

    /// Result: the API reports success, but the result has an unexpected type.
    #[error("{call} was answered with {}, but the result is {found}, not {expected}{}", call.status_text(), call.suffix())]
    Result {
        /// The request.
        call: Box<Call>,
        /// The result: `null`, `a list`.
        found: &'static str,
        /// The expected result: `an organization`.
        expected: &'static str,
    },
}

/// A problem of the configuration, found before a request is sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// The credentials cannot be used.
    #[error(transparent)]
    Credentials(#[from] CredentialsError),
    /// The base URL cannot be used. The text gives the reason, without the parts that may be secret.
    #[error("the base URL of the API {0}")]
    BaseUrl(String),
    /// A proxy variable cannot be used. The text does not show its value, which may contain a password.
    #[error("the environment variable {variable} {problem}")]
    Proxy {
        /// The variable.
        variable: &'static str,
        /// What is wrong with it.
        problem: String,
    },
    /// The extra root certificates cannot be used.
    #[error("the extra root certificates cannot be used: {0}")]
    Roots(String),
    /// The target of a DoH request is a zone. DoH settings exist only in account scope.
    #[error("DoH settings exist for accounts only, and the target is a zone")]
    NoDohInZones,
}

/// A request, its attempts, and the metadata of its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// The operation.
    pub operation: Operation,
    /// The method.
    pub method: http::Method,
    /// The path, below the base URL.
    pub path: String,
    /// The number of times it was sent.
    pub attempts: u32,
    /// Why it was not sent again.
    pub stop: StopReason,
    /// The HTTP status of the last answer, if any.
    pub status: Option<u16>,
    /// The `cf-ray` header of the last answer. Cloudflare support asks for it.
    pub ray: Option<String>,
    /// The `cf-auditlog-id` header of the last answer: the id of its entry in Cloudflare's audit log.
    pub audit_id: Option<String>,
    /// The environment variable that holds the token, if it is known.
    pub token_variable: Option<String>,
}

/// The kind of an error. It determines the exit code: 6 for authentication, 1 for all others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The credentials are missing, malformed, unknown, expired, or lack a permission.
    Authentication,
    /// The path or the id does not exist.
    NotFound,
    /// Too many requests; waiting did not help or would take too long.
    RateLimited,
    /// The API refused the request.
    Refused,
    /// The API failed.
    Server,
    /// The API was not reached, or the connection was lost.
    Transport,
    /// There was no answer in time.
    Timeout,
    /// The answer cannot be decoded.
    Decode,
    /// The request cannot be made with this configuration.
    Config,
}

impl ErrorKind {
    /// Returns the kind as a stable identifier: `not_found`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Authentication => "authentication",
            Self::NotFound => "not_found",
            Self::RateLimited => "rate_limited",
            Self::Refused => "refused",
            Self::Server => "server",
            Self::Transport => "transport",
            Self::Timeout => "timeout",
            Self::Decode => "decode",
            Self::Config => "config",
        }
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Codes that mean a bad credential or a missing permission, with any 4xx status. Among them are missing headers (9106), an unknown
/// key (9103), and a kind of credentials that the endpoint does not accept (10405).
const AUTHENTICATION: [&str; 6] = ["10000", "9109", "9106", "9103", "10405", "6003"];

/// The code of an invalid token. Other APIs use the same number for other errors, so the status must agree.
const INVALID_TOKEN: &str = "1000";

/// "Unable to authenticate request". Other refusals use the same code, so the message must mention authentication.
/// Access uses it for its own errors, whose messages have a slug.
const UNAUTHENTICATED: &str = "10001";

impl Error {
    /// Returns the kind of the error.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Config(ConfigError::Credentials(_)) => ErrorKind::Authentication,
            Self::Config(_) => ErrorKind::Config,
            Self::Deadline { .. } => ErrorKind::Timeout,
            Self::Transport { failure, .. } if failure.kind == TransportErrorKind::Timeout => ErrorKind::Timeout,
            Self::Transport { .. } | Self::Redirect { .. } => ErrorKind::Transport,
            Self::Api { call, .. } => self.kind_of_refusal(call.status.unwrap_or_default()),
            Self::Body { call, .. } => match call.status {
                Some(429) => ErrorKind::RateLimited,
                Some(500..) => ErrorKind::Server,
                _ => ErrorKind::Decode,
            },
            Self::Result { .. } => ErrorKind::Decode,
        }
    }

    fn kind_of_refusal(&self, status: u16) -> ErrorKind {
        let authentication = AUTHENTICATION.iter().any(|code| self.has_code(code))
            || self.is_unauthenticated()
            || (matches!(status, 400 | 401 | 403) && self.has_code(INVALID_TOKEN));
        match status {
            429 => ErrorKind::RateLimited,
            500.. => ErrorKind::Server,
            _ if self.is_not_enabled() => ErrorKind::Refused,
            _ if authentication => ErrorKind::Authentication,
            401 | 403 => ErrorKind::Authentication,
            404 => ErrorKind::NotFound,
            _ if self.has_code("7003") => ErrorKind::NotFound,
            _ => ErrorKind::Refused,
        }
    }

    /// Returns the request, unless the configuration prevented it.
    pub fn call(&self) -> Option<&Call> {
        match self {
            Self::Config(_) => None,
            Self::Deadline { call }
            | Self::Transport { call, .. }
            | Self::Redirect { call, .. }
            | Self::Body { call, .. }
            | Self::Api { call, .. }
            | Self::Result { call, .. } => Some(call),
        }
    }

    /// Returns the HTTP status of the answer, if any.
    pub fn status(&self) -> Option<u16> {
        self.call()?.status
    }

    /// Whether the API asks to wait longer than the run may take. Another request now would only prolong the wait.
    pub fn asks_to_wait(&self) -> bool {
        self.call().is_some_and(|call| matches!(call.stop, StopReason::Wait { .. }))
    }

    /// Returns the messages of the API, if any. They are untrusted: escape them, or use `Display`.
    pub fn messages(&self) -> &[ApiMessage] {
        match self {
            Self::Api { messages, .. } => messages,
            _ => &[],
        }
    }

    /// Returns the JSON pointers into the request body, in the order of the messages.
    pub fn pointers(&self) -> impl Iterator<Item = &str> {
        self.messages().iter().filter_map(|message| message.pointer.as_deref())
    }

    /// Whether a message or its error chain has this code.
    pub fn has_code(&self, code: &str) -> bool {
        self.messages().iter().any(|message| message.has_code(code))
    }

    /// Whether a message is `access.api.error.<slug>`.
    pub fn has_slug(&self, slug: &str) -> bool {
        self.messages().iter().any(|message| message.slug() == Some(slug))
    }

    /// Whether a message has code 10001, mentions authentication and has no slug of another error.
    pub(super) fn is_unauthenticated(&self) -> bool {
        self.messages().iter().any(|message| {
            message.has_code(UNAUTHENTICATED) && message.mentions("authenticat") && message.slug().is_none()
        })
    }

    /// Whether the API says that there is no organization: code 9999 or its slug, with any status.
    pub fn is_not_enabled(&self) -> bool {
        self.messages().iter().any(ApiMessage::is_not_enabled)
    }
}

impl Call {
    fn status_text(&self) -> String {
        self.status.map_or_else(|| "no status".to_owned(), |status| format!("status {status}"))
    }

    /// Returns further details, in parentheses.
    fn suffix(&self) -> String {
        let mut notes = Vec::new();
        if self.attempts > 1 {
            notes.push(format!("after {} attempts", self.attempts));
        }
        match self.stop {
            StopReason::Final | StopReason::Attempts => {}
            StopReason::Wait { wait, until } => notes.push(requested_wait(wait, until)),
            StopReason::Deadline => notes.push("the deadline leaves no time for another attempt".to_owned()),
        }
        if let Some(ray) = &self.ray {
            notes.push(format!("cf-ray {}", visible(ray)));
        }
        if notes.is_empty() { String::new() } else { format!(" ({})", notes.join("; ")) }
    }
}

/// Describes the wait that the server asks for, with its end: a duration alone is of no use in an older log.
fn requested_wait(wait: Duration, until: Option<SystemTime>) -> String {
    let date = until.and_then(|until| jiff::Timestamp::try_from(until).ok());
    let date = date.map(|date| format!(", until {}", utc(date))).unwrap_or_default();
    format!("the API asks to wait {}{date}, which is longer than this run may take", rounded_up(wait))
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, visible(&self.path))
    }
}

fn reached(error: &TransportError) -> &'static str {
    match error.reached {
        Reached::Nothing => "did not reach the API",
        Reached::Unknown => "got no complete answer",
    }
}

fn target(location: Option<&str>) -> String {
    let Some(location) = location else { return "an unknown address".to_owned() };
    match url::Url::parse(location).ok().and_then(|url| url.host_str().map(str::to_owned)) {
        Some(host) => visible(&host).into_owned(),
        None => format!("`{}`", crate::text::excerpt(location, 100)),
    }
}

fn quoted(excerpt: &str) -> String {
    if excerpt.is_empty() { String::new() } else { format!(": `{excerpt}`") }
}

fn joined(messages: &[ApiMessage]) -> String {
    let texts: Vec<String> = messages.iter().map(ApiMessage::to_string).collect();
    if texts.is_empty() { "no reason given".to_owned() } else { texts.join("; ") }
}

#[cfg(test)]
mod tests;

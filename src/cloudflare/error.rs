//! What can go wrong between a request and its result: one variant per stage, each with what was asked and what came back.
//!
//! [`Display`](fmt::Display) says what happened and where, [`Error::hints`] (in `hints`) says what to do next, [`Error::kind`] sorts errors for exit codes.
//! Texts from outside are escaped when they are displayed and raw in the fields. No credential is ever in an error.

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
    /// Before sending: the request cannot be made like this.
    #[error(transparent)]
    Config(#[from] ConfigError),

    /// Before sending: the deadline of the run had passed.
    #[error("the deadline passed before {call} was sent{}", call.suffix())]
    Deadline {
        /// What was asked.
        call: Box<Call>,
    },

    /// Sending: no answer came, or it broke off.
    #[error("{call} {}{}: {}", reached(failure), call.suffix(), visible(&failure.message))]
    Transport {
        /// What was asked.
        call: Box<Call>,
        /// What happened on the way. Its message is a part of this error's, so that it is no source of it.
        failure: Box<TransportError>,
    },

    /// Answer: a redirect. It is not followed, because the credentials would travel to another place.
    #[error("{call} was answered with a redirect to {}, which is not followed{}", target(location.as_deref()), call.suffix())]
    Redirect {
        /// What was asked.
        call: Box<Call>,
        /// The `Location` header, as received.
        location: Option<String>,
    },

    /// Decoding: the body is not an answer of the API.
    #[error("{call} was answered with {}, but {problem}{}{}", call.status_text(), quoted(excerpt), call.suffix())]
    Body {
        /// What was asked.
        call: Box<Call>,
        /// What is wrong with the body.
        problem: String,
        /// How the body starts, escaped.
        excerpt: String,
    },

    /// Answer: the API says no, and why.
    #[error("{call} was refused with {}: {}{}", call.status_text(), joined(messages), call.suffix())]
    Api {
        /// What was asked.
        call: Box<Call>,
        /// What the API says, all of it.
        messages: Vec<ApiMessage>,
    },

    /// Result: the API says yes, but the result is not what was asked for.
    #[error("{call} was answered with {}, but the result is {found} where {wanted} was expected{}", call.status_text(), call.suffix())]
    Result {
        /// What was asked.
        call: Box<Call>,
        /// What was found: `null`, `a list`.
        found: &'static str,
        /// What was expected: `an organization`.
        wanted: &'static str,
    },
}

/// What makes a request impossible before it is sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// The credentials cannot be used.
    #[error(transparent)]
    Credentials(#[from] CredentialsError),
    /// The base URL cannot be used. The text says why, without showing parts that may be secret.
    #[error("the base URL of the API {0}")]
    BaseUrl(String),
    /// A proxy variable cannot be used. The text shows nothing of its value, which may hold a password.
    #[error("the environment variable {variable} {problem}")]
    Proxy {
        /// The variable.
        variable: &'static str,
        /// What is wrong with it.
        problem: String,
    },
    /// The extra root certificates cannot be read.
    #[error("the extra root certificates cannot be used: {0}")]
    Roots(String),
    /// DoH settings exist in account scope only.
    #[error("DoH settings exist for accounts only, and the target is a zone")]
    NoDohInZones,
}

/// What was asked, how often, and what is known of the answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// What it does.
    pub operation: Operation,
    /// The method.
    pub method: http::Method,
    /// The path, below the base URL.
    pub path: String,
    /// How often it was sent.
    pub attempts: u32,
    /// Why it was not sent again.
    pub stop: StopReason,
    /// The HTTP status of the last answer, where there was one.
    pub status: Option<u16>,
    /// The `cf-ray` header of the last answer, which Cloudflare's support asks for.
    pub ray: Option<String>,
    /// The `cf-auditlog-id` header of the last answer, which leads to the entry of the audit log.
    pub audit_id: Option<String>,
}

/// What sort of error it is. Exit codes are made of this: authentication is 6, everything else 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The credentials are missing, malformed, unknown, expired, or lack a permission.
    Authentication,
    /// The path or the id does not exist.
    NotFound,
    /// Too many requests, and waiting did not help or would take too long.
    RateLimited,
    /// The API understood and says no.
    Refused,
    /// The API failed.
    Server,
    /// The API was not reached, or the connection was lost.
    Transport,
    /// Nobody answered in time.
    Timeout,
    /// The answer cannot be understood.
    Decode,
    /// The request cannot be made like this.
    Config,
}

impl ErrorKind {
    /// The kind as one stable word, for machines: `not_found`.
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

/// Codes that mean a bad credential or a missing permission, whatever the status they come with: missing headers (9106), an unknown
/// key (9103), and credentials of a kind that the endpoint does not take (10405) among them.
const AUTHENTICATION: [&str; 6] = ["10000", "9109", "9106", "9103", "10405", "6003"];

/// The code of an invalid token. The number is small enough to mean something else elsewhere, so the status has to agree.
const INVALID_TOKEN: &str = "1000";

/// "Unable to authenticate request". Other refusals use the same code, so the message has to mention authentication.
/// Access uses it for its own errors, whose messages have a slug.
const UNAUTHENTICATED: &str = "10001";

impl Error {
    /// What sort of error it is.
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

    /// What was asked, unless nothing could be asked.
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

    /// The HTTP status of the answer, where there was one.
    pub fn status(&self) -> Option<u16> {
        self.call()?.status
    }

    /// Whether the API asks to come back later than the run may take: another request now would only prolong that.
    pub fn asks_to_wait(&self) -> bool {
        self.call().is_some_and(|call| matches!(call.stop, StopReason::Wait { .. }))
    }

    /// What the API said, where it said something. Untrusted text: escape it, or use `Display`.
    pub fn messages(&self) -> &[ApiMessage] {
        match self {
            Self::Api { messages, .. } => messages,
            _ => &[],
        }
    }

    /// The JSON pointers into the body that was sent, in the order of the messages.
    pub fn pointers(&self) -> impl Iterator<Item = &str> {
        self.messages().iter().filter_map(|message| message.pointer.as_deref())
    }

    /// Whether one of the messages, or of their chains, has this code.
    pub fn has_code(&self, code: &str) -> bool {
        self.messages().iter().any(|message| message.has_code(code))
    }

    /// Whether one of the messages is `access.api.error.<slug>`.
    pub fn has_slug(&self, slug: &str) -> bool {
        self.messages().iter().any(|message| message.slug() == Some(slug))
    }

    /// Whether a message has code 10001, mentions authentication and has no slug of another error.
    pub(super) fn is_unauthenticated(&self) -> bool {
        self.messages()
            .iter()
            .any(|message| message.has_code(UNAUTHENTICATED) && message.says("authenticat") && message.slug().is_none())
    }

    /// Whether the API says that there is no organization: code 9999 or its slug, whatever the status.
    pub fn is_not_enabled(&self) -> bool {
        self.messages().iter().any(ApiMessage::is_not_enabled)
    }
}

impl Call {
    fn status_text(&self) -> String {
        self.status.map_or_else(|| "no status".to_owned(), |status| format!("status {status}"))
    }

    /// What is worth knowing beside the error itself, in parentheses.
    fn suffix(&self) -> String {
        let mut notes = Vec::new();
        if self.attempts > 1 {
            notes.push(format!("after {} attempts", self.attempts));
        }
        match self.stop {
            StopReason::Final | StopReason::Attempts => {}
            StopReason::Wait { wait, until } => notes.push(asked_wait(wait, until)),
            StopReason::Deadline => notes.push("the deadline leaves no time for another attempt".to_owned()),
        }
        if let Some(ray) = &self.ray {
            notes.push(format!("cf-ray {}", visible(ray)));
        }
        if notes.is_empty() { String::new() } else { format!(" ({})", notes.join("; ")) }
    }
}

/// When the server asks to come back. A date is needed too: whoever reads a log of last night has no use for a duration alone.
fn asked_wait(wait: Duration, until: Option<SystemTime>) -> String {
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
        Reached::Unknown => "got no whole answer",
    }
}

fn target(location: Option<&str>) -> String {
    let Some(location) = location else { return "nowhere".to_owned() };
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
#[path = "tests/error.rs"]
mod tests;

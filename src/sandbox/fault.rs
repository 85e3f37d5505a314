//! The fault script: which requests fail, and how.
//!
//! A script is an ordered list of faults. Only the first fault that matches a request is considered, and a fault is
//! removed from the list after it was applied, unless it is for all requests. Examples of the syntax, which the state file
//! uses too:
//!
//! - `PUT:reset-after`, `GET/doh:500`
//! - `GET:429+5@2`: the second GET from now is answered with 429 and `Retry-After: 5`
//! - `PUT:409-after`: the write is applied and answered with 409
//! - `PUT:lands+3`: the write gets no answer and is applied directly before the third request after it
//! - `699d98642c564d2e855e9661899b7252=GET:403@all`: all GET requests for that account or zone

use std::fmt;
use std::str::FromStr;

use super::near;
use crate::settings::{TargetId, TargetIdError};

/// The endpoints that a fault can be restricted to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultEndpoint {
    /// The organization.
    Organization,
    /// DNS over HTTPS.
    Doh,
    /// Revoking a user.
    RevokeUser,
    /// The verification of a token, of a user or an account.
    Verify,
    /// The audit log of an account.
    AuditLog,
}

impl FaultEndpoint {
    const ALL: [(&'static str, Self); 5] = [
        ("organization", Self::Organization),
        ("doh", Self::Doh),
        ("revoke_user", Self::RevokeUser),
        ("verify", Self::Verify),
        ("audit_log", Self::AuditLog),
    ];
}

/// The kind of a fault: how a request fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultKind {
    /// Answered with an error status; not applied.
    Status {
        /// The status, 400 to 599.
        status: u16,
        /// The value of a `Retry-After` header, in seconds.
        retry_after: Option<u32>,
        /// The format of the body.
        body: BodyFormat,
    },
    /// Applied, and answered with an error status.
    StatusAfter {
        /// The status, 400 to 599.
        status: u16,
    },
    /// Not answered, and applied later: directly before the given request after it.
    Lands {
        /// The number of requests after this one, from 1.
        requests: u32,
    },
    /// Answered with 403 and 9999, as if no organization existed; not applied.
    NotEnabled,
    /// Answered with 200 and a web page, as by a captive portal; not applied.
    Html,
    /// Applied; the answer is cut in the middle.
    Truncated,
    /// Not applied; the connection is lost.
    ResetBefore,
    /// Applied; the connection is lost before the answer.
    ResetAfter,
    /// Not applied and never answered.
    Hang,
    /// Applied, and never answered.
    HangAfter,
    /// Applied, and answered with a server error.
    FailedAfter,
    /// Applied; the body of the answer is not JSON, despite its content type.
    NotJson,
    /// Applied; the answer has no body.
    EmptyBody,
    /// Applied; the result has a different type from the documented one.
    WrongType,
    /// Not applied; no connection is established. A server, which has a connection already, cuts it.
    Unreachable,
}

/// The format of the body of an error answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BodyFormat {
    /// The envelope of the API.
    Json,
    /// A web page, as from Cloudflare's edge.
    Html,
}

impl FaultKind {
    const WORDS: [(&'static str, Self); 12] = [
        ("not-enabled", Self::NotEnabled),
        ("html", Self::Html),
        ("truncated", Self::Truncated),
        ("reset-before", Self::ResetBefore),
        ("reset-after", Self::ResetAfter),
        ("hang", Self::Hang),
        ("hang-after", Self::HangAfter),
        ("failed-after", Self::FailedAfter),
        ("not-json", Self::NotJson),
        ("empty-body", Self::EmptyBody),
        ("wrong-type", Self::WrongType),
        ("unreachable", Self::Unreachable),
    ];

    /// Whether the request is applied before the answer, despite the fault.
    pub fn is_applied(self) -> bool {
        match self {
            Self::Status { .. }
            | Self::Lands { .. }
            | Self::NotEnabled
            | Self::Html
            | Self::ResetBefore
            | Self::Hang
            | Self::Unreachable => false,
            Self::StatusAfter { .. }
            | Self::Truncated
            | Self::ResetAfter
            | Self::HangAfter
            | Self::FailedAfter
            | Self::NotJson
            | Self::EmptyBody
            | Self::WrongType => true,
        }
    }
}

/// A fault: which request fails, and how.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Fault {
    /// The account or zone; `None` matches any request.
    pub account: Option<TargetId>,
    /// The method in capitals; `None` matches any method.
    pub method: Option<String>,
    /// The endpoint; `None` matches any endpoint.
    pub endpoint: Option<FaultEndpoint>,
    /// Which of the matching requests fail.
    pub requests: AffectedRequests,
    /// How the request fails.
    pub kind: FaultKind,
}

/// Which of the requests that match a fault fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AffectedRequests {
    /// One, counted from now; 1 is the next.
    Nth(u32),
    /// All.
    All,
}

/// The properties of a request that faults are chosen by.
#[derive(Debug, Clone, Copy)]
pub(super) struct FaultSubject<'a> {
    pub(super) method: &'a str,
    pub(super) endpoint: Option<FaultEndpoint>,
    pub(super) account: Option<&'a TargetId>,
}

impl Fault {
    /// Whether the fault matches a request.
    fn matches(&self, request: FaultSubject<'_>) -> bool {
        self.method.as_deref().is_none_or(|own| own == request.method)
            && self.endpoint.is_none_or(|own| Some(own) == request.endpoint)
            && self.account.as_ref().is_none_or(|own| Some(own) == request.account)
    }
}

/// What a script contains for a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pending {
    /// No matching fault.
    None,
    /// A matching fault that applies to a later request.
    Later,
    /// A fault that applies now.
    Now(FaultKind),
}

impl Pending {
    pub(super) fn now(self) -> Option<FaultKind> {
        match self {
            Self::Now(kind) => Some(kind),
            Self::None | Self::Later => None,
        }
    }
}

/// Returns the fault for the next request, and removes it from the script unless it is for all requests.
pub(super) fn next(script: &mut Vec<Fault>, request: FaultSubject<'_>) -> Pending {
    let Some(index) = script.iter().position(|fault| fault.matches(request)) else { return Pending::None };
    match &mut script[index].requests {
        AffectedRequests::Nth(nth) if *nth > 1 => {
            *nth -= 1;
            Pending::Later
        }
        AffectedRequests::Nth(_) => Pending::Now(script.remove(index).kind),
        AffectedRequests::All => Pending::Now(script[index].kind),
    }
}

/// A text that is not a fault.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a fault: \"{text}\": {reason}; examples: PUT:reset-after, GET/doh:500-html, GET:429+5@2")]
pub struct FaultError {
    text: String,
    reason: String,
}

impl FromStr for Fault {
    type Err = FaultError;

    fn from_str(text: &str) -> Result<Self, FaultError> {
        read(text.trim()).map_err(|reason| FaultError { text: text.escape_debug().to_string(), reason })
    }
}

fn read(text: &str) -> Result<Fault, String> {
    let (account, text) = match text.split_once('=') {
        Some((id, rest)) => (Some(id.parse().map_err(|error: TargetIdError| error.to_string())?), rest),
        None => (None, text),
    };
    let (on, what) = text.split_once(':').ok_or("expected REQUEST:FAULT")?;
    let (method, endpoint) = match on.split_once('/') {
        Some((method, endpoint)) => (method, Some(read_endpoint(endpoint)?)),
        None => (on, None),
    };
    let (what, requests) = match what.split_once('@') {
        Some((what, "all")) => (what, AffectedRequests::All),
        Some((what, nth)) => {
            let nth = nth.parse().ok().filter(|n| *n > 0).ok_or("expected a number from 1, or all, after @")?;
            (what, AffectedRequests::Nth(nth))
        }
        None => (what, AffectedRequests::Nth(1)),
    };
    Ok(Fault { account, method: read_method(method)?, endpoint, requests, kind: read_kind(what)? })
}

fn read_method(text: &str) -> Result<Option<String>, String> {
    match text.to_ascii_uppercase().as_str() {
        "" | "*" => Ok(None),
        method @ ("GET" | "PUT" | "POST" | "PATCH" | "DELETE") => Ok(Some(method.to_owned())),
        _ => Err("the method must be GET, PUT, POST, PATCH, DELETE or *".to_owned()),
    }
}

fn read_endpoint(text: &str) -> Result<FaultEndpoint, String> {
    let found = FaultEndpoint::ALL.into_iter().find(|(word, _)| *word == text);
    found.map(|(_, endpoint)| endpoint).ok_or_else(|| {
        let words = FaultEndpoint::ALL.map(|(word, _)| word);
        format!("the endpoint must be one of {}{}", words.join(", "), near::hint(text, words.into_iter()))
    })
}

fn read_kind(text: &str) -> Result<FaultKind, String> {
    if let Some((_, kind)) = FaultKind::WORDS.into_iter().find(|(word, _)| *word == text) {
        return Ok(kind);
    }
    if let Some(requests) = text.strip_prefix("lands+") {
        let requests =
            requests.parse().ok().filter(|n| *n > 0).ok_or("expected a number of requests from 1 after lands+")?;
        return Ok(FaultKind::Lands { requests });
    }
    if !text.starts_with(|c: char| c.is_ascii_digit()) {
        let words = FaultKind::WORDS.map(|(word, _)| word);
        let hint = near::hint(text, words.into_iter());
        return Err(format!("the fault must be a status or one of {}{hint}", words.join(", ")));
    }
    let read_status = |text: &str| {
        text.parse().ok().filter(|status| (400..600).contains(status)).ok_or("the status must be from 400 to 599")
    };
    if let Some(status) = text.strip_suffix("-after") {
        return Ok(FaultKind::StatusAfter { status: read_status(status)? });
    }
    let (text, body) = match text.strip_suffix("-html") {
        Some(rest) => (rest, BodyFormat::Html),
        None => (text, BodyFormat::Json),
    };
    let (status, retry_after) = match text.split_once('+') {
        Some((status, seconds)) => {
            (status, Some(seconds.parse().map_err(|_| "expected the seconds of Retry-After after +")?))
        }
        None => (text, None),
    };
    Ok(FaultKind::Status { status: read_status(status)?, retry_after, body })
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { account, method, endpoint, requests, kind } = self;
        account.as_ref().map_or(Ok(()), |id| write!(f, "{}=", id.as_str()))?;
        f.write_str(method.as_deref().unwrap_or("*"))?;
        if let Some((word, _)) = FaultEndpoint::ALL.into_iter().find(|(_, known)| Some(*known) == *endpoint) {
            write!(f, "/{word}")?;
        }
        f.write_str(":")?;
        match kind {
            FaultKind::Status { status, retry_after, body } => {
                write!(f, "{status}")?;
                retry_after.map_or(Ok(()), |seconds| write!(f, "+{seconds}"))?;
                f.write_str(if *body == BodyFormat::Html { "-html" } else { "" })?;
            }
            FaultKind::StatusAfter { status } => write!(f, "{status}-after")?,
            FaultKind::Lands { requests } => write!(f, "lands+{requests}")?,
            other => f.write_str(
                FaultKind::WORDS.into_iter().find(|(_, known)| known == other).map_or("", |(word, _)| word),
            )?,
        }
        match requests {
            AffectedRequests::Nth(1) => Ok(()),
            AffectedRequests::Nth(nth) => write!(f, "@{nth}"),
            AffectedRequests::All => f.write_str("@all"),
        }
    }
}

impl TryFrom<String> for Fault {
    type Error = FaultError;

    fn try_from(text: String) -> Result<Self, FaultError> {
        text.parse()
    }
}

impl From<Fault> for String {
    fn from(fault: Fault) -> Self {
        fault.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_is_written_as_it_is_parsed() {
        let texts = [
            "PUT:409-after",
            "PUT/doh:lands+3@2",
            "GET:429@2",
            "GET:429+5",
            "PUT/doh:503-html",
            "*:520+1-html@3",
            "POST/revoke_user:500",
            "GET:403@all",
            "699d98642c564d2e855e9661899b7252=PUT/organization:reset-after@2",
        ];
        let words = FaultKind::WORDS.map(|(word, _)| format!("PUT/organization:{word}"));
        for text in texts.into_iter().map(str::to_owned).chain(words) {
            assert_eq!(text.parse::<Fault>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn an_invalid_fault_is_rejected_with_a_reason() {
        let error = |text: &str| text.parse::<Fault>().unwrap_err().to_string();
        insta::assert_snapshot!(error("PUT"), @r#"not a fault: "PUT": expected REQUEST:FAULT; examples: PUT:reset-after, GET/doh:500-html, GET:429+5@2"#);
        insta::assert_snapshot!(error("FETCH:500"), @r#"not a fault: "FETCH:500": the method must be GET, PUT, POST, PATCH, DELETE or *; examples: PUT:reset-after, GET/doh:500-html, GET:429+5@2"#);
        insta::assert_snapshot!(error("PUT:reset_after"), @r#"not a fault: "PUT:reset_after": the fault must be a status or one of not-enabled, html, truncated, reset-before, reset-after, hang, hang-after, failed-after, not-json, empty-body, wrong-type, unreachable (did you mean "reset-after"?); examples: PUT:reset-after, GET/doh:500-html, GET:429+5@2"#);
        insta::assert_snapshot!(error("PUT:200"), @r#"not a fault: "PUT:200": the status must be from 400 to 599; examples: PUT:reset-after, GET/doh:500-html, GET:429+5@2"#);
        insta::assert_snapshot!(error("PUT/dohh:500"), @r#"not a fault: "PUT/dohh:500": the endpoint must be one of organization, doh, revoke_user, verify, audit_log (did you mean "doh"?); examples: PUT:reset-after, GET/doh:500-html, GET:429+5@2"#);
        insta::assert_snapshot!(error("PUT:500@0"), @r#"not a fault: "PUT:500@0": expected a number from 1, or all, after @; examples: PUT:reset-after, GET/doh:500-html, GET:429+5@2"#);
        insta::assert_snapshot!(error("widget=PUT:500"), @r#"not a fault: "widget=PUT:500": an account or zone id is 32 hexadecimal digits, such as 699d98642c564d2e855e9661899b7252; examples: PUT:reset-after, GET/doh:500-html, GET:429+5@2"#);
        insta::assert_snapshot!(error("PUT:429+x"), @r#"not a fault: "PUT:429+x": expected the seconds of Retry-After after +; examples: PUT:reset-after, GET/doh:500-html, GET:429+5@2"#);
    }

    fn subject(method: &str, endpoint: Option<FaultEndpoint>) -> FaultSubject<'_> {
        FaultSubject { method, endpoint, account: None }
    }

    #[test]
    fn faults_apply_in_order_and_once() {
        let mut script: Vec<Fault> = ["GET:500@2", "GET:502", "PUT:hang"].iter().map(|t| t.parse().unwrap()).collect();
        let mut get = || next(&mut script, subject("GET", Some(FaultEndpoint::Doh))).now();
        assert_eq!(get(), None, "the first fault applies to the second GET, and the next one only after it");
        assert!(matches!(get(), Some(FaultKind::Status { status: 500, .. })));
        assert!(matches!(get(), Some(FaultKind::Status { status: 502, .. })));
        assert_eq!(get(), None);
        assert_eq!(next(&mut script, subject("PUT", None)), Pending::Now(FaultKind::Hang));
    }

    #[test]
    fn a_fault_of_one_endpoint_does_not_affect_the_others() {
        let mut script = vec!["*/doh:500".parse::<Fault>().unwrap()];
        assert_eq!(next(&mut script, subject("GET", Some(FaultEndpoint::Organization))), Pending::None);
        assert!(next(&mut script, subject("GET", Some(FaultEndpoint::Doh))).now().is_some());
    }
}

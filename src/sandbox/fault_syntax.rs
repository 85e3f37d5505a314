//! Faults as text, in the state file and on the command line.
//!
//! - `PUT:reset-after`, `GET/doh:500`
//! - `GET:429+5@2`: the second GET from now is answered with 429 and `Retry-After: 5`
//! - `PUT:409-after`: the write is applied and answered with 409
//! - `PUT:lands+3`: the write gets no answer and is applied directly before the third request after it
//! - `GET:slow+2s`: the answer takes two seconds
//! - `699d98642c564d2e855e9661899b7252=GET:403@all`: all GET requests for that account or zone

use std::fmt;
use std::str::FromStr;

use super::fault::{AffectedRequests, BodyFormat, Fault, FaultEndpoint, FaultKind};
use super::near;
use crate::settings::{GoDuration, TargetIdError};

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
    if let Some(delay) = text.strip_prefix("slow+") {
        let delay = delay.parse().ok().filter(|delay: &GoDuration| delay.positive().is_some());
        return Ok(FaultKind::Slow { delay: delay.ok_or("expected a duration above 0 after slow+, such as 2s")? });
    }
    if !text.starts_with(|c: char| c.is_ascii_digit()) {
        let words = FaultKind::WORDS.map(|(word, _)| word);
        let hint = near::hint(text, words.into_iter());
        return Err(format!("the fault must be a status, lands+N, slow+DURATION or one of {}{hint}", words.join(", ")));
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
            FaultKind::Slow { delay } => write!(f, "slow+{delay}")?,
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
            "GET:slow+2s@all",
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
        insta::assert_snapshot!(error("PUT:reset_after"), @r#"not a fault: "PUT:reset_after": the fault must be a status, lands+N, slow+DURATION or one of not-enabled, html, truncated, reset-before, reset-after, hang, hang-after, failed-after, not-json, empty-body, wrong-type, unreachable (did you mean "reset-after"?); examples: PUT:reset-after, GET/doh:500-html, GET:429+5@2"#);
        insta::assert_snapshot!(error("PUT:200"), @r#"not a fault: "PUT:200": the status must be from 400 to 599; examples: PUT:reset-after, GET/doh:500-html, GET:429+5@2"#);
        insta::assert_snapshot!(error("PUT/dohh:500"), @r#"not a fault: "PUT/dohh:500": the endpoint must be one of organization, doh, revoke_user, verify, audit_log (did you mean "doh"?); examples: PUT:reset-after, GET/doh:500-html, GET:429+5@2"#);
        insta::assert_snapshot!(error("PUT:500@0"), @r#"not a fault: "PUT:500@0": expected a number from 1, or all, after @; examples: PUT:reset-after, GET/doh:500-html, GET:429+5@2"#);
        insta::assert_snapshot!(error("widget=PUT:500"), @r#"not a fault: "widget=PUT:500": an account or zone id is 32 hexadecimal digits, such as 699d98642c564d2e855e9661899b7252; examples: PUT:reset-after, GET/doh:500-html, GET:429+5@2"#);
        for text in ["GET:slow+", "GET:slow+2", "GET:slow+0s", "GET:slow+-1s"] {
            assert!(error(text).contains("expected a duration above 0 after slow+, such as 2s"), "{text}");
        }
        insta::assert_snapshot!(error("PUT:429+x"), @r#"not a fault: "PUT:429+x": expected the seconds of Retry-After after +; examples: PUT:reset-after, GET/doh:500-html, GET:429+5@2"#);
    }
}

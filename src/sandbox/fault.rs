//! The fault script: what goes wrong with which request.
//!
//! A script is a list of faults in order. A request looks at the first fault that concerns it, and no further; a fault
//! that has happened leaves the list. Written `PUT:reset-after`, `GET/doh:500`, `GET:429+5@2` (the second GET from now is
//! answered 429 with `Retry-After: 5`), `PUT:409-after` (it is done, and answered 409), `PUT:lands+3` (no answer comes, and
//! it is done right before the third request from then); the state file holds the same text.

use std::fmt;
use std::str::FromStr;

use super::near;

/// The endpoints that a fault can single out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultEndpoint {
    /// The organization itself.
    Organization,
    /// DNS over HTTPS.
    Doh,
    /// Revoking a user.
    RevokeUser,
    /// Either verification of a token.
    Verify,
}

impl FaultEndpoint {
    const ALL: [(&'static str, Self); 4] = [
        ("organization", Self::Organization),
        ("doh", Self::Doh),
        ("revoke_user", Self::RevokeUser),
        ("verify", Self::Verify),
    ];
}

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// Another status is answered. Nothing is done.
    Status {
        /// The status, 400 to 599.
        status: u16,
        /// Seconds of a `Retry-After` header.
        retry_after: Option<u32>,
        /// What the body is.
        body: BodyFormat,
    },
    /// It is done; a status that denies it is answered.
    StatusAfter {
        /// The status, 400 to 599.
        status: u16,
    },
    /// No answer comes, and it is done later: right before this many further requests have been handled.
    Lands {
        /// How many requests later, from 1.
        requests: u32,
    },
    /// 403 with 9999 is answered, as if there were no organization. Nothing is done.
    NotEnabled,
    /// A web page is answered with 200, as captive portals do. Nothing is done.
    Html,
    /// It is done; the answer breaks off in the middle.
    Truncated,
    /// The connection is lost before anything is done.
    ResetBefore,
    /// It is done; the connection is lost before the answer.
    ResetAfter,
    /// Nothing is done, and no answer ever comes.
    Hang,
    /// It is done, and no answer ever comes.
    HangAfter,
    /// It is done; a server error is answered.
    FailedAfter,
    /// It is done; the answer claims to be JSON and is none.
    NotJson,
    /// It is done; the answer has no body.
    EmptyBody,
    /// It is done; the result is of another type than documented.
    WrongType,
    /// No connection comes about. Through a socket, which has one already, the connection is lost before anything is done.
    Unreachable,
}

/// What the body of a faulty answer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BodyFormat {
    /// The envelope of the API.
    Json,
    /// A web page of the edge.
    Html,
}

impl Trouble {
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

    /// Whether the request is acted on, before the answer, in spite of the trouble.
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

/// One fault: which request, and what goes wrong with it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Fault {
    /// The method, in capitals; any method where it is absent.
    pub method: Option<String>,
    /// The endpoint; any endpoint where it is absent.
    pub place: Option<FaultEndpoint>,
    /// How many such requests are left until it happens: 1 is the next.
    pub nth: u32,
    /// What goes wrong.
    pub trouble: Trouble,
}

impl Fault {
    /// Whether the fault concerns such a request.
    fn concerns(&self, method: &str, place: Option<FaultEndpoint>) -> bool {
        self.method.as_deref().is_none_or(|wanted| wanted == method)
            && self.place.is_none_or(|wanted| Some(wanted) == place)
    }
}

/// What a script has for a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pending {
    /// No fault concerns it.
    Nothing,
    /// A fault concerns it, and waits for a later request.
    Later,
    /// A fault happens now.
    Now(Trouble),
}

impl Pending {
    pub(super) fn now(self) -> Option<Trouble> {
        match self {
            Self::Now(trouble) => Some(trouble),
            Self::Nothing | Self::Later => None,
        }
    }
}

/// The trouble of the next request, taken from the script.
pub(super) fn next(script: &mut Vec<Fault>, method: &str, place: Option<FaultEndpoint>) -> Pending {
    let Some(index) = script.iter().position(|fault| fault.concerns(method, place)) else { return Pending::Nothing };
    if script[index].nth > 1 {
        script[index].nth -= 1;
        return Pending::Later;
    }
    Pending::Now(script.remove(index).trouble)
}

/// The text is no fault.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{text}\" is no fault: {reason}; write one as PUT:reset-after, GET/doh:500-html or GET:429+5@2")]
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
    let (on, what) = text.split_once(':').ok_or("a colon has to stand between the request and the trouble")?;
    let (method, place) = match on.split_once('/') {
        Some((method, place)) => (method, Some(read_place(place)?)),
        None => (on, None),
    };
    let (what, nth) = match what.split_once('@') {
        Some((what, nth)) => (what, nth.parse().ok().filter(|n| *n > 0).ok_or("after @ stands a count from 1")?),
        None => (what, 1),
    };
    Ok(Fault { method: read_method(method)?, place, nth, trouble: read_trouble(what)? })
}

fn read_method(text: &str) -> Result<Option<String>, String> {
    match text.to_ascii_uppercase().as_str() {
        "" | "*" => Ok(None),
        method @ ("GET" | "PUT" | "POST" | "PATCH" | "DELETE") => Ok(Some(method.to_owned())),
        _ => Err("the method is GET, PUT, POST, PATCH, DELETE or *".to_owned()),
    }
}

fn read_place(text: &str) -> Result<FaultEndpoint, String> {
    let found = FaultEndpoint::ALL.into_iter().find(|(word, _)| *word == text);
    found.map(|(_, place)| place).ok_or_else(|| {
        let words = FaultEndpoint::ALL.map(|(word, _)| word);
        format!("the endpoint is one of {}{}", words.join(", "), near::hint(text, words.into_iter()))
    })
}

fn read_trouble(text: &str) -> Result<Trouble, String> {
    if let Some((_, trouble)) = Trouble::WORDS.into_iter().find(|(word, _)| *word == text) {
        return Ok(trouble);
    }
    if let Some(requests) = text.strip_prefix("lands+") {
        let requests = requests.parse().ok().filter(|n| *n > 0).ok_or("lands+ needs a count of requests, from 1")?;
        return Ok(Trouble::Lands { requests });
    }
    if !text.starts_with(|c: char| c.is_ascii_digit()) {
        let words = Trouble::WORDS.map(|(word, _)| word);
        let hint = near::hint(text, words.into_iter());
        return Err(format!("the trouble is a status or one of {}{hint}", words.join(", ")));
    }
    let read_status =
        |text: &str| text.parse().ok().filter(|status| (400..600).contains(status)).ok_or("a status is 400 to 599");
    if let Some(status) = text.strip_suffix("-after") {
        return Ok(Trouble::StatusAfter { status: read_status(status)? });
    }
    let (text, body) = match text.strip_suffix("-html") {
        Some(rest) => (rest, BodyFormat::Html),
        None => (text, BodyFormat::Json),
    };
    let (status, retry_after) = match text.split_once('+') {
        Some((status, seconds)) => {
            (status, Some(seconds.parse().map_err(|_| "after + stand the seconds of Retry-After")?))
        }
        None => (text, None),
    };
    Ok(Trouble::Status { status: read_status(status)?, retry_after, body })
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { method, place, nth, trouble } = self;
        f.write_str(method.as_deref().unwrap_or("*"))?;
        if let Some((word, _)) = FaultEndpoint::ALL.into_iter().find(|(_, known)| Some(*known) == *place) {
            write!(f, "/{word}")?;
        }
        f.write_str(":")?;
        match trouble {
            Trouble::Status { status, retry_after, body } => {
                write!(f, "{status}")?;
                retry_after.map_or(Ok(()), |seconds| write!(f, "+{seconds}"))?;
                f.write_str(if *body == BodyFormat::Html { "-html" } else { "" })?;
            }
            Trouble::StatusAfter { status } => write!(f, "{status}-after")?,
            Trouble::Lands { requests } => write!(f, "lands+{requests}")?,
            other => {
                f.write_str(Trouble::WORDS.into_iter().find(|(_, known)| known == other).map_or("", |(word, _)| word))?
            }
        }
        if *nth > 1 { write!(f, "@{nth}") } else { Ok(()) }
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
    fn a_fault_is_written_as_it_is_read() {
        let texts = [
            "PUT:409-after",
            "PUT/doh:lands+3@2",
            "GET:429@2",
            "GET:429+5",
            "PUT/doh:503-html",
            "*:520+1-html@3",
            "POST/revoke_user:500",
        ];
        let words = Trouble::WORDS.map(|(word, _)| format!("PUT/organization:{word}"));
        for text in texts.into_iter().map(str::to_owned).chain(words) {
            assert_eq!(text.parse::<Fault>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn what_is_no_fault_says_why() {
        let error = |text: &str| text.parse::<Fault>().unwrap_err().to_string();
        insta::assert_snapshot!(error("PUT"), @r#""PUT" is no fault: a colon has to stand between the request and the trouble; write one as PUT:reset-after, GET/doh:500-html or GET:429+5@2"#);
        insta::assert_snapshot!(error("FETCH:500"), @r#""FETCH:500" is no fault: the method is GET, PUT, POST, PATCH, DELETE or *; write one as PUT:reset-after, GET/doh:500-html or GET:429+5@2"#);
        insta::assert_snapshot!(error("PUT:reset_after"), @r#""PUT:reset_after" is no fault: the trouble is a status or one of not-enabled, html, truncated, reset-before, reset-after, hang, hang-after, failed-after, not-json, empty-body, wrong-type, unreachable (did you mean "reset-after"?); write one as PUT:reset-after, GET/doh:500-html or GET:429+5@2"#);
        insta::assert_snapshot!(error("PUT:200"), @r#""PUT:200" is no fault: a status is 400 to 599; write one as PUT:reset-after, GET/doh:500-html or GET:429+5@2"#);
        insta::assert_snapshot!(error("PUT/dohh:500"), @r#""PUT/dohh:500" is no fault: the endpoint is one of organization, doh, revoke_user, verify (did you mean "doh"?); write one as PUT:reset-after, GET/doh:500-html or GET:429+5@2"#);
        insta::assert_snapshot!(error("PUT:500@0"), @r#""PUT:500@0" is no fault: after @ stands a count from 1; write one as PUT:reset-after, GET/doh:500-html or GET:429+5@2"#);
        insta::assert_snapshot!(error("PUT:429+x"), @r#""PUT:429+x" is no fault: after + stand the seconds of Retry-After; write one as PUT:reset-after, GET/doh:500-html or GET:429+5@2"#);
    }

    #[test]
    fn faults_happen_in_order_and_once() {
        let mut script: Vec<Fault> = ["GET:500@2", "GET:502", "PUT:hang"].iter().map(|t| t.parse().unwrap()).collect();
        let mut get = || next(&mut script, "GET", Some(FaultEndpoint::Doh)).now();
        assert_eq!(get(), None, "the first fault waits for the second GET, and the next one waits behind it");
        assert!(matches!(get(), Some(Trouble::Status { status: 500, .. })));
        assert!(matches!(get(), Some(Trouble::Status { status: 502, .. })));
        assert_eq!(get(), None);
        assert_eq!(next(&mut script, "PUT", None), Pending::Now(Trouble::Hang));
    }

    #[test]
    fn a_fault_of_one_endpoint_leaves_the_others_alone() {
        let mut script = vec!["*/doh:500".parse::<Fault>().unwrap()];
        assert_eq!(next(&mut script, "GET", Some(FaultEndpoint::Organization)), Pending::Nothing);
        assert!(next(&mut script, "GET", Some(FaultEndpoint::Doh)).now().is_some());
    }
}

//! The fault script: which requests fail, and how.
//!
//! A script is an ordered list of faults. Only the first fault that matches a request is considered, and a fault is
//! removed from the list after it was applied, unless it is for all requests.

use crate::settings::{GoDuration, TargetId};

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
    pub(super) const ALL: [(&'static str, Self); 5] = [
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
    /// Applied, and answered after this time.
    Slow {
        /// The time between the request and its answer, greater than zero.
        delay: GoDuration,
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
    pub(super) const WORDS: [(&'static str, Self); 12] = [
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
            | Self::Slow { .. }
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

#[cfg(test)]
mod tests {
    use super::*;

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

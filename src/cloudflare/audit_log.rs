//! The account's audit log, version 2: who wrote the organization, and when.
//!
//! Source: API reference, `accounts/logs/audit`. The log has entries of everything in the account, and the published
//! filters can only exclude, so entries are filtered here. Any field may be missing, and all texts are untrusted.

use http::Method;
use jiff::Timestamp;
use serde_json::Value as Json;

use super::error::Error;
use super::reader::{Reader, mismatch};
use super::request;
use crate::json::JsonText;
use crate::settings::{Endpoint, Scope, Target};

/// The part of the log to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogSearch {
    /// The start of the period.
    pub since: Timestamp,
    /// The end of the period, which is not part of it.
    pub before: Timestamp,
    /// The maximum number of pages.
    pub pages: usize,
}

/// The successful writes of an organization in the log.
#[derive(Debug)]
pub struct AuditTrail {
    /// The writes, in the order of the log: the newest first.
    pub entries: Vec<LogEntry>,
    /// The number of entries that were read, including those of other objects.
    pub read: usize,
    /// Why reading ended.
    pub end: LogEnd,
}

/// Why reading the log ended.
#[derive(Debug)]
pub enum LogEnd {
    /// All entries of the period were read.
    Complete,
    /// The maximum number of pages was read, and there are more.
    Bound,
    /// A page could not be read.
    Failed(Box<Error>),
}

/// A successful write of the organization, as far as the log describes it.
#[derive(Debug, Clone, PartialEq)]
pub struct LogEntry {
    /// The object that was written.
    pub endpoint: Endpoint,
    /// When it was written.
    pub time: Option<Timestamp>,
    /// Who wrote it.
    pub actor: LogActor,
    /// The ray id of the request.
    pub ray: Option<String>,
    /// The user agent of the request.
    pub user_agent: Option<String>,
    /// The body of the request.
    pub request: Option<Json>,
    /// The answer: the object after the write, with or without its envelope.
    pub response: Option<Json>,
}

/// The actor of an entry. All texts are personal data, and are shown only if a user asks for them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LogActor {
    /// The email address.
    pub email: Option<String>,
    /// The id of the actor.
    pub id: Option<String>,
    /// The kind, in the words of the API: `user`, `account`, `cloudflare_admin`, `delegated_service`, `system`.
    pub kind: Option<String>,
    /// How the request was sent, in the words of the API: `dash`, `api_token`, `api_key`, `oauth`, …
    pub context: Option<String>,
    /// The name of the API token.
    pub token_name: Option<String>,
}

impl Reader {
    /// Reads the writes of an organization from the audit log of its account, the newest first, with one GET per page.
    ///
    /// The log needs a permission of its own, `Account Settings Read`. A failure is part of the result, together with
    /// what was read before it. Of a zone, whose account is not known here, nothing is read.
    pub async fn audit_trail(&self, target: &Target, search: LogSearch) -> AuditTrail {
        let mut trail = AuditTrail { entries: Vec::new(), read: 0, end: LogEnd::Complete };
        let mut cursor: Option<String> = None;
        let pages = if target.scope == Scope::Account { search.pages } else { 0 };
        for page in 1..=pages {
            let asked = request::audit_log(&target.id, search.since, search.before, cursor.as_deref());
            let answered = match self.exchange.call(&asked).await {
                Ok(answered) => answered,
                Err(error) => return AuditTrail { end: LogEnd::Failed(Box::new(error)), ..trail },
            };
            let Some(Json::Array(entries)) = answered.envelope.result.as_ref().map(JsonText::view) else {
                let error = mismatch(answered.call, answered.envelope.result.as_ref(), "a list of log entries");
                return AuditTrail { end: LogEnd::Failed(Box::new(error)), ..trail };
            };
            trail.read += entries.len();
            trail.entries.extend(entries.iter().filter_map(|entry| LogEntry::parse(target, entry)));
            match answered.envelope.cursor.filter(|_| !entries.is_empty()) {
                // A cursor that does not advance would repeat the page.
                Some(next) if cursor.as_ref() != Some(&next) => cursor = Some(next),
                _ => return trail,
            }
            if page == pages {
                trail.end = LogEnd::Bound;
            }
        }
        trail
    }
}

impl LogEntry {
    /// Parses an entry; `None` unless it is a successful write of this organization.
    pub fn parse(target: &Target, entry: &Json) -> Option<Self> {
        let text = |pointer: &str| entry.pointer(pointer).and_then(Json::as_str).filter(|text| !text.is_empty());
        let owned = |pointer: &str| text(pointer).map(str::to_owned);
        let is_here = text("/account/id").is_none_or(|id| id.eq_ignore_ascii_case(target.id.as_str()));
        let endpoint = written(target, text("/raw/method"), text("/raw/uri"))?;
        if !is_here || !succeeded(entry) {
            return None;
        }
        Some(Self {
            endpoint,
            time: text("/action/time").and_then(|time| time.parse().ok()),
            actor: LogActor {
                email: owned("/actor/email"),
                id: owned("/actor/id"),
                kind: owned("/actor/type"),
                context: owned("/actor/context"),
                token_name: owned("/actor/token_name"),
            },
            ray: owned("/raw/cf_ray_id"),
            user_agent: owned("/raw/user_agent"),
            request: payload(entry.pointer("/resource/request")),
            response: payload(entry.pointer("/resource/response")),
        })
    }
}

/// Returns the object that a request wrote; `None` if it wrote none of this organization.
fn written(target: &Target, method: Option<&str>, uri: Option<&str>) -> Option<Endpoint> {
    let writes = [Method::PUT, Method::POST, Method::PATCH];
    let method = method?;
    writes.iter().find(|write| write.as_str().eq_ignore_ascii_case(method))?;
    let path = uri?.split(['?', '#']).next()?.trim_end_matches('/');
    Endpoint::ALL.into_iter().find(|endpoint| path.ends_with(&target.path(*endpoint)))
}

/// Whether nothing in an entry says that its request failed.
fn succeeded(entry: &Json) -> bool {
    let status = entry.pointer("/raw/status_code");
    let status = status.and_then(|status| status.as_u64().or_else(|| status.as_str()?.parse().ok()));
    let result = entry.pointer("/action/result").and_then(Json::as_str);
    status.is_none_or(|status| (200..300).contains(&status)) && result.is_none_or(|result| result == "success")
}

/// Returns a request or response, which the log has as an object, as JSON text, or not at all.
fn payload(value: Option<&Json>) -> Option<Json> {
    match value? {
        Json::String(text) => JsonText::parse(text).ok().map(|text| text.view()).filter(Json::is_object),
        value => Some(value.clone()).filter(Json::is_object),
    }
}

#[cfg(test)]
mod tests;

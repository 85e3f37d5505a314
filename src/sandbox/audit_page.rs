//! The pages of the audit log, version 2: `GET /accounts/{id}/logs/audit`.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde_json::{Map, Value as Json, json};

use super::api::{Handled, Sandbox};
use super::envelope::{self, ApiError};
use super::logged::LoggedWrite;
use super::personality::{AuditAccess, AuditCursor, AuditLag, AuditNoise, AuditPayload};
use crate::cloudflare::Request;
use crate::settings::{Scope, Target};

/// The largest page, and the default. Cloudflare does not publish the bounds.
pub(super) const LARGEST_PAGE: usize = 100;

/// The number of entries of other objects before those of the organization, under [`AuditNoise::Many`]: more than a client
/// should read.
pub(super) const NOISE: usize = 2_500;

/// The query of a request.
#[derive(Debug)]
struct LogQuery {
    since: Timestamp,
    before: Timestamp,
    ascending: bool,
    limit: usize,
    /// The number of entries to skip.
    start: usize,
}

impl Sandbox {
    /// Answers a request for a page of the audit log.
    pub(super) fn audit_page(&self, target: &Target, call: &Request) -> Handled {
        match self.state.personality.audit_log {
            AuditAccess::Refused => return Err(vec![ApiError::new(403, 10000, "Authentication error")]),
            AuditAccess::NotFound => return Err(vec![ApiError::no_route("/logs/audit")]),
            AuditAccess::Kept | AuditAccess::Empty => {}
        }
        let query = LogQuery::read(call.uri().query().unwrap_or_default()).map_err(|refusal| vec![refusal])?;
        let mut entries = self.log_entries(target, &query);
        if query.ascending {
            entries.reverse();
        }
        let page: Vec<Json> = entries.iter().skip(query.start).take(query.limit).cloned().collect();
        let end = query.start.saturating_add(page.len());
        let next = (end < entries.len()).then(|| format!("{end:08x}"));
        let mut body = envelope::success(Json::Array(page));
        body["result_info"] = match self.state.personality.audit_cursor {
            AuditCursor::Nested => json!({"count": end - query.start.min(end), "cursors": {"after": next}}),
            AuditCursor::Flat => json!({"count": end - query.start.min(end), "cursor": next.unwrap_or_default()}),
        };
        Ok((200, body))
    }

    /// Returns the entries in a period, the newest first.
    fn log_entries(&self, target: &Target, query: &LogQuery) -> Vec<Json> {
        let personality = &self.state.personality;
        let mut writes: Vec<&LoggedWrite> = self.state.audit_log.iter().rev().collect();
        if personality.audit_log == AuditAccess::Empty {
            writes.clear();
        }
        if personality.audit_lag == AuditLag::Newest && !writes.is_empty() {
            writes.remove(0);
        }
        writes.retain(|write| {
            write.time.parse::<Timestamp>().is_ok_and(|time| (query.since..query.before).contains(&time))
        });
        let own = writes.into_iter().map(|write| self.entry(target, write));
        match personality.audit_noise {
            AuditNoise::None => own.collect(),
            AuditNoise::Others => own.flat_map(|entry| [other_account(&entry), other_object(&entry), entry]).collect(),
            AuditNoise::Many => {
                let write = LoggedWrite {
                    time: self.log_time(),
                    ..LoggedWrite::in_dashboard("noc@widget.example", &json!({}))
                };
                let other = other_object(&self.entry(target, &write));
                std::iter::repeat_n(other, NOISE).chain(own).collect()
            }
        }
    }

    fn entry(&self, target: &Target, write: &LoggedWrite) -> Json {
        let LoggedWrite { time, method, path, status, ray, user_agent, actor, request, response } = write;
        let (action, result) = match (method.as_str(), status) {
            ("POST", 200..300) => ("create", "success"),
            (_, 200..300) => ("update", "success"),
            ("POST", _) => ("create", "failure"),
            _ => ("update", "failure"),
        };
        let mut resource =
            json!({"id": target.id.as_str(), "product": "access", "type": "organizations", "scope": "accounts"});
        for (name, text) in [("request", request), ("response", response)] {
            match self.state.personality.audit_payload {
                AuditPayload::Object => resource[name] = serde_json::from_str(text).unwrap_or(Json::Null),
                AuditPayload::Text => resource[name] = text.as_str().into(),
                AuditPayload::Missing => {}
            }
        }
        json!({
            "id": format!("{ray:0>32}"),
            "account": {"id": target.id.as_str(), "name": "Widget Corps"},
            "action": {"time": time, "type": action, "result": result, "description": ""},
            "actor": {
                "id": "f6b5de0326bb5182b8a4840ee01ec774",
                "email": actor.email,
                "type": "user",
                "context": actor.context,
                "ip_address": "203.0.113.7",
                "token_id": "",
                "token_name": actor.token_name,
            },
            "raw": {
                "cf_ray_id": ray,
                "method": method,
                "status_code": status,
                "uri": format!("/client/v4/{}/{}{path}", Scope::Account.plural(), target.id),
                "user_agent": user_agent,
            },
            "resource": resource,
        })
    }
}

/// Returns the entry as one of another account.
fn other_account(entry: &Json) -> Json {
    let mut other = entry.clone();
    let id: String = entry["account"]["id"].as_str().unwrap_or_default().chars().rev().collect();
    let path = entry["raw"]["uri"].as_str().and_then(|uri| uri.split_once("/access")).unwrap_or_default().1;
    other["raw"]["uri"] = format!("/client/v4/accounts/{id}/access{path}").into();
    other["account"]["id"] = id.into();
    other["actor"]["email"] = "somebody@other.example".into();
    other
}

/// Returns the entry as one of another object of the account.
fn other_object(entry: &Json) -> Json {
    let mut other = entry.clone();
    let id = entry["account"]["id"].as_str().unwrap_or_default();
    other["raw"]["uri"] = format!("/client/v4/accounts/{id}/access/apps/7c2d9a14-5e0b-4f63-8b1f-2a96d3c4e871").into();
    other["resource"]["type"] = "apps".into();
    other["actor"]["email"] = "noc@widget.example".into();
    other
}

impl LogQuery {
    fn read(text: &str) -> Result<Self, ApiError> {
        let mut found: Map<String, Json> = Map::new();
        for (name, value) in url::form_urlencoded::parse(text.as_bytes()) {
            let known = ["since", "before", "direction", "limit", "cursor"].contains(&&*name);
            if known && found.insert(name.clone().into_owned(), value.into_owned().into()).is_some() {
                return Err(invalid(&format!("{name} is given twice")));
            }
        }
        let value = |name: &str| found.get(name).and_then(Json::as_str);
        let time = |name: &str| {
            let text = value(name).ok_or_else(|| invalid(&format!("{name} is required")))?;
            moment(text).ok_or_else(|| invalid(&format!("{name} must be a date or an RFC 3339 timestamp")))
        };
        let limit = value("limit").map_or(Some(LARGEST_PAGE), |text| {
            is_number(text).then(|| text.parse().ok()).flatten().filter(|limit| (1..=LARGEST_PAGE).contains(limit))
        });
        let cursor = value("cursor").map_or(Some(0), |text| {
            let is_cursor = text.len() == 8 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
            is_cursor.then(|| usize::from_str_radix(text, 16).ok()).flatten()
        });
        Ok(Self {
            since: time("since")?,
            before: time("before")?,
            ascending: match value("direction") {
                None | Some("desc") => false,
                Some("asc") => true,
                Some(_) => return Err(invalid("direction must be asc or desc")),
            },
            limit: limit.ok_or_else(|| invalid(&format!("limit must be a number from 1 to {LARGEST_PAGE}")))?,
            start: cursor.ok_or_else(|| invalid("cursor is not valid"))?,
        })
    }
}

fn is_number(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Parses a date, which is midnight in UTC, or an RFC 3339 timestamp.
fn moment(text: &str) -> Option<Timestamp> {
    if text.len() == 10 {
        return text.parse::<Date>().ok()?.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp());
    }
    text.parse().ok()
}

/// An invalid query. The code is a guess.
fn invalid(reason: &str) -> ApiError {
    ApiError::new(400, 10004, format!("invalid query: {reason}"))
}

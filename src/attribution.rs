//! Explains live values by the audit log of the account: who last wrote them. Pure: no clock, environment, network or
//! terminal.
//!
//! For a setting, each write of its object is one of these, from the newest to the oldest:
//!
//! | the entry shows | the write |
//! |---|---|
//! | the live value in the request | explains it, with confidence `setting` |
//! | no request, or only in the response | may explain it, with confidence `object` |
//! | a request without the setting, whose live value is not empty | kept it |
//! | a request without the setting, whose live value is empty | may explain it: a PUT may unset what it leaves out |
//! | another value | ends the search: the live value is newer |
//!
//! Clients repeat values that they do not change, so the oldest write with the live value is the one that set it. A write
//! of zerodrift repeats every live value. It explains a value only if an older entry shows another one.

use jiff::Timestamp;
use serde_json::Value as Json;

use crate::cloudflare::{Call, LogActor, LogEntry, USER_AGENT};
use crate::plan::{Attribution, Confidence, Means, Plan};
use crate::settings::{Model, Setting, SettingPath};

/// What an entry shows about the live value of a setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Evidence {
    /// It wrote the value.
    Wrote,
    /// It may have written the value.
    Unknown,
    /// It did not write the setting.
    Kept,
    /// It wrote another value.
    Contradicts,
}

/// Labels the changes of a plan with the writes that explain their live values.
///
/// Nothing that apply depends on changes, so neither does the digest.
pub fn attribute(model: &Model, plan: &mut Plan, entries: &[LogEntry]) {
    for change in &mut plan.changes {
        change.attribution = explain(model, &change.setting, &change.before, entries);
    }
}

/// Returns the write that explains the live value of a setting; `None` if the entries do not contain it. `live` is
/// `null` if the setting is not set.
pub fn explain(model: &Model, setting: &Setting, live: &Json, entries: &[LogEntry]) -> Option<Attribution> {
    let mut found: Option<(&LogEntry, Confidence)> = None;
    let mut is_contradicted = false;
    for entry in newest_first(entries).into_iter().filter(|entry| entry.endpoint == setting.endpoint()) {
        match evidence(model, setting, live, entry) {
            Evidence::Wrote => found = Some((entry, Confidence::Setting)),
            Evidence::Unknown => found = found.or(Some((entry, Confidence::Object))),
            Evidence::Kept => {}
            Evidence::Contradicts => {
                is_contradicted = true;
                break;
            }
        }
    }
    let (entry, confidence) = found?;
    let is_echo = !is_contradicted && is_own_agent(entry);
    Some(describe(entry, if is_echo { Confidence::Object } else { confidence }))
}

/// The write requests of a run, by which its entries in the log are recognized.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OwnWrites {
    rays: Vec<String>,
    has_unanswered: bool,
}

impl OwnWrites {
    /// Returns the writes of a run that sent so many requests, of which these calls had an answer.
    pub fn new(sent: usize, calls: &[Call]) -> Self {
        let rays: Vec<String> = calls.iter().filter_map(|call| call.ray.as_deref().map(ray)).collect();
        // An attempt without an answer has an unknown ray id.
        let has_unanswered = rays.len() < sent || calls.iter().any(|call| call.attempts > 1);
        Self { rays, has_unanswered }
    }

    fn contain(&self, entry: &LogEntry) -> bool {
        match &entry.ray {
            Some(text) => self.rays.contains(&ray(text)),
            None => is_own_agent(entry),
        }
    }
}

/// The writes of an organization that a run cannot recognize as its own.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OtherWrites {
    /// The writes by others.
    pub by_others: Vec<Attribution>,
    /// The writes with zerodrift that may be attempts of the run that had no answer.
    pub perhaps_own: Vec<Attribution>,
}

/// Returns the writes since a point in time that are not known to be our own.
pub fn other_writes(entries: &[LogEntry], since: Timestamp, own: &OwnWrites) -> OtherWrites {
    let recent = newest_first(entries).into_iter().filter(|entry| entry.time.is_some_and(|time| time >= since));
    let others = recent.filter(|entry| !own.contain(entry)).map(|entry| describe(entry, Confidence::Object));
    let (perhaps_own, by_others) = others.partition(|other| own.has_unanswered && other.means == Means::Zerodrift);
    OtherWrites { by_others, perhaps_own }
}

/// Returns the part of a ray id that the log and an answer have in common: an answer adds the data centre.
fn ray(text: &str) -> String {
    text.split('-').next().unwrap_or_default().to_ascii_lowercase()
}

/// Sorts entries by time. An entry without a time stays behind the one before it in the log.
fn newest_first(entries: &[LogEntry]) -> Vec<&LogEntry> {
    let mut last = Timestamp::MAX;
    let timed = entries.iter().map(|entry| {
        last = entry.time.unwrap_or(last);
        (last, entry)
    });
    let mut timed: Vec<_> = timed.collect();
    timed.sort_by_key(|(time, _)| std::cmp::Reverse(*time));
    timed.into_iter().map(|(_, entry)| entry).collect()
}

fn evidence(model: &Model, setting: &Setting, live: &Json, entry: &LogEntry) -> Evidence {
    let same = |value: &Json| setting.same(Some(value), Some(live));
    let response = entry.response.as_ref().map(result).and_then(|response| shown(model, setting, response));
    if response.is_some_and(|value| !same(value)) {
        return Evidence::Contradicts;
    }
    match entry.request.as_ref().map(|request| shown(model, setting, request)) {
        None => Evidence::Unknown,
        Some(Some(value)) if same(value) => Evidence::Wrote,
        // The API stored another value than the one it was sent.
        Some(Some(_)) if response.is_some() => Evidence::Unknown,
        Some(Some(_)) => Evidence::Contradicts,
        Some(None) if setting.is_empty(Some(live)) => Evidence::Unknown,
        Some(None) => Evidence::Kept,
    }
}

/// Returns the object in a response, which the log may have with its envelope.
fn result(response: &Json) -> &Json {
    response.get("result").filter(|result| result.is_object()).unwrap_or(response)
}

/// Returns the value that a document has for a setting under any of its names; `null` while the switch of its group is
/// off.
fn shown<'a>(model: &Model, setting: &Setting, document: &'a Json) -> Option<&'a Json> {
    let value = |setting: &Setting| {
        let own = setting.full_path();
        let names = std::iter::once(own.keys()).chain(setting.live_paths().map(SettingPath::keys));
        names.into_iter().find_map(|keys| value_at(document, keys))
    };
    let is_off = |switch: &Setting| value(switch).is_some_and(|value| switch.is_empty(Some(value)));
    if model.switch_of(setting).is_some_and(is_off) {
        return Some(&Json::Null);
    }
    value(setting)
}

/// Returns the value at a path of keys. A group that is `null` unsets its members.
fn value_at<'a>(document: &'a Json, keys: &[&str]) -> Option<&'a Json> {
    keys.iter().try_fold(document, |value, key| match value {
        Json::Null => Some(value),
        other => other.get(key),
    })
}

/// Whether any version of this program sent the request.
fn is_own_agent(entry: &LogEntry) -> bool {
    let product = |agent: &str| agent.split_once('/').map(|(product, _)| product.to_owned());
    entry.user_agent.as_deref().and_then(product) == product(USER_AGENT)
}

fn describe(entry: &LogEntry, confidence: Confidence) -> Attribution {
    let LogEntry { endpoint: _, time, actor, ray, user_agent: _, request: _, response: _ } = entry;
    let LogActor { email, id, kind, context, token_name } = actor;
    let means = match context.as_deref() {
        _ if is_own_agent(entry) => Means::Zerodrift,
        Some("dash") => Means::Dashboard,
        Some("api_token") => Means::ApiToken,
        Some("api_key") => Means::ApiKey,
        Some("oauth") => Means::Oauth,
        _ => Means::Other,
    };
    let by_id = || {
        let parts: Vec<&str> = [kind.as_deref(), id.as_deref()].into_iter().flatten().collect();
        (!parts.is_empty()).then(|| parts.join(" "))
    };
    Attribution {
        confidence,
        actor: email.clone().or_else(by_id),
        means,
        token_name: token_name.clone(),
        time: *time,
        ray: ray.clone(),
    }
}

#[cfg(test)]
mod tests;

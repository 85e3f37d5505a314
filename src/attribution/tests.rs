use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::cloudflare::{Operation, StopReason};
use crate::plan::tests::samples::{busy, change};
use crate::settings::Endpoint;

fn setting(path: &str) -> Setting {
    *Model::current().setting(path).unwrap()
}

fn session() -> Setting {
    setting("organization.session_duration")
}

/// A write in the dashboard at a minute, with a request.
fn entry(minute: i64, email: &str, request: Option<Json>) -> LogEntry {
    LogEntry {
        endpoint: Endpoint::Organization,
        time: Timestamp::from_second(1_795_000_000 + 60 * minute).ok(),
        actor: LogActor {
            email: Some(email.to_owned()),
            context: Some("dash".to_owned()),
            kind: Some("user".to_owned()),
            ..LogActor::default()
        },
        ray: Some(format!("{minute:016x}")),
        user_agent: Some("Mozilla/5.0".to_owned()),
        request,
        response: None,
    }
}

/// A write of `session_duration`.
fn wrote(minute: i64, email: &str, value: &str) -> LogEntry {
    entry(minute, email, Some(json!({"session_duration": value})))
}

/// Who wrote a live session duration, and the confidence.
fn who(live: &str, entries: &[LogEntry]) -> Option<(String, Confidence)> {
    explain(Model::current(), &session(), &json!(live), entries).map(|found| (found.actor.unwrap(), found.confidence))
}

fn sure(actor: &str) -> Option<(String, Confidence)> {
    Some((actor.to_owned(), Confidence::Setting))
}

fn unsure(actor: &str) -> Option<(String, Confidence)> {
    Some((actor.to_owned(), Confidence::Object))
}

#[test]
fn the_write_with_the_live_value_explains_it() {
    assert_eq!(who("8h", &[wrote(2, "b", "8h"), wrote(1, "a", "24h")]), sure("b"));
    assert_eq!(who("8h", &[wrote(1, "a", "480m")]), sure("a"), "values are compared by meaning");
    assert_eq!(who("8h", &[]), None);
}

#[test]
fn a_later_write_that_repeats_the_value_did_not_set_it() {
    let other = entry(4, "d", Some(json!({"name": "W"})));
    assert_eq!(who("8h", &[other, wrote(3, "c", "8h"), wrote(2, "b", "8h"), wrote(1, "a", "24h")]), sure("b"));
}

#[test]
fn a_live_value_that_the_newest_write_contradicts_is_not_explained() {
    assert_eq!(who("8h", &[wrote(2, "b", "24h"), wrote(1, "a", "8h")]), None);
}

#[test]
fn a_write_without_its_request_explains_only_the_object() {
    let opaque = |minute, email| entry(minute, email, None);
    assert_eq!(who("8h", &[opaque(3, "c"), opaque(2, "b"), wrote(1, "a", "24h")]), unsure("c"));
    assert_eq!(who("8h", &[opaque(2, "b"), wrote(1, "a", "8h")]), sure("a"));
}

#[test]
fn a_response_shows_what_became_of_the_request() {
    let answered = |result: Json| LogEntry { response: Some(result), ..wrote(2, "b", "8h") };
    assert_eq!(who("8h", &[answered(json!({"session_duration": "8h0m0s"}))]), sure("b"));
    assert_eq!(who("8h", &[answered(json!({"success": true, "result": {"session_duration": "9h"}}))]), None);
    assert_eq!(who("8h", &[answered(json!({"result": "a field of the object", "session_duration": "9h"}))]), None);
    let clamped = LogEntry { response: Some(json!({"session_duration": "8h"})), ..wrote(2, "b", "9h") };
    assert_eq!(who("8h", &[clamped]), unsure("b"));
}

#[test]
fn an_unset_value_is_explained_by_null_or_perhaps_by_an_omission() {
    let header = setting("organization.login_design.header_text");
    let found = |request: Json| {
        let entries = [entry(1, "a", Some(request))];
        explain(Model::current(), &header, &Json::Null, &entries).map(|found| found.confidence)
    };
    assert_eq!(found(json!({"login_design": {"header_text": ""}})), Some(Confidence::Setting));
    assert_eq!(found(json!({"login_design": null})), Some(Confidence::Setting));
    assert_eq!(found(json!({"login_design": {}})), Some(Confidence::Object));
    assert_eq!(found(json!({"login_design": {"header_text": "Hello"}})), None);
}

#[test]
fn other_names_of_a_setting_count() {
    let token = setting("doh.service_token_id");
    let of = |request: Option<Json>, response: Option<Json>| {
        let entries = [LogEntry { endpoint: Endpoint::Doh, response, ..entry(1, "a", request) }];
        explain(Model::current(), &token, &json!("t1"), &entries).map(|found| found.confidence)
    };
    assert_eq!(of(Some(json!({"service_token_id": "t1"})), Some(json!({"id": "t1"}))), Some(Confidence::Setting));
    assert_eq!(of(None, Some(json!({"id": "t2"}))), None);
    assert_eq!(of(None, Some(json!({"id": "t1"}))), Some(Confidence::Object));
}

#[test]
fn writes_of_another_object_do_not_count() {
    let doh = LogEntry { endpoint: Endpoint::Doh, ..wrote(2, "b", "24h") };
    assert_eq!(who("8h", &[doh, wrote(1, "a", "8h")]), sure("a"));
}

#[test]
fn a_member_of_a_group_that_is_switched_off_is_unset() {
    let days = setting("organization.service_token_inactivity.inactivity_threshold_days");
    let request = json!({"service_token_inactivity": {"enabled": false, "inactivity_threshold_days": 90}});
    let entries = [entry(1, "a", Some(request))];
    assert!(explain(Model::current(), &days, &json!(90), &entries).is_none());
    let off = explain(Model::current(), &days, &Json::Null, &entries);
    assert_eq!(off.map(|found| found.confidence), Some(Confidence::Setting));
}

#[test]
fn zerodrift_explains_a_value_only_if_an_older_entry_shows_another() {
    let ours = |minute| LogEntry { user_agent: Some("zerodrift/1.0.0".to_owned()), ..wrote(minute, "ci", "8h") };
    assert_eq!(who("8h", &[ours(2), wrote(1, "a", "24h")]), sure("ci"));
    assert_eq!(who("8h", &[ours(2)]), unsure("ci"));
    assert_eq!(who("8h", &[ours(2), wrote(1, "a", "8h")]), sure("a"));
    let found = explain(Model::current(), &session(), &json!("8h"), &[ours(2)]).unwrap();
    assert_eq!(found.means, Means::Zerodrift);
}

#[test]
fn the_actor_is_the_email_address_or_else_the_kind_and_id() {
    let actor = |actor: LogActor| describe(&LogEntry { actor, ..wrote(1, "a", "8h") }, Confidence::Setting).actor;
    let some = |text: &str| Some(text.to_owned());
    assert_eq!(actor(LogActor { id: some("7"), kind: some("system"), ..LogActor::default() }), some("system 7"));
    assert_eq!(actor(LogActor { kind: some("cloudflare_admin"), ..LogActor::default() }), some("cloudflare_admin"));
    assert_eq!(actor(LogActor::default()), None);
}

#[test]
fn a_write_is_described_as_the_log_shows_it() {
    let of = |context: &str| {
        let actor = LogActor {
            email: Some("a".to_owned()),
            context: Some(context.to_owned()),
            token_name: Some("deploy".to_owned()),
            ..LogActor::default()
        };
        describe(&LogEntry { actor, ..wrote(1, "", "8h") }, Confidence::Setting)
    };
    let meanings = ["dash", "api_token", "api_key", "oauth", "added_later"].map(|context| of(context).means);
    assert_eq!(meanings, [Means::Dashboard, Means::ApiToken, Means::ApiKey, Means::Oauth, Means::Other]);
    let found = of("api_token");
    assert_eq!((found.time, found.ray), (wrote(1, "", "").time, Some("0000000000000001".to_owned())));
    assert_eq!((found.actor.as_deref(), found.token_name.as_deref()), (Some("a"), Some("deploy")));
}

#[test]
fn the_live_value_of_a_change_is_explained_and_not_the_desired_one() {
    let mut plan = busy();
    plan.changes = vec![change("organization.session_duration", json!("8h"), json!("24h"))];
    attribute(Model::current(), &mut plan, &[wrote(2, "b", "8h"), wrote(1, "a", "24h")]);
    assert_eq!(plan.changes[0].attribution.as_ref().and_then(|found| found.actor.as_deref()), Some("b"));
}

/// A write of this run with so many attempts, and the ray id of its last answer.
fn call(ray: Option<&str>, attempts: u32) -> Call {
    Call {
        operation: Operation::UpdateOrganization,
        method: http::Method::PUT,
        path: String::new(),
        attempts,
        stop: StopReason::Final,
        status: None,
        ray: ray.map(str::to_owned),
        audit_id: None,
        token_variable: None,
    }
}

/// The ray id of [`wrote`] in the tenth minute, as an answer has it.
const RAY: &str = "000000000000000A-FRA";

/// The numbers of writes by others, and of those that may be our own, since the fifth minute.
fn others(entry: LogEntry, own: &OwnWrites) -> (usize, usize) {
    let since = wrote(5, "", "8h").time.unwrap();
    let OtherWrites { by_others, perhaps_own } = other_writes(&[entry], since, own);
    (by_others.len(), perhaps_own.len())
}

fn with_zerodrift(entry: LogEntry) -> LogEntry {
    LogEntry { user_agent: Some("zerodrift/1.0.0".to_owned()), ..entry }
}

#[test]
fn our_own_writes_are_recognized_by_ray_id_or_else_by_user_agent() {
    let own = OwnWrites::new(1, &[call(Some(RAY), 1)]);
    assert_eq!(others(wrote(10, "ci", "8h"), &own), (0, 0));
    assert_eq!(others(wrote(11, "bob", "8h"), &own), (1, 0));
    assert_eq!(others(wrote(5, "bob", "8h"), &own), (1, 0), "in the second of our read");
    assert_eq!(others(wrote(4, "bob", "8h"), &own), (0, 0), "before our read");
    assert_eq!(others(with_zerodrift(wrote(11, "ci", "8h")), &own), (1, 0), "an apply elsewhere");
    assert_eq!(others(LogEntry { ray: None, ..with_zerodrift(wrote(11, "ci", "8h")) }, &own), (0, 0));
}

#[test]
fn after_an_attempt_without_an_answer_a_write_with_zerodrift_may_be_our_own() {
    let retried = OwnWrites::new(1, &[call(Some(RAY), 2)]);
    let unanswered = OwnWrites::new(1, &[call(None, 1)]);
    let lost = OwnWrites::new(2, &[call(Some(RAY), 1)]);
    for own in [retried, unanswered, lost] {
        assert_eq!(others(with_zerodrift(wrote(11, "ci", "8h")), &own), (0, 1), "{own:?}");
        assert_eq!(others(wrote(11, "bob", "8h"), &own), (1, 0), "{own:?}");
    }
}

#[test]
fn entries_without_a_time_keep_their_place() {
    let timeless = LogEntry { time: None, ..wrote(0, "b", "24h") };
    assert_eq!(who("8h", &[wrote(3, "c", "8h"), timeless.clone(), wrote(1, "a", "8h")]), sure("c"));
    assert_eq!(who("8h", &[timeless.clone(), wrote(1, "a", "8h")]), None, "the first entry is the newest");
    assert_eq!(who("24h", &[timeless]), sure("b"));
}

/// One write: a value of the setting, or none, and a person.
fn history() -> impl Strategy<Value = Vec<(Option<usize>, usize)>> {
    proptest::collection::vec((proptest::option::of(0..3usize), 0..4usize), 1..12)
}

const VALUES: [&str; 3] = ["8h", "24h", "1440m"];

proptest! {
    /// In a complete log, the answer is the last write that changed the value.
    #[test]
    fn a_complete_log_names_the_last_write_that_changed_the_value(history in history()) {
        let same = |one: &str, two: &str| session().same(Some(&json!(one)), Some(&json!(two)));
        let (mut live, mut changed) = ("1h", None);
        let mut log: Vec<LogEntry> = Vec::new();
        for (minute, (value, person)) in history.iter().enumerate() {
            let request = value.map_or(json!({"name": "W"}), |value| json!({"session_duration": VALUES[value]}));
            log.insert(0, entry(minute as i64, &format!("p{person}"), Some(request)));
            if let Some(value) = *value {
                changed = if same(live, VALUES[value]) { changed } else { Some(minute) };
                live = VALUES[value];
            }
        }
        let found = explain(Model::current(), &session(), &json!(live), &log);
        let expected = changed.map(|minute| (Some(format!("{minute:016x}")), Confidence::Setting));
        prop_assert_eq!(found.map(|found| (found.ray, found.confidence)), expected);
    }

    /// Whatever is missing, the answer is an entry of the log, `setting` is said only of a request with the live value,
    /// and the order of the entries does not matter.
    #[test]
    fn missing_parts_and_late_entries_never_name_somebody_wrongly(
        history in history(),
        hidden in proptest::collection::vec(any::<bool>(), 12),
        live in 0..3usize,
        seed in any::<u64>(),
    ) {
        let log: Vec<LogEntry> = history.iter().enumerate().map(|(minute, (value, person))| {
            let request = value.map(|value| json!({"session_duration": VALUES[value]}));
            entry(minute as i64, &format!("p{person}"), request.filter(|_| !hidden[minute]))
        }).collect();
        let live = json!(VALUES[live]);
        let found = explain(Model::current(), &session(), &live, &log);
        if let Some(found) = &found {
            let named = log.iter().find(|entry| entry.ray == found.ray).unwrap();
            let wrote = named.request.as_ref().is_some_and(|request| session().same(request.get("session_duration"), Some(&live)));
            prop_assert_eq!(found.confidence == Confidence::Setting, wrote);
        }
        let mut late = log;
        let length = late.len();
        (0..length).for_each(|index| late.swap(index, (seed as usize).wrapping_add(index * 7) % length));
        prop_assert_eq!(explain(Model::current(), &session(), &live, &late), found);
    }
}

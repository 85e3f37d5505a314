use proptest::prelude::*;
use serde_json::json;

use super::*;
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
fn our_own_writes_are_recognized_by_ray_id_or_else_by_user_agent() {
    let since = entry(5, "", None).time.unwrap();
    let others = |entry: LogEntry| by_others(&[entry], since, &["000000000000000A-FRA".to_owned()]).len();
    assert_eq!(others(wrote(10, "ci", "8h")), 0);
    assert_eq!(others(wrote(11, "bob", "8h")), 1);
    assert_eq!(others(wrote(4, "bob", "8h")), 0, "before our read");
    let agent = Some("zerodrift/1.0.0".to_owned());
    let elsewhere = LogEntry { user_agent: agent.clone(), ..wrote(11, "ci", "8h") };
    assert_eq!(others(elsewhere), 1, "an apply elsewhere");
    assert_eq!(others(LogEntry { ray: None, user_agent: agent, ..wrote(11, "ci", "8h") }), 0);
}

#[test]
fn entries_without_a_time_keep_their_place() {
    let timeless = LogEntry { time: None, ..wrote(0, "b", "24h") };
    assert_eq!(who("8h", &[wrote(3, "c", "8h"), timeless.clone(), wrote(1, "a", "8h")]), sure("c"));
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

//! What a plan saw of live, path by path and by meaning: what its fingerprint is taken of, and what a saved plan
//! carries so that an apply can name the paths that have moved since.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::live::{Document, Live, Slot, dotted, either_side, sorted};
use crate::settings::{Access, Endpoint, Model, Setting, is_blank};

/// The live values of the endpoints that were read, by section. An endpoint that does not exist is `None`; one that
/// nobody read has no entry.
///
/// Values of settings are canonical: `24h` and `1440m` are seen as the same, and what is empty or behind a switch that is
/// off is not seen at all. What moves by itself (`updated_at`, `last_seen_at`) is left out. Everything else that the API answered is in it as it is,
/// empty or not, whatever the order of members; a stand-in is equal to another one exactly when the values are.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Seen(BTreeMap<String, Option<BTreeMap<String, Json>>>);

/// A path of live that is not what it was.
#[derive(Debug, Clone, PartialEq)]
pub struct Moved {
    /// The path; keys that are no plain names are quoted as in JSON. A section alone stands for its existence.
    pub path: String,
    /// What was seen there; `null` for nothing.
    pub then: Json,
    /// What is there now; `null` for nothing.
    pub now: Json,
}

impl Seen {
    /// What there is to see.
    pub fn of(model: &Model, live: &Live) -> Self {
        let read = Endpoint::ALL.into_iter().filter_map(|endpoint| {
            let values = match live.slot(endpoint) {
                Slot::NotRead => return None,
                Slot::Absent => None,
                Slot::Present(document) => Some(values(model, document)),
            };
            Some((endpoint.section().to_owned(), values))
        });
        Self(read.collect())
    }

    /// The paths that are not the same in a later look at the same endpoints, in alphabetical order.
    pub fn moved(&self, now: &Self) -> Vec<Moved> {
        let mut moved = Vec::new();
        for section in Endpoint::ALL.map(Endpoint::section) {
            match (self.0.get(section), now.0.get(section)) {
                (then, now) if then == now => {}
                (Some(Some(then)), Some(Some(now))) => compare(then, now, &mut moved),
                (then, now) => {
                    moved.push(Moved { path: section.to_owned(), then: existence(then), now: existence(now) });
                }
            }
        }
        moved
    }
}

/// How the existence of an endpoint reads.
fn existence(section: Option<&Option<BTreeMap<String, Json>>>) -> Json {
    Json::from(match section {
        None => "not read",
        Some(None) => "absent",
        Some(Some(_)) => "present",
    })
}

fn compare(then: &BTreeMap<String, Json>, now: &BTreeMap<String, Json>, moved: &mut Vec<Moved>) {
    let paths: BTreeSet<&String> = then.keys().chain(now.keys()).collect();
    for path in paths.into_iter().filter(|path| then.get(*path) != now.get(*path)) {
        let (then, now) = either_side(then.get(path).cloned(), now.get(path).cloned());
        moved.push(Moved { path: path.clone(), then, now });
    }
}

/// Every value of a document that does not move by itself, apart from settings that are empty.
fn values(model: &Model, document: &Document) -> BTreeMap<String, Json> {
    let settings = model.of(document.endpoint).filter(|setting| setting.access != Access::Volatile);
    // What is behind a switch that is off does not count anywhere: the read-back leaves it out too.
    let settings = settings.filter(|setting| document.counts(model, setting));
    let known = settings.flat_map(|setting| spellings(document, setting));
    let unknown = document
        .unknown(model)
        .into_iter()
        .map(|unknown| (dotted(document.endpoint, &unknown.keys), sorted(&unknown.value)));
    known.filter(|(_, value)| !value.is_null()).chain(unknown).collect()
}

/// The value of a setting, and what the API holds under its other spellings beside it: an apply echoes that as well.
fn spellings(document: &Document, setting: &Setting) -> Vec<(String, Json)> {
    let held = setting.live_keys().into_iter().filter_map(|keys| Some((document.at(&keys)?, keys)));
    let held = held.filter(|(value, _)| !is_blank(value));
    held.enumerate()
        .map(|(index, (value, keys))| {
            let path = if index == 0 { setting.path.to_owned() } else { dotted(document.endpoint, &keys) };
            (path, setting.canonical(Some(value)))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn seen(fields: Json) -> Seen {
        let document = Document::new(Endpoint::Organization, fields.as_object().unwrap().clone());
        Seen::of(Model::current(), &Live { organization: Slot::Present(document), doh: Slot::NotRead })
    }

    fn moved(then: &Seen, now: &Seen) -> Vec<String> {
        then.moved(now).iter().map(|moved| format!("{}: {} / {}", moved.path, moved.then, moved.now)).collect()
    }

    #[test]
    fn another_spelling_of_the_same_state_has_not_moved() {
        let then = seen(
            json!({"session_duration": "24h", "login_design": {}, "beta": {"a": 1, "b": null}, "updated_at": "1"}),
        );
        let now = seen(
            json!({"beta": {"b": null, "a": 1}, "is_ui_read_only": false, "updated_at": "2", "session_duration": "1440m"}),
        );
        assert_eq!(moved(&then, &now), [""; 0]);
        assert_eq!(then, now);
    }

    #[test]
    fn what_is_behind_a_switch_that_is_off_has_not_moved_until_the_switch_does() {
        let group = |enabled: bool, days: i64| {
            seen(
                json!({"service_token_inactivity": {"enabled": enabled, "inactivity_threshold_days": days, "action": "disable"}}),
            )
        };
        assert_eq!(moved(&group(false, 90), &group(false, 365)), [""; 0]);
        assert_eq!(moved(&group(true, 90), &group(true, 365)).len(), 1);
        assert_eq!(moved(&group(false, 90), &group(true, 90)).len(), 3);
    }

    #[test]
    fn every_path_that_moved_is_named_with_both_values() {
        let then = seen(json!({"session_duration": "24h", "beta": {"a": 1}, "gone": "x", "created_at": "1"}));
        let now =
            seen(json!({"session_duration": "12h", "beta": {"a": 2}, "new key": [], "new": [0], "created_at": "2"}));
        assert_eq!(
            moved(&then, &now),
            [
                r#"organization."new key": null / []"#,
                r#"organization.beta: {"a":1} / {"a":2}"#,
                r#"organization.created_at: "1" / "2""#,
                r#"organization.gone: "x" / null"#,
                "organization.new: null / [0]",
                r#"organization.session_duration: "24h" / "12h""#,
            ]
        );
    }

    #[test]
    fn an_organization_that_came_into_being_has_moved_as_a_whole() {
        let absent = Seen::of(Model::current(), &Live { organization: Slot::Absent, doh: Slot::NotRead });
        assert_eq!(moved(&absent, &seen(json!({"name": "Widget"}))), [r#"organization: "absent" / "present""#]);
    }

    #[test]
    fn what_is_seen_reads_back_as_it_was() {
        let seen = seen(json!({"session_duration": "24h", "beta": {"a": [1.10]}}));
        let text = serde_json::to_string(&seen).unwrap();
        assert_eq!(serde_json::from_str::<Seen>(&text).unwrap(), seen);
    }
}

//! The read-back: did the declared settings converge, and did everything else stay?

use std::collections::BTreeMap;

use serde_json::Value as Json;

use crate::live::{Document, dotted, either_side};
use crate::plan::Change;
use crate::settings::{Access, Model, Setting};

/// A path that is not what it should be after a write.
#[derive(Debug, Clone, PartialEq)]
pub struct Mismatch {
    /// The path; keys that are no plain names are quoted as in JSON.
    pub path: String,
    /// What is wrong with it.
    pub why: Why,
    /// The value it should have: the declared one, or the one it had before. `null` where it should be empty.
    pub expected: Json,
    /// The value that was read back. `null` where it is empty.
    pub found: Json,
}

/// What is wrong with a path after a write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// It was declared, and live does not have the declared value.
    NotConverged,
    /// Nobody declared it, and it is not what it was.
    Moved,
    /// An organization that was just created has it, although it was not sent and no default is known: it is not the
    /// organization that was created, or somebody else has written since.
    Foreign,
}

/// Compares a document as read back with what was wanted and with what was there.
///
/// Without `before` (a creation) only the declared settings are looked at: there is nothing that could have moved.
pub fn verify(model: &Model, before: Option<&Document>, after: &Document, changes: &[&Change]) -> Vec<Mismatch> {
    let mut mismatches = not_converged(model, after, changes);
    if let Some(before) = before {
        mismatches.extend(moved_settings(model, before, after, changes));
        mismatches.extend(moved_unknown(model, before, after));
    }
    mismatches
}

/// The changes that live does not show.
pub(super) fn not_converged(model: &Model, after: &Document, changes: &[&Change]) -> Vec<Mismatch> {
    changes
        .iter()
        .filter(|change| change.setting.canonical(Some(&change.after)) != after.canonical(model, &change.setting))
        .map(|change| Mismatch {
            path: change.setting.path.to_owned(),
            why: Why::NotConverged,
            expected: change.after.clone(),
            found: after.value(model, &change.setting).map(|value| after.shown(value)).unwrap_or_default(),
        })
        .collect()
}

/// The settings outside the changes that are not what they were, whoever may write them.
fn moved_settings(model: &Model, before: &Document, after: &Document, changes: &[&Change]) -> Vec<Mismatch> {
    let changed = |setting: &Setting| changes.iter().any(|change| change.setting.path == setting.path);
    // A setting behind a switch that this plan turns does not count on one of the two sides.
    let behind_changed_switch = |setting: &Setting| model.switch_of(setting).is_some_and(&changed);
    model
        .of(after.endpoint)
        .filter(|setting| matches!(setting.access, Access::Writable | Access::ServerManaged))
        .filter(|setting| !changed(setting) && !behind_changed_switch(setting))
        .filter(|setting| before.canonical(model, setting) != after.canonical(model, setting))
        .map(|setting| Mismatch {
            path: setting.path.to_owned(),
            why: Why::Moved,
            expected: before.value(model, setting).map(|value| before.shown(value)).unwrap_or_default(),
            found: after.value(model, setting).map(|value| after.shown(value)).unwrap_or_default(),
        })
        .collect()
}

/// The fields that no setting describes and that are not what they were, by JSON equality: nobody knows what they mean, so
/// an empty member, a digit or the order of a list may matter. Only space and the order of members do not.
fn moved_unknown(model: &Model, before: &Document, after: &Document) -> Vec<Mismatch> {
    let (mut expected, found) = (by_path(model, before), by_path(model, after));
    let mut mismatches = Vec::new();
    let mut push = |path: String, was: Option<&Json>, is: Option<&Json>| {
        let (expected, found) = either_side(was.map(|value| before.shown(value)), is.map(|value| after.shown(value)));
        mismatches.push(Mismatch { path, why: Why::Moved, expected, found });
    };
    for (path, value) in found {
        let was = expected.remove(&path);
        if was.as_ref() != Some(&value) {
            push(path, was.as_ref(), Some(&value));
        }
    }
    for (path, was) in expected {
        push(path, Some(&was), None);
    }
    mismatches
}

fn by_path(model: &Model, document: &Document) -> BTreeMap<String, Json> {
    let unknown = document.unknown(model).into_iter();
    unknown.map(|unknown| (dotted(document.endpoint, &unknown.keys), unknown.value)).collect()
}

#[cfg(test)]
mod tests {
    use super::super::testing::{change, document};
    use super::*;
    use serde_json::json;

    fn mismatches(before: Json, after: Json, changes: &[Change]) -> Vec<String> {
        verify(Model::current(), Some(&document(before)), &document(after), &changes.iter().collect::<Vec<_>>())
            .into_iter()
            .map(|found| format!("{:?} {}: {} / {}", found.why, found.path, found.expected, found.found))
            .collect()
    }

    #[test]
    fn a_write_that_did_what_was_wanted_and_nothing_else_matches() {
        let before =
            json!({"session_duration": "12h", "updated_at": "1", "login_design": {}, "beta": {"x": 1, "y": null}});
        let after = json!({"session_duration": "24h0m0s", "updated_at": "2", "auto_redirect_to_identity": false, "beta": {"y": null, "x": 1}});
        assert_eq!(mismatches(before, after, &[change("organization.session_duration", json!("24h"))]), [""; 0]);
    }

    #[test]
    fn a_setting_that_was_not_stored_is_named() {
        let live = json!({"session_duration": "12h"});
        assert_eq!(
            mismatches(live.clone(), live, &[change("organization.session_duration", json!("24h"))]),
            [r#"NotConverged organization.session_duration: "24h" / "12h""#]
        );
    }

    /// A15: a plan cannot tell whether unmodelled fields survive; the read-back can.
    #[test]
    fn everything_else_that_moved_is_named() {
        let before = json!({
            "deny_unmatched_requests": true, "cache_device_posture": true, "beta": {"x": 1}, "gone": 1, "login_design": {"radius": 4},
        });
        let after = json!({"cache_device_posture": false, "beta": {"x": 2}, "new": "?", "login_design": {"radius": 5}});
        assert_eq!(
            mismatches(before, after, &[]),
            [
                "Moved organization.deny_unmatched_requests: true / null",
                "Moved organization.cache_device_posture: true / false",
                r#"Moved organization.beta: {"x":1} / {"x":2}"#,
                "Moved organization.login_design.radius: 4 / 5",
                r#"Moved organization.new: null / "?""#,
                "Moved organization.gone: 1 / null",
            ]
        );
    }

    #[test]
    fn what_the_server_fills_in_behind_a_switch_is_no_movement() {
        let group = |enabled: bool, days: i64| json!({"service_token_inactivity": {"enabled": enabled, "inactivity_threshold_days": days, "action": "disable"}});
        let off = [change("organization.service_token_inactivity.enabled", json!(false))];
        assert_eq!(mismatches(group(true, 90), group(false, 365), &off), [""; 0]);
        assert_eq!(mismatches(group(false, 90), group(false, 365), &[]), [""; 0]);
        assert_eq!(mismatches(group(true, 90), group(true, 365), &[]).len(), 1);
    }
}

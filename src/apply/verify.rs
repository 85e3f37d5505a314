//! The read-back: did the declared settings converge, and did everything else stay?

use serde_json::Value as Json;

use crate::live::{Difference, Document, document_differences};
use crate::plan::Change;
use crate::settings::Model;

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

impl Mismatch {
    /// A change that live does not show.
    fn not_converged(model: &Model, after: &Document, change: &Change) -> Self {
        let found = after.value(model, &change.setting).map(|value| after.shown(value));
        Self {
            path: change.setting.path.to_owned(),
            why: Why::NotConverged,
            expected: change.after.clone(),
            found: found.unwrap_or_default(),
        }
    }

    /// A change of an object that is not there although it was written.
    pub(super) fn unseen(change: &Change) -> Self {
        Self {
            path: change.setting.path.to_owned(),
            why: Why::NotConverged,
            expected: change.after.clone(),
            found: Json::Null,
        }
    }

    /// A difference that nobody asked for.
    fn moved(difference: Difference) -> Self {
        let Difference { path, before, after } = difference;
        Self { path, why: Why::Moved, expected: before, found: after }
    }
}

/// Compares a document as read back with the desired values and with the document before the write.
///
/// Without `before` (a creation) only the declared settings are compared: nothing was there that could have moved.
pub fn verify(model: &Model, before: Option<&Document>, after: &Document, changes: &[&Change]) -> Vec<Mismatch> {
    let desired = |path: &str| {
        let change = changes.iter().find(|change| change.setting.path == path);
        change.map(|change| &change.after)
    };
    let moved = before.map(|before| document_differences(model, before, after)).unwrap_or_default();
    let moved = moved.into_iter().filter(|difference| !difference.is_due_to(model, desired));
    not_converged(model, after, changes).into_iter().chain(moved.map(Mismatch::moved)).collect()
}

/// The changes that live does not show.
pub(super) fn not_converged(model: &Model, after: &Document, changes: &[&Change]) -> Vec<Mismatch> {
    let missing = changes.iter().filter(|change| !after.has(model, &change.setting, &change.after));
    missing.map(|change| Mismatch::not_converged(model, after, change)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::apply::tests::{change, document};
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
                r#"Moved organization.beta: {"x":1} / {"x":2}"#,
                "Moved organization.cache_device_posture: true / false",
                "Moved organization.deny_unmatched_requests: true / null",
                "Moved organization.gone: 1 / null",
                "Moved organization.login_design.radius: 4 / 5",
                r#"Moved organization.new: null / "?""#,
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

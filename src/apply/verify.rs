//! The comparison of a read-back: every declared setting has its value, and nothing else changed.

use serde_json::Value as Json;

use crate::live::{Difference, Document, document_differences};
use crate::plan::Change;
use crate::settings::Model;

/// A path with an unexpected value after a write.
#[derive(Debug, Clone, PartialEq)]
pub struct Mismatch {
    /// The path; keys that are not plain names are quoted as in JSON.
    pub path: String,
    /// What is wrong.
    pub kind: MismatchKind,
    /// The expected value: the declared one, or the previous one. `null` if it should be empty.
    pub expected: Json,
    /// The value that was read back; `null` if it is empty.
    pub found: Json,
}

/// The kind of a mismatch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MismatchKind {
    /// A declared setting does not have its declared value.
    NotConverged,
    /// A path that is not declared has changed.
    Moved,
    /// A new organization has a value that the creation did not send and that is not a known default. It may be another
    /// organization, or somebody else has written to it since.
    Foreign,
}

impl Mismatch {
    /// A change that a read-back does not show, with the value that it shows.
    pub(super) fn not_converged(change: &Change, found: Json) -> Self {
        let (path, expected) = (change.setting.path.to_owned(), change.after.clone());
        Self { path, kind: MismatchKind::NotConverged, expected, found }
    }

    /// A change that the plan does not contain.
    fn moved(difference: Difference) -> Self {
        let Difference { path, before, after } = difference;
        Self { path, kind: MismatchKind::Moved, expected: before, found: after }
    }
}

/// Compares a read-back with the desired values and with the previous document. Without a previous document, as after a
/// creation, it compares only the declared settings.
pub fn verify(model: &Model, before: Option<&Document>, after: &Document, changes: &[&Change]) -> Vec<Mismatch> {
    let desired = |path: &str| {
        let change = changes.iter().find(|change| change.setting.path == path);
        change.map(|change| &change.after)
    };
    let moved = before.map(|before| document_differences(model, before, after)).unwrap_or_default();
    let moved = moved.into_iter().filter(|difference| !difference.is_due_to(model, desired));
    not_converged(model, after, changes).into_iter().chain(moved.map(Mismatch::moved)).collect()
}

/// Returns the changes that a document does not show.
pub(super) fn not_converged(model: &Model, after: &Document, changes: &[&Change]) -> Vec<Mismatch> {
    let missing = changes.iter().filter(|change| !after.has(model, &change.setting, &change.after));
    let found = |change: &Change| after.value(model, &change.setting).map(|value| after.shown(value));
    missing.map(|change| Mismatch::not_converged(change, found(change).unwrap_or_default())).collect()
}

#[cfg(test)]
mod tests;

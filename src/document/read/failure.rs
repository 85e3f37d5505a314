//! The failure of a run as the input of a report.

use super::error::ReadError;
use super::findings::finding;
use super::plan::organization;
use crate::diagnostics::Finding;
use crate::document::{ErrorDocument, ErrorEntry};
use crate::ending::FailureKind;
use crate::settings::Target;

/// The failure of a run without a result.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RecordedFailure {
    /// The command; `None` if the document does not name it.
    pub command: Option<String>,
    /// The manifest as the user named it; empty if it is not about one.
    pub file: String,
    /// The manifest's path from the top of the repository, as code hosts name it.
    pub repository_file: String,
    /// The organization, if it is known.
    pub target: Option<Target>,
    /// The kind of the failure.
    pub kind: FailureKind,
    /// What failed and why.
    pub message: String,
    /// What to do next.
    pub hints: Vec<String>,
    /// The findings about the manifest, if they are the reason.
    pub findings: Vec<Finding>,
}

pub(super) fn recorded(document: ErrorDocument) -> Result<RecordedFailure, ReadError> {
    let ErrorDocument { format_version: _, command, manifest, repository_path, target, error } = document;
    let ErrorEntry { kind, message, hints, exit_code: _, findings } = error;
    let file = manifest.unwrap_or_default();
    Ok(RecordedFailure {
        command,
        repository_file: repository_path.unwrap_or_else(|| file.clone()),
        file,
        target: target.map(|entry| organization(entry.scope, &entry.id)).transpose()?,
        kind,
        message,
        hints,
        findings: findings.into_iter().map(finding).collect(),
    })
}

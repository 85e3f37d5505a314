//! The JSON document of a command that fails before it has a result.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::common::{OrganizationEntry, VERSION_PATTERN};
use super::findings::FindingEntry;
use crate::ending::FailureKind;
#[cfg(any(feature = "report", test))]
use crate::live::FORMAT_VERSION;

/// The output of a command with --format json that fails before it has a result. Within format version 1,
/// fields are only added.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(title = "error document of zerodrift")]
#[non_exhaustive]
pub struct ErrorDocument {
    /// The version of this format.
    #[schemars(regex(pattern = VERSION_PATTERN))]
    pub format_version: String,
    /// The command that failed. Absent if the command line names none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub command: Option<String>,
    /// The path of the manifest as the user gave it; - for standard input. Absent if the failure is not about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub manifest: Option<String>,
    /// The manifest's path from the top of the repository. Absent if it is the path as the user gave it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub repository_path: Option<String>,
    /// The organization. Absent if it is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "OrganizationEntry")]
    pub target: Option<OrganizationEntry>,
    /// What failed.
    pub error: ErrorEntry,
}

/// A failure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct ErrorEntry {
    /// The kind of failure, which decides the exit code.
    pub kind: FailureKind,
    /// What failed and why, without a final full stop.
    pub message: String,
    /// What to do next, the most useful hint first.
    pub hints: Vec<String>,
    /// The exit code of the process.
    pub exit_code: u8,
    /// The findings about the manifest, if they are the reason.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<FindingEntry>,
}

impl ErrorEntry {
    /// Returns the entry of a failure, with the exit code of its kind.
    pub fn new(kind: FailureKind, message: String, hints: Vec<String>) -> Self {
        Self { kind, message, hints, exit_code: kind.exit().code(), findings: Vec::new() }
    }
}

/// Returns the document of a failure, without the command and what it is about.
#[cfg(any(feature = "report", test))]
pub(crate) fn error_document(error: ErrorEntry) -> ErrorDocument {
    ErrorDocument {
        format_version: FORMAT_VERSION.to_owned(),
        command: None,
        manifest: None,
        repository_path: None,
        target: None,
        error,
    }
}

//! The JSON document of `apply` and `rollback`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::common::{DIGEST_PATTERN, TargetEntry, VERSION_PATTERN};
use super::error::ErrorEntry;
use super::plan::{ChangeEntry, FailureEntry, ShardEntry};
use crate::apply::End;
#[cfg(any(feature = "report", test))]
use crate::plan::seal;

/// The output of apply and rollback with --format json. Within format version 1, fields are only added.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(title = "results document of zerodrift")]
#[non_exhaustive]
pub struct ResultsDocument {
    /// The version of this format.
    #[schemars(regex(pattern = VERSION_PATTERN))]
    pub format_version: String,
    /// The version of the program that wrote the document.
    pub zerodrift: String,
    /// The shard that the run applied. Absent if it applied all organizations.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "ShardEntry")]
    pub shard: Option<ShardEntry>,
    /// One entry per organization, in the order of the paths of their manifests.
    pub results: Vec<ResultEntry>,
    /// The organizations that could not be planned, in the order of the paths. Absent if there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub failures: Vec<FailureEntry>,
    /// SHA-256 of the document without this field, with sorted members and without spaces. It detects edits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String", regex(pattern = DIGEST_PATTERN))]
    pub seal: Option<String>,
}

/// The result for one organization.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct ResultEntry {
    /// The path of the manifest as the user gave it; - for standard input. For a rollback, that of the backup.
    #[serde(default)]
    pub manifest: String,
    /// The live name of the organization. Absent if it was not read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub name: Option<String>,
    /// The organization's address.
    pub target: TargetEntry,
    /// The outcome.
    pub outcome: End,
    /// The number of writes that the API accepted.
    pub writes: usize,
    /// Whether the read-back proved that the live state is the desired one, and that nothing else changed.
    pub verified: bool,
    /// The backup of the previous state; null if nothing was written.
    pub backup: Option<String>,
    /// The settings that changed, or would have changed.
    pub changes: Vec<ChangeEntry>,
    /// The error; null if nothing failed.
    pub error: Option<ErrorEntry>,
}

/// Returns the document of some results, and of organizations that could not be planned.
#[cfg(any(feature = "report", test))]
pub(crate) fn results_document(
    shard: Option<ShardEntry>,
    results: Vec<ResultEntry>,
    failures: Vec<FailureEntry>,
) -> ResultsDocument {
    let document = ResultsDocument {
        format_version: crate::live::FORMAT_VERSION.to_owned(),
        zerodrift: crate::live::ZERODRIFT.to_owned(),
        shard,
        results,
        failures,
        seal: None,
    };
    ResultsDocument { seal: Some(seal(&serde_json::json!(document))), ..document }
}

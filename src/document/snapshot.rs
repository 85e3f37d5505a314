//! The JSON document of `export`, which is also the format of backups.

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value as Json};

use super::common::{DIGEST_PATTERN, TargetEntry, VERSION_PATTERN};
use crate::live::Snapshot;

/// The output of export --format json, and the format of backups; plan --live and rollback read it. Within format
/// version 1, fields are only added.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(title = "snapshot document of zerodrift")]
#[non_exhaustive]
pub struct SnapshotDocument {
    /// The version of this format.
    #[schemars(regex(pattern = VERSION_PATTERN))]
    pub format_version: String,
    /// The version of the program that wrote the document.
    pub zerodrift: String,
    /// In a backup: when it was created, in RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String", extend("format" = "date-time"))]
    pub kept_at: Option<String>,
    /// In a backup: the digest of the plan that was then applied.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String", regex(pattern = DIGEST_PATTERN))]
    pub digest: Option<String>,
    /// The organization's address.
    pub target: TargetEntry,
    /// The live state.
    pub live: LiveEntry,
}

/// The answers of the API by section. A section that was not read is absent; null means that it does not exist.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct LiveEntry {
    /// The organization, with every field of the answer.
    #[serde(default, deserialize_with = "section", skip_serializing_if = "Option::is_none")]
    pub organization: Option<Option<Map<String, Json>>>,
    /// The settings of DNS over HTTPS, with every field of the answer.
    #[serde(default, deserialize_with = "section", skip_serializing_if = "Option::is_none")]
    pub doh: Option<Option<Map<String, Json>>>,
}

/// Reads a section that is present, including `null`.
fn section<'de, D: Deserializer<'de>>(section: D) -> Result<Option<Option<Map<String, Json>>>, D::Error> {
    Option::deserialize(section).map(Some)
}

/// Returns a live state as the text of a snapshot document, which [`Snapshot::parse`] reads back.
///
/// A [`SnapshotDocument`] has the same content as plain data. This text also preserves what that type cannot: all digits
/// of numbers, duplicate members, and deeply nested values.
pub fn snapshot_text(snapshot: &Snapshot) -> String {
    snapshot.to_text(Map::new())
}

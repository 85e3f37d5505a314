//! Reads documents back, so that they can be rendered where the API cannot be reached.
//!
//! - `error`: why a file is not a document
//! - `plan`: entries of a plan document as plans

mod error;
mod plan;

use serde::de::DeserializeOwned;
use serde_json::Value as Json;

use super::error::ErrorDocument;
use super::findings::FindingsDocument;
use super::plan::PlanDocument;
use super::results::ResultsDocument;
use crate::live::{self, Snapshot};
use crate::plan::seal;

pub use error::ReadError;
pub use plan::RecordedPlans;
pub(super) use plan::target;

/// A document, read from a file.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum AnyDocument {
    /// Of `plan`, `plan --out` or `drift`.
    Plans(RecordedPlans),
    /// Of `apply` or `rollback`.
    Results(ResultsDocument),
    /// Of `validate`.
    Findings(FindingsDocument),
    /// Of `export --format json`, or a backup.
    Snapshot(Snapshot),
    /// Of a command that failed before it had a result.
    Error(ErrorDocument),
}

/// Reads a document of any 1.x version. Fields that this version does not know are ignored.
///
/// # Errors
/// Returns an error if the bytes are not JSON, as in a file that was cut, if they are not a document of format version 1,
/// or if the document was edited after it was written.
pub fn read(bytes: &[u8]) -> Result<AnyDocument, ReadError> {
    let value: Json = serde_json::from_slice(bytes).map_err(ReadError::json)?;
    let version = value.get("format_version").and_then(Json::as_str).ok_or(ReadError::NotADocument)?;
    if !live::reads(version) {
        return Err(ReadError::Version(version.to_owned()));
    }
    let has = |name: &str| value.get(name).is_some();
    if has("plans") {
        let document = sealed::<PlanDocument>(bytes, &value)?;
        return plan::recorded(document).map(AnyDocument::Plans);
    }
    if has("results") {
        return sealed(bytes, &value).map(AnyDocument::Results);
    }
    if has("live") {
        return Snapshot::parse(bytes).map(AnyDocument::Snapshot).map_err(ReadError::Snapshot);
    }
    if has("error") {
        return typed(bytes).map(AnyDocument::Error);
    }
    if has("findings") {
        return typed(bytes).map(AnyDocument::Findings);
    }
    Err(ReadError::NotADocument)
}

/// Reads a document, and checks its seals as far as it has any: the first versions wrote none.
fn sealed<D: DeserializeOwned>(bytes: &[u8], value: &Json) -> Result<D, ReadError> {
    let recorded = value.get("seal").or_else(|| value.pointer("/saved/seal"));
    if recorded.is_some_and(|recorded| !is_sealed(value, recorded)) {
        return Err(ReadError::Edited);
    }
    typed(bytes)
}

/// Whether this is the seal of a document.
pub(super) fn is_sealed(document: &Json, recorded: &Json) -> bool {
    recorded.as_str() == Some(&*seal(&without_seal(document.clone())))
}

/// Returns a document without its seals, as they are computed.
pub(super) fn without_seal(mut document: Json) -> Json {
    if let Some(members) = document.as_object_mut() {
        members.shift_remove("seal");
    }
    if let Some(saved) = document.get_mut("saved").and_then(Json::as_object_mut) {
        saved.shift_remove("seal");
    }
    document
}

/// Reads from the bytes rather than from a value, so that an error has a line and a column.
fn typed<D: DeserializeOwned>(bytes: &[u8]) -> Result<D, ReadError> {
    serde_json::from_slice(bytes).map_err(ReadError::json)
}

#[cfg(test)]
mod tests;

//! Reads documents back, so that they can be rendered where the API cannot be reached.
//!
//! - `error`: why a file is not a document
//! - `plan`: entries of a plan document as plans; `results`, `findings`, `failure`, `snapshot`: the content of the
//!   other documents

mod error;
mod failure;
mod findings;
mod plan;
mod results;
mod snapshot;

use std::collections::HashMap;

use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::Value as Json;

use super::findings::CheckedManifest;
use super::plan::PlanDocument;
use super::revocation::RevocationDocument;
use crate::live;
use crate::plan::seal;

pub use error::ReadError;
pub use failure::RecordedFailure;
pub use plan::RecordedPlans;
pub(super) use plan::target;
pub use results::{RecordedResult, RecordedResults};
pub use snapshot::RecordedSnapshot;

/// A document, read from a file.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum AnyDocument {
    /// Of `plan`, `plan --out` or `drift`.
    Plans(RecordedPlans),
    /// Of `apply` or `rollback`.
    Results(RecordedResults),
    /// Of `revoke-user`.
    Revocation(RevocationDocument),
    /// Of `validate`.
    Findings(Vec<CheckedManifest>),
    /// Of `export --format json`, or a backup.
    Snapshot(RecordedSnapshot),
    /// Of a command that failed before it had a result.
    Error(RecordedFailure),
}

/// The version of a document.
#[derive(Deserialize)]
struct Head {
    format_version: Option<Json>,
}

/// Reads a document of any 1.x version. Fields that this version does not know are ignored.
///
/// # Errors
/// Returns an error if the bytes are not JSON, as in a file that was cut, if they are not a document of format version 1,
/// or if the document was edited after it was written.
pub fn read(bytes: &[u8]) -> Result<AnyDocument, ReadError> {
    // The values of a snapshot may be nested more deeply than a `Json` can be.
    let members: HashMap<String, IgnoredAny> = match serde_json::from_slice(bytes) {
        Err(error) if error.is_data() => return Err(ReadError::NotADocument),
        read => read.map_err(ReadError::json)?,
    };
    let Head { format_version } = typed(bytes)?;
    let version = format_version.as_ref().and_then(Json::as_str).ok_or(ReadError::NotADocument)?;
    if !live::reads(version) {
        return Err(ReadError::Version(version.to_owned()));
    }
    let has = |name: &str| members.contains_key(name);
    if has("plans") {
        return plan::recorded(sealed::<PlanDocument>(bytes)?).map(AnyDocument::Plans);
    }
    if has("results") {
        return results::recorded(sealed(bytes)?).map(AnyDocument::Results);
    }
    if has("live") {
        return snapshot::recorded(bytes).map(AnyDocument::Snapshot);
    }
    if has("error") {
        return failure::recorded(typed(bytes)?).map(AnyDocument::Error);
    }
    if has("findings") {
        return findings::recorded(typed(bytes)?).map(AnyDocument::Findings);
    }
    if has("revoked") {
        return typed(bytes).and_then(confirmed).map(AnyDocument::Revocation);
    }
    Err(ReadError::NotADocument)
}

/// Rejects a revocation that the API did not confirm, of which there is no document.
fn confirmed(document: RevocationDocument) -> Result<RevocationDocument, ReadError> {
    plan::organization(document.target.scope, &document.target.id)?;
    if document.revoked { Ok(document) } else { Err(ReadError::value("revoked", "false")) }
}

/// Reads a document, and checks its seal if it has one: the first versions wrote none.
fn sealed<D: DeserializeOwned>(bytes: &[u8]) -> Result<D, ReadError> {
    let value: Json = typed(bytes)?;
    if value.get("seal").is_some() && !is_sealed(&value) {
        return Err(ReadError::Edited);
    }
    typed(bytes)
}

/// Whether a document has a seal, and matches it.
pub(super) fn is_sealed(document: &Json) -> bool {
    let mut unsealed = document.clone();
    let recorded = unsealed.as_object_mut().and_then(|members| members.shift_remove("seal"));
    recorded.as_ref().and_then(Json::as_str) == Some(&*seal(&unsealed))
}

/// Reads from the bytes rather than from a value, so that an error has a line and a column.
fn typed<D: DeserializeOwned>(bytes: &[u8]) -> Result<D, ReadError> {
    serde_json::from_slice(bytes).map_err(ReadError::json)
}

#[cfg(test)]
mod tests;

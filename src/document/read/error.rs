//! Why a file is not a document.

use crate::live::SnapshotError;
use crate::text::visible;

/// Why a file cannot be read as a document.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// The text ends too early.
    #[error("the file was cut: it ends at line {0} before the document is complete")]
    Cut(usize),
    /// It is not JSON, or a field has the wrong type or is missing.
    #[error("not a document of zerodrift: {}", visible(.0))]
    Json(String),
    /// It is JSON, but not one of the documents.
    #[error("not a document of zerodrift: expected the output of a command with --format json, or of plan --out")]
    NotADocument,
    /// A later version wrote it.
    #[error("unsupported format_version {}: this version of zerodrift reads 1.x", visible(.0))]
    Version(String),
    /// Its seal does not match its content.
    #[error("the document was edited after it was written")]
    Edited,
    /// A field has a value that no version writes.
    #[error("not a document of zerodrift: {field} has the invalid value {}", visible(.value))]
    Value {
        /// The name of the field.
        field: &'static str,
        /// Its value.
        value: String,
    },
    /// It is not a snapshot.
    #[error(transparent)]
    Snapshot(SnapshotError),
}

impl ReadError {
    pub(super) fn json(error: serde_json::Error) -> Self {
        if error.is_eof() { Self::Cut(error.line()) } else { Self::Json(error.to_string()) }
    }

    pub(super) fn value(field: &'static str, value: impl Into<String>) -> Self {
        Self::Value { field, value: value.into() }
    }
}

//! The live state: what the API returned, as raw JSON that is read through the table of settings.
//!
//! - `document`: one object of the API
//! - `difference`: which of its values are compared, and how two reads differ; `fingerprint`: these values, to store
//! - `shape`: whether and how it contains a setting
//! - `snapshot`: both objects as a file

mod difference;
mod document;
mod fingerprint;
mod shape;
mod snapshot;

pub use difference::{Difference, differences, document_differences};
pub(crate) use document::set_at;
pub use document::{Document, DocumentError, Live, Slot, Unknown};
pub use fingerprint::Fingerprint;
#[cfg(feature = "documents")]
pub(crate) use snapshot::reads;
pub use snapshot::{FORMAT_VERSION, Snapshot, SnapshotError, ZERODRIFT};

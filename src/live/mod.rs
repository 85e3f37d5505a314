//! The live state: what the API returned, as raw JSON that is read through the table of settings.
//!
//! - `document`: one object of the API
//! - `difference`: what counts of it, and what differs between two reads; `fingerprint`: the same as a value to keep
//! - `shape`: whether and how it holds a setting
//! - `snapshot`: both objects as a file

mod difference;
mod document;
mod fingerprint;
mod shape;
mod snapshot;

pub use crate::settings::dotted;
pub use difference::{Difference, differences, document_differences};
pub use document::{Document, DocumentError, Live, Slot, Unknown};
pub(crate) use document::{set_at, sorted};
pub use fingerprint::Fingerprint;
pub use snapshot::{FORMAT_VERSION, Snapshot, SnapshotError, ZERODRIFT};

//! The live state: what the API returned, as raw JSON that is read through the table of settings.
//!
//! - `document`: one object of the API
//! - `shape`: whether and how it holds a setting
//! - `snapshot`: both objects as a file

mod document;
mod shape;
mod snapshot;

pub use document::{Document, DocumentError, Live, Slot, Unknown, dotted};
pub(crate) use document::{either_side, set_at, sorted};
pub use snapshot::{Snapshot, SnapshotError};

//! A snapshot with what a backup adds to it.

use serde::Deserialize;
use serde_json::{Map, Value as Json};

use super::error::ReadError;
use crate::live::{Snapshot, SnapshotError};
use crate::plan::digest_time;
use crate::settings::Target;

/// A snapshot of one organization, or a backup.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct RecordedSnapshot {
    /// The organization.
    pub target: Target,
    /// The snapshot.
    pub snapshot: Snapshot,
    /// When a backup was created, and the digest of the plan that was then applied. Empty for a snapshot.
    of_backup: Map<String, Json>,
}

/// The fields of a backup.
#[derive(Deserialize)]
struct OfBackup {
    kept_at: Option<String>,
    digest: Option<String>,
}

impl RecordedSnapshot {
    /// Returns the document.
    pub fn to_text(&self) -> String {
        self.snapshot.to_text(self.of_backup.clone())
    }
}

pub(super) fn recorded(bytes: &[u8]) -> Result<RecordedSnapshot, ReadError> {
    let snapshot = Snapshot::parse(bytes).map_err(ReadError::Snapshot)?;
    let target = snapshot.target.clone().ok_or(ReadError::Snapshot(SnapshotError::Shape("missing `target`")))?;
    let OfBackup { kept_at, digest } = serde_json::from_slice(bytes).map_err(ReadError::json)?;
    if let Some(time) = kept_at.as_ref().filter(|time| time.parse::<jiff::Timestamp>().is_err()) {
        return Err(ReadError::value("kept_at", time));
    }
    if let Some(digest) = digest.as_ref().filter(|digest| digest_time(digest).is_none()) {
        return Err(ReadError::value("digest", digest));
    }
    let fields = [("kept_at", kept_at), ("digest", digest)].into_iter();
    let of_backup = fields.filter_map(|(name, value)| Some((name.to_owned(), value?.into()))).collect();
    Ok(RecordedSnapshot { target, snapshot, of_backup })
}

//! The mark of a backup that must be kept: a file beside it.

use std::io;
use std::path::{Path, PathBuf};

use crate::files::{self, FileAccess};

/// The text of a mark, for a user who opens the file.
const MARK: &str = "The result of the apply that created this backup is not verified, so zerodrift does not delete the backup.\n\
    Delete this file when you no longer need the backup.\n";

/// Creates the mark of a backup.
///
/// # Errors
/// Returns an error if the mark exists or cannot be written.
pub(super) fn create(backup: &Path) -> io::Result<()> {
    files::create(&path(backup), MARK.as_bytes(), FileAccess::Owner)
}

/// Deletes the mark of a backup, if it exists.
///
/// # Errors
/// Returns an error if the mark cannot be deleted.
pub(super) fn remove(backup: &Path) -> io::Result<()> {
    files::delete(&path(backup))
}

/// Whether a backup is marked.
pub(super) fn exists(backup: &Path) -> bool {
    path(backup).symlink_metadata().is_ok()
}

/// Returns the path of the mark of a backup.
pub(super) fn path(backup: &Path) -> PathBuf {
    backup.with_added_extension("unverified")
}

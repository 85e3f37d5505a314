//! The mark of a backup that is needed: a file beside it.

use std::io;
use std::path::{Path, PathBuf};

use crate::files::{self, FileAccess};

/// What a mark says to whoever finds it.
const MARK: &str = "The apply that this backup was kept for is not verified, so the backup is never deleted by itself.\n\
    Delete this file when you do not need the backup any more.\n";

/// Marks a backup as needed.
///
/// # Errors
/// If the mark exists, or cannot be written.
pub(super) fn put(backup: &Path) -> io::Result<()> {
    files::create(&of(backup), MARK.as_bytes(), FileAccess::Owner)
}

/// Takes the mark away. Without one there is nothing to do.
///
/// # Errors
/// If it cannot be deleted.
pub(super) fn remove(backup: &Path) -> io::Result<()> {
    files::delete(&of(backup))
}

/// Whether a backup is marked.
pub(super) fn is_there(backup: &Path) -> bool {
    of(backup).symlink_metadata().is_ok()
}

/// The mark of a backup, whether it is there or not.
pub(super) fn of(backup: &Path) -> PathBuf {
    backup.with_added_extension("unverified")
}

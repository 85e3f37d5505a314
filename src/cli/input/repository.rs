//! The Git repository that a file is in.

use std::path::{Path, PathBuf};

use crate::files;

/// Returns the real path of the repository that contains a file: the nearest parent folder with a `.git`.
pub(crate) fn repository_of(file: &Path) -> Option<PathBuf> {
    repository_around(&std::fs::canonicalize(files::parent(file)).ok()?)
}

/// Returns the repository that contains a folder with this real path.
pub(crate) fn repository_around(real: &Path) -> Option<PathBuf> {
    real.ancestors().find(|folder| folder.join(".git").exists()).map(Path::to_owned)
}

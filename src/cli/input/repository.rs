//! The Git repository that a file is in.

use std::path::{Path, PathBuf};

/// Returns the real path of the repository that contains a file: the nearest parent folder with a `.git`.
pub(crate) fn repository_of(file: &Path) -> Option<PathBuf> {
    let folder = file.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let real = std::fs::canonicalize(folder).ok()?;
    real.ancestors().find(|folder| folder.join(".git").exists()).map(Path::to_owned)
}

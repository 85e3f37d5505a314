//! The error of a file that an apply keeps on this machine.

use std::io;
use std::path::{Path, PathBuf};

use crate::text;

/// A failure with a backup, lock or audit file, or its folder.
#[derive(Debug, thiserror::Error)]
#[error("cannot {action} {}: {source}", text::path(path))]
pub struct FileError {
    /// The action that failed: `create the folder`.
    pub action: &'static str,
    /// The file or folder.
    pub path: PathBuf,
    /// The error of the system.
    pub source: io::Error,
}

impl FileError {
    /// Returns the function that adds an action and its path to an error of the system.
    pub(crate) fn of(action: &'static str, path: &Path) -> impl Fn(io::Error) -> Self {
        move |source| Self { action, path: path.to_owned(), source }
    }
}

//! The error of one of several files.

use std::io;
use std::path::PathBuf;

/// The file or folder that work on several of them failed at.
#[derive(Debug)]
pub(crate) struct PathError {
    /// The file or folder.
    pub(crate) path: PathBuf,
    /// The reason.
    pub(crate) error: io::Error,
}

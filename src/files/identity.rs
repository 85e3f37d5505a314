//! Whether two names are one file, however they are spelled.

use std::ffi::OsString;
use std::fs::Metadata;
use std::io;
use std::path::{Path, PathBuf};

/// A file, told apart from every other one by what it is and not by its name: hard links, relative paths and
/// symbolic links lead to the same identity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum FileIdentity {
    /// A file that exists.
    Existing(Inode),
    /// A file that does not exist yet: its folder, and the name it will have there.
    Future(Inode, OsString),
}

/// Device and number of a file on that device.
#[cfg(unix)]
type Inode = (u64, u64);
/// The real path of a file, where the system tells nothing better.
#[cfg(not(unix))]
type Inode = PathBuf;

impl FileIdentity {
    /// The file that a path leads to. Nothing where its folder does not exist either, or cannot be looked at.
    pub(crate) fn of(path: &Path) -> Option<Self> {
        match std::fs::metadata(path) {
            Ok(metadata) => inode(path, &metadata).map(Self::Existing),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let place = place_of(path)?;
                let folder = parent(&place);
                let metadata = std::fs::metadata(folder).ok()?;
                Some(Self::Future(inode(folder, &metadata)?, place.file_name()?.to_owned()))
            }
            Err(_) => None,
        }
    }

    /// The file with this metadata, read from its open handle.
    #[cfg(unix)]
    pub(super) fn of_open(_: &Path, metadata: &Metadata) -> Option<Self> {
        inode(Path::new(""), metadata).map(Self::Existing)
    }

    /// The file with this path.
    #[cfg(not(unix))]
    pub(super) fn of_open(path: &Path, _: &Metadata) -> Option<Self> {
        Self::of(path)
    }
}

/// Where a path that leads nowhere yet would make a file: a symbolic link without a target is followed once.
fn place_of(path: &Path) -> Option<PathBuf> {
    match std::fs::read_link(path) {
        Ok(target) => Some(parent(path).join(target)),
        Err(_) => Some(path.to_owned()),
    }
}

/// The folder that a path is in, which has a name even where the path does not say it.
pub(super) fn parent(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

#[cfg(unix)]
#[allow(clippy::unnecessary_wraps, reason = "other systems may not know")]
fn inode(_: &Path, metadata: &Metadata) -> Option<Inode> {
    use std::os::unix::fs::MetadataExt as _;
    Some((metadata.dev(), metadata.ino()))
}

#[cfg(not(unix))]
fn inode(path: &Path, _: &Metadata) -> Option<Inode> {
    std::fs::canonicalize(path).ok()
}

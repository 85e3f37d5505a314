//! Whether two paths lead to the same file.

use std::ffi::OsString;
use std::fs::Metadata;
use std::io;
use std::path::{Path, PathBuf};

/// Identifies a file by device and inode instead of its path, so that hard links, relative paths and symbolic links to it
/// are equal.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum FileIdentity {
    /// A file that exists.
    Existing(Inode),
    /// A file that does not exist yet: its folder, and the name it will have there.
    Future(Inode, OsString),
}

/// Device and inode number.
#[cfg(unix)]
type Inode = (u64, u64);
/// The canonical path of a file, on systems without inode numbers.
#[cfg(not(unix))]
type Inode = PathBuf;

impl FileIdentity {
    /// The file that a path leads to; `None` if its folder does not exist or cannot be read.
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

/// Where writing to a path would create a file. A symbolic link without a target is followed once.
fn place_of(path: &Path) -> Option<PathBuf> {
    match std::fs::read_link(path) {
        Ok(target) => Some(parent(path).join(target)),
        Err(_) => Some(path.to_owned()),
    }
}

/// The parent folder of a path; `.` for a bare file name.
pub(crate) fn parent(path: &Path) -> &Path {
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

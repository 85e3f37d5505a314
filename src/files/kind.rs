//! The kind of a file system entry, and the checks that it is a regular file.

use std::fs::{FileType, Metadata, OpenOptions};
use std::io;
use std::path::Path;

/// Refuses everything but a regular file. A folder cannot be read, a FIFO can block forever, and a device can be
/// endless.
///
/// # Errors
/// Returns an error if the entry is something else; the message names its kind.
pub(super) fn require_regular(metadata: &Metadata) -> io::Result<()> {
    if metadata.is_file() {
        return Ok(());
    }
    let kind = describe(metadata.file_type());
    Err(io::Error::new(io::ErrorKind::InvalidInput, format!("it is {kind}, not a regular file")))
}

/// Refuses to overwrite anything but a regular file. Symbolic links are refused too, since their target may belong to
/// somebody else.
///
/// # Errors
/// Returns an error if another kind of entry exists, or its metadata cannot be read. A missing entry is not an error.
pub(crate) fn check_output(path: &Path) -> io::Result<()> {
    match std::fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
        Ok(found) => require_regular(&found),
    }
}

/// The kind of an entry with its article: `a FIFO`.
pub(super) fn describe(kind: FileType) -> &'static str {
    if kind.is_dir() {
        return "a folder";
    }
    if kind.is_symlink() {
        return "a symbolic link";
    }
    special(kind)
}

#[cfg(unix)]
fn special(kind: FileType) -> &'static str {
    use std::os::unix::fs::FileTypeExt as _;
    match kind {
        _ if kind.is_fifo() => "a pipe (FIFO)",
        _ if kind.is_socket() => "a socket",
        _ if kind.is_char_device() || kind.is_block_device() => "a device",
        _ => "a special file",
    }
}

#[cfg(not(unix))]
fn special(_: FileType) -> &'static str {
    "a special file"
}

/// Makes opening return at once for every kind of entry, and never take over the terminal.
#[cfg(unix)]
pub(super) fn without_waiting(options: &mut OpenOptions, follow: bool) -> &mut OpenOptions {
    use rustix::fs::OFlags;
    use std::os::unix::fs::OpenOptionsExt as _;
    let links = if follow { OFlags::empty() } else { OFlags::NOFOLLOW };
    let flags = OFlags::NONBLOCK | OFlags::NOCTTY | links;
    options.custom_flags(flags.bits().cast_signed())
}

#[cfg(not(unix))]
pub(super) fn without_waiting(options: &mut OpenOptions, _: bool) -> &mut OpenOptions {
    options
}

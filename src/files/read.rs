//! Inputs: regular files, opened without blocking, and read up to a limit.

use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, Read};
use std::path::Path;

use super::kind::{require_regular, without_waiting};

/// The largest document about one organization that is read, in bytes: a backup, a snapshot. Files that are written to be
/// read back have the same limit.
pub(crate) const LARGEST_DOCUMENT: u64 = 16 * 1024 * 1024;

/// The largest document that is read, in bytes, if it may be about many organizations: a plan, a result. Those
/// of ten thousand have about 50 MiB.
pub(crate) const LARGEST_SET: u64 = 16 * LARGEST_DOCUMENT;

/// Opens a regular file. A symbolic link to one is followed.
///
/// # Errors
/// Returns an error if it is another kind of entry, or cannot be opened. The kind is checked before opening, since
/// opening a device can have side effects.
pub(crate) fn open(path: &Path) -> io::Result<(File, Metadata)> {
    require_regular(&std::fs::metadata(path)?)?;
    let file = without_waiting(OpenOptions::new().read(true), true).open(path)?;
    // Another entry may have replaced it in between.
    let metadata = file.metadata()?;
    require_regular(&metadata)?;
    Ok((file, metadata))
}

/// Reads a whole regular file of at most `limit` bytes.
///
/// # Errors
/// Returns an error if it is larger, not a regular file, or cannot be read.
pub(crate) fn read(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    let (file, metadata) = open(path)?;
    if metadata.len() > limit {
        return Err(too_large(limit));
    }
    bounded(file, limit)
}

/// Reads the first `most` bytes of a regular file, for callers with their own error for larger files.
///
/// # Errors
/// Returns an error if it is not a regular file, or cannot be read.
pub(crate) fn read_start(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    let (file, _) = open(path)?;
    start(file, most)
}

/// Reads the first `most` bytes of standard input, which may be any kind of entry.
///
/// # Errors
/// Returns an error if it cannot be read.
pub(crate) fn standard_input(most: u64) -> io::Result<Vec<u8>> {
    start(io::stdin().lock(), most)
}

/// Reads an open file to its end, at most `limit` bytes, regardless of the size in its metadata.
///
/// # Errors
/// Returns an error if it is larger, or cannot be read.
pub(crate) fn bounded(file: impl Read, limit: u64) -> io::Result<Vec<u8>> {
    let bytes = start(file, limit.saturating_add(1))?;
    if bytes.len() as u64 > limit { Err(too_large(limit)) } else { Ok(bytes) }
}

fn start(file: impl Read, most: u64) -> io::Result<Vec<u8>> {
    // A buffer that need not grow: growing one leaves copies of a token file in memory.
    let mut bytes = Vec::with_capacity(usize::try_from(most).unwrap_or(usize::MAX).min(64 * 1024 + 1));
    file.take(most).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Checks that a text can be read back after it was written.
///
/// # Errors
/// Returns an error if it is larger than the limit of reading it.
pub(crate) fn check_size(text: &str, limit: u64) -> io::Result<()> {
    if text.len() as u64 > limit { Err(too_large(limit)) } else { Ok(()) }
}

/// The error for a file that is larger than a limit.
fn too_large(limit: u64) -> io::Error {
    const MEBIBYTE: u64 = 1024 * 1024;
    let limit =
        if limit.is_multiple_of(MEBIBYTE) { format!("{} MiB", limit / MEBIBYTE) } else { format!("{limit} bytes") };
    io::Error::new(io::ErrorKind::FileTooLarge, format!("it is larger than {limit}"))
}

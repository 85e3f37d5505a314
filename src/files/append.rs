//! Appends lines to a file.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;

use super::FileAccess;
use super::kind::{check_output, require_regular, without_waiting};
use super::write::{allowed, set_mode};

/// Appends lines to a regular file, and creates it if it does not exist. The lines start on a new line even if the file
/// does not end with one. They are sent in one write, so that the lines of two runs never mix, and are synced to disk.
///
/// # Errors
/// Returns an error if the entry is not a regular file (symbolic links are not followed), is private but has another
/// owner, or cannot be written. A partial write is undone.
pub(crate) fn append(path: &Path, lines: &str, access: FileAccess) -> io::Result<()> {
    let mut file = open_to_append(path, access)?;
    let before = file.seek(SeekFrom::End(0))?;
    let text = if ends_line(&mut file, before)? { lines.to_owned() } else { format!("\n{lines}") };
    let written = file.write(text.as_bytes())?;
    // A partial line, usually because the disk is full, would break the file for every line-by-line reader.
    let rest = text.as_bytes().get(written..).unwrap_or_default();
    file.write_all(rest).inspect_err(|_| take_back(&file, before, text.len()))?;
    file.sync_all()
}

/// Opens a regular file for reading and appending, and creates it if it does not exist.
///
/// # Errors
/// Returns an error if the entry is not a regular file (symbolic links are not followed), is private but has another
/// owner, or cannot be opened.
pub(crate) fn open_to_append(path: &Path, access: FileAccess) -> io::Result<File> {
    check_output(path)?;
    let mut options = OpenOptions::new();
    options.read(true).append(true).create(true);
    let file = without_waiting(super::write::with_mode(&mut options, access), false).open(path)?;
    let metadata = file.metadata()?;
    require_regular(&metadata)?;
    allowed(&metadata, access)?;
    if metadata.len() == 0 && access == FileAccess::Owner {
        // The umask of a new file can remove even the owner's permissions.
        set_mode(&file, 0o600)?;
    }
    Ok(file)
}

fn ends_line(file: &mut File, length: u64) -> io::Result<bool> {
    if length == 0 {
        return Ok(true);
    }
    let mut last = [0];
    file.seek(SeekFrom::Start(length - 1))?;
    // Another run may have replaced the file with a shorter one.
    Ok(file.read(&mut last)? == 0 || last == *b"\n")
}

/// Undoes a partial write, unless another run has appended lines since.
fn take_back(file: &File, before: u64, length: usize) {
    let is_last = file.metadata().is_ok_and(|metadata| metadata.len() < before + length as u64);
    if is_last {
        let _ = file.set_len(before);
    }
}

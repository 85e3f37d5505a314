//! Lines at the end of a file.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;

use super::Access;
use super::kind::{check_output, require_regular, without_waiting};
use super::write::{allowed, set_mode};

/// Appends lines to a regular file, which is made where there is none. They start on a line of their own whatever the
/// file ends with, and are sent in one write, so that the lines of two runs never mix. When this returns they are on
/// the disk.
///
/// # Errors
/// If the entry is not a regular file (a symbolic link is not followed), belongs to somebody else although it should be
/// private, or cannot be written. A part of the lines that was written is taken back.
pub(crate) fn append(path: &Path, lines: &str, access: Access) -> io::Result<()> {
    let mut file = open_to_append(path, access)?;
    let before = file.seek(SeekFrom::End(0))?;
    let text = if ends_line(&mut file, before)? { lines.to_owned() } else { format!("\n{lines}") };
    let written = file.write(text.as_bytes())?;
    // The rest of a line that did not fit: mostly the disk is full, and half a line would spoil the whole file for
    // whoever reads it line by line.
    let rest = text.as_bytes().get(written..).unwrap_or_default();
    file.write_all(rest).inspect_err(|_| take_back(&file, before, text.len()))?;
    file.sync_all()
}

/// Opens a regular file for reading and appending, and makes it where there is none.
///
/// # Errors
/// If the entry is not a regular file (a symbolic link is not followed), belongs to somebody else although it should be
/// private, or cannot be opened.
pub(crate) fn open_to_append(path: &Path, access: Access) -> io::Result<File> {
    check_output(path)?;
    let mut options = OpenOptions::new();
    options.read(true).append(true).create(true);
    let file = without_waiting(super::write::with_mode(&mut options, access), false).open(path)?;
    let metadata = file.metadata()?;
    require_regular(&metadata)?;
    allowed(&metadata, access)?;
    if metadata.len() == 0 && access == Access::Owner {
        // A new one, from which the umask may have taken even the owner's rights.
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
    // Another run may have replaced the file by a shorter one.
    Ok(file.read(&mut last)? == 0 || last == *b"\n")
}

/// Takes back what was written of some lines. Where another run has appended meanwhile, its lines count more.
fn take_back(file: &File, before: u64, length: usize) {
    let is_last = file.metadata().is_ok_and(|metadata| metadata.len() < before + length as u64);
    if is_last {
        let _ = file.set_len(before);
    }
}

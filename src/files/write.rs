//! Outputs: written completely or not at all, and only to regular files.
//!
//! A text is written to a temporary file in the same folder, which is then renamed. If it cannot be renamed, because the
//! file is a mount point or the folder is read-only, the file is written in place.

use std::fs::{File, Metadata, OpenOptions, Permissions};
use std::io::{self, ErrorKind, Seek as _, SeekFrom, Write as _};
use std::path::Path;

use tempfile::NamedTempFile;

use super::folder::{belongs_to_us, sync_folder};
use super::identity::{FileIdentity, parent};
use super::kind::{require_regular, without_waiting};
use super::read::{LARGEST_SET, bounded};

/// Who may read a file that is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FileAccess {
    /// As the umask says. A replaced file keeps its mode, and its owner if possible.
    Umask,
    /// Only its owner, regardless of the umask and of the file that was there before.
    Owner,
}

/// An existing file, open for reading and writing.
struct Existing {
    file: File,
    metadata: Metadata,
}

/// Creates a new file.
///
/// # Errors
/// Returns an error if an entry exists (`AlreadyExists`), or if the file cannot be written; no partial file is left.
pub(crate) fn create(path: &Path, bytes: &[u8], access: FileAccess) -> io::Result<()> {
    let file = beside(path, bytes, access, None)?;
    file.persist_noclobber(path).map_err(|failed| failed.error)?;
    sync_folder(parent(path))
}

/// Creates a file, or replaces a regular one. `reserved` are files that must not be replaced, under any name.
///
/// # Errors
/// Returns an error if the entry is not a regular file (symbolic links included) or is reserved, or if the file cannot
/// be written. The previous file is then unchanged.
pub(crate) fn replace(path: &Path, bytes: &[u8], access: FileAccess, reserved: &[FileIdentity]) -> io::Result<()> {
    let existing = existing(path, access)?;
    let identity = match &existing {
        Some(existing) => FileIdentity::of_open(path, &existing.metadata),
        None => FileIdentity::of(path),
    };
    if identity.is_some_and(|identity| reserved.contains(&identity)) {
        return Err(io::Error::new(ErrorKind::InvalidInput, "this run uses it under another name"));
    }
    if put(path, bytes, access, existing, None)? {
        return Ok(());
    }
    Err(io::Error::new(ErrorKind::ResourceBusy, "another process replaced it at the same moment"))
}

/// Replaces a regular file if its content is still `expected`. Its mode stays, and its owner if possible. Returns false,
/// and writes nothing, if the content has changed.
///
/// # Errors
/// As [`replace`], and if the file does not exist.
pub(crate) fn replace_unchanged(path: &Path, old: &[u8], new: &[u8]) -> io::Result<bool> {
    let existing = existing(path, FileAccess::Umask)?.ok_or(ErrorKind::NotFound)?;
    put(path, new, FileAccess::Umask, Some(existing), Some(old))
}

/// Refuses a private file that another user could read or replace.
pub(super) fn allowed(metadata: &Metadata, access: FileAccess) -> io::Result<()> {
    match access {
        FileAccess::Owner if !belongs_to_us(metadata) => {
            Err(io::Error::new(ErrorKind::PermissionDenied, "it belongs to another user"))
        }
        FileAccess::Owner | FileAccess::Umask => Ok(()),
    }
}

/// The initial mode of a new file.
#[cfg(unix)]
pub(super) fn with_mode(options: &mut OpenOptions, access: FileAccess) -> &mut OpenOptions {
    use std::os::unix::fs::OpenOptionsExt as _;
    options.mode(match access {
        FileAccess::Umask => 0o666,
        FileAccess::Owner => 0o600,
    })
}

#[cfg(not(unix))]
pub(super) fn with_mode(options: &mut OpenOptions, _: FileAccess) -> &mut OpenOptions {
    options
}

/// Sets the mode of an open file, regardless of the umask.
#[cfg(unix)]
pub(super) fn set_mode(file: &File, mode: u32) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    file.set_permissions(Permissions::from_mode(mode))
}

#[cfg(not(unix))]
pub(super) fn set_mode(_: &File, _: u32) -> io::Result<()> {
    Ok(())
}

/// Opens the existing file at a path. A rename does not check whether the old file is writable, so this does.
fn existing(path: &Path, access: FileAccess) -> io::Result<Option<Existing>> {
    let found = match std::fs::symlink_metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
        Ok(found) => found,
    };
    require_regular(&found)?;
    // Root could write it anyway, but somebody made it read-only on purpose.
    if found.permissions().readonly() {
        return Err(io::Error::new(ErrorKind::PermissionDenied, "it is read-only"));
    }
    let file = without_waiting(OpenOptions::new().read(true).write(true), false).open(path)?;
    let metadata = file.metadata()?;
    require_regular(&metadata)?;
    allowed(&metadata, access)?;
    Ok(Some(Existing { file, metadata }))
}

/// Writes bytes to a path, replacing the existing file. Returns false if that file has changed.
fn put(
    path: &Path,
    bytes: &[u8],
    access: FileAccess,
    existing: Option<Existing>,
    expected: Option<&[u8]>,
) -> io::Result<bool> {
    let temporary = beside(path, bytes, access, existing.as_ref().map(|existing| &existing.metadata));
    let Some(mut existing) = existing else {
        temporary?.persist(path).map_err(|failed| failed.error)?;
        return sync_folder(parent(path)).map(|()| true);
    };
    // As late as possible, to keep the window for a concurrent save short.
    if !is_unchanged(path, &mut existing, expected)? {
        return Ok(false);
    }
    let failed = match temporary.map(|file| file.persist(path)) {
        Ok(Ok(_)) => return sync_folder(parent(path)).map(|()| true),
        // The temporary file is deleted here.
        Ok(Err(failed)) => failed.error,
        Err(failed) => failed,
    };
    if !leaves_the_file_itself(&failed) {
        return Err(failed);
    }
    if access == FileAccess::Owner {
        set_mode(&existing.file, 0o600)?;
    }
    in_place(&mut existing.file, bytes).map(|()| true)
}

/// Whether an error concerns the name or the folder of a file, so that the file itself can still be written in place.
fn leaves_the_file_itself(error: &io::Error) -> bool {
    use ErrorKind::{CrossesDevices, PermissionDenied, ReadOnlyFilesystem, ResourceBusy};
    matches!(error.kind(), CrossesDevices | PermissionDenied | ReadOnlyFilesystem | ResourceBusy)
}

/// Whether the open file is still the one at the path, with the expected content.
fn is_unchanged(path: &Path, existing: &mut Existing, expected: Option<&[u8]>) -> io::Result<bool> {
    let now = std::fs::symlink_metadata(path).ok();
    let identity = |metadata: &Metadata| FileIdentity::of_open(path, metadata);
    if now.and_then(|now| identity(&now)) != identity(&existing.metadata) {
        return Ok(false);
    }
    let Some(expected) = expected else { return Ok(true) };
    Ok(content(&mut existing.file, expected.len() as u64).is_ok_and(|now| now == expected))
}

/// The content of an open file, if it is within a limit.
fn content(file: &mut File, limit: u64) -> io::Result<Vec<u8>> {
    file.seek(SeekFrom::Start(0))?;
    bounded(file, limit)
}

/// Writes the bytes to a temporary file in the same folder and syncs it. It is deleted on drop.
fn beside(path: &Path, bytes: &[u8], access: FileAccess, old: Option<&Metadata>) -> io::Result<NamedTempFile> {
    let mut reason = None;
    let new_access = if old.is_some() { FileAccess::Owner } else { access };
    let open = |temporary: &Path| {
        let opened = with_mode(OpenOptions::new().read(true).write(true).create_new(true), new_access).open(temporary);
        opened.inspect_err(|error| reason = error.raw_os_error())
    };
    let made = tempfile::Builder::new().prefix(".zerodrift-").make_in(parent(path), open);
    // The builder's own error contains the name of the temporary file, which means nothing to the user.
    let file = made.map_err(|error| reason.map_or(error, io::Error::from_raw_os_error))?;
    // Directly to the file, for the same reason.
    let mut plain = file.as_file();
    plain.write_all(bytes)?;
    match (access, old) {
        (FileAccess::Owner, _) => set_mode(plain, 0o600)?,
        (FileAccess::Umask, Some(old)) => {
            keep_owner(plain, old);
            plain.set_permissions(old.permissions())?;
        }
        (FileAccess::Umask, None) => {}
    }
    plain.sync_all()?;
    Ok(file)
}

/// Sets the owner of the old file, if permitted: a container that runs as root edits files of other users.
#[cfg(unix)]
fn keep_owner(file: &File, old: &Metadata) {
    use std::os::unix::fs::MetadataExt as _;
    let _ = std::os::unix::fs::fchown(file, Some(old.uid()), Some(old.gid()));
}

#[cfg(not(unix))]
fn keep_owner(_: &File, _: &Metadata) {}

/// Overwrites the content of a file, and restores the old content if that fails.
fn in_place(file: &mut File, new: &[u8]) -> io::Result<()> {
    let old = content(file, LARGEST_SET)?;
    let mut touched = 0;
    let Err(error) = overwrite(file, old.len(), new, &mut touched) else { return Ok(()) };
    let fate = match restore(file, old.get(..touched).unwrap_or(&old), old.len()) {
        Ok(()) => "; its old content was restored".to_owned(),
        Err(second) => format!("; its old content could not be restored ({second}), so it is damaged"),
    };
    Err(io::Error::new(error.kind(), format!("{error}{fate}")))
}

/// Writes the part beyond the old length first: that part needs space on the disk, and undoing it needs none. `touched`
/// counts the old bytes that have been overwritten.
fn overwrite(file: &mut File, length: usize, new: &[u8], touched: &mut usize) -> io::Result<()> {
    let (head, tail) = new.split_at(length.min(new.len()));
    if !tail.is_empty() {
        file.seek(SeekFrom::Start(length as u64))?;
        file.write_all(tail)?;
        file.sync_data()?;
    }
    file.seek(SeekFrom::Start(0))?;
    while let Some(rest) = head.get(*touched..).filter(|rest| !rest.is_empty()) {
        match file.write(rest) {
            Ok(0) => return Err(ErrorKind::WriteZero.into()),
            Ok(written) => *touched += written,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    file.set_len(new.len() as u64)?;
    *touched = length;
    file.sync_all()
}

/// Restores the overwritten bytes and the length.
fn restore(file: &mut File, lost: &[u8], length: usize) -> io::Result<()> {
    file.seek(SeekFrom::Start(0))?;
    file.write_all(lost)?;
    file.set_len(length as u64)?;
    file.sync_all()
}

//! Outputs: whole or not at all, and only where a regular file is or will be.
//!
//! A text goes into a temporary file in the same folder, and then takes the name. Where the name cannot be taken,
//! because the file is a mount of its own or the folder is read-only, the file is written in place.

use std::fs::{File, Metadata, OpenOptions, Permissions};
use std::io::{self, ErrorKind, Seek as _, SeekFrom, Write as _};
use std::path::Path;

use tempfile::NamedTempFile;

use super::folder::{belongs_to_us, sync_folder};
use super::identity::{FileIdentity, parent};
use super::kind::{require_regular, without_waiting};
use super::read::{LARGEST_DOCUMENT, bounded, too_large};

/// Who may read a file that is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    /// Whoever the umask lets read new files. A file that is replaced keeps its mode, and its owner where possible.
    Umask,
    /// Its owner alone, whatever the umask is and whatever was there before.
    Owner,
}

/// A file that is there already, open for reading and writing.
struct Existing {
    file: File,
    metadata: Metadata,
}

/// Creates a file, never over another one.
///
/// # Errors
/// If something is there (`AlreadyExists`), or the file cannot be written. Nothing is left behind then.
pub(crate) fn create(path: &Path, bytes: &[u8], access: Access) -> io::Result<()> {
    let file = beside(path, bytes, access, None)?;
    file.persist_noclobber(path).map_err(|failed| failed.error)?;
    sync_folder(parent(path))
}

/// Creates a file, or replaces a regular one. `reserved` are files that may not be hit, by whatever name.
///
/// # Errors
/// If something else than a regular file is there, a symbolic link included, or a reserved one; or if the file cannot
/// be written. What was there before is still there then.
pub(crate) fn replace(path: &Path, bytes: &[u8], access: Access, reserved: &[FileIdentity]) -> io::Result<()> {
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
    Err(io::Error::new(ErrorKind::ResourceBusy, "it was exchanged at the same moment"))
}

/// Replaces a regular file that still holds what was read of it. Its mode stays, and its owner where possible.
/// Returns false, and writes nothing, where it holds something else by now.
///
/// # Errors
/// As [`replace`], and if no file is there.
pub(crate) fn replace_unchanged(path: &Path, old: &[u8], new: &[u8]) -> io::Result<bool> {
    let existing = existing(path, Access::Umask)?.ok_or(ErrorKind::NotFound)?;
    put(path, new, Access::Umask, Some(existing), Some(old))
}

/// Refuses a private file that somebody else could read or exchange.
pub(super) fn allowed(metadata: &Metadata, access: Access) -> io::Result<()> {
    match access {
        Access::Owner if !belongs_to_us(metadata) => {
            Err(io::Error::new(ErrorKind::PermissionDenied, "it belongs to another user"))
        }
        Access::Owner | Access::Umask => Ok(()),
    }
}

/// The mode that a new file starts with.
#[cfg(unix)]
pub(super) fn with_mode(options: &mut OpenOptions, access: Access) -> &mut OpenOptions {
    use std::os::unix::fs::OpenOptionsExt as _;
    options.mode(match access {
        Access::Umask => 0o666,
        Access::Owner => 0o600,
    })
}

#[cfg(not(unix))]
pub(super) fn with_mode(options: &mut OpenOptions, _: Access) -> &mut OpenOptions {
    options
}

/// Gives an open file a mode, whatever the umask is.
#[cfg(unix)]
pub(super) fn set_mode(file: &File, mode: u32) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    file.set_permissions(Permissions::from_mode(mode))
}

#[cfg(not(unix))]
pub(super) fn set_mode(_: &File, _: u32) -> io::Result<()> {
    Ok(())
}

/// What is at a path. A file that takes the place of another asks nobody whether that one may be written, so this does.
fn existing(path: &Path, access: Access) -> io::Result<Option<Existing>> {
    let found = match std::fs::symlink_metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
        Ok(found) => found,
    };
    require_regular(&found)?;
    // Root can write it all the same, and whoever made it read-only meant something by it.
    if found.permissions().readonly() {
        return Err(io::Error::new(ErrorKind::PermissionDenied, "it is read-only"));
    }
    let file = without_waiting(OpenOptions::new().read(true).write(true), false).open(path)?;
    let metadata = file.metadata()?;
    require_regular(&metadata)?;
    allowed(&metadata, access)?;
    Ok(Some(Existing { file, metadata }))
}

/// Puts bytes at a path, in place of what is there. Returns false where that is not what it was.
fn put(
    path: &Path,
    bytes: &[u8],
    access: Access,
    existing: Option<Existing>,
    expected: Option<&[u8]>,
) -> io::Result<bool> {
    let temporary = beside(path, bytes, access, existing.as_ref().map(|existing| &existing.metadata));
    let Some(mut existing) = existing else {
        temporary?.persist(path).map_err(|failed| failed.error)?;
        return sync_folder(parent(path)).map(|()| true);
    };
    // Last of all, so that hardly any time is left in which somebody could save.
    if !is_unchanged(path, &mut existing, expected)? {
        return Ok(false);
    }
    let failed = match temporary.map(|file| file.persist(path)) {
        Ok(Ok(_)) => return sync_folder(parent(path)).map(|()| true),
        // The temporary file ends here.
        Ok(Err(failed)) => failed.error,
        Err(failed) => failed,
    };
    if !leaves_the_file_itself(&failed) {
        return Err(failed);
    }
    if access == Access::Owner {
        set_mode(&existing.file, 0o600)?;
    }
    in_place(&mut existing.file, bytes).map(|()| true)
}

/// Whether a failure is about the name of a file or its folder, and leaves the file itself to be written.
fn leaves_the_file_itself(error: &io::Error) -> bool {
    use ErrorKind::{CrossesDevices, PermissionDenied, ReadOnlyFilesystem, ResourceBusy};
    matches!(error.kind(), CrossesDevices | PermissionDenied | ReadOnlyFilesystem | ResourceBusy)
}

/// Whether the open file is what is at the path, and holds what was expected there.
fn is_unchanged(path: &Path, existing: &mut Existing, expected: Option<&[u8]>) -> io::Result<bool> {
    let now = std::fs::symlink_metadata(path).ok();
    let identity = |metadata: &Metadata| FileIdentity::of_open(path, metadata);
    if now.and_then(|now| identity(&now)) != identity(&existing.metadata) {
        return Ok(false);
    }
    let Some(expected) = expected else { return Ok(true) };
    Ok(content(&mut existing.file, expected.len() as u64).is_ok_and(|now| now == expected))
}

/// What an open file holds, if that is not more than a bound.
fn content(file: &mut File, limit: u64) -> io::Result<Vec<u8>> {
    file.seek(SeekFrom::Start(0))?;
    bounded(file, limit)
}

/// The bytes in a temporary file in the same folder, on the disk. It is deleted when it is dropped.
fn beside(path: &Path, bytes: &[u8], access: Access, old: Option<&Metadata>) -> io::Result<NamedTempFile> {
    if access == Access::Owner && bytes.len() as u64 > LARGEST_DOCUMENT {
        // What is written for reading it back would be refused then.
        return Err(too_large(LARGEST_DOCUMENT));
    }
    let mut reason = None;
    let new_access = if old.is_some() { Access::Owner } else { access };
    let open = |temporary: &Path| {
        let opened = with_mode(OpenOptions::new().read(true).write(true).create_new(true), new_access).open(temporary);
        opened.inspect_err(|error| reason = error.raw_os_error())
    };
    let made = tempfile::Builder::new().prefix(".zerodrift-").make_in(parent(path), open);
    // The builder's own error has the name of the temporary file in it, which means nothing to anybody.
    let file = made.map_err(|error| reason.map_or(error, io::Error::from_raw_os_error))?;
    // Straight to the file, for the same reason.
    let mut plain = file.as_file();
    plain.write_all(bytes)?;
    match (access, old) {
        (Access::Owner, _) => set_mode(plain, 0o600)?,
        (Access::Umask, Some(old)) => {
            keep_owner(plain, old);
            plain.set_permissions(old.permissions())?;
        }
        (Access::Umask, None) => {}
    }
    plain.sync_all()?;
    Ok(file)
}

/// Gives the file to whoever owned the old one, as far as that is allowed: a container that runs as root works on the
/// files of others.
#[cfg(unix)]
fn keep_owner(file: &File, old: &Metadata) {
    use std::os::unix::fs::MetadataExt as _;
    let _ = std::os::unix::fs::fchown(file, Some(old.uid()), Some(old.gid()));
}

#[cfg(not(unix))]
fn keep_owner(_: &File, _: &Metadata) {}

/// Writes over the content of a file, and puts the old content back where that fails.
fn in_place(file: &mut File, new: &[u8]) -> io::Result<()> {
    let old = content(file, LARGEST_DOCUMENT)?;
    let mut touched = 0;
    let Err(error) = overwrite(file, old.len(), new, &mut touched) else { return Ok(()) };
    let fate = match restore(file, old.get(..touched).unwrap_or(&old), old.len()) {
        Ok(()) => "; its old content is back".to_owned(),
        Err(second) => format!("; its old content could not be put back ({second}), so it is damaged"),
    };
    Err(io::Error::new(error.kind(), format!("{error}{fate}")))
}

/// Writes what is beyond the old length first: that needs room on the disk, and taking it back needs none. `touched`
/// counts the old bytes that are lost by now.
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

/// Puts back the bytes that were lost, and the length.
fn restore(file: &mut File, lost: &[u8], length: usize) -> io::Result<()> {
    file.seek(SeekFrom::Start(0))?;
    file.write_all(lost)?;
    file.set_len(length as u64)?;
    file.sync_all()
}

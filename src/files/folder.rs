//! Folders that nobody else can write to, and syncing of their entries.

use std::fs::{DirBuilder, File, Metadata};
use std::io;
use std::path::Path;

use super::kind::describe;

/// Why another user could replace the files in a folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum FolderRisk {
    /// Its mode allows others to write.
    #[error("others can write to it (mode {0:04o})")]
    Writable(u32),
    /// It belongs to another user; the number is the uid.
    #[error("it belongs to another user (uid {0})")]
    Foreign(u32),
}

/// Creates a folder and its missing parents, as `mkdir -p` does.
///
/// # Errors
/// Returns an error if one of them cannot be created.
pub(crate) fn make_folder(folder: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).create(folder)
}

/// Creates a folder and its missing parents with mode 0700, regardless of the umask. Existing folders stay as they are.
///
/// # Errors
/// Returns an error if one of them cannot be created, or if others can write to an existing one.
pub(crate) fn make_private_folder(folder: &Path) -> io::Result<()> {
    let missing: Vec<&Path> = folder
        .ancestors()
        .take_while(|folder| !folder.as_os_str().is_empty() && std::fs::symlink_metadata(folder).is_err())
        .collect();
    for folder in missing.into_iter().rev() {
        match private_builder().create(folder) {
            Ok(()) => make_private(folder)?,
            // Another run created it first.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    match check_private_folder(folder)? {
        None => Ok(()),
        Some(risk) => Err(io::Error::new(io::ErrorKind::PermissionDenied, risk.to_string())),
    }
}

/// Returns the risk if others could replace the files in a folder: they own it, or its mode allows them to write and it
/// has no sticky bit. A folder that does not exist has no risk.
///
/// # Errors
/// Returns an error if it is not a folder, or if its metadata cannot be read.
pub(crate) fn check_private_folder(folder: &Path) -> io::Result<Option<FolderRisk>> {
    match std::fs::metadata(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
        Ok(metadata) if !metadata.is_dir() => {
            let kind = if metadata.is_file() { "a file" } else { describe(metadata.file_type()) };
            Err(io::Error::new(io::ErrorKind::NotADirectory, format!("it is {kind}, not a folder")))
        }
        Ok(metadata) => Ok(risk(&metadata)),
    }
}

/// Deletes a file.
///
/// # Errors
/// Returns an error if it cannot be deleted. A missing file is not an error, since another run may have deleted it
/// first.
pub(crate) fn delete(path: &Path) -> io::Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        done => done,
    }
}

/// Syncs the entries of a folder to disk, if the system supports it.
///
/// # Errors
/// Returns an error if the disk fails. A folder that is writable but not readable, and a file system without folder
/// sync, are not errors.
#[cfg(unix)]
pub(super) fn sync_folder(folder: &Path) -> io::Result<()> {
    use io::ErrorKind::{InvalidInput, PermissionDenied, Unsupported};
    match File::open(folder).and_then(|folder| folder.sync_all()) {
        Err(error) if matches!(error.kind(), InvalidInput | PermissionDenied | Unsupported) => Ok(()),
        done => done,
    }
}

/// Other systems do not support it.
#[cfg(not(unix))]
pub(super) fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(unix)]
fn private_builder() -> DirBuilder {
    use std::os::unix::fs::DirBuilderExt as _;
    let mut builder = DirBuilder::new();
    builder.mode(0o700);
    builder
}

#[cfg(not(unix))]
fn private_builder() -> DirBuilder {
    DirBuilder::new()
}

/// The umask can remove even the owner's permissions.
#[cfg(unix)]
fn make_private(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o700))
}

#[cfg(not(unix))]
fn make_private(_: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(unix)]
fn risk(metadata: &Metadata) -> Option<FolderRisk> {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
    const STICKY: u32 = 0o1000;
    const OTHERS_WRITE: u32 = 0o022;
    let mode = metadata.permissions().mode() & 0o7777;
    if !belongs_to_us(metadata) {
        return Some(FolderRisk::Foreign(metadata.uid()));
    }
    (mode & OTHERS_WRITE != 0 && mode & STICKY == 0).then_some(FolderRisk::Writable(mode))
}

#[cfg(not(unix))]
fn risk(_: &Metadata) -> Option<FolderRisk> {
    None
}

/// Whether the current user or root owns a file. Root can read and write every file anyway.
#[cfg(unix)]
pub(super) fn belongs_to_us(metadata: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    metadata.uid() == 0 || metadata.uid() == rustix::process::geteuid().as_raw()
}

#[cfg(not(unix))]
pub(super) fn belongs_to_us(_: &Metadata) -> bool {
    true
}

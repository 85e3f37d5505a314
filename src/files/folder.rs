//! Folders: those that nobody else can write to, and what keeps names in them through a crash.

use std::fs::{DirBuilder, File, Metadata};
use std::io;
use std::path::Path;

use super::kind::describe;

/// Why what is kept in a folder could be exchanged by somebody else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum FolderRisk {
    /// Its mode lets others write.
    #[error("others can write to it (mode {0:04o})")]
    Writable(u32),
    /// It belongs to another user, by number.
    #[error("it belongs to another user (uid {0})")]
    Foreign(u32),
}

/// Makes a folder and those around it that do not exist, as `mkdir -p` does.
///
/// # Errors
/// If one of them cannot be made.
pub(crate) fn make_folder(folder: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).create(folder)
}

/// Makes a folder and those around it that do not exist for their owner alone, whatever the umask is. One that exists
/// stays as it is.
///
/// # Errors
/// If one of them cannot be made, or others can write to a folder that existed.
pub(crate) fn make_private_folder(folder: &Path) -> io::Result<()> {
    let missing: Vec<&Path> = folder
        .ancestors()
        .take_while(|folder| !folder.as_os_str().is_empty() && std::fs::symlink_metadata(folder).is_err())
        .collect();
    for folder in missing.into_iter().rev() {
        match private_builder().create(folder) {
            Ok(()) => make_private(folder)?,
            // Another run was faster.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    match check_private_folder(folder)? {
        None => Ok(()),
        Some(risk) => Err(io::Error::new(io::ErrorKind::PermissionDenied, risk.to_string())),
    }
}

/// Looks whether others could exchange what is kept in a folder: because its mode lets them write and not even the
/// sticky bit holds them back, or because it is theirs. A folder that does not exist is no risk.
///
/// # Errors
/// If it is not a folder, or cannot be looked at.
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
/// If it cannot be deleted. That it does not exist is fine: another run was faster.
pub(crate) fn delete(path: &Path) -> io::Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        done => done,
    }
}

/// Puts the names in a folder on the disk, where the system can.
///
/// # Errors
/// If the disk fails. A folder that may be written and not read, and a file system that has no such thing for folders,
/// are no failure.
#[cfg(unix)]
pub(super) fn sync_folder(folder: &Path) -> io::Result<()> {
    use io::ErrorKind::{InvalidInput, PermissionDenied, Unsupported};
    match File::open(folder).and_then(|folder| folder.sync_all()) {
        Err(error) if matches!(error.kind(), InvalidInput | PermissionDenied | Unsupported) => Ok(()),
        done => done,
    }
}

/// Other systems have no such thing.
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

/// The umask may have taken even the owner's rights.
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

/// Whether a file is ours or root's, who can read and write everything in any case.
#[cfg(unix)]
pub(super) fn belongs_to_us(metadata: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    metadata.uid() == 0 || metadata.uid() == rustix::process::geteuid().as_raw()
}

#[cfg(not(unix))]
pub(super) fn belongs_to_us(_: &Metadata) -> bool {
    true
}

//! A file lock that allows one apply at a time per target and machine. The system releases it when the process ends.

use std::fs::TryLockError;
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use super::backup::organization;
use super::file_error::FileError;
use crate::files::{self, FileAccess};
use crate::settings::Target;

/// A lock on one target, held until it is dropped or the process ends.
///
/// It excludes other processes, and other locks of this process, with the same folder. It does not exclude other machines, the
/// dashboard, or programs that do not use the lock.
///
/// ```
/// use zerodrift::apply::TargetLock;
/// use zerodrift::settings::Target;
///
/// let folder = tempfile::tempdir()?;
/// let target = Target::account("699d98642c564d2e855e9661899b7252")?;
/// let api = "https://api.cloudflare.com/client/v4";
/// let held = TargetLock::acquire(folder.path(), &target, api)?;
/// assert!(TargetLock::acquire(folder.path(), &target, api).is_err());
/// drop(held);
/// assert!(TargetLock::acquire(folder.path(), &target, api).is_ok());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct TargetLock {
    path: PathBuf,
    /// Closing it releases the lock.
    _file: std::fs::File,
}

/// Why a target could not be locked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LockError {
    /// Another apply holds the lock.
    #[error("another apply{} is writing to this target: it holds the lock {}", process(.holder.as_deref()), crate::text::path(.path))]
    Held {
        /// The lock file.
        path: PathBuf,
        /// The id of the process that holds it, if the file contains one.
        holder: Option<String>,
    },
    /// The lock file cannot be used.
    #[error(transparent)]
    Unusable(#[from] FileError),
}

fn process(holder: Option<&str>) -> String {
    holder.map_or_else(String::new, |id| format!(" (process {id})"))
}

impl TargetLock {
    /// Locks a target at the API with this base URL, with a file in `folder`, without waiting. Creates the folder if it does not
    /// exist.
    ///
    /// The file is small, accessible only by its owner, and never deleted: otherwise two processes could lock two files with the
    /// same name.
    ///
    /// # Errors
    /// Returns [`LockError::Held`] if the target is locked, and [`LockError::Unusable`] if the file cannot be created, opened or
    /// locked.
    pub fn acquire(folder: &Path, target: &Target, api: &str) -> Result<Self, LockError> {
        files::make_private_folder(folder).map_err(FileError::of("create the folder", folder))?;
        let path = folder.join(format!("{}.lock", organization(target, api)));
        let mut file = files::open_to_append(&path, FileAccess::Owner).map_err(FileError::of("lock", &path))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(LockError::Held { holder: holder(&mut file), path }),
            Err(TryLockError::Error(error)) => return Err(FileError::of("lock", &path)(error).into()),
        }
        // The id is only for messages, so a failure, for example on a full disk, does not matter.
        let _ = write_holder(&mut file);
        Ok(Self { path, _file: file })
    }

    /// Returns the path of the lock file.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// Writes the id of this process to the file, for the message of another process.
fn write_holder(file: &mut std::fs::File) -> io::Result<()> {
    file.set_len(0)?;
    writeln!(file, "{}", std::process::id())
}

/// Returns the process id in the file, if it has a valid one.
fn holder(file: &mut std::fs::File) -> Option<String> {
    let mut text = String::new();
    file.take(32).read_to_string(&mut text).ok()?;
    let id = text.trim();
    (!id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit())).then(|| id.to_owned())
}

#[cfg(test)]
mod tests;

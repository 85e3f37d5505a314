//! One apply at a time for one target on one machine: a lock on a file that the system releases when the process ends.

use std::fs::TryLockError;
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use super::backup::{BackupError, organization};
use crate::files::{self, FileAccess};
use crate::settings::Target;

/// The right to write to one target, held until it is dropped or the process ends, however it ends.
///
/// It excludes other processes (and other locks of this one) that use the same folder. It says nothing about other
/// machines, about the dashboard, or about programs that do not ask.
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
    /// Another apply holds it.
    #[error("another apply{} is writing to this target: it holds the lock {}", process(.holder.as_deref()), crate::text::path(.path))]
    Held {
        /// The lock file.
        path: PathBuf,
        /// The id of the process that holds it, where the file says so.
        holder: Option<String>,
    },
    /// The lock file could not be used.
    #[error(transparent)]
    Unusable(#[from] BackupError),
}

fn process(holder: Option<&str>) -> String {
    holder.map_or_else(String::new, |id| format!(" (process {id})"))
}

impl TargetLock {
    /// Locks a target at the API with this base URL, by a file in `folder`, which is made where it is missing. Never waits.
    ///
    /// The file is small, for its owner alone, and stays: deleting it would let two processes lock two files of one name.
    ///
    /// # Errors
    /// [`LockError::Held`] if somebody holds the lock, [`LockError::Unusable`] if the file cannot be made, opened or locked.
    pub fn acquire(folder: &Path, target: &Target, api: &str) -> Result<Self, LockError> {
        let unmade = |source| BackupError { doing: "make the folder", path: folder.to_owned(), source };
        files::make_private_folder(folder).map_err(unmade)?;
        let path = folder.join(format!("{}.lock", organization(target, api)));
        let failed = |source| BackupError { doing: "lock", path: path.clone(), source };
        let mut file = files::open_to_append(&path, FileAccess::Owner).map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(LockError::Held { holder: holder(&mut file), path }),
            Err(TryLockError::Error(error)) => return Err(failed(error).into()),
        }
        // The id only helps whoever is turned away. A disk that is full does not unlock what is locked.
        let _ = note_holder(&mut file);
        Ok(Self { path, _file: file })
    }

    /// The lock file.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// Writes the id of this process into the file, for whoever is turned away.
fn note_holder(file: &mut std::fs::File) -> io::Result<()> {
    file.set_len(0)?;
    writeln!(file, "{}", std::process::id())
}

/// The id that the file holds, where it can be read and is one.
fn holder(file: &mut std::fs::File) -> Option<String> {
    let mut text = String::new();
    file.take(32).read_to_string(&mut text).ok()?;
    let id = text.trim();
    (!id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit())).then(|| id.to_owned())
}

#[cfg(test)]
mod tests;

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
mod tests {
    use super::*;

    const API: &str = "https://api.cloudflare.com/client/v4";

    fn account(digit: &str) -> Target {
        Target::account(&digit.repeat(32)).unwrap()
    }

    #[test]
    fn a_second_lock_is_refused_and_names_the_file_and_the_process() {
        let folder = tempfile::tempdir().unwrap();
        let held = TargetLock::acquire(folder.path(), &account("a"), API).unwrap();
        let error = TargetLock::acquire(folder.path(), &account("a"), API).unwrap_err().to_string();
        assert!(error.contains(&held.path().display().to_string()), "{error}");
        assert!(error.contains(&format!("process {}", std::process::id())), "{error}");
    }

    #[test]
    fn other_targets_and_other_apis_have_locks_of_their_own() {
        let folder = tempfile::tempdir().unwrap();
        let _held = TargetLock::acquire(folder.path(), &account("a"), API).unwrap();
        assert!(TargetLock::acquire(folder.path(), &account("b"), API).is_ok());
        assert!(TargetLock::acquire(folder.path(), &account("a"), "http://127.0.0.1:1/client/v4").is_ok());
    }

    #[test]
    fn a_lock_that_is_let_go_can_be_had_again() {
        let folder = tempfile::tempdir().unwrap();
        let below = folder.path().join("not/yet/there");
        drop(TargetLock::acquire(&below, &account("a"), API).unwrap());
        assert!(TargetLock::acquire(&below, &account("a"), API).is_ok());
    }

    #[cfg(unix)]
    #[test]
    fn a_link_in_the_place_of_the_lock_is_not_written_through() {
        let folder = tempfile::tempdir().unwrap();
        let other = folder.path().join("other");
        std::fs::write(&other, "mine").unwrap();
        let place = folder.path().join(format!("account-{}.lock", "a".repeat(32)));
        std::os::unix::fs::symlink(&other, place).unwrap();
        assert!(matches!(TargetLock::acquire(folder.path(), &account("a"), API), Err(LockError::Unusable(_))));
        assert_eq!(std::fs::read_to_string(other).unwrap(), "mine");
    }
}

//! Which old backups are deleted.
//!
//! A backup has a mark from before the first write until its apply is verified or known to have changed nothing. A backup
//! with a mark is never deleted, so the previous state can be restored even after a crash.

use std::io;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use super::backup::{Backups, organization};
use super::file_error::FileError;
use super::mark;
use crate::files::{self, FileIdentity, LARGEST_DOCUMENT};
use crate::live::Snapshot;
use crate::plan::Plan;

impl Backups {
    /// Removes the mark of a backup whose apply is verified or changed nothing, and deletes the oldest backups of the same
    /// organization over the limit. Returns the files that could not be deleted.
    ///
    /// This backup, the backups in `protected`, marked backups, those of other organizations and APIs, and files that are
    /// not backups are never deleted.
    pub fn settle(&self, plan: &Plan, backup: &Path, protected: &[&Path]) -> Vec<FileError> {
        if let Err(error) = mark::remove(backup) {
            return vec![FileError::of("delete the mark of the backup", backup)(error)];
        }
        let protected: Vec<&Path> = protected.iter().copied().chain([backup]).collect();
        delete_oldest(&self.folder, self.limit, plan, &protected)
    }
}

/// Deletes the oldest backups of a plan's organization over the limit. Returns those that could not be deleted.
fn delete_oldest(folder: &Path, limit: NonZeroUsize, plan: &Plan, protected: &[&Path]) -> Vec<FileError> {
    let organization = organization(&plan.target, &plan.api);
    let protected: Vec<FileIdentity> = protected.iter().filter_map(|path| FileIdentity::of(path)).collect();
    let mut older = match deletable(folder, &organization, &protected) {
        Ok(older) => older,
        Err(error) => return vec![FileError::of("list the backups in", folder)(error)],
    };
    // A name starts with the time, so this is the order of time.
    older.sort();
    older.truncate((older.len() + 1).saturating_sub(limit.get()));
    let ours = older.iter().filter(|path| is_of(plan, path));
    ours.filter_map(|path| files::delete(path).map_err(FileError::of("delete the old backup", path)).err()).collect()
}

/// Returns the files whose names are those of backups of an organization, and that may be deleted.
fn deletable(folder: &Path, organization: &str, protected: &[FileIdentity]) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let path = entry.path();
        let is_ours = entry.file_name().to_str().is_some_and(|name| is_backup_of(organization, name));
        let is_protected = || FileIdentity::of(&path).is_none_or(|identity| protected.contains(&identity));
        if is_ours && entry.file_type()?.is_file() && !mark::exists(&path) && !is_protected() {
            found.push(path);
        }
    }
    Ok(found)
}

/// Whether the content of a file is a backup of this organization. The names of two APIs can be equal.
fn is_of(plan: &Plan, path: &Path) -> bool {
    let Ok(bytes) = files::read(path, LARGEST_DOCUMENT) else { return false };
    Snapshot::parse(&bytes)
        .is_ok_and(|snapshot| snapshot.target.as_ref() == Some(&plan.target) && snapshot.api == plan.api)
}

/// Whether the name of a file is that of a backup of this organization.
fn is_backup_of(organization: &str, name: &str) -> bool {
    let parts = || {
        let (moment, rest) = name.split_once('-')?;
        let digest = rest.strip_prefix(organization)?.strip_prefix('-')?.strip_suffix(".json")?;
        Some((moment, digest))
    };
    parts().is_some_and(|(moment, digest)| {
        let is_moment = moment.len() == 20 && moment.starts_with(|c: char| c.is_ascii_digit()) && moment.ends_with('Z');
        let (hash, again) = digest.split_once('-').unwrap_or((digest, "2"));
        let is_hash = hash.len() == 8 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
        // A host name can look like a digest, but what follows it is longer than a count.
        let is_count = (1..=3).contains(&again.len()) && again.bytes().all(|byte| byte.is_ascii_digit());
        is_moment && is_hash && is_count
    })
}

#[cfg(test)]
mod tests;

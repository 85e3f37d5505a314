//! Which backups make room for newer ones, and which never do.
//!
//! A backup is needed as long as the apply it was kept for is not known to have ended well: a mark beside it says so,
//! from before the first write on. So whatever ends a run, a crash included, leaves the way back in place.

use std::io;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use super::backup::{BackupError, Backups, organization};
use super::mark;
use crate::files::{self, FileIdentity, LARGEST_DOCUMENT};
use crate::live::Snapshot;
use crate::plan::Plan;

impl Backups {
    /// Says that a backup is not the only way back any more: the apply it was kept for is verified, or changed nothing.
    /// The oldest backups of the same organization then make room, and returned are those that could not be deleted.
    ///
    /// Never deleted are this backup, those whose apply is not settled, those in `spared`, those of other
    /// organizations and of other APIs, and files that are not backups, whatever their names say.
    pub fn settle(&self, plan: &Plan, backup: &Path, spared: &[&Path]) -> Vec<BackupError> {
        if let Err(source) = mark::remove(backup) {
            return vec![BackupError { doing: "release the backup", path: backup.to_owned(), source }];
        }
        let spared: Vec<&Path> = spared.iter().copied().chain([backup]).collect();
        make_room(&self.folder, self.limit, plan, &spared)
    }
}

/// Deletes the oldest backups of a plan's organization beyond the limit. Returns those that could not be deleted.
fn make_room(folder: &Path, limit: NonZeroUsize, plan: &Plan, spared: &[&Path]) -> Vec<BackupError> {
    let failed = |doing, path: &Path, source| BackupError { doing, path: path.to_owned(), source };
    let organization = organization(&plan.target, &plan.api);
    let spared: Vec<FileIdentity> = spared.iter().filter_map(|path| FileIdentity::of(path)).collect();
    let mut older = match deletable(folder, &organization, &spared) {
        Ok(older) => older,
        Err(error) => return vec![failed("look for old backups in", folder, error)],
    };
    // Names begin with the time, so their order is that of time.
    older.sort();
    older.truncate((older.len() + 1).saturating_sub(limit.get()));
    let ours = older.iter().filter(|path| is_of(plan, path));
    ours.filter_map(|path| Some(failed("delete the old backup", path, files::delete(path).err()?))).collect()
}

/// The files that are backups of an organization by their names, and not needed.
fn deletable(folder: &Path, organization: &str, spared: &[FileIdentity]) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let path = entry.path();
        let is_ours = entry.file_name().to_str().is_some_and(|name| is_backup_of(organization, name));
        let is_spared = || FileIdentity::of(&path).is_none_or(|identity| spared.contains(&identity));
        if is_ours && entry.file_type()?.is_file() && !mark::is_there(&path) && !is_spared() {
            found.push(path);
        }
    }
    Ok(found)
}

/// Whether a file is a backup of this organization by what it says itself. Two APIs can share a name.
fn is_of(plan: &Plan, path: &Path) -> bool {
    let Ok(bytes) = files::read(path, LARGEST_DOCUMENT) else { return false };
    Snapshot::parse(&bytes)
        .is_ok_and(|snapshot| snapshot.target.as_ref() == Some(&plan.target) && snapshot.api == plan.api)
}

/// Whether a file in the folder is a backup of this organization, by its name.
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
        // A host can look like a digest: the rest of such a name is longer than any count.
        let is_count = (1..=3).contains(&again.len()) && again.bytes().all(|byte| byte.is_ascii_digit());
        is_moment && is_hash && is_count
    })
}

#[cfg(test)]
mod tests;

//! The previous state of an apply, as a private file that `rollback` and `plan --live` read.
//!
//! A backup is a snapshot document with two more fields: its time, and the digest of the plan. It contains the answers of
//! the API, and no credentials.

use std::io;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde_json::{Map, Value as Json};

use super::file_error::FileError;
use super::mark;
use crate::files::{self, FileAccess, LARGEST_DOCUMENT};
use crate::live::{Live, Snapshot};
use crate::plan::Plan;
use crate::settings::{CLOUDFLARE, Target};

/// The default number of backups to keep per organization.
const DEFAULT_LIMIT: NonZeroUsize = NonZeroUsize::new(30).unwrap();

/// The maximum number of backups with the same time.
const MAX_SAME_TIME: usize = 100;

/// A folder of backups.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backups {
    pub(super) folder: PathBuf,
    pub(super) limit: NonZeroUsize,
}

/// The content of a backup: the live state as it was read, and the plan that changes it.
#[derive(Debug, Clone, Copy)]
pub struct PreImage<'a> {
    /// The plan, with its target and API.
    pub plan: &'a Plan,
    /// The live state.
    pub live: &'a Live,
}

impl Backups {
    /// Returns the backups in a folder. The first backup creates the folder, accessible only by its owner.
    pub fn in_folder(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into(), limit: DEFAULT_LIMIT }
    }

    /// Returns the folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Sets the number of backups to keep per organization. The default is 30.
    #[must_use]
    pub fn limit(self, limit: NonZeroUsize) -> Self {
        Self { limit, ..self }
    }

    /// Writes a backup that only its owner can read, syncs it, and returns its path. A second file marks the backup as
    /// needed until [`Backups::settle`].
    ///
    /// # Errors
    /// Returns a [`FileError`] if the folder cannot be created or others can write to it, or if the file cannot be
    /// written. No partial file remains.
    pub fn keep(&self, image: &PreImage<'_>, now: Timestamp) -> Result<PathBuf, FileError> {
        files::make_private_folder(&self.folder).map_err(FileError::of("create the folder", &self.folder))?;
        let organization = organization(&image.plan.target, &image.plan.api);
        let written = self.write(&format!("{}-{organization}", moment(now)), image, now);
        written.map_err(FileError::of("write a backup in", &self.folder))
    }

    /// Writes the document with a name that does not exist yet.
    fn write(&self, stem: &str, image: &PreImage<'_>, now: Timestamp) -> io::Result<PathBuf> {
        let text = document(image, now);
        files::check_size(&text, LARGEST_DOCUMENT)?;
        let digest: String = image.plan.digest.trim_start_matches("sha256:").chars().take(8).collect();
        for attempt in 1..=MAX_SAME_TIME {
            let again = if attempt == 1 { String::new() } else { format!("-{attempt}") };
            let path = self.folder.join(format!("{stem}-{digest}{again}.json"));
            // The mark comes first, so that a crash cannot leave a backup without it.
            let written = mark::create(&path).and_then(|()| {
                let written = files::create(&path, text.as_bytes(), FileAccess::Owner);
                written.inspect_err(|_| drop(mark::remove(&path)))
            });
            match written {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                done => return done.map(|()| path),
            }
        }
        Err(io::ErrorKind::AlreadyExists.into())
    }
}

/// Returns the document: a snapshot with the time and the digest of the plan.
fn document(image: &PreImage<'_>, now: Timestamp) -> String {
    let PreImage { plan, live } = image;
    let snapshot = Snapshot { target: Some(plan.target.clone()), api: plan.api.clone(), live: (*live).clone() };
    snapshot.to_text(Map::from_iter([
        ("kept_at".to_owned(), Json::from(now.to_string())),
        ("digest".to_owned(), Json::from(plan.digest.clone())),
    ]))
}

/// Returns the organization for file names: `account-699d98642c564d2e855e9661899b7252`. The name includes the host of an API
/// other than Cloudflare's, so that a run with the sandbox does not delete real backups.
pub(super) fn organization(target: &Target, api: &str) -> String {
    let name = format!("{}-{}", target.scope, target.id);
    if api == CLOUDFLARE {
        return name;
    }
    let plain = |c: char| if c.is_ascii_alphanumeric() || c == '.' { c } else { '_' };
    let host = api.split_once("://").map_or(api, |(_, host)| host);
    format!("{name}-{}", host.chars().take(60).map(plain).collect::<String>())
}

/// Formats a time that sorts as text and is valid in file names on all platforms: `20261122T221530.123Z`.
fn moment(now: Timestamp) -> String {
    now.strftime("%Y%m%dT%H%M%S.%3fZ").to_string()
}

#[cfg(test)]
mod tests;

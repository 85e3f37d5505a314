//! The state from before an apply, as a private file that `rollback` and `plan --live` read.
//!
//! A backup is a snapshot document with two fields more: when it was kept, and for which plan. It holds what the API
//! answered to a read, and no credential.

use std::io;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde_json::{Map, Value as Json};

use super::mark;
use crate::files::{self, FileAccess};
use crate::live::{Live, Snapshot};
use crate::plan::Plan;
use crate::settings::Target;

/// The API of every customer; a backup of any other one says so in its name.
const CLOUDFLARE: &str = "https://api.cloudflare.com/client/v4";

/// How many backups of an organization are kept, unless somebody says otherwise.
const DEFAULT_LIMIT: NonZeroUsize = NonZeroUsize::new(30).unwrap();

/// How many files one moment may hold before something other than coincidence is at work.
const SAME_MOMENT: usize = 100;

/// A folder of backups.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backups {
    pub(super) folder: PathBuf,
    pub(super) limit: NonZeroUsize,
}

/// What is kept: live as it was read, and the plan that is about to change it.
#[derive(Debug, Clone, Copy)]
pub struct PreImage<'a> {
    /// The plan, which says whose state it is and where it was read.
    pub plan: &'a Plan,
    /// The state.
    pub live: &'a Live,
}

/// A file or folder of backups with which something could not be done.
#[derive(Debug, thiserror::Error)]
#[error("cannot {doing} {}: {source}", crate::text::path(path))]
pub struct BackupError {
    /// What could not be done: `make the folder`.
    pub doing: &'static str,
    /// With which file or folder.
    pub path: PathBuf,
    /// What the system says.
    pub source: io::Error,
}

impl Backups {
    /// The backups in a folder, which is made, for its owner alone, when the first one is kept.
    pub fn in_folder(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into(), limit: DEFAULT_LIMIT }
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The same folder with another limit than the newest 30 of each organization.
    #[must_use]
    pub fn limit(self, limit: NonZeroUsize) -> Self {
        Self { limit, ..self }
    }

    /// Keeps a state, as a file that only its owner can read, and returns the file. When this returns it is on the
    /// disk, whole. A second, empty file beside it marks the backup as needed until [`Backups::settle`].
    ///
    /// # Errors
    /// If the folder cannot be made or others can write to it, or the file cannot be written. No partial file is left
    /// behind.
    pub fn keep(&self, image: &PreImage<'_>, now: Timestamp) -> Result<PathBuf, BackupError> {
        let failed = |source| BackupError { doing: "make the folder", path: self.folder.clone(), source };
        files::make_private_folder(&self.folder).map_err(failed)?;
        let organization = organization(&image.plan.target, &image.plan.api);
        let failed = |source| BackupError { doing: "write a backup in", path: self.folder.clone(), source };
        self.write(&format!("{}-{organization}", moment(now)), image, now).map_err(failed)
    }

    /// Writes the document under a name that is free.
    fn write(&self, stem: &str, image: &PreImage<'_>, now: Timestamp) -> io::Result<PathBuf> {
        let text = document(image, now);
        let digest: String = image.plan.digest.trim_start_matches("sha256:").chars().take(8).collect();
        for attempt in 1..=SAME_MOMENT {
            let again = if attempt == 1 { String::new() } else { format!("-{attempt}") };
            let path = self.folder.join(format!("{stem}-{digest}{again}.json"));
            // The mark comes first, so that no crash leaves a backup without it.
            let written = mark::put(&path).and_then(|()| {
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

/// The document: a snapshot, when it was kept, and the digest of the plan it was kept for.
fn document(image: &PreImage<'_>, now: Timestamp) -> String {
    let PreImage { plan, live } = image;
    let snapshot = Snapshot { target: Some(plan.target.clone()), api: plan.api.clone(), live: (*live).clone() };
    snapshot.to_text(Map::from_iter([
        ("kept_at".to_owned(), Json::from(now.to_string())),
        ("digest".to_owned(), Json::from(plan.digest.clone())),
    ]))
}

/// The organization as names of files have it: `account-699d98642c564d2e855e9661899b7252`. That of another API than
/// Cloudflare's is another organization, so that trying the sandbox never costs a real backup.
pub(super) fn organization(target: &Target, api: &str) -> String {
    let name = format!("{}-{}", target.scope, target.id);
    if api == CLOUDFLARE {
        return name;
    }
    let plain = |c: char| if c.is_ascii_alphanumeric() || c == '.' { c } else { '_' };
    let host = api.split_once("://").map_or(api, |(_, host)| host);
    format!("{name}-{}", host.chars().take(60).map(plain).collect::<String>())
}

/// A time that sorts as text and is a name everywhere: `20261122T221530.123Z`.
fn moment(now: Timestamp) -> String {
    now.strftime("%Y%m%dT%H%M%S.%3fZ").to_string()
}

#[cfg(test)]
mod tests;

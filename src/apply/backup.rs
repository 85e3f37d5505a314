//! The state from before an apply, as a private file that `rollback` and `plan --live` read.
//!
//! A backup is a snapshot document with two fields more: when it was kept, and for which plan. It holds what the API
//! answered to a read, and no credential.

use std::io::{self, Write as _};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde_json::{Map, Value as Json};

use crate::organization::{Live, Snapshot, Target};
use crate::plan::Plan;
use crate::text::visible_json;

/// The API of every customer; a backup of any other one says so in its name.
const CLOUDFLARE: &str = "https://api.cloudflare.com/client/v4";

/// How many backups of an organization are kept, unless somebody says otherwise.
const DEFAULT_LIMIT: NonZeroUsize = NonZeroUsize::new(30).unwrap();

/// How many files one moment may hold before something other than coincidence is at work.
const SAME_MOMENT: usize = 100;

/// A folder of backups.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backups {
    folder: PathBuf,
    limit: NonZeroUsize,
}

/// What is kept: live as it was read, and the plan that is about to change it.
#[derive(Debug, Clone, Copy)]
pub struct PreImage<'a> {
    /// The plan, which says whose state it is and where it was read.
    pub plan: &'a Plan,
    /// The state.
    pub live: &'a Live,
}

/// A backup that is on the disk.
#[derive(Debug)]
pub struct Kept {
    /// The file.
    pub path: PathBuf,
    /// Older backups that should have made room and could not be deleted.
    pub stayed: Vec<BackupError>,
}

/// A file or folder of backups with which something could not be done.
#[derive(Debug, thiserror::Error)]
#[error("cannot {doing} {}: {source}", path.display())]
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

    /// The same folder with another limit than the newest 30 of each organization.
    #[must_use]
    pub fn limit(self, limit: NonZeroUsize) -> Self {
        Self { limit, ..self }
    }

    /// Keeps a state, as a file that only its owner can read. When this returns it is on the disk, whole.
    ///
    /// The oldest backups of the same organization make room. One that cannot be deleted is no failure, and other files
    /// in the folder are not touched.
    ///
    /// # Errors
    /// If the folder cannot be made, or the file cannot be written. No partial file is left behind.
    pub fn keep(&self, image: &PreImage<'_>, now: Timestamp) -> Result<Kept, BackupError> {
        make_folder(&self.folder)?;
        let organization = organization(&image.plan.target, &image.plan.api);
        let path = self.write(&format!("{}-{organization}", moment(now)), image, now)?;
        sync_folder(&self.folder)?;
        let stayed = self.make_room(&organization, &path);
        Ok(Kept { path, stayed })
    }

    /// Writes the document beside its final place and then gives it its name, never over another file.
    fn write(&self, stem: &str, image: &PreImage<'_>, now: Timestamp) -> Result<PathBuf, BackupError> {
        let failed = |source| BackupError { doing: "write a backup in", path: self.folder.clone(), source };
        let mut file = tempfile::Builder::new().prefix(".backup-").tempfile_in(&self.folder).map_err(failed)?;
        file.write_all(document(image, now).as_bytes()).map_err(failed)?;
        file.as_file().sync_all().map_err(failed)?;
        let digest: String = image.plan.digest.trim_start_matches("sha256:").chars().take(8).collect();
        for attempt in 1..=SAME_MOMENT {
            let again = if attempt == 1 { String::new() } else { format!("-{attempt}") };
            let path = self.folder.join(format!("{stem}-{digest}{again}.json"));
            match file.persist_noclobber(&path) {
                Ok(_) => return Ok(path),
                Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => file = error.file,
                Err(error) => return Err(failed(error.error)),
            }
        }
        Err(failed(io::Error::from(io::ErrorKind::AlreadyExists)))
    }

    /// Deletes the oldest backups of an organization beyond the limit, never the one that was just written.
    fn make_room(&self, organization: &str, newest: &Path) -> Vec<BackupError> {
        let failed = |doing, path: &Path, source| BackupError { doing, path: path.to_owned(), source };
        let mut older = match self.older(organization, newest) {
            Ok(older) => older,
            Err(error) => return vec![failed("look for old backups in", &self.folder, error)],
        };
        // Names begin with the time, so their order is that of time.
        older.sort();
        older.truncate((older.len() + 1).saturating_sub(self.limit.get()));
        let deleted = older.iter().map(|path| (path, std::fs::remove_file(path)));
        deleted
            .filter_map(|(path, done)| Some((path, done.err()?)))
            // Another run was faster.
            .filter(|(_, error)| error.kind() != io::ErrorKind::NotFound)
            .map(|(path, error)| failed("delete the old backup", path, error))
            .collect()
    }

    fn older(&self, organization: &str, newest: &Path) -> io::Result<Vec<PathBuf>> {
        let mut older = Vec::new();
        for entry in std::fs::read_dir(&self.folder)? {
            let entry = entry?;
            let is_ours = entry.file_name().to_str().is_some_and(|name| is_backup_of(organization, name));
            if is_ours && entry.file_type()?.is_file() && entry.path() != newest {
                older.push(entry.path());
            }
        }
        Ok(older)
    }
}

/// The document: a snapshot, when it was kept, and the digest of the plan it was kept for.
fn document(image: &PreImage<'_>, now: Timestamp) -> String {
    let PreImage { plan, live } = image;
    let snapshot = Snapshot { target: Some(plan.target.clone()), api: plan.api.clone(), live: (*live).clone() };
    let mut fields = Map::from_iter([
        ("format_version".to_owned(), Json::from("1.0")),
        ("zerodrift".to_owned(), Json::from(env!("CARGO_PKG_VERSION"))),
        ("kept_at".to_owned(), Json::from(now.to_string())),
        ("digest".to_owned(), Json::from(plan.digest.clone())),
    ]);
    fields.extend(snapshot.to_fields());
    visible_json(&format!("{:#}\n", Json::Object(fields)))
}

/// The organization as names of files have it: `account-699d98642c564d2e855e9661899b7252`. That of another API than
/// Cloudflare's is another organization, so that trying the sandbox never costs a real backup.
fn organization(target: &Target, api: &str) -> String {
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

/// Whether a file in the folder is a backup of this organization, by its name.
fn is_backup_of(organization: &str, name: &str) -> bool {
    let parts = || {
        let (moment, rest) = name.split_once('-')?;
        let digest = rest.strip_prefix(organization)?.strip_prefix('-')?.strip_suffix(".json")?;
        Some((moment, digest))
    };
    parts().is_some_and(|(moment, digest)| {
        let is_hash = |text: &str| text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        let is_moment = moment.len() == 20 && moment.starts_with(|c: char| c.is_ascii_digit()) && moment.ends_with('Z');
        is_moment && is_hash(digest.split('-').next().unwrap_or_default())
    })
}

/// Makes a folder, and those around it, for their owner alone. One that is there stays as it is.
pub(super) fn make_folder(folder: &Path) -> Result<(), BackupError> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    let failed = |source| BackupError { doing: "make the folder", path: folder.to_owned(), source };
    builder.create(folder).map_err(failed)
}

/// Puts the names in a folder on the disk, where the system can.
#[cfg(unix)]
pub(super) fn sync_folder(folder: &Path) -> Result<(), BackupError> {
    match std::fs::File::open(folder).and_then(|folder| folder.sync_all()) {
        // Some network file systems have no such thing for folders.
        Err(error) if matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported) => Ok(()),
        done => done.map_err(|source| BackupError { doing: "sync the folder", path: folder.to_owned(), source }),
    }
}

/// Other systems have no such thing.
#[cfg(not(unix))]
pub(super) fn sync_folder(_: &Path) -> Result<(), BackupError> {
    Ok(())
}

#[cfg(test)]
#[path = "backup_tests.rs"]
mod tests;

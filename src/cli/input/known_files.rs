//! The parents and folders that a run remembers.

use std::collections::HashMap;
use std::hash::Hash;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use crate::cli::input::repository::repository_around;
use crate::diagnostics::Source;
use crate::files;
use crate::manifest::{self, Parsed};
use crate::settings::Model;

/// A parent that was read.
#[derive(Debug, Clone)]
pub(super) struct ParentFile {
    pub(super) source: Source,
    pub(super) parsed: Parsed,
}

impl ParentFile {
    /// Parses a parent; `None` if it is not a manifest.
    pub(super) fn parse(model: &Model, name: &str, bytes: &[u8]) -> Option<Self> {
        let source = Source::from_bytes(name, bytes).ok().filter(|source| manifest::is_parent(&source.text))?;
        Some(Self { parsed: manifest::parse_parent(model, &source), source })
    }
}

/// A folder, as the file system knows it.
#[derive(Debug, Clone)]
pub(super) struct RealFolder {
    /// Its path without links, `.` and `..`.
    pub(super) path: PathBuf,
    /// The repository that contains it.
    pub(super) repository: Option<PathBuf>,
}

/// The parents and folders that a run has read, so that thousands of manifests read their common parent once.
#[derive(Debug, Default)]
pub(crate) struct KnownFiles {
    parents: Mutex<HashMap<(String, PathBuf), Option<ParentFile>>>,
    /// By the folder as it was named.
    folders: Mutex<HashMap<PathBuf, RealFolder>>,
}

impl KnownFiles {
    /// The most parents, and the most folders, that are kept.
    const MOST: usize = 256;

    /// Returns a parent; `None` if the file is not a manifest. Only the first call reads it.
    ///
    /// # Errors
    /// Returns the error of reading it, which is not kept.
    pub(super) fn parent(
        &self,
        name: &str,
        real: &Path,
        read: impl FnOnce() -> io::Result<Option<ParentFile>>,
    ) -> io::Result<Option<ParentFile>> {
        known(&self.parents, (name.to_owned(), real.to_owned()), read)
    }

    /// Returns a folder. Only the first call looks.
    ///
    /// # Errors
    /// Returns an error if it does not exist, which is not kept.
    pub(super) fn folder(&self, folder: &Path) -> io::Result<RealFolder> {
        known(&self.folders, folder.to_owned(), || {
            let path = std::fs::canonicalize(folder)?;
            Ok(RealFolder { repository: repository_around(&path), path })
        })
    }

    /// Returns the path of a file without links, `.` and `..`.
    ///
    /// # Errors
    /// Returns an error if it does not exist.
    pub(super) fn real(&self, path: &Path) -> io::Result<PathBuf> {
        match path.file_name() {
            Some(name) if std::fs::symlink_metadata(path)?.is_file() => {
                Ok(self.folder(files::parent(path))?.path.join(name))
            }
            _ => std::fs::canonicalize(path),
        }
    }
}

/// Returns what is known about a file, or reads it, and keeps the result if there is room.
fn known<K: Eq + Hash, V: Clone>(
    known: &Mutex<HashMap<K, V>>,
    key: K,
    read: impl FnOnce() -> io::Result<V>,
) -> io::Result<V> {
    let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(value) = known.get(&key) {
        return Ok(value.clone());
    }
    let value = read()?;
    if known.len() < KnownFiles::MOST {
        known.insert(key, value.clone());
    }
    Ok(value)
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[test]
    fn a_parent_is_read_once_and_an_error_is_not_remembered() {
        let (files, reads) = (KnownFiles::default(), Cell::new(0));
        let read = |name: &str, result: io::Result<&str>| {
            files.parent(name, Path::new("/orgs/_base.yaml"), || {
                reads.set(reads.get() + 1);
                Ok(ParentFile::parse(Model::current(), name, result?.as_bytes()))
            })
        };
        let name = |parent: Option<ParentFile>| parent.map(|parent| parent.source.name);
        assert!(read("_base.yaml", Err(io::ErrorKind::NotFound.into())).is_err());
        let text = "organization:\n  name: Widget\n";
        assert_eq!(name(read("_base.yaml", Ok(text)).unwrap()).as_deref(), Some("_base.yaml"));
        assert_eq!(name(read("_base.yaml", Ok("other: file")).unwrap()).as_deref(), Some("_base.yaml"));
        assert_eq!(reads.get(), 2);
        // Findings name the file as its child does.
        assert_eq!(name(read("../_base.yaml", Ok(text)).unwrap()).as_deref(), Some("../_base.yaml"));
        assert_eq!(reads.get(), 3);
    }

    #[test]
    fn the_number_of_remembered_folders_is_bounded() {
        let (files, folder) = (KnownFiles::default(), tempfile::tempdir().unwrap());
        for number in 0..KnownFiles::MOST + 9 {
            let folder = folder.path().join(number.to_string());
            std::fs::create_dir(&folder).unwrap();
            files.folder(&folder).unwrap();
        }
        assert_eq!(files.folders.lock().unwrap().len(), KnownFiles::MOST);
    }

    #[cfg(unix)]
    #[test]
    fn a_real_path_is_that_of_the_file_system() {
        let (files, folder) = (KnownFiles::default(), tempfile::tempdir().unwrap());
        let path = |name: &str| folder.path().join(name);
        std::fs::create_dir_all(path("orgs/eu")).unwrap();
        std::fs::write(path("orgs/eu/org.yaml"), "").unwrap();
        let link = |to: &str, name: &str| std::os::unix::fs::symlink(path(to), path(name)).unwrap();
        link("orgs/eu", "eu");
        link("orgs/eu/org.yaml", "org.yaml");
        for name in ["orgs/eu/org.yaml", "orgs/../orgs/./eu/org.yaml", "eu/org.yaml", "org.yaml", "orgs", "eu", "eu/.."]
        {
            for _ in 0..2 {
                assert_eq!(files.real(&path(name)).unwrap(), std::fs::canonicalize(path(name)).unwrap(), "{name}");
            }
        }
        assert!(files.real(&path("orgs/gone.yaml")).is_err());
    }
}

//! From the arguments to the manifests of a run: files, and the files of folders.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use crate::cli::error::CliError;
use crate::cli::options::MANIFEST;
use crate::document::{order_of_paths, plain};
use crate::files::{self, FileIdentity, PathError};
use crate::text::{self, visible};

/// The maximum number of manifests in a run.
const MOST: usize = 100_000;

/// The manifests of a run, ordered by path.
#[derive(Debug, Default)]
pub(crate) struct ManifestSet {
    entries: Vec<ManifestPath>,
    /// The real paths of the folders that were named, those that contain others first.
    folders: Vec<PathBuf>,
}

/// The path of a manifest.
#[derive(Debug)]
pub(crate) struct ManifestPath {
    /// The path, which starts as the argument does; `-` for standard input.
    pub(crate) file: String,
    /// The file itself; `None` for standard input, and if its folder does not exist.
    pub(crate) identity: Option<FileIdentity>,
    /// Whether it is a symbolic link.
    is_link: bool,
}

impl ManifestSet {
    /// Lists the manifests that arguments name. A folder names every `*.yaml` and `*.yml` below it, except for names that
    /// start with `_` or `.`. A file that has several names, such as a symbolic link, counts once.
    ///
    /// A named file need not exist: reading it reports that.
    ///
    /// # Errors
    /// Returns an error if a folder cannot be read or has no manifest, a name is not UTF-8, there are more than 100,000
    /// manifests, or if `-` is not the only argument.
    pub(crate) fn list(arguments: &[String]) -> Result<Self, CliError> {
        if arguments.len() > 1 && arguments.iter().any(|argument| argument == "-") {
            return Err(CliError::usage("- is standard input, and cannot be combined with other manifests")
                .hint("name - alone, or only files and folders"));
        }
        let mut set = Self::default();
        for argument in arguments {
            if argument != "-" && Path::new(argument).is_dir() {
                set.add_folder(argument)?;
            } else {
                set.add(argument.clone())?;
            }
        }
        set.folders.sort_by_key(|folder| folder.components().count());
        set.keep_one_name_per_file();
        Ok(set)
    }

    /// Returns the manifests, ordered by path.
    pub(crate) fn entries(&self) -> &[ManifestPath] {
        &self.entries
    }

    /// Returns the path of the only manifest.
    pub(crate) fn only(&self) -> &str {
        self.entries.first().map_or(MANIFEST, |entry| &entry.file)
    }

    /// Returns the real path of the topmost folder that was named and contains a folder with this real path.
    pub(crate) fn topmost_folder(&self, real: &Path) -> Option<&Path> {
        self.folders.iter().find(|folder| real.starts_with(folder)).map(PathBuf::as_path)
    }

    fn add_folder(&mut self, folder: &str) -> Result<(), CliError> {
        let unreadable = |PathError { path, error }: PathError| {
            CliError::io("read the folder", &path, &error).hint("make it readable, or name other files and folders")
        };
        let found = files::files_below(Path::new(folder), is_manifest).map_err(unreadable)?;
        if found.is_empty() {
            let message = format!("{} has no manifest", visible(folder));
            return Err(CliError::usage(message)
                .hint("add a *.yaml or *.yml file; names that start with _ or . do not count")
                .hint("write one from the live state with `zerodrift init`"));
        }
        for path in found {
            let file = path.into_os_string().into_string().map_err(|path| {
                let message = format!("cannot use the name {}: it is not valid UTF-8", text::path(Path::new(&path)));
                CliError::usage(message).hint("rename the file or folder")
            })?;
            self.add(file)?;
        }
        self.folders.extend(std::fs::canonicalize(folder));
        Ok(())
    }

    fn add(&mut self, file: String) -> Result<(), CliError> {
        if self.entries.len() == MOST {
            return Err(CliError::usage(format!("there are more than {MOST} manifests"))
                .hint("name fewer files or smaller folders"));
        }
        let path = Path::new(&file);
        let is_file = file != "-";
        let identity = if is_file { FileIdentity::of(path) } else { None };
        let is_link = is_file && path.is_symlink();
        self.entries.push(ManifestPath { file, identity, is_link });
        Ok(())
    }

    /// Orders the manifests by path. Of several names of a file, one that is not a symbolic link is kept.
    fn keep_one_name_per_file(&mut self) {
        let order = |one: &ManifestPath, two: &ManifestPath| order_of_paths(&one.file, &two.file);
        self.entries.sort_by(|one, two| one.is_link.cmp(&two.is_link).then_with(|| order(one, two)));
        let (mut files, mut names) = (HashSet::new(), HashSet::new());
        self.entries.retain(|entry| match &entry.identity {
            Some(identity) => files.insert(identity.clone()),
            None => names.insert(plain(&entry.file).to_owned()),
        });
        self.entries.sort_by(order);
    }
}

/// Whether an entry of a folder counts.
fn is_manifest(name: &OsStr, is_folder: bool) -> bool {
    let is_hidden = name.as_encoded_bytes().first().is_some_and(|first| b"_.".contains(first));
    let extension = Path::new(name).extension();
    !is_hidden && (is_folder || extension.is_some_and(|extension| extension == "yaml" || extension == "yml"))
}

#[cfg(test)]
mod tests;

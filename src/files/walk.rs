//! The files below a folder.

use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};

use super::path_error::PathError;

/// The maximum number of folders in each other.
const DEEPEST: usize = 64;

/// The maximum number of entries that are looked at.
const MOST_ENTRIES: usize = 1_000_000;

/// Returns the files below a folder whose names are wanted, in no particular order. `is_wanted` decides by the name of an
/// entry, and by whether it is a folder, whether it counts.
///
/// Symbolic links to folders are not followed. Other entries than folders count as files, so that reading them reports
/// what is wrong with them.
///
/// # Errors
/// Returns an error if a folder cannot be read, if more than 64 folders are in each other, or if there are more than
/// 1,000,000 entries.
pub(crate) fn files_below(folder: &Path, is_wanted: impl Fn(&OsStr, bool) -> bool) -> Result<Vec<PathBuf>, PathError> {
    let (mut files, mut entries) = (Vec::new(), 0);
    // The folders that are not listed yet, with the number of folders above them.
    let mut folders = vec![(folder.to_owned(), 1)];
    while let Some((folder, depth)) = folders.pop() {
        let failed = |error| PathError { path: folder.clone(), error };
        for entry in std::fs::read_dir(&folder).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            entries += 1;
            if entries > MOST_ENTRIES {
                return Err(failed(io::Error::other(format!("there are more than {MOST_ENTRIES} entries"))));
            }
            let kind = entry.file_type().map_err(failed)?;
            let name = entry.file_name();
            if !is_wanted(&name, kind.is_dir()) {
                continue;
            }
            // The name alone for entries of the working folder.
            let path = if folder == Path::new(".") { PathBuf::from(name) } else { folder.join(name) };
            if kind.is_dir() {
                if depth == DEEPEST {
                    return Err(failed(io::Error::other(format!("more than {DEEPEST} folders are in each other"))));
                }
                folders.push((path, depth + 1));
            } else if !kind.is_symlink() || !path.is_dir() {
                files.push(path);
            }
        }
    }
    Ok(files)
}

//! Many new files in one folder.

use std::fs::OpenOptions;
use std::io::{self, ErrorKind, Write as _};
use std::path::Path;

use super::FileAccess;
use super::folder::make_folder;
use super::path_error::PathError;
use super::write::with_mode;

/// Creates files with these names and texts in an empty folder, and the folder if it does not exist. Returns their number.
///
/// The files are not synced to disk one by one, which takes minutes for thousands: only files that can be generated again are
/// written this way.
///
/// # Errors
/// Returns an error if the folder is not empty (`DirectoryNotEmpty`), or a file cannot be written. The files before it stay.
pub(crate) fn fill_folder(
    folder: &Path,
    files: impl IntoIterator<Item = (String, String)>,
) -> Result<usize, PathError> {
    let failed = |error| PathError { path: folder.to_owned(), error };
    make_folder(folder).map_err(failed)?;
    if std::fs::read_dir(folder).map_err(failed)?.next().is_some() {
        return Err(failed(io::Error::new(ErrorKind::DirectoryNotEmpty, "the folder is not empty")));
    }
    let mut number = 0;
    for (name, text) in files {
        let path = folder.join(name);
        create_unsynced(&path, &text).map_err(|error| PathError { path, error })?;
        number += 1;
    }
    Ok(number)
}

fn create_unsynced(path: &Path, text: &str) -> io::Result<()> {
    let mut options = OpenOptions::new();
    let mut file = with_mode(options.write(true).create_new(true), FileAccess::Umask).open(path)?;
    file.write_all(text.as_bytes())
}

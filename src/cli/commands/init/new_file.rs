//! The files that `init` writes: whole or not at all, and over an existing file only with `--force`.

use std::io::ErrorKind;
use std::path::Path;

use crate::cli::context::Context;
use crate::cli::error::CliError;
use crate::cli::output::used_files::FilePurpose;
use crate::ending::FailureKind;
use crate::files::{self, FileAccess};
use crate::text;
use crate::text::path_argument;

/// What to do with a file that exists already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum IfExists {
    /// Keep it, and write nothing.
    Keep,
    /// Replace it.
    Replace,
}

/// Rejects an existing file unless it may be replaced, and always rejects anything but a regular file, because the target
/// of a link may not be the user's.
///
/// # Errors
/// Returns an error if something exists that may not be replaced, or the path cannot be examined.
pub(crate) fn check(context: &Context, path: &Path, if_exists: IfExists) -> Result<(), CliError> {
    match std::fs::symlink_metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(error) => return Err(CliError::io("examine", path, &error)),
        Ok(found) if if_exists == IfExists::Keep && found.is_file() => return Err(exists(path)),
        Ok(found) if !found.is_file() => {
            let message = format!("cannot write {}: it exists and is not a regular file", text::path(path));
            return Err(CliError::new(FailureKind::Exists, message)
                .hint("use another file name, or the file that the link points to"));
        }
        Ok(_) => {}
    }
    context.files.check(FilePurpose::Manifest, path)
}

/// Checks that the folder of a file exists.
///
/// # Errors
/// Returns an error if it does not.
pub(crate) fn check_folder(path: &Path) -> Result<(), CliError> {
    let folder = files::parent(path);
    if folder.is_dir() {
        return Ok(());
    }
    let why = format!("the folder {} does not exist", text::path(folder));
    let folder = path_argument(folder);
    Err(CliError::io("write", path, &why).hint(format!("run: mkdir -p {folder}")))
}

fn exists(path: &Path) -> CliError {
    let message = format!("cannot write {}: the file exists already", text::path(path));
    CliError::new(FailureKind::Exists, message)
        .hint("use another file name, print the manifest with -, or add --force to replace the file")
}

/// Writes the whole file or nothing.
///
/// # Errors
/// Returns an error if the file cannot be written, or if it exists and may not be replaced.
pub(crate) fn create(context: &Context, path: &Path, text: &str, if_exists: IfExists) -> Result<(), CliError> {
    if if_exists == IfExists::Replace {
        return context.files.write(FilePurpose::Manifest, path, text, FileAccess::Umask);
    }
    match files::create(path, text.as_bytes(), FileAccess::Umask) {
        // Another process created it after the check.
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Err(exists(path)),
        done => done.map_err(|error| CliError::io("write", path, &error)),
    }
}

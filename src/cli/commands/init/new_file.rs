//! Files that `init` starts: whole or not at all, and over another one only where that was said.

use std::io::ErrorKind;
use std::path::Path;

use crate::cli::context::Context;
use crate::cli::error::CliError;
use crate::cli::output::used_files::Output;
use crate::ending::FailureKind;
use crate::files::{self, FileAccess};
use crate::text;
use crate::text::path_argument;

/// What becomes of a file that is there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum IfExists {
    /// It stays, and nothing is written.
    Keep,
    /// It is replaced.
    Replace,
}

/// Refuses to write over anything without being told, and over anything but a file in any case: what a link points to
/// may be somebody else's.
///
/// # Errors
/// If something is there that may not be replaced, or there is no folder to write into.
pub(crate) fn check(context: &Context, path: &Path, if_exists: IfExists) -> Result<(), CliError> {
    match std::fs::symlink_metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(error) => return Err(CliError::io("look at", path, &error)),
        Ok(found) if if_exists == IfExists::Keep && found.is_file() => return Err(exists(path)),
        Ok(found) if !found.is_file() => {
            let message = format!("{} is there and is not a regular file, so nothing was written", text::path(path));
            return Err(
                CliError::new(FailureKind::Exists, message).hint("name another file, or the one that it points to")
            );
        }
        Ok(_) => {}
    }
    context.files.check(Output::started(path))
}

/// Refuses to write into a folder that does not exist.
///
/// # Errors
/// If it does not.
pub(crate) fn check_folder(path: &Path) -> Result<(), CliError> {
    let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty() && !folder.is_dir()) else {
        return Ok(());
    };
    let why = format!("the folder {} does not exist", text::path(folder));
    let folder = path_argument(folder);
    Err(CliError::io("write", path, &why).hint(format!("run: mkdir -p {folder}")))
}

fn exists(path: &Path) -> CliError {
    let message = format!("{} is there already, so nothing was written", text::path(path));
    CliError::new(FailureKind::Exists, message).hint("name another file, print it with -, or replace it with --force")
}

/// Writes the whole file or nothing.
///
/// # Errors
/// If the file cannot be written, or is there meanwhile and may not be replaced.
pub(crate) fn create(context: &Context, path: &Path, text: &str, if_exists: IfExists) -> Result<(), CliError> {
    if if_exists == IfExists::Replace {
        return context.files.write(Output::started(path), text, FileAccess::Umask);
    }
    match files::create(path, text.as_bytes(), FileAccess::Umask) {
        // Somebody was faster since the check.
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Err(exists(path)),
        done => done.map_err(|error| CliError::io("write", path, &error)),
    }
}

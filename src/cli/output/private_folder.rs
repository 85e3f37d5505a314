//! Folders for state and backups, to which other users must not be able to write.

use std::path::Path;

use crate::cli::error::CliError;
use crate::ending::FailureKind;
use crate::files::{self, FolderRisk};
use crate::text::path_argument;

/// Rejects a folder in which other users could replace files. A folder that does not exist is accepted, and is created
/// private later.
///
/// # Errors
/// Returns an error if others can write to it. A folder whose mode cannot be read fails later, when it is used.
pub(crate) fn check(folder: &Path) -> Result<(), CliError> {
    let Ok(Some(risk)) = files::check_private_folder(folder) else { return Ok(()) };
    let name = path_argument(folder);
    let message = format!("nothing was written: {}", reason(folder, &risk));
    let failure = CliError::new(FailureKind::UnsafeFolder, message);
    Err(match risk {
        FolderRisk::Writable(_) => failure.hint(format!("run: chmod go-w {name}")),
        FolderRisk::Foreign(_) => failure.hint("name a folder of your own: --backup-dir DIR, or XDG_STATE_HOME"),
    })
}

/// Describes why a folder cannot be used.
pub(crate) fn reason(folder: &Path, risk: &FolderRisk) -> String {
    format!("the folder {} is not safe: {risk}", path_argument(folder))
}

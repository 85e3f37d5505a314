//! Folders for state and backups, which nobody else may write to.

use std::path::Path;

use crate::cli::error::CliError;
use crate::ending::FailureKind;
use crate::files::{self, FolderRisk};
use crate::text::path_argument;

/// Refuses a folder in which somebody else could exchange what is kept there. One that does not exist is made private.
///
/// # Errors
/// If others can write to it. A folder that cannot be looked at cannot be used either, which is said when it is.
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

/// Why a folder cannot be used.
pub(crate) fn reason(folder: &Path, risk: &FolderRisk) -> String {
    format!("the folder {} is not safe: {risk}", path_argument(folder))
}

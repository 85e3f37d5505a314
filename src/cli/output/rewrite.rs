//! Replaces an existing manifest. Only this module does so, for `drift --adopt` and `validate --fix`.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::cli::error::CliError;
use crate::cli::input::repository::repository_of;
use crate::diagnostics::Source;
use crate::ending::FailureKind;
use crate::files;
use crate::text;
use crate::text::path_argument;

/// Rejects standard input as the manifest to edit.
///
/// # Errors
/// Returns an error if the file is `-`.
pub(crate) fn check(flag: &str, file: &str) -> Result<(), CliError> {
    if file != "-" {
        return Ok(());
    }
    Err(CliError::usage(format!("{flag} edits the manifest in place, but - is standard input")).hint("name the file"))
}

/// Replaces the text of a manifest atomically. The mode is kept, and the owner if possible. A symbolic link is kept
/// too: its target is written if that is in the same repository.
///
/// # Errors
/// Returns an error if the file cannot be written, or has changed since it was read (exit code 4). The file is
/// unchanged then.
pub(crate) fn replace(old: &Source, new: &str) -> Result<(), CliError> {
    let path = Path::new(&old.name);
    let real = real(path)?;
    match files::replace_unchanged(&real, old.text.as_bytes(), new.as_bytes()) {
        Ok(true) => Ok(()),
        Ok(false) => {
            let message = format!("nothing was written: {} has changed since it was read", text::path(path));
            Err(CliError::new(FailureKind::Conflict, message).hint("run the command again"))
        }
        Err(error) if matches!(error.kind(), ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem) => {
            Err(CliError::io("write", path, &error).hint("make it writable, or edit it by hand"))
        }
        Err(error) => Err(CliError::io("write", path, &error)),
    }
}

/// Resolves a symbolic link. Its target must be in the same repository, because a review of the repository does not
/// show changes outside it.
fn real(path: &Path) -> Result<PathBuf, CliError> {
    let failed = |error: std::io::Error| CliError::io("write", path, &error);
    if !std::fs::symlink_metadata(path).map_err(failed)?.is_symlink() {
        return Ok(path.to_owned());
    }
    let real = std::fs::canonicalize(path).map_err(failed)?;
    let is_inside = match repository_of(path) {
        Some(repository) => repository_of(&real) == Some(repository),
        None => real.starts_with(std::fs::canonicalize(files::parent(path)).map_err(failed)?),
    };
    if is_inside {
        return Ok(real);
    }
    let target = path_argument(real);
    let why = "it is a symbolic link to a file outside its repository or folder";
    Err(CliError::io("write", path, &why).hint(format!("name the file itself: {target}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(path: &Path, text: &str) -> Source {
        Source { name: path.to_string_lossy().into_owned(), text: text.to_owned() }
    }

    #[test]
    fn a_file_that_changed_since_it_was_read_is_not_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("org.yaml");
        std::fs::write(&path, "edited meanwhile").unwrap();
        let error = replace(&source(&path, "as it was read"), "as it was to be").unwrap_err();
        assert_eq!(error.kind, FailureKind::Conflict);
        assert!(error.message.starts_with("nothing was written: ") && error.message.ends_with("since it was read"));
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "edited meanwhile");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "no temporary file is left");

        replace(&source(&path, "edited meanwhile"), "as it was to be").unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "as it was to be");
    }

    #[test]
    fn a_missing_file_and_a_folder_are_not_written() {
        let folder = tempfile::tempdir().unwrap();
        let gone = replace(&source(&folder.path().join("org.yaml"), ""), "text").unwrap_err();
        let no_file = replace(&source(folder.path(), ""), "text").unwrap_err();
        assert_eq!((gone.kind, no_file.kind), (FailureKind::Io, FailureKind::Io));
        assert!(no_file.message.ends_with("it is a folder, not a regular file"), "{}", no_file.message);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}

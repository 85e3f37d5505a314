//! Writing a manifest that is there. Nothing else does, and only for `drift --adopt` and `validate --fix`.

use std::fs::{Metadata, OpenOptions};
use std::io::Write as _;
use std::path::Path;

use tempfile::NamedTempFile;

use super::error::CliError;
use super::exit::Exit;
use crate::manifest::Source;

/// Refuses to write to standard input.
///
/// # Errors
/// If that is the file.
pub(super) fn check(flag: &str, file: &str) -> Result<(), CliError> {
    if file != "-" {
        return Ok(());
    }
    Err(CliError::usage(format!("{flag} writes the manifest, and - is standard input")).hint("name the file"))
}

/// Puts a text in place of a manifest, whole or not at all: beside it first, then into its place. Its mode stays, and
/// so does a symbolic link, whose target is written.
///
/// # Errors
/// If the file cannot be written, or is not what it was when it was read (exit code 4). It is left as it is then.
pub(super) fn replace(old: &Source, new: &str) -> Result<(), CliError> {
    let path = Path::new(&old.name);
    let failed = |error: std::io::Error| CliError::io("write", path, &error);
    let real = std::fs::canonicalize(path).map_err(failed)?;
    let metadata = writable(path, &real)?;
    let file = beside(&real, new, &metadata).map_err(failed)?;
    // Last of all, so that hardly any time is left in which an editor could save.
    if std::fs::read(&real).map_err(failed)? != old.text.as_bytes() {
        let message = format!("nothing was written: {} has changed since it was read", path.display());
        return Err(CliError::new("conflict", Exit::Conflict, message).hint("run the command again"));
    }
    file.persist(&real).map_err(|error| failed(error.error))?;
    Ok(())
}

/// What is known of a file that may be written. A file that takes the place of another asks nobody whether that one
/// was writable, so this does.
fn writable(path: &Path, real: &Path) -> Result<Metadata, CliError> {
    let refuse = |why: &str| CliError::io("write", path, &why);
    let metadata = std::fs::metadata(real).map_err(|error| CliError::io("write", path, &error))?;
    if !metadata.is_file() {
        return Err(refuse("it is no regular file"));
    }
    if metadata.permissions().readonly() {
        return Err(refuse("it is read-only").hint("make it writable, or change it by hand"));
    }
    let opened = OpenOptions::new().write(true).open(real);
    opened.map_err(|error| CliError::io("write", path, &error).hint("make it writable, or change it by hand"))?;
    Ok(metadata)
}

/// The new text in a file in the same folder, with the mode of the old one.
fn beside(real: &Path, text: &str, metadata: &Metadata) -> std::io::Result<NamedTempFile> {
    let folder = real.parent().unwrap_or(Path::new("."));
    let mut file = tempfile::Builder::new().prefix(".zerodrift-").tempfile_in(folder)?;
    file.write_all(text.as_bytes())?;
    keep_owner(&file, metadata);
    file.as_file().set_permissions(metadata.permissions())?;
    file.as_file().sync_all()?;
    Ok(file)
}

/// Gives the file to whoever owned the old one, as far as that is allowed: a container that runs as root works on the
/// files of others.
#[cfg(unix)]
fn keep_owner(file: &NamedTempFile, metadata: &Metadata) {
    use std::os::unix::fs::MetadataExt as _;
    let _ = std::os::unix::fs::fchown(file.as_file(), Some(metadata.uid()), Some(metadata.gid()));
}

#[cfg(not(unix))]
fn keep_owner(_: &NamedTempFile, _: &Metadata) {}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(path: &Path, text: &str) -> Source {
        Source { name: path.display().to_string(), text: text.to_owned() }
    }

    #[test]
    fn a_file_that_changed_since_it_was_read_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("org.yaml");
        std::fs::write(&path, "edited meanwhile").unwrap();
        let error = replace(&source(&path, "as it was read"), "as it was to be").unwrap_err();
        assert_eq!((error.kind, error.exit), ("conflict", Exit::Conflict));
        assert!(error.message.starts_with("nothing was written: ") && error.message.ends_with("since it was read"));
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "edited meanwhile");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing lies about");

        replace(&source(&path, "edited meanwhile"), "as it was to be").unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "as it was to be");
    }

    #[test]
    fn what_is_gone_or_no_file_is_not_written() {
        let folder = tempfile::tempdir().unwrap();
        let gone = replace(&source(&folder.path().join("org.yaml"), ""), "text").unwrap_err();
        let no_file = replace(&source(folder.path(), ""), "text").unwrap_err();
        assert_eq!((gone.exit, no_file.exit), (Exit::Failed, Exit::Failed));
        assert!(no_file.message.ends_with("it is no regular file"), "{}", no_file.message);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}

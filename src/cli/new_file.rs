//! Files that `init` starts: whole or not at all, and over another one only where that was said.

use std::io::{ErrorKind, Write as _};
use std::path::Path;

use super::args::InitArgs;
use super::error::CliError;
use super::exit::Exit;
use crate::text::visible;

/// What becomes of a file that is there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Existing {
    /// It stays, and nothing is written.
    Kept,
    /// It is replaced.
    Replaced,
}

impl Existing {
    /// What `--force` says of it.
    pub(super) fn of(args: &InitArgs) -> Self {
        if args.force { Self::Replaced } else { Self::Kept }
    }
}

/// Refuses to write over anything without being told, and over anything but a file in any case: what a link points to
/// may be somebody else's.
///
/// # Errors
/// If something is there that may not be replaced.
pub(super) fn check(path: &Path, existing: Existing) -> Result<(), CliError> {
    let found = match std::fs::symlink_metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(CliError::io("look at", path, &error)),
        Ok(found) => found,
    };
    match (found.is_file(), existing) {
        (true, Existing::Replaced) => Ok(()),
        (true, Existing::Kept) => Err(exists(path)),
        (false, _) => {
            let name = path.display().to_string();
            let message = format!("{} is there and is no plain file, so nothing was written", visible(&name));
            Err(CliError::new("exists", Exit::Failed, message).hint("name another file, or the one that it points to"))
        }
    }
}

fn exists(path: &Path) -> CliError {
    let message = format!("{} is there already, so nothing was written", visible(&path.display().to_string()));
    CliError::new("exists", Exit::Failed, message)
        .hint("name another file, print it with -, or replace it with --force")
}

/// Writes the whole file or nothing: beside its place first, then into it.
///
/// # Errors
/// If the file cannot be written, or is there meanwhile and may not be replaced.
pub(super) fn create(path: &Path, text: &str, existing: Existing) -> Result<(), CliError> {
    let failed = |error: std::io::Error| CliError::io("write", path, &error);
    let folder = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = builder().tempfile_in(folder).map_err(failed)?;
    file.write_all(text.as_bytes()).and_then(|()| file.as_file().sync_all()).map_err(failed)?;
    let written = match existing {
        Existing::Replaced => file.persist(path),
        Existing::Kept => file.persist_noclobber(path),
    };
    match written {
        Ok(_) => Ok(()),
        // Somebody was faster since the check.
        Err(error) if error.error.kind() == ErrorKind::AlreadyExists => Err(exists(path)),
        Err(error) => Err(failed(error.error)),
    }
}

/// A file for a repository: as readable as the umask lets new files be.
fn builder() -> tempfile::Builder<'static, 'static> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".new-");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    builder
}

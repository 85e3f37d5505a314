//! `init`: the first org.yaml, from live or from another tool's configuration.

use std::io::{ErrorKind, Write as _};
use std::path::Path;

use super::args::{InitArgs, MANIFEST};
use super::error::CliError;
use super::exit::Exit;
use super::{Context, block_on, export, terraform};
use crate::organization::Target;
use crate::report::export::Detail;
use crate::text::visible;

/// A file to be, and what to say about it.
pub(super) struct Draft {
    /// The text.
    pub(super) text: String,
    /// What it is about; absent where nothing says which organization is meant.
    pub(super) target: Option<Target>,
}

/// Writes a manifest. It reads live with a client that cannot write, and the one file it writes is the user's.
pub(super) fn run(context: &Context, args: &InitArgs) -> Result<Exit, CliError> {
    // Before anything is read: nobody should wait for a refusal.
    check_place(args)?;
    let detail = if args.full { Detail::Full } else { Detail::Minimal };
    let draft = match &args.from_terraform {
        Some(path) => terraform::draft(context, args, path, detail)?,
        None => from_live(context, args, detail)?,
    };
    if args.file == "-" {
        context.print(&draft.text)?;
        return Ok(Exit::Success);
    }
    write(args, &draft.text)?;
    say_next(context, args, &draft);
    Ok(Exit::Success)
}

fn from_live(context: &Context, args: &InitArgs, detail: Detail) -> Result<Draft, CliError> {
    let (target, text) = block_on(export::manifest(context, &args.target, &args.api, detail))?;
    Ok(Draft { text, target: Some(target) })
}

/// Refuses to write over anything without being told, and over anything but a file in any case: what a link points to
/// may be somebody else's.
fn check_place(args: &InitArgs) -> Result<(), CliError> {
    let path = Path::new(&args.file);
    let found = match std::fs::symlink_metadata(path) {
        _ if args.file == "-" => return Ok(()),
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(CliError::io("look at", path, &error)),
        Ok(found) => found,
    };
    match (found.is_file(), args.force) {
        (true, true) => Ok(()),
        (true, false) => Err(exists(&args.file)),
        (false, _) => {
            let message = format!("{} is there and is no plain file, so nothing was written", visible(&args.file));
            Err(CliError::new("exists", Exit::Failed, message).hint("name another file, or the one that it points to"))
        }
    }
}

fn exists(file: &str) -> CliError {
    let message = format!("{} is there already, so nothing was written", visible(file));
    CliError::new("exists", Exit::Failed, message)
        .hint("name another file, print it with -, or replace it with --force")
}

/// Writes the whole file or nothing: beside its place first, then into it.
fn write(args: &InitArgs, text: &str) -> Result<(), CliError> {
    let path = Path::new(&args.file);
    let failed = |error: std::io::Error| CliError::io("write", path, &error);
    let folder = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = builder().tempfile_in(folder).map_err(failed)?;
    file.write_all(text.as_bytes()).and_then(|()| file.as_file().sync_all()).map_err(failed)?;
    let written = if args.force { file.persist(path) } else { file.persist_noclobber(path) };
    match written {
        Ok(_) => Ok(()),
        // Somebody was faster since the check.
        Err(error) if error.error.kind() == ErrorKind::AlreadyExists => Err(exists(&args.file)),
        Err(error) => Err(failed(error.error)),
    }
}

/// A file for a repository: as readable as the umask lets new files be.
fn builder() -> tempfile::Builder<'static, 'static> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".org-");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    builder
}

/// What was written, and what to do next.
fn say_next(context: &Context, args: &InitArgs, draft: &Draft) {
    let file = visible(&args.file);
    let name = if args.file == MANIFEST { String::new() } else { format!(" {file}") };
    match &draft.target {
        Some(target) => context.ui.say(&format!("Wrote {file} for {target}")),
        None => {
            context
                .ui
                .say(&format!("Wrote {file}; nothing says which organization it is about, so write that into it"));
        }
    }
    context.ui.say(&format!("Next: look at it, then zerodrift plan{name}"));
}

//! What the program knows of a command: how to run it, and what it needs and gives out.

use std::path::Path;

use super::context::Context;
use super::error::CliError;
use super::input::env::Env;
use super::options::{ApiArgs, Format};
use super::output::publish::ResultFormats;
use super::output::used_files::{FilePurpose, UsedFiles};
use crate::ending::{Exit, FailureKind};

/// A command: implemented by its arguments.
pub(crate) trait CommandSpec {
    /// Runs the command to its end.
    ///
    /// # Errors
    /// If the command did not do what was asked.
    fn run(&self, context: &Context) -> Result<Exit, CliError>;

    /// How the command reaches the API, where it does.
    fn api(&self) -> Option<&ApiArgs> {
        None
    }

    /// The manifest as the user named it, where the command reports on one.
    fn manifest(&self) -> Option<&str> {
        None
    }

    /// The formats of the result.
    fn formats(&self) -> &dyn ResultFormats {
        &Format::Text
    }

    /// Adds the files that only this command reads, or writes besides its result.
    fn add_files(&self, _files: &mut UsedFiles) {}
}

/// The files that a command reads, and those that it writes besides its result.
pub(crate) fn used_files(command: &dyn CommandSpec, env: &Env) -> UsedFiles {
    let mut files = UsedFiles::of_environment(env);
    files.add(FilePurpose::Manifest, command.manifest().map(Path::new));
    command.add_files(&mut files);
    files.add_api(command.api());
    files.add_reports(&command.formats().report_files());
    files
}

/// Runs a command that reaches the API: on a runtime of one thread.
///
/// # Errors
/// Those of the work, and if the runtime cannot start.
pub(crate) fn block_on<T>(work: impl Future<Output = Result<T, CliError>>) -> Result<T, CliError> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| CliError::new(FailureKind::Io, format!("cannot start the runtime: {error}")))?;
    let done = runtime.block_on(work);
    // A prompt that nobody answers must not hold up the end of an interrupted program.
    runtime.shutdown_background();
    done
}

//! The interface of a command: how to run it, and which inputs and outputs it has.

use std::path::Path;

use super::context::Context;
use super::error::CliError;
use super::input::env::Env;
use super::input::manifests::ManifestSet;
use super::options::{ApiArgs, Format};
use super::output::publish::ResultFormats;
use super::output::used_files::{FilePurpose, UsedFiles};
use crate::ending::{Exit, FailureKind};

/// A command, implemented by the type of its arguments.
pub(crate) trait CommandSpec {
    /// Runs the command.
    ///
    /// # Errors
    /// Returns an error if the command failed.
    fn run(&self, context: &Context) -> Result<Exit, CliError>;

    /// Returns how the command reaches the API, if it does.
    fn api(&self) -> Option<&ApiArgs> {
        None
    }

    /// Returns the manifest as the user named it, if the command has exactly one.
    fn manifest(&self) -> Option<&str> {
        None
    }

    /// Returns the manifests as the user named them, if the command accepts several.
    fn manifests(&self) -> Option<&[String]> {
        None
    }

    /// Returns the formats of the result.
    fn formats(&self) -> &dyn ResultFormats {
        &Format::Text
    }

    /// Adds the files that only this command reads, or writes in addition to its result.
    fn add_files(&self, _files: &mut UsedFiles) {}
}

/// Returns the files that a command reads, and those that it writes in addition to its result.
pub(crate) fn used_files(command: &dyn CommandSpec, manifests: &ManifestSet, env: &Env) -> UsedFiles {
    let mut files = UsedFiles::of_environment(env);
    files.add(FilePurpose::Manifest, command.manifest().map(Path::new));
    files.add_manifests(manifests);
    command.add_files(&mut files);
    files.add_api(command.api());
    files.add_reports(&command.formats().report_files());
    files
}

/// Runs asynchronous work on a runtime of one thread.
///
/// # Errors
/// Returns the error of the work, or an error if the runtime cannot start.
pub(crate) fn block_on<T>(work: impl Future<Output = Result<T, CliError>>) -> Result<T, CliError> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| CliError::new(FailureKind::Io, format!("cannot start the runtime: {error}")))?;
    let done = runtime.block_on(work);
    // A thread that waits at a prompt must not delay the exit of an interrupted program.
    runtime.shutdown_background();
    done
}

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

    /// Returns what the command reads, and the formats of its result.
    fn interface(&self) -> Interface<'_> {
        Interface::default()
    }
}

/// What a command reads, and the formats of its result.
pub(crate) struct Interface<'a> {
    /// How the command reaches the API, if it does.
    pub(crate) api: Option<&'a ApiArgs>,
    /// The manifests as the user named them.
    pub(crate) manifests: &'a [String],
    /// The formats of the result.
    pub(crate) formats: &'a dyn ResultFormats,
    /// The files that only this command reads, or writes in addition to its result.
    pub(crate) files: Vec<(FilePurpose, &'a Path)>,
}

impl Default for Interface<'_> {
    fn default() -> Self {
        Self { api: None, manifests: &[], formats: &Format::Text, files: Vec::new() }
    }
}

impl Interface<'_> {
    /// Returns the files that the command reads, and those that it writes in addition to its result.
    pub(crate) fn used_files(&self, manifests: &ManifestSet, env: &Env) -> UsedFiles {
        let mut files = UsedFiles::of_environment(env);
        files.add_manifests(manifests);
        for (purpose, path) in &self.files {
            match purpose {
                FilePurpose::Terraform => files.add_terraform(path),
                _ => files.add(*purpose, Some(path)),
            }
        }
        files.add_api(self.api);
        files.add_reports(&self.formats.report_files());
        files
    }
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

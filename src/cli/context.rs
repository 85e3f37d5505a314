//! What every command needs: environment, streams, model and files.

use jiff::Timestamp;

use super::error::CliError;
use super::input::env::Env;
use super::input::known_files::KnownFiles;
use super::input::manifests::ManifestSet;
use super::input::secrets::PrivateFiles;
use super::output::ui::Ui;
use super::output::used_files::UsedFiles;
use crate::diagnostics::Source;
use crate::ending::FailureKind;
use crate::report;
use crate::settings::Model;

/// What every command needs.
pub(crate) struct Context {
    /// The environment.
    pub(crate) env: Env,
    /// The streams.
    pub(crate) ui: Ui,
    /// The settings.
    pub(crate) model: &'static Model,
    /// The manifests of a command that accepts several.
    pub(crate) manifests: ManifestSet,
    /// The parents of manifests, and the folders, that the run has read.
    pub(crate) known_files: KnownFiles,
    /// The files of the run.
    pub(crate) files: UsedFiles,
    /// The files whose text must not be shown.
    pub(crate) private: PrivateFiles,
    /// The name of the command.
    pub(crate) command: String,
    /// The time of the plans of this run. All plans of a run have the same.
    pub(crate) started: Timestamp,
    /// Builds the definition of the command line, from which completions and the manual are generated.
    pub(crate) command_line: fn() -> clap::Command,
}

impl Context {
    /// Prints a result.
    pub(crate) fn print(&self, text: &str) -> Result<(), CliError> {
        self.ui.print(text).map_err(unprintable)
    }

    /// Prints a result that contains workflow commands, and in which all untrusted text is escaped.
    pub(crate) fn print_commands(&self, text: &str) -> Result<(), CliError> {
        self.ui.print_commands(text).map_err(unprintable)
    }

    /// Prints a state or a manifest, which may be used as an input later: unchanged, or not at all.
    ///
    /// # Errors
    /// Returns an error if it contains a credential.
    pub(crate) fn print_exactly(&self, text: &str) -> Result<(), CliError> {
        self.without_credentials("the output", text)?;
        self.print(text)
    }

    /// Rejects a text that contains a credential and may be used as an input later. Redacting the credential would
    /// change the input.
    ///
    /// # Errors
    /// Returns an error if it contains a credential.
    pub(crate) fn without_credentials(&self, what: &str, text: &str) -> Result<(), CliError> {
        if !self.ui.secrets.finds(text) {
            return Ok(());
        }
        let message = format!("cannot write {what}: it contains a credential of this run");
        Err(CliError::new(FailureKind::Credential, message)
            .hint("revoke this credential, since others can read it there, and remove it with a new one"))
    }

    /// Returns a path as [`Env::in_repository`] does.
    pub(crate) fn in_repository(&self, path: &str) -> String {
        self.env.in_repository(path, &self.known_files)
    }

    /// Returns why the lines of a source must not be shown; `None` if they may be.
    pub(crate) fn withheld(&self, source: &Source) -> Option<&'static str> {
        self.private.reason(source, &self.ui.secrets, &self.known_files)
    }

    /// Returns the source if its lines may be shown.
    pub(crate) fn shown<'a>(&self, source: Option<&'a Source>) -> Option<&'a Source> {
        source.filter(|source| self.withheld(source).is_none())
    }

    /// Prints an error with its hints to standard error, after the findings about the manifest.
    pub(crate) fn say_error(&self, error: &CliError) {
        let source = self.shown(error.subject.source.as_ref());
        let sources = source.into_iter().chain(&error.subject.parents);
        self.ui.say_block(&report::findings::text(&error.findings, sources, &self.ui.err));
        self.ui.say(&report::error::text(&error.message, &error.hints, &self.ui.err));
    }
}

fn unprintable(error: std::io::Error) -> CliError {
    CliError::new(FailureKind::Io, format!("cannot write to standard output: {error}"))
}

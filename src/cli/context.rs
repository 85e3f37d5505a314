//! What every command needs: environment, streams, model and files.

use super::error::CliError;
use super::input::env::Env;
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
    /// The files of the run.
    pub(crate) files: UsedFiles,
    /// The files whose text is not shown.
    pub(crate) private: PrivateFiles,
    /// The name of the command.
    pub(crate) command: String,
    /// Declares the command line, for what is generated from it.
    pub(crate) command_line: fn() -> clap::Command,
}

impl Context {
    /// Prints a result.
    pub(crate) fn print(&self, text: &str) -> Result<(), CliError> {
        self.ui.print(text).map_err(unprintable)
    }

    /// Prints a result that holds commands for a job, and nothing untrusted outside of them.
    pub(crate) fn print_commands(&self, text: &str) -> Result<(), CliError> {
        self.ui.print_commands(text).map_err(unprintable)
    }

    /// Prints a state or a manifest: a text that somebody may bring back. It is printed as it is, or not at all.
    ///
    /// # Errors
    /// If there is a credential in it.
    pub(crate) fn print_exactly(&self, text: &str) -> Result<(), CliError> {
        self.without_credentials("the output", text)?;
        self.print(text)
    }

    /// Refuses to write a text that somebody may bring back with a credential in it: with the credential taken out it
    /// would be another text.
    pub(crate) fn without_credentials(&self, what: &str, text: &str) -> Result<(), CliError> {
        if !self.ui.secrets.finds(text) {
            return Ok(());
        }
        let message =
            format!("cannot write {what}: a credential of this run is in it, as the value of a setting or in a text");
        Err(CliError::new(FailureKind::Credential, message)
            .hint("replace that credential, since others can read it there, and take it out with the new one"))
    }

    /// Why no line of a source is shown; nothing where lines are.
    pub(crate) fn withheld(&self, source: &Source) -> Option<&'static str> {
        self.private.reason(source, &self.ui.secrets)
    }

    /// A source for showing lines of it.
    pub(crate) fn shown<'a>(&self, source: Option<&'a Source>) -> Option<&'a Source> {
        source.filter(|source| self.withheld(source).is_none())
    }

    /// Says why a command did not do what was asked, and what to do next; first the lines of the manifest it is about.
    pub(crate) fn say_error(&self, error: &CliError) {
        let source = self.shown(error.subject.source.as_ref());
        self.ui.say_block(&report::findings::text(&error.findings, source, &self.ui.err));
        self.ui.say(&report::error::text(&error.message, &error.hints, &self.ui.err));
    }
}

fn unprintable(error: std::io::Error) -> CliError {
    CliError::new(FailureKind::Io, format!("cannot write to standard output: {error}"))
}

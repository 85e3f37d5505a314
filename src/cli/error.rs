//! Failures at the edge: what happened, what to do next, and what it is about. Kinds and exit codes are decided in
//! [`ending`](crate::ending).

use std::fmt::Display;
use std::path::Path;

use crate::cloudflare;
use crate::diagnostics::{Finding, Source};
use crate::ending::{Exit, FailureKind};
use crate::settings::Target;
use crate::text;

/// Why a command did not do what was asked.
#[derive(Debug, Clone)]
pub(super) struct CliError {
    /// The kind, from which the exit code follows.
    pub(super) kind: FailureKind,
    /// What happened and where, in a sentence without a final full stop.
    pub(super) message: String,
    /// What to do next.
    pub(super) hints: Vec<String>,
    /// What is wrong with the manifest, where that is why.
    pub(super) findings: Vec<Finding>,
    /// What it is about.
    pub(super) subject: Box<Subject>,
}

/// What a failure is about, as far as that was known by then.
#[derive(Debug, Clone, Default)]
pub(super) struct Subject {
    /// The manifest as the user named it; empty where there is none.
    pub(super) file: String,
    /// The manifest's text, for showing lines of it.
    pub(super) source: Option<Source>,
    /// The organization.
    pub(super) target: Option<Target>,
}

impl CliError {
    /// A failure of some kind.
    pub(super) fn new(kind: FailureKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), hints: Vec::new(), findings: Vec::new(), subject: Box::default() }
    }

    /// The exit code.
    pub(super) fn exit(&self) -> Exit {
        self.kind.exit()
    }

    /// Says what it is about, where nobody has said so before.
    #[must_use]
    pub(super) fn about(mut self, file: &str, source: Option<&Source>, target: Option<&Target>) -> Self {
        let subject = &mut *self.subject;
        if subject.file.is_empty() {
            file.clone_into(&mut subject.file);
        }
        subject.source = subject.source.take().or_else(|| source.cloned());
        subject.target = subject.target.take().or_else(|| target.cloned());
        self
    }

    /// Adds what to do next.
    #[must_use]
    pub(super) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// A command line that cannot be understood.
    pub(super) fn usage(message: impl Into<String>) -> Self {
        Self::new(FailureKind::Usage, message)
    }

    /// A file that could not be read or written.
    pub(super) fn io(doing: &str, path: &Path, error: &dyn Display) -> Self {
        Self::new(FailureKind::Io, format!("cannot {doing} {}: {error}", text::path(path)))
    }

    /// A manifest with errors.
    pub(super) fn manifest(file: &str, findings: Vec<Finding>) -> Self {
        let errors = findings.iter().filter(|finding| finding.is_error()).count();
        let noun = if errors == 1 { "error" } else { "errors" };
        let message = format!("{} has {errors} {noun}, so nothing was planned", text::visible(file));
        Self { findings, ..Self::new(FailureKind::Manifest, message) }
    }

    /// A signal, and what became of the work.
    pub(super) fn interrupted(what: &str) -> Self {
        Self::new(FailureKind::Interrupted, format!("interrupted: {what}"))
    }
}

impl From<cloudflare::Error> for CliError {
    fn from(error: cloudflare::Error) -> Self {
        Self { hints: error.hints(), ..Self::new(FailureKind::from(&error), error.to_string()) }
    }
}

//! Errors of the command line: message, hints, and the manifest and organization that they are about. Kinds and exit
//! codes are defined in [`ending`](crate::ending).

use std::fmt::Display;
use std::path::Path;

use crate::cloudflare;
use crate::diagnostics::{Finding, Source};
use crate::ending::{Exit, FailureKind};
use crate::settings::Target;
use crate::text;

/// Why a command failed.
#[derive(Debug, Clone)]
pub(super) struct CliError {
    /// The kind, from which the exit code follows.
    pub(super) kind: FailureKind,
    /// What happened and where, in a sentence without a final full stop.
    pub(super) message: String,
    /// What to do next.
    pub(super) hints: Vec<String>,
    /// The findings about the manifest, if they are the reason.
    pub(super) findings: Vec<Finding>,
    /// The manifest and organization that it is about.
    pub(super) subject: Box<Subject>,
}

/// The manifest and organization that a failure is about, as far as known.
#[derive(Debug, Clone, Default)]
pub(super) struct Subject {
    /// The manifest as the user named it; empty if there is none.
    pub(super) file: String,
    /// The manifest's text, for showing lines of it.
    pub(super) source: Option<Source>,
    /// The texts of the manifests that it extends.
    pub(super) parents: Vec<Source>,
    /// The organization.
    pub(super) target: Option<Target>,
}

impl CliError {
    /// Creates a failure without hints.
    pub(super) fn new(kind: FailureKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), hints: Vec::new(), findings: Vec::new(), subject: Box::default() }
    }

    /// Returns the exit code.
    pub(super) fn exit(&self) -> Exit {
        self.kind.exit()
    }

    /// Adds the manifest and organization that it is about, unless they are set already.
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

    /// Adds the texts of the manifests that the manifest extends.
    #[must_use]
    pub(super) fn with_parents(mut self, parents: &[Source]) -> Self {
        self.subject.parents = parents.to_vec();
        self
    }

    /// Adds a hint: what to do next.
    #[must_use]
    pub(super) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// Creates the error of an invalid command line or environment.
    pub(super) fn usage(message: impl Into<String>) -> Self {
        Self::new(FailureKind::Usage, message)
    }

    /// Creates the error of a file that could not be read or written: `cannot {doing} {path}: {error}`.
    pub(super) fn io(doing: &str, path: &Path, error: &dyn Display) -> Self {
        Self::new(FailureKind::Io, format!("cannot {doing} {}: {error}", text::path(path)))
    }

    /// Creates the error of a manifest with errors.
    pub(super) fn manifest(file: &str, findings: Vec<Finding>) -> Self {
        let errors = findings.iter().filter(|finding| finding.is_error()).count();
        let noun = if errors == 1 { "error" } else { "errors" };
        let message = format!("{} has {errors} {noun}; nothing was planned", text::visible(file));
        Self { findings, ..Self::new(FailureKind::Manifest, message) }
    }

    /// Creates the error of a command that a signal ended, with what is known about its work.
    pub(super) fn interrupted(what: &str) -> Self {
        Self::new(FailureKind::Interrupted, format!("interrupted: {what}"))
    }
}

impl From<cloudflare::Error> for CliError {
    fn from(error: cloudflare::Error) -> Self {
        Self { hints: error.hints(), ..Self::new(FailureKind::from(&error), error.to_string()) }
    }
}

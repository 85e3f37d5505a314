//! One document, in the formats of its kind.

use clap::ValueEnum;

use super::plans;
use crate::cli::commands::export;
use crate::cli::context::Context;
use crate::cli::error::CliError;
use crate::cli::output::formats::Formats;
use crate::cli::output::publish;
use crate::diagnostics::Severity;
use crate::document::read::{AnyDocument, RecordedFailure, RecordedSnapshot};
use crate::document::{self, CheckedManifest};
use crate::ending::Exit;
use crate::manifest::write::Detail;
use crate::report::{self, FailedRun, FindingsFormat, PlanFormat, ReportFormat, Style, Validation};

/// A document and the name of its file, escaped.
pub(super) struct Named {
    pub(super) name: String,
    pub(super) document: AnyDocument,
}

/// Returns what a document contains.
pub(super) fn kind(document: &AnyDocument) -> &'static str {
    match document {
        AnyDocument::Plans(_) => "plans of plan or drift",
        AnyDocument::Results(_) => "results of apply or rollback",
        AnyDocument::Revocation(_) => "the result of revoke-user",
        AnyDocument::Findings(_) => "findings of validate",
        AnyDocument::Snapshot(_) => "a snapshot",
        AnyDocument::Error(_) => "a failed run",
    }
}

impl Named {
    /// Shows a document in the formats of its kind. The exit code is that of its run if it `is_detailed`.
    ///
    /// # Errors
    /// Returns an error if the kind lacks one of the formats, or if a result cannot be written.
    pub(super) fn show(
        &self,
        context: &Context,
        formats: &Formats<PlanFormat>,
        is_detailed: bool,
    ) -> Result<Exit, CliError> {
        let exit = if is_detailed { self.exit() } else { Exit::Success };
        match &self.document {
            AnyDocument::Findings(manifests) => self.findings(context, formats, manifests, exit)?,
            AnyDocument::Error(failure) => self.failure(context, formats, failure, exit)?,
            AnyDocument::Snapshot(snapshot) => self.snapshot(context, formats, snapshot)?,
            AnyDocument::Revocation(document) => self.texts(context, formats, |format, _| match format {
                PlanFormat::Text => Some(report::results::revoked(&document.request())),
                PlanFormat::Json => Some(document::to_text(document)),
                _ => None,
            })?,
            AnyDocument::Results(results) => self.texts(context, formats, |format, style| match format {
                PlanFormat::Text => Some(report::results::recorded(results, style)),
                PlanFormat::Json => Some(document::to_text(&results.document())),
                _ => None,
            })?,
            AnyDocument::Plans(plans) => return plans::show(context, formats, plans, is_detailed),
        }
        Ok(exit)
    }

    /// Returns the exit code of the run that wrote the document, as far as the document contains it.
    fn exit(&self) -> Exit {
        match &self.document {
            AnyDocument::Error(failure) => failure.kind.exit(),
            AnyDocument::Findings(manifests) if manifests.iter().any(|one| one.worst == Some(Severity::Error)) => {
                Exit::Manifest
            }
            AnyDocument::Results(results) => {
                let errors = results.results.iter().filter_map(|result| result.entry.error.as_ref());
                let errors = errors.chain(results.failures.iter().map(|failure| &failure.error));
                Exit::of_several(errors.map(|error| error.kind.exit()))
            }
            _ => Exit::Success,
        }
    }

    /// The lines of manifests are not part of the document. The formats of code hosts that need them are left out: without
    /// lines, a host would not recognize findings that it knows.
    fn findings(
        &self,
        context: &Context,
        formats: &Formats<PlanFormat>,
        manifests: &[CheckedManifest],
        exit: Exit,
    ) -> Result<(), CliError> {
        let formats = self.formats(formats, |format| match format {
            PlanFormat::Text => Some(FindingsFormat::Text),
            PlanFormat::Json => Some(FindingsFormat::Json),
            PlanFormat::Github => Some(FindingsFormat::Github),
            _ => None,
        })?;
        publish::result(context, &formats, &Validation { manifests, sources: &[] }, exit)
    }

    fn failure(
        &self,
        context: &Context,
        formats: &Formats<PlanFormat>,
        failure: &RecordedFailure,
        exit: Exit,
    ) -> Result<(), CliError> {
        let RecordedFailure { command, file, repository_file, target, kind, message, hints, findings, .. } = failure;
        let is_shown = |format| match command.as_deref() {
            Some("plan" | "drift") => true,
            Some("validate") => matches!(format, PlanFormat::Text | PlanFormat::Json | PlanFormat::Github),
            _ => matches!(format, PlanFormat::Text | PlanFormat::Json),
        };
        let formats = self.formats(formats, |format| is_shown(format).then_some(format))?;
        let ci = context.env.ci_run();
        let failed = FailedRun {
            command: command.as_deref().unwrap_or_default(),
            file,
            repository_file,
            ci: ci.as_ref(),
            source: None,
            target: target.as_ref(),
            kind: *kind,
            message,
            hints,
            findings,
        };
        publish::recorded_failure(context, &formats, &failed, exit)
    }

    /// A snapshot and its manifest may be inputs later, so they are shown unchanged or not at all.
    fn snapshot(
        &self,
        context: &Context,
        formats: &Formats<PlanFormat>,
        recorded: &RecordedSnapshot,
    ) -> Result<(), CliError> {
        let RecordedSnapshot { target, snapshot, .. } = recorded;
        let document = recorded.to_text();
        context.without_credentials(&self.name, &document)?;
        let manifest = if formats.any(PlanFormat::is_text) {
            export::manifest_of(context.model, target, &snapshot.live, Detail::Minimal)?
        } else {
            String::new()
        };
        self.texts(context, formats, |format, _| match format {
            PlanFormat::Text => Some(manifest.clone()),
            PlanFormat::Json => Some(document.clone()),
            _ => None,
        })
    }

    /// Shows a document of which only some formats have a text.
    fn texts(
        &self,
        context: &Context,
        formats: &Formats<PlanFormat>,
        text: impl Fn(PlanFormat, &Style) -> Option<String>,
    ) -> Result<(), CliError> {
        let plain = Style::default();
        let formats = self.formats(formats, |format| text(format, &plain).map(|_| format))?;
        let text = |format, style: &Style, _| text(format, style).unwrap_or_default();
        publish::texts(context, &formats, text, |_| String::new(), "")
    }

    /// Returns the formats that the kind of the document has.
    ///
    /// # Errors
    /// Returns an error if one of the requested formats is another one.
    fn formats<F: ReportFormat + ValueEnum>(
        &self,
        requested: &Formats<PlanFormat>,
        convert: impl Fn(PlanFormat) -> Option<F>,
    ) -> Result<Formats<F>, CliError> {
        requested.converted(&convert).map_err(|format| {
            let name = |format: &PlanFormat| Some(format.to_possible_value()?.get_name().to_owned());
            let formats = PlanFormat::value_variants().iter().filter(|format| convert(**format).is_some());
            let formats: Vec<String> = formats.filter_map(name).collect();
            let message = format!(
                "cannot show {} in the format {}: it contains {}, whose formats are {}",
                self.name,
                name(&format).unwrap_or_default(),
                kind(&self.document),
                formats.join(", ")
            );
            let failure = CliError::usage(message);
            match &self.document {
                AnyDocument::Findings(_) => {
                    failure.hint("run `zerodrift validate` for its other formats: they need the lines of the manifests")
                }
                AnyDocument::Snapshot(_) => {
                    failure.hint("to see what would change, run `zerodrift plan` with the snapshot as --live")
                }
                _ => failure.hint("use one of these formats"),
            }
        })
    }
}

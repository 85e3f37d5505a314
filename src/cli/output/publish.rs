//! Writes a result in all requested formats: first the files, then standard output.

use std::path::Path;

use clap::ValueEnum;

use crate::cli::context::Context;
use crate::cli::error::CliError;
use crate::cli::options::Format;
use crate::cli::output::formats::{Formats, Report};
use crate::cli::output::github;
use crate::cli::output::ui::Ui;
use crate::cli::output::used_files::FilePurpose;
use crate::diagnostics::Source;
use crate::document::{ErrorEntry, FailureEntry, TargetEntry};
use crate::ending::Exit;
use crate::files::FileAccess;
use crate::report::{self, FailedRun, ReportFormat, Style};

/// Writes a result. `exit` is the exit code that the program will have.
///
/// # Errors
/// Returns an error if a file or standard output cannot be written.
pub(crate) fn result<F: ReportFormat + ValueEnum>(
    context: &Context,
    formats: &Formats<F>,
    content: &F::Content<'_>,
    exit: Exit,
) -> Result<(), CliError> {
    let text = |format: F, style: &Style, limit| format.render(content, style, limit);
    texts(context, formats, text, |limit| F::job_summary(content, limit), &F::job_outputs(content, exit.code()))
}

/// Writes a failed run that an earlier command recorded. `exit` is the exit code that the program will have.
///
/// # Errors
/// Returns an error if a file or standard output cannot be written.
pub(crate) fn recorded_failure<F: ReportFormat + ValueEnum>(
    context: &Context,
    formats: &Formats<F>,
    failed: &FailedRun<'_>,
    exit: Exit,
) -> Result<(), CliError> {
    let text = |format: F, style: &Style, limit| format.render_failure(failed, style, limit);
    let outputs = report::github::exit_code(exit.code());
    texts(context, formats, text, |limit| F::failed_job_summary(failed, limit), &outputs)
}

/// Writes a text in all requested formats: first the files, then standard output. For the log of a job on GitHub also writes
/// the summary and the outputs of the step. The functions get the maximum length, in bytes.
///
/// # Errors
/// Returns an error if a file or standard output cannot be written.
pub(crate) fn texts<F: ReportFormat + ValueEnum>(
    context: &Context,
    formats: &Formats<F>,
    text: impl Fn(F, &Style, usize) -> String,
    summary: impl Fn(usize) -> String,
    outputs: &str,
) -> Result<(), CliError> {
    let Context { ui, env, files, .. } = context;
    let render = |format: F, style: &Style| bounded(ui, format.limit(), |limit| text(format, style, limit));
    for (number, report) in formats.reports.iter().enumerate() {
        write(context, number, report, &render(report.format, &Style::default()))?;
    }
    if formats.any(F::is_job_log) {
        github::summarize(env, files, |limit| bounded(ui, Some(limit), &summary))?;
        github::output(env, files, &ui.for_file(outputs))?;
    }
    print(context, formats.format.is_job_log(), &render(formats.format, &ui.out))
}

/// The result of publishing a failure.
#[derive(Default)]
pub(crate) struct PublishedFailure {
    /// Whether standard output shows the failure completely.
    pub(crate) is_complete: bool,
    /// The outputs that could not be written. After one error the remaining outputs are still written.
    pub(crate) unwritten: Vec<CliError>,
}

/// The requested formats of a command's result.
pub(crate) trait ResultFormats {
    /// Returns the files of `--report`, in order.
    fn report_files(&self) -> Vec<&Path>;

    /// Writes a failure in each of the formats, so that no report of an earlier run looks current.
    fn publish_failure(&self, context: &Context, error: &CliError) -> PublishedFailure;
}

impl ResultFormats for Format {
    fn report_files(&self) -> Vec<&Path> {
        Vec::new()
    }

    fn publish_failure(&self, context: &Context, error: &CliError) -> PublishedFailure {
        let printed = match self {
            Self::Text => Ok(()),
            Self::Json => context.print(&report::error::document(&failed_run(error, &context.command, "", None))),
        };
        PublishedFailure { is_complete: false, unwritten: printed.err().into_iter().collect() }
    }
}

impl<F: ReportFormat + ValueEnum> ResultFormats for Formats<F> {
    fn report_files(&self) -> Vec<&Path> {
        self.reports.iter().map(|report| report.file.as_path()).collect()
    }

    fn publish_failure(&self, context: &Context, error: &CliError) -> PublishedFailure {
        let Context { ui, env, files, .. } = context;
        let file = context.in_repository(&error.subject.file);
        let (source, ci) = (context.shown(error.subject.source.as_ref()), env.ci_run());
        let failed = &FailedRun { ci: ci.as_ref(), ..failed_run(error, &context.command, &file, source) };
        let render =
            |format: F| bounded(ui, format.limit(), |limit| format.render_failure(failed, &Style::default(), limit));
        // Each file is checked by itself: it may be the manifest, for example.
        let written = |(number, report)| write(context, number, report, &render(report.format)).err();
        let mut unwritten: Vec<CliError> = self.reports.iter().enumerate().filter_map(written).collect();
        if self.any(F::is_job_log) {
            let summary = |limit| bounded(ui, Some(limit), |limit| F::failed_job_summary(failed, limit));
            unwritten.extend(github::summarize(env, files, summary).err());
            unwritten.extend(github::output(env, files, &report::github::exit_code(error.exit().code())).err());
        }
        let is_log = self.format.is_job_log();
        if self.format.is_text() {
            return PublishedFailure { is_complete: false, unwritten };
        }
        let printed = print(context, is_log, &render(self.format));
        let is_complete = is_log && printed.is_ok();
        unwritten.extend(printed.err());
        PublishedFailure { is_complete, unwritten }
    }
}

/// Converts a failure for the reports.
fn failed_run<'a>(
    error: &'a CliError,
    command: &'a str,
    repository_file: &'a str,
    source: Option<&'a Source>,
) -> FailedRun<'a> {
    FailedRun {
        command,
        file: &error.subject.file,
        repository_file,
        ci: None,
        source,
        target: error.subject.target.as_ref(),
        kind: error.kind,
        message: &error.message,
        hints: &error.hints,
        findings: &error.findings,
    }
}

/// Converts a failure to an entry of a document.
pub(crate) fn error_entry(error: &CliError) -> ErrorEntry {
    report::error::entry(&failed_run(error, "", "", None))
}

/// Converts the failure of one of several organizations to an entry of a document. `api` is the base URL of the API.
pub(crate) fn failure_entry(context: &Context, api: &str, error: &CliError) -> FailureEntry {
    let manifest = error.subject.file.clone();
    let repository_file = context.in_repository(&manifest);
    FailureEntry {
        repository_path: (repository_file != manifest).then_some(repository_file),
        target: error.subject.target.as_ref().map(|target| TargetEntry::new(target, api)),
        error: error_entry(error),
        manifest,
    }
}

/// Prints a result. A job log contains workflow commands, which must not be neutralized.
pub(super) fn print(context: &Context, is_log: bool, text: &str) -> Result<(), CliError> {
    if is_log { context.print_commands(text) } else { context.print(text) }
}

/// Renders a text that fits its limit after escaping, which may lengthen it.
pub(super) fn bounded(ui: &Ui, limit: Option<usize>, text: impl Fn(usize) -> String) -> String {
    let Some(limit) = limit else { return text(usize::MAX) };
    let mut room = limit;
    loop {
        let shown = ui.for_file(&text(room));
        let excess = shown.len().saturating_sub(limit);
        if excess == 0 || excess >= room {
            return shown;
        }
        room -= excess;
    }
}

pub(super) fn write<F>(context: &Context, number: usize, report: &Report<F>, text: &str) -> Result<(), CliError> {
    context.files.write(FilePurpose::Report(number), &report.file, &context.ui.for_file(text), FileAccess::Umask)
}

//! Writes what a run found about several organizations in all requested formats. Each organization is added as soon as it is
//! known, so that only what the reports show is kept.

use std::fs::File;
use std::io::{self, Write};

use crate::cli::context::Context;
use crate::cli::error::CliError;
use crate::cli::output::formats::Formats;
use crate::cli::output::github;
use crate::cli::output::publish::{bounded, print, write};
use crate::document::{Compared, PlanStream, ShardEntry};
use crate::ending::{Exit, FailureKind};
use crate::files;
use crate::report::{self, Overview, PlanFormat, ReportFormat as _, SetDetails, Style, Wording};

/// The number of errors on standard error. More are counted: the reports show all of them.
const ERRORS_SHOWN: usize = 20;

/// The size of the pieces of a document that is printed, in bytes.
const PIECE: usize = 64 * 1024;

/// The reports of several organizations.
pub(crate) struct SetReports<'c> {
    context: &'c Context,
    formats: &'c Formats<PlanFormat>,
    overview: Overview,
    /// One for each file of `--report`, and one for standard output.
    outputs: Vec<SetOutput>,
    job_summary: Option<Box<dyn SetDetails>>,
    errors: ErrorList<'c>,
}

/// The failures of organizations on standard error.
pub(crate) struct ErrorList<'c> {
    context: &'c Context,
    number: usize,
}

impl<'c> ErrorList<'c> {
    /// Returns a list without errors.
    pub(crate) fn new(context: &'c Context) -> Self {
        Self { context, number: 0 }
    }

    /// Prints an error, unless there were many.
    pub(crate) fn say(&mut self, error: &CliError) {
        self.number += 1;
        if self.number <= ERRORS_SHOWN {
            self.context.say_error(error);
        }
    }

    /// Counts the errors that were not printed. `place` is where they are.
    pub(crate) fn finish(self, place: &str) {
        if self.number > ERRORS_SHOWN {
            self.context.ui.say(&format!("{} more errors are in {place}", self.number - ERRORS_SHOWN));
        }
    }
}

/// A report that is being collected.
enum SetOutput {
    Details(PlanFormat, Box<dyn SetDetails>),
    Document(Box<PlanStream<File>>),
}

impl<'c> SetReports<'c> {
    /// Begins the reports, of a shard if the run compares only a part of the manifests.
    ///
    /// # Errors
    /// Returns an error if the temporary file for a document cannot be created.
    pub(crate) fn new(
        context: &'c Context,
        formats: &'c Formats<PlanFormat>,
        wording: Wording,
        shard: Option<ShardEntry>,
    ) -> Result<Self, CliError> {
        let ci = context.env.ci_run();
        let output = |format: PlanFormat, style: &Style| match format.set_details(wording, ci.as_ref(), style) {
            Some(details) => Ok(SetOutput::Details(format, details)),
            None => files::temporary()
                .map(|spool| SetOutput::Document(Box::new(PlanStream::new(spool, wording, shard))))
                .map_err(|error| spool_error(&error)),
        };
        let files = formats.reports.iter().map(|report| output(report.format, &Style::default()));
        let outputs = files.chain([output(formats.format, &context.ui.out)]).collect::<Result<_, _>>()?;
        Ok(Self {
            context,
            formats,
            overview: Overview::new(wording, shard),
            outputs,
            job_summary: formats.any(PlanFormat::is_job_log).then(|| PlanFormat::set_job_summary(ci.as_ref())),
            errors: ErrorList::new(context),
        })
    }

    /// Adds an organization.
    ///
    /// # Errors
    /// Returns an error if the temporary file of a document cannot be written.
    pub(crate) fn add(&mut self, compared: &Compared<'_>) -> Result<(), CliError> {
        self.overview.add(compared);
        for output in &mut self.outputs {
            match output {
                SetOutput::Details(_, details) => details.add(compared),
                SetOutput::Document(stream) => stream.add(compared).map_err(|error| spool_error(&error))?,
            }
        }
        self.job_summary.iter_mut().for_each(|details| details.add(compared));
        Ok(())
    }

    /// Prints the failure of an organization to standard error, unless standard output shows it.
    pub(crate) fn say_error(&mut self, error: &CliError) {
        if !self.formats.format.is_text() && !self.formats.format.is_job_log() {
            self.errors.say(error);
        }
    }

    /// Writes all reports: first the files, then standard output. `exit` is the exit code that the program will have.
    ///
    /// # Errors
    /// Returns an error if a file or standard output cannot be written.
    pub(crate) fn finish(self, exit: Exit) -> Result<(), CliError> {
        let Self { context, formats, overview, mut outputs, job_summary, errors } = self;
        errors.finish("the report");
        let printed = outputs.pop();
        for ((number, report), output) in formats.reports.iter().enumerate().zip(outputs) {
            let text = match output {
                SetOutput::Details(format, details) => rendered(context, format, &*details, &overview),
                SetOutput::Document(stream) => {
                    let mut bytes = Vec::new();
                    stream.finish(&mut bytes).map_err(|error| spool_error(&error))?;
                    String::from_utf8_lossy(&bytes).into_owned()
                }
            };
            write(context, number, report, &text)?;
        }
        if let Some(details) = job_summary {
            let Context { ui, env, files, .. } = context;
            github::summarize(env, files, |limit| bounded(ui, Some(limit), |limit| details.render(&overview, limit)))?;
            github::output(env, files, &ui.for_file(&report::github::set_outputs(&overview, exit.code())))?;
        }
        match printed {
            Some(SetOutput::Details(format, details)) => {
                print(context, format.is_job_log(), &rendered(context, format, &*details, &overview))
            }
            Some(SetOutput::Document(stream)) => {
                let mut printer = Printer { context, piece: Vec::new(), failed: None };
                let printed = stream.finish(&mut printer).and_then(|()| printer.flush());
                printer.failed.map_or_else(|| printed.map_err(|error| spool_error(&error)), Err)
            }
            None => Ok(()),
        }
    }
}

fn rendered(context: &Context, format: PlanFormat, details: &dyn SetDetails, overview: &Overview) -> String {
    bounded(&context.ui, format.limit(), |limit| details.render(overview, limit))
}

/// Returns the error of a temporary file.
pub(crate) fn spool_error(error: &io::Error) -> CliError {
    CliError::new(FailureKind::Io, format!("cannot write a temporary file: {error}"))
        .hint("check the free space of the folder for temporary files, or set TMPDIR to another folder")
}

/// Prints a document in pieces of whole lines. A credential has no line break, so none is divided.
struct Printer<'c> {
    context: &'c Context,
    piece: Vec<u8>,
    failed: Option<CliError>,
}

impl Printer<'_> {
    fn put(&mut self, end: usize) -> io::Result<()> {
        let lines: Vec<u8> = self.piece.drain(..end).collect();
        self.context.print(&String::from_utf8_lossy(&lines)).map_err(|error| {
            let message = error.message.clone();
            self.failed = Some(error);
            io::Error::other(message)
        })
    }
}

impl Write for Printer<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.piece.extend_from_slice(bytes);
        if self.piece.len() >= PIECE {
            let end = self.piece.iter().rposition(|byte| *byte == b'\n').map_or(0, |last| last + 1);
            self.put(end)?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.put(self.piece.len())
    }
}

//! `show`: renders a document that an earlier run wrote, offline.

use std::fmt::Display;
use std::path::Path;

use clap::Args;

use crate::cli::command_spec::CommandSpec;
use crate::cli::context::Context;
use crate::cli::error::CliError;
use crate::cli::output::formats::Formats;
use crate::cli::output::publish::{self, ResultFormats};
use crate::cli::output::used_files::{FilePurpose, UsedFiles};
use crate::document::read::{self, AnyDocument, RecordedPlans};
use crate::document::{Compared, Comparison};
use crate::ending::{Exit, FailureKind};
use crate::files::{self, LARGEST_DOCUMENT};
use crate::report::PlanFormat;
use crate::text;

/// Render a saved plan or the JSON of plan or drift, offline
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  zerodrift show plan.json

  Plan once, and write the comment for the pull request later:
    zerodrift plan --format json > plan.json
    zerodrift show plan.json --format markdown

  Render it where the API cannot be reached:
    zerodrift plan --format json | zerodrift show - --format html > plan.html

Reads only the document, of at most 16 MiB; needs no network or credentials.
Shows what the run that wrote it printed in that format, with links to the
pipeline that runs show. Refuses documents that were cut or edited. Writes only
the files of --report.")]
pub(crate) struct ShowArgs {
    /// A document of plan --out, plan --format json or drift --format json; - for standard input
    #[arg(value_name = "FILE")]
    document: String,
    /// Exit with code 2 if the document has changes
    #[arg(long)]
    detailed_exitcode: bool,
    #[command(flatten)]
    formats: Formats<PlanFormat>,
}

impl CommandSpec for ShowArgs {
    /// Renders the document. Needs no network and no credentials.
    fn run(&self, context: &Context) -> Result<Exit, CliError> {
        context.files.check_reports()?;
        let comparison = Comparison { ci: context.env.ci_run(), ..self.comparison()? };
        let has_changes = !comparison.plan.is_empty();
        let exit = if self.detailed_exitcode && has_changes { Exit::Changes } else { Exit::Success };
        publish::result(context, &self.formats, &comparison, exit)?;
        Ok(exit)
    }

    fn formats(&self) -> &dyn ResultFormats {
        &self.formats
    }

    fn add_files(&self, files: &mut UsedFiles) {
        files.add(FilePurpose::Document, Some(Path::new(&self.document)));
    }
}

impl ShowArgs {
    /// Reads the plan of the document.
    ///
    /// # Errors
    /// Returns an error if the file cannot be read, is not a document, was cut or edited, or has not exactly one plan.
    fn comparison(&self) -> Result<Comparison<'static>, CliError> {
        let name = if self.document == "-" { "standard input".into() } else { text::visible(&self.document) };
        let document = read::read(&self.bytes()?).map_err(|error| {
            CliError::new(FailureKind::Snapshot, format!("{name}: {error}"))
                .hint("write a document with `zerodrift plan --format json`")
        })?;
        let found = match document {
            AnyDocument::Plans(RecordedPlans { mut set, .. }) => match (set.pop(), set.len()) {
                (Some(Compared::Done(comparison)), 0) => return Ok(*comparison),
                (Some(Compared::Failed(_)), 0) => "a run that failed",
                _ => "several organizations",
            },
            AnyDocument::Results(_) => "results of apply or rollback",
            AnyDocument::Findings(_) => "findings of validate",
            AnyDocument::Snapshot(_) => "a snapshot",
            AnyDocument::Error(_) => "a run that failed",
        };
        Err(CliError::usage(format!("cannot show {name}: the document is of {found}"))
            .hint("name a document of plan or drift for one organization"))
    }

    /// Reads the file, up to the limit.
    fn bytes(&self) -> Result<Vec<u8>, CliError> {
        if self.document == "-" {
            let failed = |error: &dyn Display| CliError::io("read", Path::new("standard input"), error);
            let bytes = files::standard_input(LARGEST_DOCUMENT + 1).map_err(|error| failed(&error))?;
            let is_too_large = bytes.len() as u64 > LARGEST_DOCUMENT;
            return if is_too_large { Err(failed(&"it is larger than 16 MiB")) } else { Ok(bytes) };
        }
        let path = Path::new(&self.document);
        files::read(path, LARGEST_DOCUMENT).map_err(|error| CliError::io("read", path, &error))
    }
}

//! `show`: renders a document that an earlier run wrote, offline.

use std::fmt::Display;
use std::path::Path;

use clap::Args;

use crate::cli::command_spec::CommandSpec;
use crate::cli::context::Context;
use crate::cli::error::CliError;
use crate::cli::output::formats::Formats;
use crate::cli::output::publish::{self, ResultFormats};
use crate::cli::output::publish_set::SetReports;
use crate::cli::output::used_files::{FilePurpose, UsedFiles};
use crate::document::read::{self, AnyDocument, RecordedPlans};
use crate::document::{self, Compared, MergeError};
use crate::ending::{Exit, FailureKind};
use crate::files;
use crate::report::{PlanFormat, Wording};
use crate::text;

/// The largest document, in bytes. Those of ten thousand organizations have about 50 MiB.
const LARGEST: u64 = 256 * 1024 * 1024;

/// Render saved plans or the JSON of plan or drift, offline
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  zerodrift show plan.json

  Plan once, and write the comment for the pull request later:
    zerodrift plan --format json > plan.json
    zerodrift show plan.json --format markdown

  Render it where the API cannot be reached:
    zerodrift plan --format json | zerodrift show - --format html > plan.html

  Make one report of all shards:
    zerodrift show shard-*.json --report markdown=plan.md

Reads only the documents, of at most 256 MiB each; needs no network or
credentials. Shows what the runs that wrote them printed in that format, with
links to the pipeline that runs show. The documents of shards are merged if none
is missing. Refuses documents that were cut or edited. Writes only
the files of --report.")]
pub(crate) struct ShowArgs {
    /// Documents of plan --out, plan --format json or drift --format json; - for standard input
    #[arg(value_name = "FILE", required = true)]
    documents: Vec<String>,
    /// Exit with code 2 if a document has changes or drift, or with that of a failure
    #[arg(long)]
    detailed_exitcode: bool,
    #[command(flatten)]
    formats: Formats<PlanFormat>,
}

impl CommandSpec for ShowArgs {
    /// Renders the documents. Needs no network and no credentials.
    fn run(&self, context: &Context) -> Result<Exit, CliError> {
        context.files.check_reports()?;
        if self.documents.iter().filter(|document| *document == "-").count() > 1 {
            return Err(CliError::usage("- is standard input, and cannot be named twice"));
        }
        let documents = self.documents.iter().map(|name| recorded(name)).collect::<Result<Vec<_>, _>>()?;
        let merged = document::merge(documents).map_err(|error| unmerged(&error))?;
        let Some(RecordedPlans { wording, shard, mut set, .. }) = merged else { return Ok(Exit::Success) };
        set.iter_mut().for_each(|compared| {
            if let Compared::Done(comparison) = compared {
                comparison.ci = context.env.ci_run();
            }
        });
        if let ([Compared::Done(comparison)], None) = (&set[..], shard) {
            let exit = self.exit(wording, &set[0]);
            publish::result(context, &self.formats, comparison, exit)?;
            return Ok(exit);
        }
        let exit = Exit::of_several(set.iter().map(|compared| self.exit(wording, compared)));
        let mut reports = SetReports::new(context, &self.formats, wording, shard)?;
        set.iter().try_for_each(|compared| reports.add(compared))?;
        reports.finish(exit)?;
        Ok(exit)
    }

    fn formats(&self) -> &dyn ResultFormats {
        &self.formats
    }

    fn add_files(&self, files: &mut UsedFiles) {
        self.documents.iter().for_each(|name| files.add(FilePurpose::Document, Some(Path::new(name))));
    }
}

impl ShowArgs {
    /// Returns the exit code for an organization: with `--detailed-exitcode` that of `plan --detailed-exitcode` or `drift`.
    fn exit(&self, wording: Wording, compared: &Compared<'_>) -> Exit {
        match (compared, wording) {
            _ if !self.detailed_exitcode => Exit::Success,
            (Compared::Failed(failure), _) => failure.error.kind.exit(),
            (Compared::Done(comparison), Wording::Drift) if !comparison.plan.has_drift() => Exit::Success,
            (Compared::Done(comparison), Wording::Plan) if comparison.plan.is_empty() => Exit::Success,
            (Compared::Done(_), _) => Exit::Changes,
        }
    }
}

/// Reads the plans of a document.
///
/// # Errors
/// Returns an error if the file cannot be read, is not a document of plan or drift, or was cut or edited.
fn recorded(file: &str) -> Result<RecordedPlans, CliError> {
    let name = if file == "-" { "standard input".into() } else { text::visible(file) };
    let document = read::read(&bytes(file)?).map_err(|error| {
        CliError::new(FailureKind::Snapshot, format!("{name}: {error}"))
            .hint("write a document with `zerodrift plan --format json`")
    })?;
    let found = match document {
        AnyDocument::Plans(plans) => return Ok(plans),
        AnyDocument::Results(_) => "results of apply or rollback",
        AnyDocument::Findings(_) => "findings of validate",
        AnyDocument::Snapshot(_) => "a snapshot",
        AnyDocument::Error(_) => "a run that failed",
    };
    Err(CliError::usage(format!("cannot show {name}: the document is of {found}"))
        .hint("name documents of plan or drift"))
}

fn unmerged(error: &MergeError) -> CliError {
    let failure = |hint| CliError::usage(format!("cannot merge the documents: {error}")).hint(hint);
    match error {
        // The run of a shard that failed has no document.
        MergeError::Missing(..) => {
            let message = format!("cannot merge the documents: {error}");
            CliError::new(FailureKind::Snapshot, message)
                .hint("name the documents of all shards, or show the documents one by one")
        }
        MergeError::Commands => failure("name documents of one command"),
        _ => failure("name the documents of one run, each once"),
    }
}

/// Reads a file, up to the limit.
fn bytes(file: &str) -> Result<Vec<u8>, CliError> {
    if file == "-" {
        let failed = |error: &dyn Display| CliError::io("read", Path::new("standard input"), error);
        let bytes = files::standard_input(LARGEST + 1).map_err(|error| failed(&error))?;
        let is_too_large = bytes.len() as u64 > LARGEST;
        return if is_too_large { Err(failed(&"it is larger than 256 MiB")) } else { Ok(bytes) };
    }
    let path = Path::new(file);
    files::read(path, LARGEST).map_err(|error| CliError::io("read", path, &error))
}

//! `show`: renders a document that an earlier run wrote, offline.

mod named;
mod plans;

use std::fmt::Display;
use std::path::Path;

use clap::Args;

use self::named::{Named, kind};
use crate::cli::command_spec::{CommandSpec, Interface};
use crate::cli::context::Context;
use crate::cli::error::CliError;
use crate::cli::output::formats::Formats;
use crate::cli::output::used_files::FilePurpose;
use crate::document::read::AnyDocument;
use crate::document::{self, MergeError};
use crate::ending::{Exit, FailureKind};
use crate::files::{self, LARGEST_SET};
use crate::report::PlanFormat;
use crate::text;

/// Render saved plans and JSON documents, offline
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

  Show a backup as a manifest:
    zerodrift show BACKUP.json

Reads only the documents, of at most 256 MiB each; needs no network or
credentials. Shows what the runs that wrote them printed in that format, with
links to the pipeline that runs show. Lines of manifests are not in documents.
Refuses documents that were cut or edited. Writes only the files of --report.

Plans, and failed runs of plan and drift, have every format. Findings have text,
json and github; other documents have text and json. Several documents of plan,
drift or apply become one report; those of shards only if none is missing.")]
pub(crate) struct ShowArgs {
    /// Documents of plan --out, or of a command with --format json; - for standard input
    #[arg(value_name = "FILE", required = true)]
    documents: Vec<String>,
    /// Exit with code 2 for changes or drift, 5 for errors in manifests, or that of a failure
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
        let documents = self.documents.iter().map(|name| read(name)).collect::<Result<Vec<_>, _>>()?;
        let Some(named) = one_report(context, documents)? else { return Ok(Exit::Success) };
        named.show(context, &self.formats, self.detailed_exitcode)
    }

    fn interface(&self) -> Interface<'_> {
        let files = self.documents.iter().map(|name| (FilePurpose::Document, Path::new(name))).collect();
        Interface { formats: &self.formats, files, ..Interface::default() }
    }
}

/// Reads a document.
///
/// # Errors
/// Returns an error if the file cannot be read, is not a document, or was cut or edited.
fn read(file: &str) -> Result<Named, CliError> {
    let name = if file == "-" { "standard input".to_owned() } else { text::visible(file).into_owned() };
    let document = document::read::read(&bytes(file)?).map_err(|error| {
        CliError::new(FailureKind::Snapshot, format!("{name}: {error}"))
            .hint("write a document with `zerodrift plan --format json`")
    })?;
    Ok(Named { name, document })
}

/// Merges the documents of plan, of drift or of apply. Any other document is a report of its own.
///
/// # Errors
/// Returns an error if several documents are not one report.
fn one_report(context: &Context, documents: Vec<Named>) -> Result<Option<Named>, CliError> {
    let are_all = |is_kind: fn(&AnyDocument) -> bool| documents.iter().all(|named| is_kind(&named.document));
    let is_merged = are_all(|document| matches!(document, AnyDocument::Plans(_)))
        || are_all(|document| matches!(document, AnyDocument::Results(_)));
    if documents.len() > 1 && !is_merged {
        return Err(not_one_report(&documents));
    }
    let name = documents.iter().map(|named| named.name.clone()).collect::<Vec<_>>().join(", ");
    let (mut plans, mut results) = (Vec::new(), Vec::new());
    for named in documents {
        match named.document {
            AnyDocument::Plans(document) => plans.push(document),
            AnyDocument::Results(document) => results.push(document),
            _ => return Ok(Some(named)),
        }
    }
    let plans = document::merge(plans).map_err(|error| unmerged(&error))?;
    let plans = plans.map(|plans| AnyDocument::Plans(self::plans::in_pipeline(context, plans)));
    let results = document::merge_results(results).map_err(|error| unmerged(&error))?.map(AnyDocument::Results);
    Ok(plans.or(results).map(|document| Named { name, document }))
}

/// Returns the error for documents that are not one report.
fn not_one_report(documents: &[Named]) -> CliError {
    let first = documents.first();
    let differs = |named: &&Named| first.is_some_and(|first| kind(&first.document) != kind(&named.document));
    let other = documents.iter().find(differs).or_else(|| documents.get(1));
    let contents = [first, other].into_iter().flatten();
    let contents: Vec<String> =
        contents.map(|named| format!("{} contains {}", named.name, kind(&named.document))).collect();
    CliError::usage(format!("cannot show these documents as one report: {}", contents.join(", ")))
        .hint("show them one by one; only documents of plan, of drift or of apply are merged")
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
        MergeError::OtherManifests(..) | MergeError::Sets(..) => {
            failure("run every shard with the same arguments and the same revision of the manifests")
        }
        _ => failure("name the documents of one run, each once"),
    }
}

/// Reads a file, up to the limit.
fn bytes(file: &str) -> Result<Vec<u8>, CliError> {
    if file == "-" {
        let failed = |error: &dyn Display| CliError::io("read", Path::new("standard input"), error);
        let bytes = files::standard_input(LARGEST_SET + 1).map_err(|error| failed(&error))?;
        let is_too_large = bytes.len() as u64 > LARGEST_SET;
        return if is_too_large { Err(failed(&"it is larger than 256 MiB")) } else { Ok(bytes) };
    }
    let path = Path::new(file);
    files::read(path, LARGEST_SET).map_err(|error| CliError::io("read", path, &error))
}

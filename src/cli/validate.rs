//! `validate`: every finding, offline.

use super::Context;
use super::args::{Format, ValidateArgs};
use super::error::CliError;
use super::exit::Exit;
use super::manifest_file::{self, Loaded};
use crate::manifest::{self, Finding};
use crate::report;

/// Prints what there is to say about a manifest. Needs no network and no credentials.
pub(super) fn run(context: &Context, args: &ValidateArgs) -> Result<Exit, CliError> {
    let Loaded { source, manifest, mut findings } = manifest_file::load(context.model, &args.file.file)?;
    if let Some(manifest) = &manifest {
        // Which target is meant decides what may be declared: a zone has fewer settings. No target is no mistake here.
        let of_file = manifest.target.as_ref();
        let target = manifest_file::target_if_any(&args.target, &context.env, of_file)?;
        let elsewhere = target.filter(|_| of_file.is_none());
        findings.extend(elsewhere.into_iter().flat_map(|target| manifest::beyond_scope(manifest, target.scope)));
    }
    let text = match args.format {
        Format::Text if findings.is_empty() => format!("{}: no findings\n", args.file.file),
        Format::Text => report::findings::text(&findings, source.as_ref(), &context.ui.out),
        Format::Json => report::json::to_text(&report::json::findings_document(&findings)),
    };
    context.print(&text)?;
    Ok(if findings.iter().any(Finding::is_error) { Exit::Manifest } else { Exit::Success })
}

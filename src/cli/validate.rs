//! `validate`: every finding, offline.

use super::Context;
use super::args::{Format, ValidateArgs};
use super::error::CliError;
use super::exit::Exit;
use super::manifest_file::{self, Loaded};
use crate::manifest::{self, Finding};
use crate::organization::Scope;
use crate::report;

/// Prints what there is to say about a manifest. Needs no network and no credentials.
pub(super) fn run(context: &Context, args: &ValidateArgs) -> Result<Exit, CliError> {
    let Loaded { source, manifest, mut findings } = manifest_file::load(context.model, &args.file.file)?;
    if let Some(manifest) = manifest.as_ref().filter(|manifest| manifest.target.is_none()) {
        // The file leaves its target open; a flag may close it, and a zone has fewer settings.
        let zone = args.target.zone_id.is_some();
        findings.extend(if zone { manifest::beyond_scope(manifest, Scope::Zone) } else { Vec::new() });
    }
    let text = match args.format {
        Format::Text if findings.is_empty() => format!("{}: no findings\n", args.file.file),
        Format::Text => report::findings::text(&findings, source.as_ref(), &context.ui.out),
        Format::Json => report::json::to_text(&report::json::findings_document(&findings)),
    };
    context.print(&text)?;
    Ok(if findings.iter().any(Finding::is_error) { Exit::Manifest } else { Exit::Success })
}

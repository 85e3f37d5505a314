//! `validate`: every finding, offline.

use super::args::ValidateArgs;
use super::error::CliError;
use super::exit::Exit;
use super::manifest_file::{self, Loaded};
use super::{Context, fix, publish, rewrite};
use crate::manifest::{self, Finding};

/// Prints what there is to say about a manifest, after the fixes that `--fix` asks for. Needs no network and no
/// credentials.
pub(super) fn run(context: &Context, args: &ValidateArgs) -> Result<Exit, CliError> {
    if args.fix {
        rewrite::check("--fix", &args.file.file)?;
    }
    context.files.check_reports()?;
    let loaded = manifest_file::load(context, &args.file.file)?;
    let Loaded { source, manifest, target: _, mut findings } =
        if args.fix { fix::run(context, loaded)? } else { loaded };
    if let Some(manifest) = &manifest {
        // Which target is meant decides what may be declared: a zone has fewer settings. No target is no mistake here.
        let of_file = manifest.target.as_ref();
        let target = manifest_file::target_if_any(&args.target, &context.env, of_file)?;
        let elsewhere = target.filter(|_| of_file.is_none());
        findings.extend(elsewhere.into_iter().flat_map(|target| manifest::beyond_scope(manifest, target.scope)));
    }
    let exit = if findings.iter().any(Finding::is_error) { Exit::Manifest } else { Exit::Success };
    publish::findings(context, &args.forms, &args.file.file, source.as_ref(), &findings, exit)?;
    Ok(exit)
}

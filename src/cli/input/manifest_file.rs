//! Reading the manifest, and finding its target.

use std::path::Path;

use crate::cli::context::Context;
use crate::cli::error::CliError;
use crate::cli::input::env::{self, Env};
use crate::cli::input::parents::{self, FilesOnDisk, Parents};
use crate::cli::options::TargetArgs;
use crate::cli::output::own_file::OwnFile;
use crate::diagnostics::{Finding, Location, Source};
use crate::files;
use crate::manifest::{self, Manifest, Parsed};
use crate::settings::{Scope, Target, TargetIdError};
use crate::text::visible;

/// A manifest that was read, with its findings.
#[derive(Debug)]
pub(crate) struct Loaded {
    /// The text, to show its lines; absent if it could not be decoded.
    pub(crate) source: Option<Source>,
    /// The manifest with what it inherits; absent if a finding is an error.
    pub(crate) manifest: Option<Manifest>,
    /// What the file itself declares; absent if it has an error.
    pub(crate) own: Option<Manifest>,
    /// The manifests that it extends.
    pub(crate) parents: Parents,
    /// The target that it names, whether or not it has errors.
    pub(crate) target: Option<Target>,
    /// The location of the id of that target.
    pub(crate) target_at: Option<Location>,
    /// All findings.
    pub(crate) findings: Vec<Finding>,
}

/// Reads and checks a manifest; `-` is standard input.
///
/// # Errors
/// Returns an error if the file cannot be read, or is another file of zerodrift. Errors in the manifest are findings.
pub(crate) fn load(context: &Context, file: &str) -> Result<Loaded, CliError> {
    let bytes = read(file)?;
    if let Some(kind) = OwnFile::instead_of_a_manifest(&bytes) {
        let name = if file == "-" { "standard input".into() } else { visible(file) };
        let message = format!("{name} is {kind}, not a manifest");
        return Err(CliError::usage(message).hint(kind.usage(file)));
    }
    let source = match Source::from_bytes(file, &bytes) {
        Ok(source) => source,
        Err(findings) => {
            let parents = Parents::default();
            let (source, manifest, own, target, target_at) = (None, None, None, None, None);
            return Ok(Loaded { source, manifest, own, parents, target, target_at, findings });
        }
    };
    let parsed = manifest::parse(context.model, &source);
    Ok(composed(context, source, parsed))
}

/// Returns the target that a manifest names, whether or not it has errors. Its parents are not read. `None` if the file is not
/// text, or cannot be read.
pub(crate) fn named_target(context: &Context, file: &str) -> Option<Option<Target>> {
    let source = Source::from_bytes(file, &read(file).ok()?).ok()?;
    Some(manifest::parse(context.model, &source).target)
}

/// Reads the parents of a manifest, and merges them.
pub(crate) fn composed(context: &Context, source: Source, parsed: Parsed) -> Loaded {
    let Parsed { manifest: own, target, target_at, extends, mut findings } = parsed;
    let mut manifest = own.clone();
    let mut parents = Parents::default();
    if let Some(extends) = &extends {
        parents = parents::read(context, &FilesOnDisk::around(context, &source.name), &source.name, extends);
        let is_complete = !parents.findings.iter().any(Finding::is_error);
        let child = own.as_ref().filter(|_| is_complete);
        let merged = child.map(|child| manifest::compose(context.model, child, &parents.manifests));
        findings.append(&mut parents.findings);
        manifest = merged.and_then(|merged| {
            findings.extend(merged.findings);
            merged.manifest
        });
    }
    let Some(reason) = context.withheld(&source) else {
        return Loaded { source: Some(source), manifest, own, parents, target, target_at, findings };
    };
    // Messages quote names and values of the file, so they are withheld too. A plan still needs the text.
    let findings = findings.into_iter().map(|finding| finding.withheld(reason)).collect();
    Loaded { source: manifest.is_some().then_some(source), manifest, own, parents, target, target_at, findings }
}

/// Reads a file up to one byte over the limit, so that an input that is too large is rejected without reading all of
/// it.
fn read(file: &str) -> Result<Vec<u8>, CliError> {
    let limit = manifest::LARGEST as u64 + 1;
    if file == "-" {
        let failed = |error| CliError::io("read", Path::new("standard input"), &error);
        return files::standard_input(limit).map_err(failed);
    }
    let path = Path::new(file);
    files::read_start(path, limit).map_err(|error| unreadable(path, &error))
}

fn unreadable(path: &Path, error: &std::io::Error) -> CliError {
    let failure = CliError::io("read", path, error);
    if error.kind() == std::io::ErrorKind::NotFound {
        return failure.hint("name the manifest, or write one from the live state with `zerodrift init`");
    }
    if error.kind() == std::io::ErrorKind::InvalidInput {
        return failure.hint("name a regular file, or - for standard input");
    }
    failure
}

/// Rejects a flag with a target for several manifests: each organization has one manifest.
///
/// # Errors
/// Returns an error if there is such a flag.
pub(crate) fn check_flags(args: &TargetArgs, number: usize) -> Result<(), CliError> {
    let flag = args.account_id.as_ref().map(|_| "--account-id").or(args.zone_id.as_ref().map(|_| "--zone-id"));
    match flag.filter(|_| number > 1) {
        None => Ok(()),
        Some(flag) => Err(CliError::usage(format!("{flag} names one organization, but there are {number} manifests"))
            .hint("write `account_id` or `zone_id` into each manifest")),
    }
}

/// Returns the target that a manifest names. Its settings are not used, so errors in them do not matter.
///
/// # Errors
/// Returns an error if the file cannot be read, or is too broken to know its target.
pub(crate) fn target_of(context: &Context, file: &str) -> Result<Option<Target>, CliError> {
    let Loaded { manifest, target, findings, .. } = load(context, file)?;
    match (&target, manifest) {
        (None, None) => Err(CliError::manifest(file, findings)),
        _ => Ok(target),
    }
}

/// Returns the target: that of the file, else of the flag, else of the environment.
///
/// # Errors
/// Returns an error if a flag contradicts the file (it never overrides it), an id is malformed, or no target is set.
pub(crate) fn target(args: &TargetArgs, env: &Env, of_file: Option<&Target>) -> Result<Target, CliError> {
    target_if_any(args, env, of_file)?.ok_or_else(|| {
        CliError::usage("no account or zone is set")
            .hint("add `account_id:` to the manifest, or use --account-id, or set CLOUDFLARE_ACCOUNT_ID")
    })
}

/// Returns the target like [`target`], or `None` if none is set.
///
/// # Errors
/// Returns an error like [`target`], except if no target is set.
pub(crate) fn target_if_any(
    args: &TargetArgs,
    env: &Env,
    of_file: Option<&Target>,
) -> Result<Option<Target>, CliError> {
    let flag = match (&args.account_id, &args.zone_id) {
        (Some(id), _) => Some(parse(Scope::Account, id, "--account-id")?),
        (None, Some(id)) => Some(parse(Scope::Zone, id, "--zone-id")?),
        (None, None) => None,
    };
    match (of_file, flag) {
        (Some(file), Some(flag)) if *file != flag => Err(CliError::usage(format!(
            "the manifest targets {file}, but the flag names {flag}; a flag never overrides the manifest"
        ))
        .hint("remove the flag, or name the manifest of that organization")),
        (Some(file), _) => Ok(Some(file.clone())),
        (None, Some(flag)) => Ok(Some(flag)),
        (None, None) => of_environment(env),
    }
}

fn of_environment(env: &Env) -> Result<Option<Target>, CliError> {
    env.require_unicode([env::ACCOUNT_ID, env::ZONE_ID])?;
    // Secret stores and files leave white space around a value. White space alone counts as unset.
    let id = |name| env.get(name).filter(|value| !value.trim().is_empty());
    match (id(env::ACCOUNT_ID), id(env::ZONE_ID)) {
        (Some(_), Some(_)) => Err(CliError::usage("CLOUDFLARE_ACCOUNT_ID and CLOUDFLARE_ZONE_ID are both set")
            .hint("name the account or zone in the manifest, or unset one of the two")),
        (Some(id), None) => parse(Scope::Account, id, env::ACCOUNT_ID).map(Some),
        (None, Some(id)) => parse(Scope::Zone, id, env::ZONE_ID).map(Some),
        (None, None) => Ok(None),
    }
}

fn parse(scope: Scope, id: &str, from: &str) -> Result<Target, CliError> {
    let id = id.trim();
    id.parse().map(|id| Target { scope, id }).map_err(|error: TargetIdError| {
        CliError::usage(format!("{from}: {error}{}", id_problem(id)))
            .hint("copy it from the overview page of the account or zone in the dashboard")
    })
}

/// Describes how a text differs from an id, without showing the text: it may be a token.
fn id_problem(id: &str) -> String {
    let other = id.chars().enumerate().find(|(_, character)| !character.is_ascii_hexdigit());
    match (other, id.chars().count()) {
        (_, 0) => "; it is empty".to_owned(),
        (Some((index, character)), 32) => {
            let shown = if character.is_ascii_graphic() {
                character.to_string()
            } else {
                character.escape_default().to_string()
            };
            format!("; character {} is `{shown}`", index + 1)
        }
        (_, length) => format!("; it has {length} characters"),
    }
}

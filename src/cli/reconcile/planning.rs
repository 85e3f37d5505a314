//! What `plan`, `drift` and `apply` have in common: manifest, target, live, plan.

use std::path::Path;

use crate::cli::connection::connect::Connection;
use crate::cli::context::Context;
use crate::cli::error::CliError;
use crate::cli::input::manifest_file::{self, Loaded};
use crate::cli::options::TargetArgs;
use crate::cli::process::interrupt;
use crate::cli::reconcile::decisions;
use crate::diagnostics::{Finding, Source};
use crate::ending::FailureKind;
use crate::files::{self, LARGEST_DOCUMENT};
use crate::live::{Live, Snapshot};
use crate::manifest::Manifest;
use crate::plan::{self, Plan};
use crate::settings::{Model, Resolved, Target};
use crate::text;

/// A manifest without errors, and whose organization it is about.
pub(crate) struct Desired {
    /// The text, for showing lines of it.
    pub(crate) source: Source,
    /// What is wanted.
    pub(crate) manifest: Manifest,
    /// Where.
    pub(crate) target: Target,
    /// What there is to say about the file alone; no error among it.
    pub(crate) findings: Vec<Finding>,
}

impl Desired {
    /// A failure that is about this manifest and this organization.
    pub(crate) fn about(&self, error: CliError) -> CliError {
        error.about(&self.manifest.path, Some(&self.source), Some(&self.target))
    }
}

/// Reads the manifest and finds its target.
///
/// # Errors
/// If the manifest cannot be read or has errors, or nothing names an organization.
pub(crate) fn desired(context: &Context, file: &str, target: &TargetArgs) -> Result<Desired, CliError> {
    let Loaded { source, manifest, target: named, findings } = manifest_file::load(context, file)?;
    // Whose organization a broken file is about is worth knowing, and a contradiction is another error than its own.
    let meant = || manifest_file::target_if_any(target, &context.env, named.as_ref()).ok().flatten();
    let (source, manifest) = match (source, manifest) {
        (Some(source), Some(manifest)) => (source, manifest),
        (source, _) => return Err(CliError::manifest(file, findings).about(file, source.as_ref(), meant().as_ref())),
    };
    let target = manifest_file::target(target, &context.env, manifest.target.as_ref())?;
    let beyond = crate::manifest::beyond_scope(&manifest, target.scope);
    if !beyond.is_empty() {
        return Err(CliError::manifest(file, beyond).about(file, Some(&source), Some(&target)));
    }
    Ok(Desired { source, manifest, target, findings })
}

/// Reads what the manifest declares: one GET an object. A signal abandons it.
///
/// # Errors
/// If live cannot be read, or a signal comes first.
pub(crate) async fn live(connection: &Connection, desired: &Desired) -> Result<Live, CliError> {
    let reader = connection.reader();
    let live = interrupt::abandonable(reader.live(&desired.target, &desired.manifest.endpoints)).await??;
    Ok(live)
}

/// Compares. The plan carries what there is to say about the file, alone and in the light of the live state, and is
/// stamped with the present time.
///
/// # Errors
/// If the manifest cannot be applied to this live state.
pub(crate) fn plan(
    context: &Context,
    desired: &Desired,
    api: &str,
    live: &Live,
    allow: &[String],
) -> Result<Plan, CliError> {
    let allow = full_paths(context.model, allow)?;
    let mut plan = plan::plan(&input(context, desired, api, live, &allow));
    plan.stamp(jiff::Timestamp::now());
    decisions::log(&plan, &desired.manifest);
    plan.findings.splice(0..0, desired.findings.iter().cloned());
    if plan.findings.iter().any(Finding::is_error) {
        return Err(desired.about(CliError::manifest(&desired.manifest.path, plan.findings)));
    }
    Ok(plan)
}

/// Everything that a plan depends on. Consents are full paths.
pub(crate) fn input<'a>(
    context: &'a Context,
    desired: &'a Desired,
    api: &'a str,
    live: &'a Live,
    allow: &'a [String],
) -> plan::Input<'a> {
    let Desired { source: _, manifest, target, findings: _ } = desired;
    plan::Input { model: context.model, manifest, target, api, live, allow }
}

/// `--allow` takes a setting or group with or without its section.
pub(crate) fn full_paths(model: &Model, allow: &[String]) -> Result<Vec<String>, CliError> {
    allow.iter().map(|name| full_path(model, name)).collect()
}

fn full_path(model: &Model, name: &str) -> Result<String, CliError> {
    let path = match model.resolve(name) {
        Some(Resolved::Setting(setting)) => Some(setting.path),
        Some(Resolved::Branch(branch)) => branch.group().map(|group| group.path),
        None => None,
    };
    path.map(str::to_owned).ok_or_else(|| {
        CliError::usage(format!("--allow {}: there is no setting or group of this name", text::visible(name)))
            .hint("run `zerodrift explain` for the names")
    })
}

/// Reads a snapshot of `export --format json`.
///
/// # Errors
/// If the file cannot be read, is no snapshot, is about another organization, or lacks an object that the manifest
/// declares.
pub(crate) fn snapshot(path: &Path, desired: &Desired) -> Result<(Live, String), CliError> {
    let advice = "write a snapshot with `zerodrift export --format json`";
    let bytes = files::read(path, LARGEST_DOCUMENT).map_err(|error| CliError::io("read", path, &error).hint(advice))?;
    let refuse =
        |message: String| CliError::new(FailureKind::Snapshot, format!("{}: {message}", text::path(path))).hint(advice);
    let snapshot = Snapshot::parse(&bytes).map_err(|error| refuse(error.to_string()))?;
    if let Some(target) = snapshot.target.as_ref().filter(|target| **target != desired.target) {
        return Err(refuse(format!("the snapshot is of {target}, and the manifest is about {}", desired.target)));
    }
    for endpoint in &desired.manifest.endpoints {
        if *snapshot.live.slot(*endpoint) == crate::live::Slot::NotRead {
            return Err(refuse(format!("the snapshot lacks `{}`, which the manifest declares", endpoint.section())));
        }
    }
    // A run against the API reads what the manifest declares and nothing else, and both must give the same digest.
    let mut live = Live::default();
    for endpoint in &desired.manifest.endpoints {
        *live.slot_mut(*endpoint) = snapshot.live.slot(*endpoint).clone();
    }
    Ok((live, snapshot.api))
}

//! The steps that `plan`, `drift` and `apply` share: read the manifest, find the target, read the live state, plan.

use std::path::Path;

use crate::cli::connection::connect::Connection;
use crate::cli::context::Context;
use crate::cli::error::CliError;
use crate::cli::input::base::BaseInput;
use crate::cli::input::manifest_file::{self, Loaded};
use crate::cli::input::parents::Parents;
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

/// A manifest without errors, and its target.
pub(crate) struct Desired {
    /// The text, for showing lines of it.
    pub(crate) source: Source,
    /// The manifest, with what it inherits.
    pub(crate) manifest: Manifest,
    /// What the file itself declares.
    pub(crate) own: Manifest,
    /// The manifests that it extends.
    pub(crate) parents: Parents,
    /// The target.
    pub(crate) target: Target,
    /// The findings about the file alone; none of them is an error.
    pub(crate) findings: Vec<Finding>,
}

impl Desired {
    /// Adds this manifest and its target to a failure.
    pub(crate) fn about(&self, error: CliError) -> CliError {
        error.about(&self.manifest.path, Some(&self.source), Some(&self.target)).with_parents(&self.parents.sources)
    }
}

/// Reads the manifest and finds its target.
///
/// # Errors
/// Returns an error if the manifest cannot be read or has errors, or no target is set.
pub(crate) fn desired(context: &Context, file: &str, target: &TargetArgs) -> Result<Desired, CliError> {
    let Loaded { source, manifest, own, parents, target: named, findings, .. } = manifest_file::load(context, file)?;
    // The target is also useful in the report of a broken file. An error in finding it must not replace those of the
    // file.
    let target_if_any = || manifest_file::target_if_any(target, &context.env, named.as_ref()).ok().flatten();
    let (source, manifest, own) = match (source, manifest, own) {
        (Some(source), Some(manifest), Some(own)) => (source, manifest, own),
        (source, ..) => {
            let error = CliError::manifest(file, findings).with_parents(&parents.sources);
            return Err(error.about(file, source.as_ref(), target_if_any().as_ref()));
        }
    };
    let target = manifest_file::target(target, &context.env, manifest.target.as_ref())?;
    let beyond = crate::manifest::beyond_scope(&manifest, target.scope);
    if !beyond.is_empty() {
        let error = CliError::manifest(file, beyond).with_parents(&parents.sources);
        return Err(error.about(file, Some(&source), Some(&target)));
    }
    Ok(Desired { source, manifest, own, parents, target, findings })
}

/// Reads the objects that the manifest declares, with one GET each. A signal abandons it.
///
/// # Errors
/// Returns an error if the live state cannot be read, or a signal arrives first.
pub(crate) async fn live(connection: &Connection, desired: &Desired) -> Result<Live, CliError> {
    let reader = connection.reader();
    let live = interrupt::abandonable(reader.live(&desired.target, &desired.manifest.endpoints)).await??;
    Ok(live)
}

/// Plans, with the start of the run as the time of the plan. Its findings are those about the file alone and those about
/// the file and the live state together.
///
/// # Errors
/// Returns an error if the manifest cannot be applied to this live state.
pub(crate) fn plan(
    context: &Context,
    desired: &Desired,
    api: &str,
    live: &Live,
    allow: &[String],
) -> Result<Plan, CliError> {
    let allow = full_paths(context.model, allow)?;
    let mut plan = plan::plan(&input(context, desired, api, live, &allow));
    plan.stamp(context.started);
    decisions::log(&plan, &desired.manifest);
    plan.findings.splice(0..0, desired.findings.iter().cloned());
    if plan.findings.iter().any(Finding::is_error) {
        return Err(desired.about(CliError::manifest(&desired.manifest.path, plan.findings)));
    }
    Ok(plan)
}

/// Labels the changes of a plan with the side that changed since the base. A base that could not be read is a finding.
pub(crate) fn label(context: &Context, desired: &Desired, live: &Live, base: BaseInput, plan: &mut Plan) {
    match base {
        BaseInput::NotNamed => {}
        BaseInput::Read { name, manifest } => {
            let api = plan.api.clone();
            plan.compare_with_base(&input(context, desired, &api, live, &[]), name, manifest.as_deref());
        }
        BaseInput::Failed(finding) => plan.findings.push(*finding),
    }
}

/// Returns everything that a plan depends on. Consents are full paths.
pub(crate) fn input<'a>(
    context: &'a Context,
    desired: &'a Desired,
    api: &'a str,
    live: &'a Live,
    allow: &'a [String],
) -> plan::Input<'a> {
    let Desired { source: _, manifest, own: _, parents: _, target, findings: _ } = desired;
    plan::Input { model: context.model, manifest, target, api, live, allow }
}

/// Resolves the values of `--allow`, settings or groups with or without their section, to full paths.
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
        CliError::usage(format!("--allow {}: no such setting or group", text::visible(name)))
            .hint("run `zerodrift explain` to list them")
    })
}

/// Reads a snapshot of `export --format json`.
///
/// # Errors
/// Returns an error if the file cannot be read, is not a snapshot, is of another organization, or lacks an object that
/// the manifest declares.
pub(crate) fn snapshot(path: &Path, desired: &Desired) -> Result<(Live, String), CliError> {
    let advice = "write a snapshot with `zerodrift export --format json`";
    let bytes = files::read(path, LARGEST_DOCUMENT).map_err(|error| CliError::io("read", path, &error).hint(advice))?;
    let refuse =
        |message: String| CliError::new(FailureKind::Snapshot, format!("{}: {message}", text::path(path))).hint(advice);
    let snapshot = Snapshot::parse(&bytes).map_err(|error| refuse(error.to_string()))?;
    if let Some(target) = snapshot.target.as_ref().filter(|target| **target != desired.target) {
        return Err(refuse(format!("the snapshot is of {target}, but the manifest targets {}", desired.target)));
    }
    for endpoint in &desired.manifest.endpoints {
        if *snapshot.live.slot(*endpoint) == crate::live::Slot::NotRead {
            return Err(refuse(format!("the snapshot lacks `{}`, which the manifest declares", endpoint.section())));
        }
    }
    // A run against the API reads only what the manifest declares, and both must give the same digest.
    let mut live = Live::default();
    for endpoint in &desired.manifest.endpoints {
        *live.slot_mut(*endpoint) = snapshot.live.slot(*endpoint).clone();
    }
    Ok((live, snapshot.api))
}

//! The manifests that a run of several organizations works on.

use std::collections::BTreeMap;
use std::path::Path;

use crate::cli::context::Context;
use crate::cli::error::CliError;
use crate::cli::input::manifest_file;
use crate::cli::input::manifests::ManifestPath;
use crate::cli::input::shard::Shard;
use crate::cli::input::shared_target::KnownTargets;
use crate::cli::options::{SetArgs, TargetArgs};
use crate::cli::reconcile::saved;
use crate::document::{SetFingerprint, ShardEntry, plain};
use crate::plan::{SavedPlan, StaleReason};
use crate::settings::Target;

/// The manifests that a run works on.
pub(crate) struct Selection<'c> {
    /// Their paths, in order.
    pub(crate) files: Vec<&'c str>,
    /// The shard, if it is one of several.
    pub(crate) shard: Option<ShardEntry>,
}

/// Returns whether a run is one of several organizations: several manifests, or a shard.
pub(crate) fn is_several(context: &Context, args: &SetArgs) -> bool {
    context.manifests.entries().len() > 1 || args.shard.is_some()
}

/// Checks that no option is set that is about one manifest: its name, whether it is set, and what to do.
///
/// # Errors
/// Returns an error if one is set.
pub(crate) fn refuse_options_of_one(options: &[(&str, bool, &str)]) -> Result<(), CliError> {
    match options.iter().find(|(_, is_set, _)| *is_set) {
        None => Ok(()),
        Some((flag, _, hint)) => {
            Err(CliError::usage(format!("{flag} works with one manifest, not with several or with --shard"))
                .hint(*hint))
        }
    }
}

/// Selects the manifests of the shard, and checks that no two manifests have the same target. Manifests with errors are
/// reported later, when they are compared.
///
/// # Errors
/// Returns an error if two manifests have the same target, if a flag names one target for all of them, or if the variables
/// of `--shard auto` are not set. Nothing was sent.
pub(crate) fn select<'c>(context: &'c Context, args: &SetArgs, target: &TargetArgs) -> Result<Selection<'c>, CliError> {
    manifest_file::check_flags(target, context.manifests.entries().len())?;
    let shard = args.shard.map(|shard| shard.shard(&context.env)).transpose()?;
    let (mut known, mut files, mut all) = (KnownTargets::default(), Vec::new(), Vec::new());
    for ManifestPath { file, .. } in context.manifests.entries() {
        let target = target_of(context, file, target);
        if let Some(target) = &target {
            known.add(file, target).map_err(|shared| shared.error())?;
        }
        if shard.is_some() {
            // The machines of a run may have the repository in different folders.
            let target = target.as_ref().map(Target::to_string).unwrap_or_default();
            all.push(format!("{} {target}", plain(&context.in_repository(file)).to_string_lossy()));
        }
        if shard.is_none_or(|shard| shard.has(file, target.as_ref())) {
            files.push(file.as_str());
        }
    }
    let manifests = context.manifests.entries().len();
    let shard = shard.filter(|shard| shard.of > 1).map(|Shard { index, of }| ShardEntry {
        index: index as usize,
        of: of as usize,
        manifests,
        set: Some(SetFingerprint::of(all)),
    });
    Ok(Selection { files, shard })
}

/// Selects the manifests of saved plans. If the user names manifests too, they must be the same.
///
/// # Errors
/// Returns an error if other manifests are named (exit code 4), if a flag names one target for all of them, or if two plans
/// have the same target.
pub(crate) fn of_saved_plans<'c>(
    context: &Context,
    path: &Path,
    plans: &'c [SavedPlan],
    target: &TargetArgs,
) -> Result<Selection<'c>, CliError> {
    manifest_file::check_flags(target, plans.len())?;
    let files: Vec<&str> = plans.iter().map(|plan| plan.manifest.path.as_str()).collect();
    let planned: BTreeMap<&Path, &str> = files.iter().map(|file| (plain(file), *file)).collect();
    let named: BTreeMap<&Path, &str> =
        context.manifests.entries().iter().map(|entry| (plain(&entry.file), entry.file.as_str())).collect();
    let only_in = |these: &BTreeMap<&Path, &str>, those: &BTreeMap<&Path, &str>| -> Vec<String> {
        let files = these.iter().filter(|(path, _)| !those.contains_key(*path));
        files.map(|(_, file)| (*file).to_owned()).collect()
    };
    let added = only_in(&named, &planned).into_iter().map(StaleReason::NotPlanned);
    let removed = only_in(&planned, &named).into_iter().map(StaleReason::NotNamed);
    let differing: Vec<StaleReason> = added.chain(removed).collect();
    if !named.is_empty() && !differing.is_empty() {
        return Err(saved::refusal(path, &differing));
    }
    let mut known = KnownTargets::default();
    for plan in plans {
        known.add(&plan.manifest.path, &plan.target).map_err(|shared| shared.error())?;
    }
    Ok(Selection { files, shard: None })
}

/// Returns the target of a manifest, if it is known.
fn target_of(context: &Context, file: &str, args: &TargetArgs) -> Option<Target> {
    // Standard input can be read only once, and is the only manifest then.
    if file == "-" {
        return None;
    }
    let named = manifest_file::named_target(context, file)?;
    manifest_file::target_if_any(args, &context.env, named.as_ref()).ok().flatten()
}

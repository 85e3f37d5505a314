//! Several manifests in one run: each is compared on its own, and the failure of one does not stop the others.

use std::borrow::Cow;

use clap::Args;

use crate::cli::connection::connect::Api;
use crate::cli::context::Context;
use crate::cli::error::CliError;
use crate::cli::input::manifests::ManifestPath;
use crate::cli::input::shard::Shard;
use crate::cli::input::shared_target::KnownTargets;
use crate::cli::input::{base, manifest_file};
use crate::cli::options::{ApiArgs, BaseArgs, SetArgs, TargetArgs, WhoArgs};
use crate::cli::output::formats::Formats;
use crate::cli::output::progress::Progress;
use crate::cli::output::publish::error_entry;
use crate::cli::output::publish_set::SetReports;
use crate::cli::process::in_order::{Stop, Turn, in_order};
use crate::cli::process::interrupt;
use crate::cli::reconcile::{comparison, planning, who};
use crate::document::{Compared, FailureEntry, ShardEntry, TargetEntry};
use crate::ending::Exit;
use crate::plan::Plan;
use crate::report::{Comparison, PlanFormat, Wording};
use crate::settings::Target;

/// The manifests that a run works on.
struct Selection<'c> {
    /// Their paths, in order.
    files: Vec<&'c str>,
    /// The shard, if it is one of several.
    shard: Option<ShardEntry>,
}

/// The arguments that `plan` and `drift` have in common.
#[derive(Debug, Args)]
pub(crate) struct CompareArgs {
    #[command(flatten)]
    pub(crate) base: BaseArgs,
    #[command(flatten)]
    pub(crate) who: WhoArgs,
    #[command(flatten)]
    pub(crate) formats: Formats<PlanFormat>,
    #[command(flatten)]
    pub(crate) target: TargetArgs,
    #[command(flatten)]
    pub(crate) set: SetArgs,
    #[command(flatten)]
    pub(crate) api: ApiArgs,
}

/// How several organizations are compared.
pub(crate) struct SetJob<'a> {
    pub(crate) wording: Wording,
    pub(crate) args: &'a CompareArgs,
    pub(crate) allow: &'a [String],
    /// The exit code for an organization with this plan.
    pub(crate) exit: &'a dyn Fn(&Plan) -> Exit,
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
fn select<'c>(context: &'c Context, args: &SetArgs, target: &TargetArgs) -> Result<Selection<'c>, CliError> {
    manifest_file::check_flags(target, &context.manifests)?;
    let shard = args.shard.map(|shard| shard.shard(&context.env)).transpose()?;
    let (mut known, mut files) = (KnownTargets::default(), Vec::new());
    for ManifestPath { file, .. } in context.manifests.entries() {
        let target = target_of(context, file, target);
        if let Some(target) = &target {
            known.add(file, target).map_err(|shared| shared.error())?;
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
    });
    Ok(Selection { files, shard })
}

/// Returns the target of a manifest, if it is known.
fn target_of(context: &Context, file: &str, args: &TargetArgs) -> Option<Target> {
    // Standard input can be read only once, and is the only manifest then.
    if file == "-" {
        return None;
    }
    let loaded = manifest_file::load(context, file).ok()?;
    manifest_file::target_if_any(args, &context.env, loaded.target.as_ref()).ok().flatten()
}

/// Compares several organizations, a few at once, and writes the reports in the order of the manifests.
///
/// # Errors
/// Returns an error if two manifests have the same target, if a signal arrives, or if a report cannot be written. A failure
/// of one organization is part of the reports.
pub(crate) async fn compare(context: &Context, job: &SetJob<'_>) -> Result<Exit, CliError> {
    context.files.check_reports()?;
    let Selection { files, shard } = select(context, &job.args.set, &job.args.target)?;
    let api = &Api::find(&context.ui, &context.env, &job.args.api).await?.for_several();
    let reports = SetReports::new(context, &job.args.formats, job.wording, shard)?;
    let progress = Progress::several(&context.ui, files.len());
    let mut delivery =
        Delivery { context, job, api: api.name(), reports, progress, exits: Vec::new(), unwritten: None };
    let stop = Stop::default();
    let begin = |file| async move { (file, one(context, job, api, file).await) };
    let is_interrupted = in_order(files, job.args.set.parallel, &stop, begin, |turn| {
        if let Turn::Ended((file, result)) = turn {
            delivery.deliver(file, result);
        }
        if delivery.unwritten.is_some() {
            stop.stop();
        }
    })
    .await;
    if is_interrupted {
        return Err(CliError::interrupted(interrupt::NOTHING_WRITTEN));
    }
    delivery.finish()
}

/// Compares one organization.
async fn one(context: &Context, job: &SetJob<'_>, api: &Api<'_>, file: &str) -> Result<Comparison<'static>, CliError> {
    let desired = planning::desired(context, file, &job.args.target)?;
    let planned = async {
        let base = base::read(context, &job.args.base, file, &desired.target)?;
        let connection = &api.connection(Some(&desired.target))?;
        let live = planning::live(connection, &desired).await?;
        let mut plan = planning::plan(context, &desired, connection.api(), &live, job.allow)?;
        planning::label(context, &desired, &live, base, &mut plan);
        who::label(context, connection, &job.args.who, &mut plan).await?;
        Ok(plan)
    };
    let plan = planned.await.map_err(|error: CliError| desired.about(error))?;
    let shows_yaml = job.args.formats.any(PlanFormat::shows_yaml);
    Ok(comparison::of(context, &desired, job.wording, Cow::Owned(plan), shows_yaml))
}

/// The results, as they are delivered in the order of the manifests.
struct Delivery<'a> {
    context: &'a Context,
    job: &'a SetJob<'a>,
    /// The base URL of the API.
    api: &'a str,
    reports: SetReports<'a>,
    progress: Progress,
    exits: Vec<Exit>,
    /// The first error in writing a report.
    unwritten: Option<CliError>,
}

impl Delivery<'_> {
    fn deliver(&mut self, file: &str, result: Result<Comparison<'static>, CliError>) {
        let compared = match result {
            Ok(comparison) => {
                self.progress.done(!comparison.plan.is_empty(), false);
                self.exits.push((self.job.exit)(&comparison.plan));
                Compared::from(comparison)
            }
            Err(error) => {
                let error = error.about(file, None, None);
                self.progress.done(false, true);
                self.exits.push(error.exit());
                self.reports.say_error(&error);
                failure(self.context, self.api, &error).into()
            }
        };
        if let Err(error) = self.reports.add(&compared) {
            self.unwritten.get_or_insert(error);
        }
    }

    fn finish(self) -> Result<Exit, CliError> {
        drop(self.progress);
        if let Some(error) = self.unwritten {
            return Err(error);
        }
        let exit = Exit::of_several(self.exits);
        self.reports.finish(exit)?;
        Ok(exit)
    }
}

/// Returns a failure as reports show it.
fn failure(context: &Context, api: &str, error: &CliError) -> FailureEntry {
    let manifest = error.subject.file.clone();
    let repository_file = context.env.in_repository(&manifest);
    FailureEntry {
        repository_path: (repository_file != manifest).then_some(repository_file),
        target: error.subject.target.as_ref().map(|target| TargetEntry::new(target, api)),
        error: error_entry(error),
        manifest,
    }
}

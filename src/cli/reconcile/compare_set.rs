//! Several manifests in one run: each is compared on its own, and the failure of one does not stop the others.

use std::borrow::Cow;

use clap::Args;

use crate::cli::connection::connect::Api;
use crate::cli::context::Context;
use crate::cli::error::CliError;
use crate::cli::input::base;
use crate::cli::options::{ApiArgs, BaseArgs, SetArgs, TargetArgs, WhoArgs};
use crate::cli::output::formats::Formats;
use crate::cli::output::progress::Progress;
use crate::cli::output::publish::failure_entry;
use crate::cli::output::publish_set::{ErrorList, SetReports};
use crate::cli::process::in_order::{Stop, Turn, in_order};
use crate::cli::process::interrupt;
use crate::cli::reconcile::saved::{SaveTo, SavedSet};
use crate::cli::reconcile::selection::{self, Selection};
use crate::cli::reconcile::{approval, comparison, planning, who};
use crate::document::Compared;
use crate::ending::Exit;
use crate::plan::{Plan, SavedPlan};
use crate::report::{Comparison, PlanFormat, Wording};

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
    /// Where and for how long the plans are saved.
    pub(crate) save: Option<SaveTo<'a>>,
    /// The exit code for an organization with this plan, and its error if there is one.
    pub(crate) ending: &'a dyn Fn(&Plan) -> (Exit, Option<CliError>),
}

/// Compares several organizations, a few at once, and writes the reports in the order of the manifests.
///
/// # Errors
/// Returns an error if two manifests have the same target, if a signal arrives, or if a report cannot be written. A failure
/// of one organization is part of the reports.
pub(crate) async fn compare(context: &Context, job: &SetJob<'_>) -> Result<Exit, CliError> {
    context.files.check_reports()?;
    let Selection { files, shard } = selection::select(context, &job.args.set, &job.args.target)?;
    let saving = job.save.as_ref().map(|save| SavedSet::new(context, save, shard)).transpose()?;
    let api = &Api::find(&context.ui, &context.env, &job.args.api).await?.for_several();
    let reports = SetReports::new(context, &job.args.formats, job.wording, shard)?;
    let progress = Progress::several(&context.ui, files.len());
    let mut delivery = Delivery {
        context,
        job,
        api: api.name(),
        reports,
        saving,
        progress,
        exits: Vec::new(),
        refusals: Vec::new(),
        unwritten: None,
    };
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

/// The result for one organization: the comparison, and the saved plan if plans are saved.
type Done = (Comparison<'static>, Option<SavedPlan>);

/// Compares one organization.
async fn one(context: &Context, job: &SetJob<'_>, api: &Api<'_>, file: &str) -> Result<Done, CliError> {
    let desired = planning::desired(context, file, &job.args.target)?;
    let planned = async {
        let base = base::read(context, &job.args.base, file, &desired.target)?;
        let connection = &api.connection(Some(&desired.target))?;
        let live = planning::live(connection, &desired).await?;
        let mut plan = planning::plan(context, &desired, connection.api(), &live, job.allow)?;
        planning::label(context, &desired, &live, base, &mut plan);
        who::label(context, connection, &job.args.who, &mut plan).await?;
        let saved = job.save.as_ref().map(|save| {
            let input = planning::input(context, &desired, connection.api(), &live, &[]);
            SavedPlan::new(&input, &plan, save.expires_at)
        });
        Ok((plan, saved))
    };
    let (plan, saved) = planned.await.map_err(|error: CliError| desired.about(error))?;
    let shows_yaml = saved.is_some() || job.args.formats.any(PlanFormat::shows_yaml);
    Ok((comparison::of(context, &desired, job.wording, Cow::Owned(plan), shows_yaml), saved))
}

/// The results, as they are delivered in the order of the manifests.
struct Delivery<'a> {
    context: &'a Context,
    job: &'a SetJob<'a>,
    /// The base URL of the API.
    api: &'a str,
    reports: SetReports<'a>,
    saving: Option<SavedSet<'a>>,
    progress: Progress,
    exits: Vec<Exit>,
    /// The errors about plans, which follow the reports.
    refusals: Vec<CliError>,
    /// The first error in writing a report.
    unwritten: Option<CliError>,
}

impl Delivery<'_> {
    fn deliver(&mut self, file: &str, result: Result<Done, CliError>) {
        let compared = match result {
            Ok((comparison, saved)) => {
                self.progress.done(!comparison.plan.is_empty(), false);
                let (exit, refusal) = (self.job.ending)(&comparison.plan);
                self.exits.push(exit);
                self.refusals.extend(refusal.map(|refusal| approval::of_manifest(&comparison.plan, &refusal)));
                if let Some((saving, saved)) = self.saving.as_mut().zip(saved)
                    && let Err(error) = saving.add(&comparison, &saved)
                {
                    self.unwritten.get_or_insert(error);
                }
                Compared::from(comparison)
            }
            Err(error) => {
                let error = error.about(file, None, None);
                self.saving.iter_mut().for_each(SavedSet::fail);
                self.progress.done(false, true);
                self.exits.push(error.exit());
                self.reports.say_error(&error);
                failure_entry(self.context, self.api, &error).into()
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
        self.saving.map_or(Ok(()), SavedSet::finish)?;
        let mut errors = ErrorList::new(self.context);
        self.refusals.iter().for_each(|refusal| errors.say(refusal));
        errors.finish("the report");
        Ok(exit)
    }
}

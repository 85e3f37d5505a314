//! The plans of all organizations of an apply.

use super::job::{ApplySetJob, Approval};
use crate::apply::Outcome;
use crate::cli::connection::connect::Api;
use crate::cli::context::Context;
use crate::cli::error::CliError;
use crate::cli::options::Format;
use crate::cli::output::progress::Progress;
use crate::cli::output::publish::failure_entry;
use crate::cli::output::publish_set::ErrorList;
use crate::cli::process::in_order::{Stop, Turn, in_order};
use crate::cli::process::interrupt;
use crate::cli::reconcile::prepared::{Planner, Prepared};
use crate::cli::reconcile::{planning, saved};
use crate::document::{Compared, Comparison, FailureEntry, ResultEntry};
use crate::ending::Exit;
use crate::plan::{SetDigest, digest_time};
use crate::report::{self, Overview, PlanFormat, SetDetails, Style, Wording};

/// The plans of all organizations.
pub(super) struct PlannedSet {
    /// The organizations, in the order of their manifests.
    pub(super) organizations: Vec<Organization>,
    /// The digest of all plans; `None` if an organization failed.
    pub(super) digest: Option<String>,
    /// The digest that they would have at the time of the approved digest.
    pub(super) digest_then: Option<String>,
    /// The plans as text.
    pub(super) text: String,
}

/// One organization.
pub(super) enum Organization {
    /// It could not be planned.
    Failed(FailureEntry, Exit),
    /// It needs no change. Only its result is kept.
    InSync(ResultEntry),
    /// It would change, or its approved plan is out of date.
    Planned(Box<Planned>),
}

/// An organization with a plan.
pub(super) struct Planned {
    pub(super) prepared: Prepared,
    /// Why it is not applied.
    pub(super) refusal: Option<CliError>,
}

impl PlannedSet {
    /// Plans all organizations, a few at once. The failure of one does not stop the others.
    ///
    /// # Errors
    /// Returns an error if a signal arrives.
    pub(super) async fn plan(
        context: &Context,
        job: &ApplySetJob<'_>,
        api: &Api<'_>,
        files: Vec<&str>,
    ) -> Result<Self, CliError> {
        let progress = Progress::several(&context.ui, files.len());
        let mut collector = Collector::new(context, job, api, progress);
        let planner = Planner { context, api, allow: &job.write.allow, expect: None, who: job.who };
        let begin = |(number, file)| async move { (file, planned(planner, job, number, file).await) };
        let items = files.into_iter().enumerate();
        let is_interrupted = in_order(items, job.limits.set.parallel, &Stop::default(), begin, |turn| {
            if let Turn::Ended((file, result)) = turn {
                collector.add(file, result);
            }
        })
        .await;
        if is_interrupted {
            return Err(CliError::interrupted(interrupt::NOTHING_WRITTEN));
        }
        Ok(collector.finish())
    }

    /// Returns the organizations with a plan.
    pub(super) fn planned(&self) -> impl Iterator<Item = &Planned> {
        self.organizations.iter().filter_map(|organization| match organization {
            Organization::Planned(planned) => Some(&**planned),
            Organization::Failed(..) | Organization::InSync(_) => None,
        })
    }

    /// Returns the organizations with a plan, to decide about them.
    pub(super) fn planned_mut(&mut self) -> impl Iterator<Item = &mut Planned> {
        self.organizations.iter_mut().filter_map(|organization| match organization {
            Organization::Planned(planned) => Some(&mut **planned),
            Organization::Failed(..) | Organization::InSync(_) => None,
        })
    }
}

/// Plans one organization.
async fn planned(planner: Planner<'_>, job: &ApplySetJob<'_>, number: usize, file: &str) -> Result<Planned, CliError> {
    let (context, saved) = (planner.context, job.approval.saved(number));
    let desired = match saved {
        Some((path, saved)) => saved::desired(context, path, saved, None, job.target)?,
        None => planning::desired(context, file, job.target)?,
    };
    let prepared = planner.prepare(desired, saved).await?;
    let refusal =
        saved.and_then(|(path, saved)| saved::approve(context, path, saved, &prepared.live, &prepared.plan).err());
    Ok(Planned { prepared, refusal })
}

/// The organizations, as they are delivered in the order of the manifests.
struct Collector<'a> {
    context: &'a Context,
    api: &'a str,
    organizations: Vec<Organization>,
    then: SetDigest,
    approved_at: Option<jiff::Timestamp>,
    overview: Overview,
    details: Option<Box<dyn SetDetails>>,
    /// The failures, unless standard output shows them.
    errors: Option<ErrorList<'a>>,
    progress: Progress,
}

impl<'a> Collector<'a> {
    fn new(context: &'a Context, job: &ApplySetJob<'_>, api: &'a Api<'_>, progress: Progress) -> Self {
        let approved_at = match job.approval {
            Approval::Digest(digest, _) => digest_time(digest),
            Approval::None | Approval::Plans(..) => None,
        };
        let style = style(context, job.write.format);
        Self {
            context,
            api: api.name(),
            organizations: Vec::new(),
            then: SetDigest::default(),
            approved_at,
            overview: Overview::new(Wording::Plan, None),
            details: PlanFormat::Text.set_details(Wording::Plan, None, &style),
            errors: (job.write.format == Format::Json).then(|| ErrorList::new(context)),
            progress,
        }
    }

    fn add(&mut self, file: &str, result: Result<Planned, CliError>) {
        match result {
            Ok(planned) => {
                let plan = &planned.prepared.plan;
                self.count(&Comparison::of(Wording::Plan, plan).into());
                if let Some(approved_at) = self.approved_at {
                    self.then.add_at(plan, approved_at);
                }
                self.progress.done(!plan.is_empty(), false);
                let is_done = plan.is_empty() && planned.refusal.is_none();
                self.organizations.push(if is_done {
                    Organization::InSync(report::results::entry(plan, &Outcome::in_sync()))
                } else {
                    Organization::Planned(Box::new(planned))
                });
            }
            Err(error) => {
                let error = error.about(file, None, None);
                self.progress.done(false, true);
                self.errors.iter_mut().for_each(|errors| errors.say(&error));
                let failure = failure_entry(self.context, self.api, &error);
                self.count(&failure.clone().into());
                self.organizations.push(Organization::Failed(failure, error.exit()));
            }
        }
    }

    fn count(&mut self, compared: &Compared<'_>) {
        self.overview.add(compared);
        self.details.iter_mut().for_each(|details| details.add(compared));
    }

    fn finish(self) -> PlannedSet {
        let Self { organizations, then, overview, details, errors, .. } = self;
        errors.into_iter().for_each(|errors| errors.finish("the results"));
        let digest = overview.set_digest();
        PlannedSet {
            digest_then: digest.as_ref().and_then(|_| then.finish()),
            digest,
            text: details.map(|details| details.render(&overview, usize::MAX)).unwrap_or_default(),
            organizations,
        }
    }
}

/// Returns the style of the stream that shows the plans.
fn style(context: &Context, format: Format) -> Style {
    match format {
        Format::Text => context.ui.out,
        Format::Json => context.ui.err,
    }
}

//! Whether the plans of several organizations may be applied.

use super::job::{ApplySetJob, Approval};
use super::planned::{Organization, PlannedSet};
use crate::cli::context::Context;
use crate::cli::error::CliError;
use crate::cli::options::Format;
use crate::cli::output::publish_set::ErrorList;
use crate::cli::reconcile::{approval, saved};
use crate::ending::{Exit, FailureKind};
use crate::plan::digest_time;

/// Why nothing is written.
pub(super) struct Refusal {
    pub(super) error: CliError,
    /// Whether only some organizations are the reason. The others are skipped then, and otherwise they are refused too.
    pub(super) is_about_some: bool,
}

impl Refusal {
    fn of_all(error: CliError) -> Self {
        Self { error, is_about_some: false }
    }
}

/// Shows the plans, decides about each of them, and gets an approval of all that may be applied. Returns why nothing may
/// be written.
///
/// # Errors
/// Returns an error if a signal arrives at a prompt.
pub(super) async fn approve(
    context: &Context,
    job: &ApplySetJob<'_>,
    set: &mut PlannedSet,
) -> Result<Option<Refusal>, CliError> {
    let asks = context.ui.is_interactive() && !job.write.auto_approve && matches!(job.approval, Approval::None);
    match job.write.format {
        Format::Text => context.print(&set.text)?,
        // Standard output is for the document, so the plans to approve go to standard error.
        Format::Json if asks => context.ui.say(&set.text),
        Format::Json => {}
    }
    let changed = set.planned().filter(|planned| !planned.prepared.plan.is_empty()).count();
    if let Some(most) = job.limits.max_changed.filter(|most| changed > most.get()) {
        let error = refused(FailureKind::MaxChanged, format!("{changed} organizations would change, more than {most}"));
        return Ok(Some(Refusal::of_all(
            error.hint(format!("if all of these changes are intended, set --max-changed {changed}")),
        )));
    }
    if asks {
        for planned in set.planned_mut() {
            approval::consents(&context.ui, &mut planned.prepared.plan).await?;
        }
    }
    refuse_some(context, set);
    if let Some(refusal) = blocked(set).filter(|_| !job.limits.keep_going) {
        return Ok(Some(refusal));
    }
    let open = set.planned().filter(|planned| planned.refusal.is_none()).count();
    if open == 0 {
        return Ok(None);
    }
    Ok(match &job.approval {
        Approval::Plans(..) => None,
        Approval::Digest(digest, max_age) => {
            let now = set.digest.as_deref().unwrap_or("none, because an organization failed");
            let is_same = set.digest_then.as_deref() == Some(digest);
            let checked = saved::check_digest(digest, *max_age, is_same, now, "zerodrift plan FILE…");
            if checked.is_ok() {
                take_over(set, digest);
            }
            checked.err().map(Refusal::of_all)
        }
        Approval::None if job.write.auto_approve => None,
        Approval::None => {
            let question = match open {
                1 => "Apply these changes to 1 organization? Type `yes` to apply:".to_owned(),
                _ => format!("Apply these changes to {open} organizations? Type `yes` to apply:"),
            };
            approval::confirm(&context.ui, &question).await?.map(Refusal::of_all)
        }
    })
}

/// Gives all plans the time of the approved digest, so that the audit log contains their approved digests.
fn take_over(set: &mut PlannedSet, digest: &str) {
    let Some(made_at) = digest_time(digest) else { return };
    set.planned_mut().for_each(|planned| planned.prepared.plan.stamp(made_at));
}

/// Refuses the plans with guarded changes without consent, and prints why plans are refused.
fn refuse_some(context: &Context, set: &mut PlannedSet) {
    let mut errors = ErrorList::new(context);
    for planned in set.planned_mut() {
        let refusal = planned.refusal.take().or_else(|| approval::refusal(&planned.prepared.plan));
        planned.refusal = refusal.map(|refusal| planned.prepared.desired.about(refusal));
        if let Some(refusal) = &planned.refusal {
            errors.say(&approval::of_manifest(&planned.prepared.plan, refusal));
        }
    }
    errors.finish("the results");
}

/// Returns the refusal of the run because some organizations failed or were refused, if there are any.
fn blocked(set: &PlannedSet) -> Option<Refusal> {
    let failed = set.organizations.iter().filter_map(|organization| match organization {
        Organization::Failed(failure, _) => Some(failure.error.kind),
        Organization::InSync(_) | Organization::Planned(_) => None,
    });
    let refusals = || set.planned().filter_map(|planned| planned.refusal.as_ref()).map(|refusal| refusal.kind);
    let (number, all) = (failed.clone().count(), set.organizations.len());
    let kinds: Vec<FailureKind> = failed.chain(refusals()).collect();
    let first = Exit::of_several(kinds.iter().map(|kind| kind.exit()));
    let kind = kinds.iter().copied().find(|kind| kind.exit() == first)?;
    let why = match (number, refusals().count()) {
        (failed, 0) => format!("{failed} of {all} organizations failed"),
        (0, refused) => format!("{refused} of {all} organizations cannot be applied"),
        (failed, refused) => format!("{failed} of {all} organizations failed, and {refused} cannot be applied"),
    };
    let error = refused(kind, why).hint("fix the cause, or apply the others with --keep-going");
    Some(Refusal { error, is_about_some: true })
}

/// Returns the error of a run that stops before its first write.
fn refused(kind: FailureKind, why: String) -> CliError {
    CliError::new(kind, format!("nothing was written: {why}"))
}

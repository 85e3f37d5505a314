//! Plans, one or several.

use crate::cli::context::Context;
use crate::cli::error::CliError;
use crate::cli::output::formats::Formats;
use crate::cli::output::publish;
use crate::cli::output::publish_set::SetReports;
use crate::document::Compared;
use crate::document::read::RecordedPlans;
use crate::ending::Exit;
use crate::report::{PlanFormat, Wording};

/// Returns plans with the run of the pipeline that shows them.
pub(super) fn in_pipeline(context: &Context, mut plans: RecordedPlans) -> RecordedPlans {
    for compared in &mut plans.set {
        if let Compared::Done(comparison) = compared {
            comparison.ci = context.env.ci_run();
        }
    }
    plans
}

/// Shows plans. The exit code is that of `plan --detailed-exitcode` or `drift` if it `is_detailed`.
///
/// # Errors
/// Returns an error if a result cannot be written.
pub(super) fn show(
    context: &Context,
    formats: &Formats<PlanFormat>,
    plans: &RecordedPlans,
    is_detailed: bool,
) -> Result<Exit, CliError> {
    let RecordedPlans { wording, shard, set, .. } = plans;
    let exits = set.iter().map(|compared| if is_detailed { exit(*wording, compared) } else { Exit::Success });
    let exit = Exit::of_several(exits);
    if let ([Compared::Done(comparison)], None) = (&set[..], shard) {
        publish::result(context, formats, comparison, exit)?;
        return Ok(exit);
    }
    let mut reports = SetReports::new(context, formats, *wording, *shard)?;
    set.iter().try_for_each(|compared| reports.add(compared))?;
    reports.finish(exit)?;
    Ok(exit)
}

/// Returns the exit code for an organization.
fn exit(wording: Wording, compared: &Compared<'_>) -> Exit {
    match (compared, wording) {
        (Compared::Failed(failure), _) => failure.error.kind.exit(),
        (Compared::Done(comparison), Wording::Drift) if !comparison.plan.has_drift() => Exit::Success,
        (Compared::Done(comparison), Wording::Plan) if comparison.plan.is_empty() => Exit::Success,
        (Compared::Done(_), _) => Exit::Changes,
    }
}

//! The result of `plan` and `drift`, as reports and saved plans contain it.

use std::borrow::Cow;

use crate::cli::context::Context;
use crate::cli::reconcile::planning::Desired;
use crate::manifest;
use crate::plan::Plan;
use crate::report::{self, Comparison, Wording};

/// Returns a plan as reports show it, with the path of the manifest in the repository, and the run of the pipeline. The
/// difference as YAML is only computed if it `is_shown`.
pub(crate) fn of<'a>(
    context: &Context,
    desired: &Desired,
    wording: Wording,
    plan: Cow<'a, Plan>,
    is_shown: bool,
) -> Comparison<'a> {
    Comparison {
        wording,
        yaml: if is_shown { difference(desired, wording, &plan) } else { String::new() },
        repository_file: context.in_repository(&plan.manifest.path),
        ci: context.env.ci_run(),
        plan,
    }
}

/// Returns the difference between the manifest and a copy of it with the live values.
fn difference(desired: &Desired, wording: Wording, plan: &Plan) -> String {
    let Desired { source, own, .. } = desired;
    let changes: Vec<_> = plan.changes.iter().map(|change| (change.setting, change.before.clone())).collect();
    let (file, with_live_values) = (&source.text, manifest::edit::with_live_values(source, own, &changes));
    let live_name = format!("{} (live)", source.name);
    match wording {
        Wording::Plan => report::unified(&live_name, &with_live_values, &source.name, file),
        Wording::Drift => report::unified(&source.name, file, &live_name, &with_live_values),
    }
}

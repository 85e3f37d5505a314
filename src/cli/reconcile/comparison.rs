//! The result of `plan` and `drift`, in the requested formats.

use crate::cli::context::Context;
use crate::cli::error::CliError;
use crate::cli::output::formats::Formats;
use crate::cli::output::publish;
use crate::cli::reconcile::planning::Desired;
use crate::ending::Exit;
use crate::manifest;
use crate::plan::Plan;
use crate::report::{self, Comparison, PlanFormat, Wording};

/// What was compared.
#[derive(Clone, Copy)]
pub(crate) struct Compared<'a> {
    /// The wording of the command.
    pub(crate) wording: Wording,
    /// The manifest.
    pub(crate) desired: &'a Desired,
    /// What apply would do.
    pub(crate) plan: &'a Plan,
}

/// Writes a comparison. `exit` is the exit code that the program will have.
///
/// # Errors
/// Returns an error if a file or standard output cannot be written.
pub(crate) fn show(
    context: &Context,
    formats: &Formats<PlanFormat>,
    compared: Compared<'_>,
    exit: Exit,
) -> Result<(), CliError> {
    let Compared { wording, desired: _, plan } = compared;
    let yaml = if formats.any(PlanFormat::shows_yaml) { difference(compared) } else { String::new() };
    let ci = context.env.ci_run();
    let comparison = Comparison {
        wording,
        model: context.model,
        plan,
        yaml: &yaml,
        repository_file: &context.env.in_repository(&plan.manifest.path),
        ci: ci.as_ref(),
    };
    publish::result(context, formats, &comparison, exit)
}

/// Returns the difference between the manifest and a copy of it with the live values.
fn difference(compared: Compared<'_>) -> String {
    let Compared { wording, desired: Desired { source, manifest, .. }, plan } = compared;
    let changes: Vec<_> = plan.changes.iter().map(|change| (change.setting, change.before.clone())).collect();
    let (file, with_live_values) = (&source.text, manifest::edit::with_live_values(source, manifest, &changes));
    let live_name = format!("{} (live)", source.name);
    match wording {
        Wording::Plan => report::unified(&live_name, &with_live_values, &source.name, file),
        Wording::Drift => report::unified(&source.name, file, &live_name, &with_live_values),
    }
}

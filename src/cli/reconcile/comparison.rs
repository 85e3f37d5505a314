//! The result of `plan` and `drift`, in the requested formats.

use crate::cli::context::Context;
use crate::cli::error::CliError;
use crate::cli::output::formats::Formats;
use crate::cli::output::publish;
use crate::cli::reconcile::planning::Desired;
use crate::document::Recorded;
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
    let yaml = if formats.any(PlanFormat::shows_yaml) { compared.difference() } else { String::new() };
    let (file, ci) = (context.env.in_repository(&compared.plan.manifest.path), context.env.ci_run());
    let comparison = Comparison { ci: ci.as_ref(), ..Comparison::of(compared.with(&yaml, &file)) };
    publish::result(context, formats, &comparison, exit)
}

impl<'a> Compared<'a> {
    /// Returns the comparison as documents contain it: with a [difference](Self::difference) and a path in the repository.
    pub(crate) fn with(self, yaml: &'a str, repository_file: &'a str) -> Recorded<'a> {
        let Self { wording, desired: _, plan } = self;
        Recorded { wording, plan, yaml, repository_file }
    }

    /// Returns the difference between the manifest and a copy of it with the live values.
    pub(crate) fn difference(self) -> String {
        let Self { wording, desired: Desired { source, manifest, .. }, plan } = self;
        let changes: Vec<_> = plan.changes.iter().map(|change| (change.setting, change.before.clone())).collect();
        let (file, with_live_values) = (&source.text, manifest::edit::with_live_values(source, manifest, &changes));
        let live_name = format!("{} (live)", source.name);
        match wording {
            Wording::Plan => report::unified(&live_name, &with_live_values, &source.name, file),
            Wording::Drift => report::unified(&source.name, file, &live_name, &with_live_values),
        }
    }
}

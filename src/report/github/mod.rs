//! Renders results for a job on GitHub: the plan in its log, annotations on the lines of the manifest, and outputs for later
//! steps.
//!
//! The summary of the job is the comment of [`markdown`](super::markdown).

mod annotate;
mod command;
mod set;

use self::annotate::{COLUMNS, job_log, of_comparison, of_failure, of_finding};
pub(super) use self::set::GithubDetails;
use super::findings;
use super::format::failure;
use super::overview::Overview;
use super::subject::{FailedRun, Validation};
use crate::document::{CheckedManifest, Comparison};
use crate::plan::Plan;
use crate::text::Visible;
use crate::text::style::Style;

pub use crate::text::workflow::neutralize_commands;

/// Returns the log of a run.
pub fn log(run: &Comparison<'_>) -> String {
    job_log(&run.text(&Style::plain(COLUMNS)), &of_comparison(run).collect())
}

/// Returns the log of a failed run.
pub fn failed(failed: &FailedRun<'_>) -> String {
    let FailedRun { command, file: manifest, repository_file: file, message, hints, findings: found, .. } = *failed;
    let text = failure(failed, &Style::plain(COLUMNS));
    job_log(&text, &of_failure(command, manifest, file, message, hints, found).into_iter().collect())
}

/// Returns the log of `validate`.
pub fn validated<'a>(validation: &Validation<'a>) -> String {
    let text = findings::validation(validation, &Style::plain(COLUMNS));
    let of = |manifest: &'a CheckedManifest| {
        manifest.findings.iter().map(|finding| of_finding(finding, &manifest.hosted(finding)))
    };
    job_log(&text, &validation.manifests.iter().flat_map(of).collect())
}

/// The outputs of a step that planned: `changed`, the number of guarded changes and of those without consent, `digest`,
/// `exit_code`.
pub fn outputs(plan: &Plan, exit_code: u8) -> String {
    let figures = (!plan.is_empty(), plan.guarded().count(), plan.refused().count());
    output_lines(figures, &plan.digest, exit_code)
}

/// The outputs of a step that planned several organizations: the same, over all of them. The digest is empty if one failed.
pub fn set_outputs(overview: &Overview, exit_code: u8) -> String {
    let digest = overview.set_digest().unwrap_or_default();
    output_lines(overview.figures(), &digest, exit_code)
}

fn output_lines((is_changed, guarded, unconsented): (bool, usize, usize), digest: &str, exit_code: u8) -> String {
    format!(
        "changed={is_changed}\nguarded={guarded}\nunconsented={unconsented}\ndigest={}\nexit_code={exit_code}\n",
        // The digest is trusted, but a line break must never get into a file that later steps read.
        Visible::whole(digest)
    )
}

/// The only output of a step without a plan, such as a failed one.
pub fn exit_code(exit_code: u8) -> String {
    format!("exit_code={exit_code}\n")
}

#[cfg(test)]
mod tests;

//! Renders results for a job on GitHub: the plan in its log, annotations on the lines of the manifest, and outputs for later
//! steps.
//!
//! The summary of the job is the comment of [`markdown`](super::markdown).

mod command;

use self::command::{Annotation, AnnotationLevel, annotations};
use super::phrase;
use super::subject::{CheckedManifest, FailedRun, Validation};
use super::{attribution, change, error, findings, origins, path};
use crate::diagnostics::{Finding, Severity};
use crate::document::Comparison;
use crate::document::Wording;
use crate::plan::{Change, Origin, Plan};
use crate::text::Visible;
use crate::text::layout::TerminalText;
use crate::text::safe::safe;
use crate::text::style::Style;
use crate::text::workflow::fenced;

pub use crate::text::workflow::neutralize_commands;

/// The width of a log, which does not wrap long lines.
const COLUMNS: usize = 100;

/// The width of an annotation, which GitHub wraps.
const ANNOTATION: usize = 10_000;

/// Returns the log of a run.
pub fn log(run: &Comparison<'_>) -> String {
    let (wording, manifest) = (run.wording, &run.plan.manifest.path);
    let hosted = |file: &str| path::hosted(file, manifest, &run.repository_file);
    let changes = run.plan.changes.iter().map(|change| of_change(wording, &hosted(change.at.file(manifest)), change));
    let all = changes.chain(run.plan.findings.iter().map(|finding| of_finding(finding, &hosted(&finding.file))));
    job_log(&run.text(&Style::plain(COLUMNS)), all)
}

/// Returns the log of a failed run.
pub fn failed(failed: &FailedRun<'_>) -> String {
    let FailedRun { command, file: manifest, repository_file: file, source, message, hints, findings: found, .. } =
        *failed;
    let style = Style::plain(COLUMNS);
    let text = findings::rendered(found, source, &style) + error::rendered(message, hints, &style);
    if !found.is_empty() {
        let hosted = |finding: &Finding| path::hosted(&finding.file, manifest, file);
        return job_log(&text, found.iter().map(|finding| of_finding(finding, &hosted(finding))));
    }
    let lines = std::iter::once(message).chain(hints.iter().map(String::as_str));
    let annotation = Annotation {
        level: AnnotationLevel::Error,
        file: Visible::whole(file),
        at: None,
        title: safe!("zerodrift {} failed", Visible::of(command)),
        message: lines.flat_map(|text| Visible::lines(text, usize::MAX)).collect(),
    };
    job_log(&text, [annotation])
}

/// Returns the log of `validate`.
pub fn validated<'a>(validation: &Validation<'a>) -> String {
    let text = findings::validation(validation, &Style::plain(COLUMNS));
    let of = |manifest: &'a CheckedManifest| {
        manifest.findings.iter().map(|finding| of_finding(finding, &manifest.hosted(finding)))
    };
    job_log(&text, validation.manifests.iter().flat_map(of))
}

/// Returns a text without effective commands, followed by annotations.
fn job_log(text: &TerminalText, all: impl IntoIterator<Item = Annotation>) -> String {
    (fenced(text) + annotations(all.into_iter().collect())).into()
}

/// The outputs of a step that planned: `changed`, the number of guarded changes and of those without consent, `digest`,
/// `exit_code`.
pub fn outputs(plan: &Plan, exit_code: u8) -> String {
    let guarded = plan.guarded().count();
    format!(
        "changed={}\nguarded={guarded}\nunconsented={}\ndigest={}\nexit_code={exit_code}\n",
        !plan.is_empty(),
        plan.refused().count(),
        // The digest is trusted, but a line break must never get into a file that later steps read.
        Visible::whole(&plan.digest)
    )
}

/// The only output of a step without a plan, such as a failed one.
pub fn exit_code(exit_code: u8) -> String {
    format!("exit_code={exit_code}\n")
}

fn of_change(wording: Wording, file: &str, change: &Change) -> Annotation {
    let level = match (wording, change.guard) {
        (Wording::Drift, _) if change.origin == Some(Origin::File) => AnnotationLevel::Notice,
        (Wording::Drift, _) => AnnotationLevel::Warning,
        (Wording::Plan, None) if matches!(change.origin, Some(Origin::Both | Origin::Live)) => AnnotationLevel::Warning,
        (Wording::Plan, None) => AnnotationLevel::Notice,
        (Wording::Plan, Some(guard)) if guard.allowed_by.is_none() => AnnotationLevel::Error,
        (Wording::Plan, Some(_)) => AnnotationLevel::Warning,
    };
    let values = change::values(change, 0, wording, &Style::plain(ANNOTATION));
    let mut message = Visible::lines(&values, usize::MAX);
    message.extend(origins::of_change(wording, change).map(|origin| safe!("Origin: {}.", origin)));
    message.extend(attribution::of_change(change).map(|who| safe!("Last write: {}.", who)));
    if let (Wording::Plan, Some(state)) = (wording, change.guard) {
        message.push(safe!("What happens: {}.", state.guard.consequence));
        message.push(safe!("Check first: {}.", state.guard.check_first));
        message.push(safe!("Consent: {}.", phrase::consent(state)));
    }
    if let (Wording::Plan, Some(notice)) = (wording, change.notice) {
        message.push(safe!("Note: {}.", notice));
    }
    let title = match (wording, change.guard) {
        (Wording::Drift, _) => safe!("{} differs", change.setting.path),
        (Wording::Plan, None) => safe!("{} would change", change.setting.path),
        (Wording::Plan, Some(_)) => safe!("Guarded: {} would change", change.setting.path),
    };
    let at = Some((change.at.line, change.at.column));
    Annotation { level, file: Visible::whole(file), at, title, message }
}

fn of_finding(finding: &Finding, file: &str) -> Annotation {
    let level = match finding.severity {
        Severity::Error => AnnotationLevel::Error,
        Severity::Warning => AnnotationLevel::Warning,
        Severity::Note => AnnotationLevel::Notice,
    };
    let message = [Some(&finding.message), finding.help.as_ref()];
    Annotation {
        level,
        file: Visible::whole(file),
        at: finding.at.as_ref().map(|at| (at.line, at.column)),
        title: safe!("zerodrift: {}", finding.rule.id()),
        message: message.into_iter().flatten().flat_map(|text| Visible::lines(text, usize::MAX)).collect(),
    }
}

#[cfg(test)]
mod tests;

//! What a job on GitHub shows: the plan in its log, annotations on the manifest's lines, and outputs for later steps.
//!
//! The summary of the job is the comment of [`markdown`](super::markdown).

mod command;

pub use self::command::unobeyed;
use self::command::{Annotation, Level, annotations, fenced};
use super::change::{self, Wording};
use super::style::Style;
use super::subject::{Comparison, FailedRun, Validation};
use super::{error, findings, plan};
use crate::diagnostics::{Finding, Severity};
use crate::plan::{Change, Plan};

/// Columns of a log: nothing wraps there but what we wrap.
const COLUMNS: usize = 100;

/// An annotation wraps by itself.
const ANNOTATION: usize = 10_000;

/// What a run prints into the log.
pub fn log(run: &Comparison<'_>) -> String {
    let (file, text) = (run.repository_file, run.text(&Style::plain(COLUMNS)));
    let mut all: Vec<Annotation> = run.plan.changes.iter().map(|change| of_change(run.wording, file, change)).collect();
    all.extend(run.plan.findings.iter().map(|finding| of_finding(finding, file)));
    fenced(&text) + &annotations(all)
}

/// What a run that failed prints into the log.
pub fn failed(failed: &FailedRun<'_>) -> String {
    let FailedRun { repository_file: file, source, message, hints, findings: found, .. } = *failed;
    if found.is_empty() {
        return stopped(failed);
    }
    let style = Style::plain(COLUMNS);
    let text = findings::text(found, source, &style) + &error::text(message, hints, &style);
    fenced(&text) + &annotations(found.iter().map(|finding| of_finding(finding, file)).collect())
}

fn stopped(failed: &FailedRun<'_>) -> String {
    let FailedRun { command, repository_file: file, message, hints, .. } = *failed;
    let title = format!("zerodrift {command} failed");
    let lines: Vec<&str> = std::iter::once(message).chain(hints.iter().map(String::as_str)).collect();
    let (file, message_lines) = (file.to_owned(), lines.join("\n"));
    let annotation = Annotation { level: Level::Error, file, at: None, title, message: message_lines };
    fenced(&error::text(message, hints, &Style::plain(COLUMNS))) + &annotations(vec![annotation])
}

/// What `validate` prints into the log.
pub fn validated(validation: &Validation<'_>) -> String {
    let Validation { file: _, source, findings: found, repository_file: file } = *validation;
    let text = findings::validation(file, found, source, &Style::plain(COLUMNS));
    fenced(&text) + &annotations(found.iter().map(|finding| of_finding(finding, file)).collect())
}

/// The outputs of a step that planned: `changed`, the number of guarded changes, `digest`, `exit_code`.
pub fn outputs(plan: &Plan, exit_code: u8) -> String {
    let guarded = plan.changes.iter().filter(|change| change.guard.is_some()).count();
    format!(
        "changed={}\nguarded={guarded}\ndigest={}\nexit_code={exit_code}\n",
        !plan.is_empty(),
        // Ours, and yet nothing that could start a line of its own gets into a file that later steps obey.
        crate::text::visible(&plan.digest)
    )
}

/// The one output of a step that has nothing else to say, a failed one above all.
pub fn exit_code(exit_code: u8) -> String {
    format!("exit_code={exit_code}\n")
}

fn of_change(wording: Wording, file: &str, change: &Change) -> Annotation {
    let level = match (wording, change.guard) {
        (Wording::Drift, _) => Level::Warning,
        (Wording::Plan, None) => Level::Notice,
        (Wording::Plan, Some(guard)) if guard.allowed_by.is_none() => Level::Error,
        (Wording::Plan, Some(_)) => Level::Warning,
    };
    let mut lines = vec![change::values(change, 0, wording, &Style::plain(ANNOTATION)).trim_end().to_owned()];
    if let (Wording::Plan, Some(state)) = (wording, change.guard) {
        lines.push(format!("What happens: {}.", state.guard.consequence));
        lines.push(format!("Check first: {}.", state.guard.check_first));
        lines.push(format!("Consent: {}.", plan::consent(state)));
    }
    if let (Wording::Plan, Some(notice)) = (wording, change.notice) {
        lines.push(format!("Note: {notice}."));
    }
    let title = match (wording, change.guard) {
        (Wording::Drift, _) => format!("{} moved", change.setting.path),
        (Wording::Plan, None) => format!("{} would change", change.setting.path),
        (Wording::Plan, Some(_)) => format!("Guarded: {} would change", change.setting.path),
    };
    let at = Some((change.at.line, change.at.column));
    Annotation { level, file: file.to_owned(), at, title, message: lines.join("\n") }
}

fn of_finding(finding: &Finding, file: &str) -> Annotation {
    let level = match finding.severity {
        Severity::Error => Level::Error,
        Severity::Warning => Level::Warning,
        Severity::Note => Level::Notice,
    };
    let message = [Some(finding.message.as_str()), finding.help.as_deref()];
    Annotation {
        level,
        file: file.to_owned(),
        at: finding.at.as_ref().map(|at| (at.line, at.column)),
        title: format!("zerodrift: {}", finding.rule),
        message: message.into_iter().flatten().collect::<Vec<_>>().join("\n"),
    }
}

#[cfg(test)]
mod tests;

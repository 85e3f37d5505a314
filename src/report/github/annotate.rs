//! Changes, findings and failures as annotations, and the log that they end.

use super::command::{Annotation, AnnotationLevel, Annotations};
use crate::diagnostics::{Finding, Severity};
use crate::document::{Comparison, Wording};
use crate::plan::{Change, Origin};
use crate::report::{attribution, change, origins, path, phrase};
use crate::text::Visible;
use crate::text::layout::TerminalText;
use crate::text::safe::safe;
use crate::text::style::Style;
use crate::text::workflow::fenced;

/// The width of a log, which does not wrap long lines.
pub(super) const COLUMNS: usize = 100;

/// The width of an annotation, which GitHub wraps.
const ANNOTATION: usize = 10_000;

/// Returns a text without effective commands, followed by annotations.
pub(super) fn job_log(text: &TerminalText, annotations: &Annotations) -> String {
    (fenced(text) + annotations.commands()).into()
}

/// The annotations of a run: its changes and its findings.
pub(super) fn of_comparison(run: &Comparison<'_>) -> impl Iterator<Item = Annotation> {
    let manifest = &run.plan.manifest.path;
    let hosted = move |file: &str| path::hosted(file, manifest, &run.repository_file);
    let change = move |change: &Change| of_change(run.wording, &hosted(change.at.file(manifest)), change);
    let finding = move |finding: &Finding| of_finding(finding, &hosted(&finding.file));
    run.plan.changes.iter().map(change).chain(run.plan.findings.iter().map(finding))
}

/// The annotations of a failure: the findings of the manifest if they are the reason, else the message.
pub(super) fn of_failure(
    command: &str,
    manifest: &str,
    file: &str,
    message: &str,
    hints: &[String],
    found: &[Finding],
) -> Vec<Annotation> {
    if !found.is_empty() {
        let hosted = |finding: &Finding| path::hosted(&finding.file, manifest, file);
        return found.iter().map(|finding| of_finding(finding, &hosted(finding))).collect();
    }
    let lines = std::iter::once(message).chain(hints.iter().map(String::as_str));
    vec![Annotation {
        level: AnnotationLevel::Error,
        file: Visible::whole(file),
        at: None,
        title: safe!("zerodrift {} failed", Visible::of(command)),
        message: lines.flat_map(|text| Visible::lines(text, usize::MAX)).collect(),
    }]
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

pub(super) fn of_finding(finding: &Finding, file: &str) -> Annotation {
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

//! Renders the outcome of an apply.

use super::plan::{all_changes, findings_section, heading, join};
use super::{error, phrase, set, value};
use crate::apply::{Failure, Mismatch, MismatchKind, Outcome};
use crate::cloudflare::Revocation;
use crate::document::read::{RecordedResult, RecordedResults};
use crate::document::{ChangeEntry, ErrorEntry, ResultEntry, TargetEntry};
use crate::ending::{End, FailureKind};
use crate::plan::{ManifestRef, Plan};
use crate::settings::Target;
use crate::text::Visible;
use crate::text::layout::{TerminalText, beside_or_below, item, terminal};
use crate::text::safe::safe;
use crate::text::style::{Role, Style};

/// Returns the outcome of an apply: a sentence to look for in a log, and what to do if it failed.
pub fn text(plan: &Plan, outcome: &Outcome, style: &Style) -> String {
    let target = &plan.target;
    match outcome.end {
        End::InSync => String::new(),
        End::Applied => format!("\n{}", applied(plan.changes.len(), target, outcome.writes, style)),
        End::Conflict | End::Failed | End::Refused | End::Skipped => stopped(target, outcome, style).into(),
    }
}

fn applied(changes: usize, target: &Target, writes: usize, style: &Style) -> TerminalText {
    let sentence: Visible = safe!(
        "Applied: {} of {} with {}, read back and verified; nothing else changed.",
        phrase::count(changes, "setting"),
        target,
        phrase::count(writes, "write")
    );
    style.paragraph(Role::Heading, sentence)
}

/// Returns the results of a document as text: for one organization its changes and how it ended, for several the report of
/// their run.
pub fn recorded(results: &RecordedResults, style: &Style) -> String {
    match (&results.results[..], &results.failures[..], results.shard) {
        ([one], [], None) => recorded_one(one, style).into(),
        _ => set::results(&results.document(), style),
    }
}

fn recorded_one(result: &RecordedResult, style: &Style) -> TerminalText {
    let RecordedResult { entry, target, changes, .. } = result;
    let path = entry.manifest.clone();
    let manifest = ManifestRef { path, sha256: String::new(), consent_place: None };
    let ended = match (entry.outcome, &entry.error) {
        (_, Some(error)) => {
            let findings = findings_section(&error.findings(), style);
            findings + error::rendered(&error.message, &error.hints, style)
        }
        (End::Applied, None) => applied(changes.len(), target, entry.writes, style),
        (End::InSync, None) => style.paragraph(Role::Heading, terminal!("In sync: {} needed no write.", target)),
        (End::Skipped, None) => style.paragraph(Role::Heading, terminal!("Skipped: {} was not begun.", target)),
        (End::Refused | End::Conflict | End::Failed, None) => {
            style.paragraph(Role::Guarded, terminal!("Not applied: {}.", target))
        }
    };
    let backup = entry.backup.as_ref().map(|path| {
        let label = style.paint(Role::Quiet, "Backup:");
        beside_or_below(0, label, style.paint(Role::Quiet, Visible::of(path)), style.width)
    });
    join([
        heading(&entry.manifest, entry.name.as_deref(), Some(target), Some(&entry.target.api), style),
        all_changes(&manifest, changes, style),
        ended + backup.unwrap_or_default(),
    ])
}

/// Renders a failed apply: the mismatches, then the reason, then what is known and what to do.
fn stopped(target: &Target, outcome: &Outcome, style: &Style) -> TerminalText {
    let mut text = TerminalText::from("\n");
    if !outcome.mismatches.is_empty() {
        let heading: Visible = safe!("Conflict: after the write, the live state of {} differs from the plan.", target);
        text.push(style.paragraph(Role::Guarded, heading));
    }
    for found in &outcome.mismatches {
        text.push(item(2, mismatch_line(found), style.width));
    }
    match &outcome.failure {
        Some(failure) => {
            let mut hints = vec![outcome.sentence()];
            hints.extend(failure.hints());
            text.push(error::rendered(&failure.to_string(), &hints, style));
        }
        None => text.push(error::hint_line(0, &outcome.sentence(), style)),
    }
    text
}

/// Returns the outcome for one organization as an entry of the results document.
pub fn entry(plan: &Plan, outcome: &Outcome) -> ResultEntry {
    let error = outcome.kind().map(|kind| error_entry(kind, outcome));
    ResultEntry { writes: outcome.writes, verified: outcome.verified, ..planned(plan, outcome.end, error) }
}

/// The error of an outcome that failed.
fn error_entry(kind: FailureKind, outcome: &Outcome) -> ErrorEntry {
    let what = outcome.failure.iter().map(ToString::to_string).chain(outcome.mismatches.iter().map(mismatch));
    let hints = std::iter::once(outcome.sentence()).chain(outcome.failure.iter().flat_map(Failure::hints));
    ErrorEntry::new(kind, what.collect::<Vec<_>>().join("; "), hints.collect())
}

/// Returns a plan that was not begun, because another organization of the run did not end as planned.
pub fn skipped(plan: &Plan) -> ResultEntry {
    planned(plan, End::Skipped, None)
}

/// Returns a plan that was not applied, and why.
pub fn stopped_by(plan: &Plan, error: ErrorEntry) -> ResultEntry {
    planned(plan, error.kind.end(), Some(error))
}

fn planned(plan: &Plan, outcome: End, error: Option<ErrorEntry>) -> ResultEntry {
    ResultEntry {
        manifest: plan.manifest.path.clone(),
        name: plan.live_name().map(str::to_owned),
        target: TargetEntry::new(&plan.target, &plan.api),
        outcome,
        writes: 0,
        verified: false,
        backup: None,
        changes: plan.changes.iter().map(ChangeEntry::from).collect(),
        error,
    }
}

/// What a revocation requests in addition to the Access tokens, each as a sentence without a final stop.
pub fn also_revoked(revocation: &Revocation) -> Vec<&'static str> {
    let Revocation { email: _, user_uid: _, devices, warp_session_reauth } = revocation;
    [
        (devices, "the sessions of the user's devices are revoked (--devices)"),
        (
            warp_session_reauth,
            "the user must sign in to WARP again, where Gateway policies limit sessions (--warp-session-reauth)",
        ),
    ]
    .into_iter()
    .filter_map(|(asked, sentence)| (*asked == Some(true)).then_some(sentence))
    .collect()
}

/// Returns the confirmed revocation as text.
pub fn revoked(revocation: &Revocation) -> String {
    let mut text = format!(
        "Revoked: every Access token of {}. Tokens stop working within 30 seconds. The user cannot sign in again for up to a minute, and keeps the seat.\n",
        Visible::of(&revocation.email)
    );
    for also in also_revoked(revocation) {
        text.push_str(&format!("Also: {also}.\n"));
    }
    text
}

/// Renders a path whose live value differs from the expected one, on one line.
pub fn mismatch(mismatch: &Mismatch) -> String {
    mismatch_line(mismatch).into()
}

fn mismatch_line(mismatch: &Mismatch) -> Visible {
    let path = Visible::of(&mismatch.path);
    let (expected, found) = (value::short(&mismatch.expected), value::short(&mismatch.found));
    match mismatch.kind {
        MismatchKind::NotConverged => safe!("{}: declared {}, live {}", path, expected, found),
        MismatchKind::Foreign => safe!("{}: not sent by the creation, live {}", path, found),
        MismatchKind::Moved => safe!("{}: not declared, was {}, live now {}", path, expected, found),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::read::{AnyDocument, read};
    use crate::document::{results_document, to_text};
    use crate::plan::tests::samples::{busy, warning};

    #[test]
    fn the_findings_of_a_recorded_error_are_shown_before_it() {
        let error = ErrorEntry {
            findings: vec![(&warning()).into()],
            ..ErrorEntry::new(FailureKind::Api, "the API refused the write".to_owned(), Vec::new())
        };
        let text = to_text(&results_document(None, vec![stopped_by(&busy(), error)], Vec::new()));
        let Ok(AnyDocument::Results(results)) = read(text.as_bytes()) else { panic!("{text}") };
        let shown = recorded(&results, &Style::plain(100));
        let (_, after) = shown.split_once("warning[contrast]: ").unwrap();
        assert!(after.ends_with("\nerror: the API refused the write\n"), "{shown}");
    }
}

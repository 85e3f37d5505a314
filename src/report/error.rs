//! Renders a failure as text and as a document: what happened, then what to do.

use super::subject::FailedRun;
use crate::document::{self, ErrorDocument, ErrorEntry, OrganizationEntry};
use crate::text::Visible;
use crate::text::layout::{TerminalText, hanging, item};
use crate::text::style::{Role, Style};

/// Returns `error: …`, then each hint on its own line. Line breaks and indentation in the message are kept.
pub fn text(message: &str, hints: &[String], style: &Style) -> String {
    rendered(message, hints, style).into()
}

/// As [`text`].
pub(super) fn rendered(message: &str, hints: &[String], style: &Style) -> TerminalText {
    let mut lines = message.lines();
    let first = Visible::whole(lines.next().unwrap_or_default());
    let mut text = hanging(0, style.paint(Role::Guarded, "error:"), 7, first, style.width);
    for line in lines {
        let prose = line.trim_start_matches(' ');
        text.push(item(line.len() - prose.len(), Visible::whole(prose), style.width));
    }
    for hint in hints {
        text.push(hint_line(2, hint, style));
    }
    text
}

/// Returns `hint: …`, indented.
pub fn hint(indent: usize, hint: &str, style: &Style) -> String {
    hint_line(indent, hint, style).into()
}

/// As [`hint`].
pub(super) fn hint_line(indent: usize, hint: &str, style: &Style) -> TerminalText {
    hanging(indent, style.paint(Role::Code, "hint:"), 6, Visible::one_line(hint, usize::MAX), style.width)
}

/// What `--format json` prints for a run that failed.
pub fn document(failed: &FailedRun<'_>) -> String {
    let FailedRun { command, file, repository_file, target, .. } = *failed;
    let known = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    document::to_text(&ErrorDocument {
        command: known(command),
        manifest: known(file),
        repository_path: known(repository_file).filter(|path| path != file),
        target: target.map(OrganizationEntry::from),
        ..document::error_document(entry(failed))
    })
}

/// The failure as an entry of a document.
pub fn entry(failed: &FailedRun<'_>) -> ErrorEntry {
    let findings = failed.findings.iter().map(document::FindingEntry::from).collect();
    ErrorEntry { findings, ..ErrorEntry::new(failed.kind, failed.message.to_owned(), failed.hints.to_vec()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_hint_has_a_line_of_its_own() {
        let hints = ["set a token, or name a file that holds one".to_owned(), "try --sandbox".to_owned()];
        insta::assert_snapshot!(text("no credentials", &hints, &Style::plain(40)), @r"
        error: no credentials
          hint: set a token, or name a file that
                holds one
          hint: try --sandbox
        ");
    }
}

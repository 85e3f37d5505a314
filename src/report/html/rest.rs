//! What stands below the changes: findings, what is not managed, and the difference of the file.

use crate::diagnostics;
use crate::diagnostics::Severity;
use crate::plan;
use crate::report::plan::{finding_label, finding_place, kept};
use crate::report::value;

/// More unmanaged settings than these are counted, not listed. They are folded, so more than on a terminal.
const UNMANAGED: usize = 200;

/// More lines of the difference than these are counted, not shown; a change of every setting takes a tenth.
const LINES: usize = 2000;

/// A finding, without the file's lines.
pub(super) struct Finding {
    pub(super) class: &'static str,
    pub(super) label: String,
    pub(super) message: String,
    pub(super) place: String,
    pub(super) help: Option<String>,
}

/// Live settings that keep what they have.
pub(super) struct Unmanaged {
    pub(super) kept: String,
    pub(super) unknown: usize,
    pub(super) rows: Vec<(String, String, bool)>,
    pub(super) more: usize,
}

/// A line of a difference.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) class: &'static str,
    pub(super) text: String,
}

pub(super) fn findings(findings: &[diagnostics::Finding]) -> Vec<Finding> {
    let finding = |finding: &diagnostics::Finding| Finding {
        class: match finding.severity {
            Severity::Note => "note",
            Severity::Warning => "doubt",
            Severity::Error => "guard",
        },
        label: finding_label(finding),
        message: value::safe(&finding.message),
        place: finding_place(finding),
        help: finding.help.as_deref().map(value::safe),
    };
    findings.iter().map(finding).collect()
}

pub(super) fn unmanaged(unmanaged: &[plan::Unmanaged]) -> Option<Unmanaged> {
    let row = |one: &plan::Unmanaged| (value::safe(&one.path), value::plain(&one.value), one.known);
    let rows: Vec<_> = unmanaged.iter().take(UNMANAGED).map(row).collect();
    (!rows.is_empty()).then(|| Unmanaged {
        kept: kept(unmanaged.len()),
        unknown: unmanaged.iter().filter(|one| !one.known).count(),
        more: unmanaged.len() - rows.len(),
        rows,
    })
}

/// A unified diff, line by line. The sign at the start of a line says what the colour says.
pub(super) fn lines(diff: &str) -> Vec<Line> {
    let mut lines: Vec<_> = diff.lines().take(LINES).map(line).collect();
    let more = diff.lines().skip(LINES).count();
    lines.extend((more > 0).then(|| Line { class: "hunk", text: format!("… and {more} more lines") }));
    lines
}

fn line(line: &str) -> Line {
    let class = match line.as_bytes() {
        [b'+', b'+', b'+', ..] | [b'-', b'-', b'-', ..] | [b'@', b'@', ..] => "hunk",
        [b'+', ..] => "come",
        [b'-', ..] => "gone",
        _ => "same",
    };
    Line { class, text: value::safe(line) }
}

//! The sections below the changes: findings, unmanaged settings and the YAML diff.

use super::linked::LinkedText;
use crate::diagnostics::{Finding, Severity};
use crate::document::CiRun;
use crate::plan::Unmanaged;
use crate::report::phrase::{finding_label, finding_place, kept};
use crate::report::{links, value};
use crate::text::Visible;
use crate::text::safe::safe;

/// The maximum number of listed unmanaged settings; more are counted. They are folded, so there are more than on a terminal.
const UNMANAGED: usize = 200;

/// The maximum number of shown lines of the diff; more are counted. A change of every setting has a tenth of this.
const LINES: usize = 2000;

/// A finding, without the file's lines.
pub(super) struct FindingItem {
    pub(super) class: &'static str,
    pub(super) label: Visible,
    pub(super) message: Visible,
    pub(super) place: LinkedText,
    pub(super) help: Option<Visible>,
}

/// Live settings that keep their values.
pub(super) struct UnmanagedTable {
    pub(super) kept: Visible,
    pub(super) unknown: usize,
    pub(super) rows: Vec<(Visible, Visible, bool)>,
    pub(super) more: usize,
}

/// A line of a difference.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct DiffLine {
    pub(super) class: &'static str,
    pub(super) text: Visible,
}

/// The findings of a manifest. Its lines are linked by its path in the repository.
pub(super) fn findings(
    ci: Option<&CiRun>,
    repository_file: &str,
    file: &str,
    findings: &[Finding],
) -> Vec<FindingItem> {
    let finding = |finding: &Finding| FindingItem {
        class: match finding.severity {
            Severity::Note => "note",
            Severity::Warning => "doubt",
            Severity::Error => "guard",
        },
        label: finding_label(finding),
        message: Visible::of(&finding.message),
        place: LinkedText::new(finding_place(finding), links::of_finding(ci, repository_file, file, finding)),
        help: finding.help.as_deref().map(Visible::of),
    };
    findings.iter().map(finding).collect()
}

pub(super) fn unmanaged(unmanaged: &[Unmanaged]) -> Option<UnmanagedTable> {
    let row = |one: &Unmanaged| (Visible::of(&one.path), value::plain(&one.value), one.known);
    let rows: Vec<_> = unmanaged.iter().take(UNMANAGED).map(row).collect();
    (!rows.is_empty()).then(|| UnmanagedTable {
        kept: kept(unmanaged.len()),
        unknown: unmanaged.iter().filter(|one| !one.known).count(),
        more: unmanaged.len() - rows.len(),
        rows,
    })
}

/// Returns the lines of a unified diff. The sign at the start of a line has the same meaning as its colour.
pub(super) fn lines(diff: &str) -> Vec<DiffLine> {
    let mut lines: Vec<_> = diff.lines().take(LINES).map(line).collect();
    let more = diff.lines().skip(LINES).count();
    lines.extend((more > 0).then(|| DiffLine { class: "hunk", text: safe!("… and {} more lines", more) }));
    lines
}

fn line(line: &str) -> DiffLine {
    let class = match line.as_bytes() {
        [b'+', b'+', b'+', ..] | [b'-', b'-', b'-', ..] | [b'@', b'@', ..] => "hunk",
        [b'+', ..] => "added",
        [b'-', ..] => "removed",
        _ => "same",
    };
    DiffLine { class, text: Visible::of(line) }
}

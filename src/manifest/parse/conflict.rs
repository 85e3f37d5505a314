//! The markers that a version control system leaves in a file whose versions it could not merge.

use std::ops::Range;

use crate::diagnostics::Lines;
use crate::diagnostics::{Finding, Rule};

const OURS: &str = "<<<<<<<";
const BASE: &str = "|||||||";
const THEIRS: &str = "=======";
const END: &str = ">>>>>>>";

/// Lines of one conflict, or a marker that is left of one.
struct Conflict {
    markers: Vec<Range<usize>>,
    /// What another reading of the file skips: the markers, and every version but the first.
    skipped: Vec<Range<usize>>,
}

/// The conflicts of a text. Markers are at the start of a line, where no value of a manifest can be.
fn conflicts(text: &str) -> Vec<Conflict> {
    let mut found: Vec<Conflict> = Vec::new();
    let mut open: Option<Conflict> = None;
    let mut is_first_version = true;
    for (span, line) in lines(text) {
        let marker = marker(line);
        match (marker, &mut open) {
            (Some(OURS), _) => {
                found.extend(open.take());
                open = Some(Conflict { markers: vec![span.clone()], skipped: vec![span] });
                is_first_version = true;
            }
            (Some(marker), Some(conflict)) => {
                conflict.markers.push(span.clone());
                conflict.skipped.push(span);
                is_first_version = false;
                if marker == END {
                    found.extend(open.take());
                }
            }
            // A line of equals signs alone may be a ruler in a text; these two are not.
            (Some(END | BASE), None) => found.push(Conflict { markers: vec![span.clone()], skipped: vec![span] }),
            (None, Some(conflict)) if !is_first_version => conflict.skipped.push(span),
            (Some(_) | None, _) => {}
        }
    }
    found.extend(open);
    found
}

fn lines(text: &str) -> impl Iterator<Item = (Range<usize>, &str)> {
    let mut start = 0;
    text.split_inclusive('\n').map(move |line| {
        let begin = start;
        start += line.len();
        (begin..begin + line.trim_end().len(), line.trim_end())
    })
}

/// The marker that a line is: seven signs, and behind a space the name of a version.
fn marker(line: &str) -> Option<&'static str> {
    let marker = [OURS, BASE, THEIRS, END].into_iter().find(|marker| line.starts_with(marker))?;
    let rest = &line[marker.len()..];
    (rest.is_empty() || rest.starts_with(' ')).then_some(marker)
}

/// A finding for each conflict, at its first marker.
pub(super) fn findings(name: &str, text: &str, lines: &Lines<'_>, most: usize) -> Vec<Finding> {
    let told = |conflict: Conflict| {
        let at: Vec<_> = conflict.markers.into_iter().map(|span| lines.at(span)).collect();
        let numbers: Vec<String> = at.iter().map(|at| at.line.to_string()).collect();
        let noun =
            if numbers.len() == 1 { "marker of a merge conflict: line" } else { "merge conflict: markers on lines" };
        let message = format!("{noun} {}", numbers.join(", "));
        let finding = Finding::new(Rule::MergeConflict, name, message)
            .help("keep one version of the lines between the markers, and remove the markers");
        at.first().map_or(finding.clone(), |first| finding.at(first))
    };
    conflicts(text).into_iter().take(most).map(told).collect()
}

/// The bytes that the parser must not see, so that the first version of each conflict can be read.
pub(super) fn skipped(text: &str) -> Vec<Range<usize>> {
    conflicts(text).into_iter().flat_map(|conflict| conflict.skipped).collect()
}

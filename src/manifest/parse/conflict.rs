//! Conflict markers that a version control system writes into a file that it cannot merge.

use std::ops::Range;

use crate::diagnostics::{Finding, Lines, Rule};

const OURS: &str = "<<<<<<<";
const BASE: &str = "|||||||";
const THEIRS: &str = "=======";
const END: &str = ">>>>>>>";

/// One conflict, or a marker that was left in the file.
struct Conflict {
    markers: Vec<Range<usize>>,
    /// The lines to skip so that the rest is the first version: the markers and all other versions.
    skipped: Vec<Range<usize>>,
}

/// Finds the conflicts of a text. Markers are at the start of a line, where a manifest has no values.
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
            // Outside of a conflict, a line of equals signs may be part of a text.
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

/// The marker of a line: seven signs, then optionally a space and the name of a version.
fn marker(line: &str) -> Option<&'static str> {
    let marker = [OURS, BASE, THEIRS, END].into_iter().find(|marker| line.starts_with(marker))?;
    let rest = &line[marker.len()..];
    (rest.is_empty() || rest.starts_with(' ')).then_some(marker)
}

/// Returns a finding for each conflict, at its first marker.
pub(super) fn findings(name: &str, text: &str, lines: &Lines<'_>, most: usize) -> Vec<Finding> {
    let finding = |conflict: Conflict| {
        let at: Vec<_> = conflict.markers.into_iter().map(|span| lines.at(span)).collect();
        let numbers: Vec<String> = at.iter().map(|at| at.line.to_string()).collect();
        let noun = if numbers.len() == 1 { "marker on line" } else { "markers on lines" };
        let message = format!("merge conflict {noun} {}", numbers.join(", "));
        let finding = Finding::new(Rule::MergeConflict, name, message)
            .help("keep one version of the lines between the markers, and remove the markers");
        at.first().map_or(finding.clone(), |first| finding.at(first))
    };
    conflicts(text).into_iter().take(most).map(finding).collect()
}

/// The bytes to skip so that the first version of each conflict is parsed.
pub(super) fn skipped(text: &str) -> Vec<Range<usize>> {
    conflicts(text).into_iter().flat_map(|conflict| conflict.skipped).collect()
}

//! Compares two texts line by line, and marks the words that differ in a changed line.

use similar::{DiffOp, TextDiff};

use super::phrase::count;
use super::words;
use crate::text::Visible;
use crate::text::layout::{TerminalText, terminal};
use crate::text::safe::safe;
use crate::text::style::{Role, Style};

/// The number of equal lines that are shown around a difference.
const CONTEXT: usize = 2;

/// The number of lines that are shown of a comparison.
const SHOWN: usize = 40;

/// Which of two texts has a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LineSide {
    /// Only the text before.
    Before,
    /// Only the text after.
    After,
    /// Both texts.
    Both,
    /// Neither: the line counts lines that are not shown.
    Omitted,
}

/// The lines of two texts, each with its side. Equal lines far from a difference are only counted.
pub(super) fn difference(before: &str, after: &str, style: &Style) -> Vec<(LineSide, TerminalText)> {
    let (old, new): (Vec<_>, Vec<_>) = (before.split('\n').collect(), after.split('\n').collect());
    let mut lines = Vec::new();
    let mut next = 0;
    for group in TextDiff::from_slices(&old, &new).grouped_ops(CONTEXT) {
        let start = group.first().map_or(next, |op| op.old_range().start);
        lines.extend(equal_lines(start - next));
        next = group.last().map_or(next, |op| op.old_range().end);
        group.iter().for_each(|op| lines.extend(lines_of(op, &old, &new, style)));
    }
    lines.extend(equal_lines(old.len() - next));
    bounded(lines)
}

/// The lines of a text that only one side has.
pub(super) fn one_sided(side: LineSide, text: &str, style: &Style) -> Vec<(LineSide, TerminalText)> {
    bounded(text.split('\n').map(|line| (side, whole(line, style))).collect())
}

fn lines_of(op: &DiffOp, old: &[&str], new: &[&str], style: &Style) -> Vec<(LineSide, TerminalText)> {
    let (before, after) = (&old[op.old_range()], &new[op.new_range()]);
    if let DiffOp::Equal { .. } = op {
        return before.iter().map(|line| (LineSide::Both, whole(line, style))).collect();
    }
    let pairs: Vec<_> = before.iter().zip(after).map(|(one, other)| pair(one, other, style)).collect();
    let side = |lines: &[&str], number: usize, paired: fn(&(TerminalText, TerminalText)) -> &TerminalText| {
        pairs.get(number).map_or_else(|| whole(lines[number], style), |pair| paired(pair).clone())
    };
    let removed = (0..before.len()).map(|number| (LineSide::Before, side(before, number, |pair| &pair.0)));
    let added = (0..after.len()).map(|number| (LineSide::After, side(after, number, |pair| &pair.1)));
    removed.chain(added).collect()
}

fn pair(before: &str, after: &str, style: &Style) -> (TerminalText, TerminalText) {
    if before.is_empty() || after.is_empty() {
        return (whole(before, style), whole(after, style));
    }
    words::difference(before, after, style)
}

/// A line without marks.
fn whole(line: &str, style: &Style) -> TerminalText {
    if line.is_empty() { style.paint(Role::Quiet, "(empty line)") } else { safe!("{}", Visible::of(line)) }
}

fn equal_lines(number: usize) -> Option<(LineSide, TerminalText)> {
    (number > 0).then(|| (LineSide::Omitted, terminal!("… {}", count(number, "equal line"))))
}

/// At most [`SHOWN`] lines, and the number of those that are missing.
fn bounded(mut lines: Vec<(LineSide, TerminalText)>) -> Vec<(LineSide, TerminalText)> {
    let missing = lines.len().saturating_sub(SHOWN);
    if missing > 1 {
        lines.truncate(SHOWN);
        lines.push((LineSide::Omitted, terminal!("… {} more lines", missing)));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compared(before: &str, after: &str) -> String {
        let lines = difference(before, after, &Style::plain(80));
        let mark = |side| match side {
            LineSide::Before => '-',
            LineSide::After => '+',
            LineSide::Both => '=',
            LineSide::Omitted => ' ',
        };
        lines.iter().map(|(side, line)| format!("{} {}\n", mark(*side), &**line)).collect()
    }

    #[test]
    fn only_changed_lines_are_marked() {
        insta::assert_snapshot!(compared("Locked out?\nCall 4242.\nBring your badge.", "Locked out?\nCall 5151.\n\nBring your badge."), @"
        = Locked out?
        - Call [-4242.-]
        + Call {+5151.+}
        + (empty line)
        = Bring your badge.
        ");
    }

    #[test]
    fn equal_lines_far_from_a_difference_are_counted() {
        let before: String = (0..9).map(|number| format!("line {number}\n")).collect();
        let after = before.replace("line 4", "a new line");
        insta::assert_snapshot!(compared(&before, &after), @"
          … 2 equal lines
        = line 2
        = line 3
        - line 4
        + a new line
        = line 5
        = line 6
          … 3 equal lines
        ");
    }

    #[test]
    fn a_long_comparison_is_cut_with_a_count() {
        let text = one_sided(LineSide::After, &"x\n".repeat(99), &Style::plain(80));
        assert_eq!(text.len(), SHOWN + 1);
        assert_eq!(text[SHOWN].1, "… 60 more lines");
    }

    #[test]
    fn texts_of_one_line_are_compared_by_words() {
        assert_eq!(compared("Call 4242.", "Call 5151."), "- Call [-4242.-]\n+ Call {+5151.+}\n");
    }
}

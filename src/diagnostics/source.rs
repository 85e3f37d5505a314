//! A text with a name, and the lines in it: what a finding is about.

use std::ops::Range;

use super::finding::Location;

pub(crate) const BOM: &str = "\u{feff}";

/// The text of a file and the name under which the user knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The path as given; `-` for standard input.
    pub name: String,
    /// The whole text.
    pub text: String,
}

/// Where each line of a text starts, to turn bytes into lines and columns.
pub(crate) struct Lines<'a> {
    text: &'a str,
    starts: Vec<usize>,
}

impl<'a> Lines<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        let behind_breaks = text.match_indices('\n').map(|(offset, _)| offset + 1);
        Self { text, starts: std::iter::once(0).chain(behind_breaks).collect() }
    }

    /// The place of some bytes. A byte-order mark takes no column, since no editor shows it.
    pub(crate) fn at(&self, span: Range<usize>) -> Location {
        let start = span.start.min(self.text.len());
        let line = self.starts.partition_point(|begin| *begin <= start);
        let begin = line.checked_sub(1).and_then(|index| self.starts.get(index)).copied().unwrap_or(0);
        let before = self.text.get(begin..start).unwrap_or_default();
        Location { line, column: before.trim_start_matches(BOM).chars().count() + 1, span }
    }

    /// Whether nothing but white space stands in front of a byte on its line.
    pub(crate) fn starts_line(&self, offset: usize) -> bool {
        let line = self.starts.partition_point(|begin| *begin <= offset);
        let begin = line.checked_sub(1).and_then(|index| self.starts.get(index)).copied().unwrap_or(0);
        self.text.get(begin..offset).is_some_and(|before| before.trim_start_matches(BOM).trim().is_empty())
    }

    /// What stands between a byte and the end of its line.
    pub(crate) fn rest_of_line(&self, offset: usize) -> &'a str {
        let rest = self.text.get(offset..).unwrap_or_default();
        rest.split('\n').next().unwrap_or_default()
    }
}

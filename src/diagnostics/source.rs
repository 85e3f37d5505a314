//! A text with a name, and the locations in it.

use std::ops::Range;

use super::finding::Location;

pub(crate) const BOM: &str = "\u{feff}";

/// The text of a file and its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The path as the user gave it; `-` for standard input.
    pub name: String,
    /// The whole text.
    pub text: String,
}

/// The starts of the lines of a text, to convert bytes to lines and columns.
pub(crate) struct Lines<'a> {
    text: &'a str,
    starts: Vec<usize>,
}

impl<'a> Lines<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        let behind_breaks = text.match_indices('\n').map(|(offset, _)| offset + 1);
        Self { text, starts: std::iter::once(0).chain(behind_breaks).collect() }
    }

    /// The location of some bytes, rounded outwards to whole characters: parsers get spaces in place of some characters,
    /// and report offsets inside of others. A byte-order mark at the start of the text has no column, as in editors.
    pub(crate) fn at(&self, span: Range<usize>) -> Location {
        let start = self.text.floor_char_boundary(span.start);
        let end = self.text.ceil_char_boundary(span.end).max(start);
        let (line, before) = self.line_to(start);
        Location { file: None, line, column: before.chars().count() + 1, span: start..end }
    }

    /// Whether only white space precedes a byte on its line.
    pub(crate) fn starts_line(&self, offset: usize) -> bool {
        self.line_to(offset).1.trim().is_empty()
    }

    /// The 1-based number of the line of a byte, and its text up to that byte.
    fn line_to(&self, offset: usize) -> (usize, &'a str) {
        let end = self.text.floor_char_boundary(offset);
        let line = self.starts.partition_point(|start| *start <= end);
        let start = line.checked_sub(1).and_then(|index| self.starts.get(index)).copied().unwrap_or(0);
        let text = self.text.get(start..end).unwrap_or_default();
        (line, if line == 1 { text.strip_prefix(BOM).unwrap_or(text) } else { text })
    }

    /// The text from a byte to the end of its line.
    pub(crate) fn rest_of_line(&self, offset: usize) -> &'a str {
        let rest = self.text.get(offset..).unwrap_or_default();
        rest.split('\n').next().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_location_covers_whole_characters_inside_the_text() {
        let lines = Lines::new("\u{feff}é日\n\u{feff}é");
        for (span, expected) in [
            (0..3, (1, 1, 0..3)),
            (3..5, (1, 1, 3..5)),
            (4..4, (1, 1, 3..5)),
            (5..6, (1, 2, 5..8)),
            (8..9, (1, 3, 8..9)),
            (9..12, (2, 1, 9..12)),
            (13..14, (2, 2, 12..14)),
            (14..14, (2, 3, 14..14)),
            (90..99, (2, 3, 14..14)),
        ] {
            let at = lines.at(span.clone());
            assert_eq!((at.line, at.column, at.span), expected, "{span:?}");
        }
    }
}

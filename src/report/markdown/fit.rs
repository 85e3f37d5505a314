//! Fits sections into a limit by omitting and counting rows, so that a platform does not cut or drop the text.

use crate::text::markdown::MarkdownText;
use crate::text::safe::safe;

/// A part of a comment that can be cut between its rows.
#[derive(Debug, Default)]
pub(super) struct Section {
    /// The noun for the rows, for the sentence that counts omitted ones: `changes`.
    pub(super) name: &'static str,
    /// The text before the rows.
    pub(super) head: MarkdownText,
    /// The rows, each with its line break.
    pub(super) rows: Vec<MarkdownText>,
    /// The text after the rows.
    pub(super) tail: MarkdownText,
}

impl Section {
    /// Returns as many rows as fit into `budget` bytes, with head and tail, or nothing if no row fits; and the number of rows
    /// left out.
    fn shown(&self, budget: usize) -> (MarkdownText, usize) {
        let mut end = self.head.len() + self.tail.len();
        let fits = |row: &&MarkdownText| {
            end += row.len();
            end <= budget
        };
        let rows: Vec<&MarkdownText> = self.rows.iter().take_while(fits).collect();
        let missing = self.rows.len() - rows.len();
        if rows.is_empty() {
            return (MarkdownText::new(), missing);
        }
        (safe!("{}{}{}", self.head, rows.into_iter().collect::<MarkdownText>(), self.tail), missing)
    }
}

/// The maximum length in bytes of the sentence about omitted rows, which has a clause for each section.
const NOTICE: usize = 400;

/// Joins `first`, the sections as far as they fit, and `last`, in no more than `limit` bytes.
///
/// `first` and `last` are never cut: together with the sentence about omitted rows they must be shorter than the limit. The
/// number of characters of a text, however a platform counts them, is at most its number of bytes.
pub(super) fn fit(first: &MarkdownText, sections: &[Section], last: &MarkdownText, limit: usize) -> MarkdownText {
    let ends = first.len() + last.len();
    let whole: MarkdownText = sections.iter().map(|section| section.shown(usize::MAX).0).collect();
    if ends + whole.len() <= limit {
        return safe!("{}{}{}", first, whole, last);
    }
    let mut budget = limit.saturating_sub(ends + NOTICE);
    let (mut text, mut cut) = (first.clone(), Vec::new());
    for section in sections {
        let (shown, missing) = section.shown(budget);
        budget -= shown.len();
        text.push(shown);
        if missing > 0 {
            cut.push(safe!("{} of {} {}", missing, section.rows.len(), section.name));
        }
    }
    let cut = MarkdownText::join::<MarkdownText>(cut, ", ");
    safe!("{}\n**Cut to fit:** {} are not shown.\n{}", text, cut, last)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn section(rows: usize, length: usize) -> Section {
        let padding = |row: usize| MarkdownText::repeat("0", length.saturating_sub(row.to_string().len()));
        let rows = (0..rows).map(|row| safe!("{}{}\n", padding(row), row)).collect();
        Section { name: "changes", head: "HEAD\n".into(), rows, tail: "TAIL\n".into() }
    }

    fn fit(first: &'static str, sections: &[Section], last: &'static str, limit: usize) -> MarkdownText {
        super::fit(&first.into(), sections, &last.into(), limit)
    }

    #[test]
    fn sections_within_the_limit_are_complete() {
        assert_eq!(fit("first\n", &[section(2, 2)], "last\n", 1000), "first\nHEAD\n00\n01\nTAIL\nlast\n");
    }

    #[test]
    fn rows_at_the_end_are_omitted_and_counted() {
        let text = fit("first\n", &[section(100, 9), section(3, 900)], "last\n", 600);
        assert!(text.starts_with("first\nHEAD\n000000000\n"), "{text}");
        let end = "TAIL\n\n**Cut to fit:** 83 of 100 changes, 3 of 3 changes are not shown.\nlast\n";
        assert!(text.ends_with(end), "{text}");
    }

    #[test]
    fn a_section_without_rows_is_omitted() {
        assert_eq!(fit("first\n", &[section(0, 1)], "last\n", 1000), "first\nlast\n");
    }

    proptest! {
        #[test]
        fn no_text_exceeds_its_limit_and_all_omitted_rows_are_counted(
            shapes in prop::collection::vec((0_usize..60, 1_usize..200), 0..6), limit in 500_usize..4000
        ) {
            let mut sections: Vec<Section> = shapes.into_iter().map(|(rows, length)| section(rows, length)).collect();
            for (number, section) in sections.iter_mut().enumerate() {
                section.rows.iter_mut().for_each(|row| *row = safe!("{}:{}", number, *row));
            }
            let text = fit("first\n", &sections, "last\n", limit);
            prop_assert!(text.len() <= limit);
            prop_assert!(text.starts_with("first\n") && text.ends_with("last\n"));
            let missing = sections.iter().flat_map(|section| &section.rows).any(|row| !text.contains(&**row));
            prop_assert_eq!(text.contains("**Cut to fit:**"), missing);
        }
    }
}

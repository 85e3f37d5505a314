//! Edits of a text: byte ranges and their replacements. All other bytes are kept.

use std::ops::Range;

use crate::diagnostics::Fix;

/// The replacement of a byte range; an empty range inserts text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Edit {
    /// The replaced bytes, on character boundaries.
    pub(super) span: Range<usize>,
    /// The new text.
    pub(super) replacement: String,
}

impl Edit {
    /// Creates an edit that replaces bytes with a text.
    pub(super) fn replace(span: Range<usize>, replacement: impl Into<String>) -> Self {
        Self { span, replacement: replacement.into() }
    }

    /// Creates an edit that removes bytes.
    pub(super) fn remove(span: Range<usize>) -> Self {
        Self::replace(span, "")
    }

    /// Creates an edit that inserts a text before a byte.
    pub(super) fn insert(at: usize, text: impl Into<String>) -> Self {
        Self::replace(at..at, text)
    }
}

impl From<&Fix> for Edit {
    fn from(fix: &Fix) -> Self {
        Self { span: fix.span.clone(), replacement: fix.replacement.clone() }
    }
}

/// A text with applied edits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Spliced {
    /// The new text.
    pub(super) text: String,
    /// The indexes of the edits that were not applied: the text does not have these bytes, or an earlier edit in the text
    /// or in the list overlaps them.
    pub(super) rejected: Vec<usize>,
}

/// Applies edits to a text. All spans refer to the old text.
pub(super) fn splice(text: &str, edits: &[Edit]) -> Spliced {
    let mut order: Vec<(usize, &Edit)> = edits.iter().enumerate().collect();
    order.sort_by_key(|(position, edit)| (edit.span.start, edit.span.end, *position));
    let mut spliced = Spliced { text: String::with_capacity(text.len()), rejected: Vec::new() };
    let mut copied = 0;
    let mut last = None;
    for (position, edit) in order {
        // The order of two insertions at the same place is undefined.
        let is_free = edit.span.start >= copied && last != Some(&edit.span);
        let kept = text.get(copied..edit.span.start).filter(|_| is_free && text.get(edit.span.clone()).is_some());
        let Some(kept) = kept else {
            spliced.rejected.push(position);
            continue;
        };
        spliced.text.push_str(kept);
        spliced.text.push_str(&edit.replacement);
        copied = edit.span.end;
        last = Some(&edit.span);
    }
    spliced.text.push_str(text.get(copied..).unwrap_or_default());
    spliced.rejected.sort_unstable();
    spliced
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn spliced(text: &str, edits: &[(Range<usize>, &str)]) -> (String, Vec<usize>) {
        let edits: Vec<Edit> =
            edits.iter().map(|(span, text)| Edit { span: span.clone(), replacement: (*text).to_owned() }).collect();
        let Spliced { text, rejected } = splice(text, &edits);
        (text, rejected)
    }

    #[test]
    fn of_two_overlapping_edits_the_first_one_is_applied() {
        assert_eq!(spliced("name: A # why\n", &[(6..7, "B"), (5..8, "")]), ("name:# why\n".to_owned(), vec![0]));
    }

    #[test]
    fn without_edits_the_text_does_not_change() {
        assert_eq!(spliced("größe: 1\r\n", &[]), ("größe: 1\r\n".to_owned(), vec![]));
    }

    #[test]
    fn edits_are_applied_in_the_order_of_the_text() {
        let edits = [(4..5, "three"), (0..1, "one"), (3..3, "!"), (2..3, "two")];
        assert_eq!(spliced("a b c", &edits), ("one two! three".to_owned(), vec![]));
    }

    #[test]
    fn of_two_edits_of_the_same_bytes_one_is_rejected() {
        assert_eq!(spliced("abc", &[(0..2, "x"), (1..3, "y")]), ("xc".to_owned(), vec![1]));
        assert_eq!(spliced("abc", &[(1..1, "x"), (1..1, "x")]), ("axbc".to_owned(), vec![1]));
        assert_eq!(spliced("abc", &[(1..2, "x"), (1..1, "-")]), ("a-xc".to_owned(), vec![]));
    }

    #[test]
    #[expect(clippy::reversed_empty_ranges, reason = "the test uses an invalid range")]
    fn edits_of_missing_bytes_are_rejected() {
        let edits = [(2..3, "x"), (9..9, "y"), (3..1, "z"), (3..4, "w")];
        assert_eq!(spliced("aüb", &edits), ("aüw".to_owned(), vec![0, 1, 2]));
    }

    proptest! {
        #[test]
        fn edits_never_panic_and_keep_other_bytes(
            text in "[a-c\u{fc}\u{1f389}\n]{0,20}",
            edits in prop::collection::vec((0_usize..24, 0_usize..24, "[x-z]{0,3}"), 0..6),
        ) {
            let edits: Vec<Edit> =
                edits.into_iter().map(|(start, end, replacement)| Edit { span: start..end, replacement }).collect();
            let Spliced { text: after, rejected } = splice(&text, &edits);
            let made = edits.iter().enumerate().filter(|(position, _)| !rejected.contains(position)).map(|(_, edit)| edit);
            let (removed, added) = made.fold((0, 0), |(removed, added), edit| (removed + edit.span.len(), added + edit.replacement.len()));
            prop_assert_eq!(after.len() + removed, text.len() + added);
            let without: String = after.chars().filter(|c| !matches!(c, 'x'..='z')).collect();
            prop_assert!(without.len() + removed == text.len());
        }
    }
}

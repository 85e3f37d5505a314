//! Edits of a text: bytes and what stands in their place. Everything else stays as it is, byte by byte.

use std::ops::Range;

use crate::diagnostics::Fix;

/// A replacement of some bytes of a text; of none, to insert something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Edit {
    /// The bytes that go, on character boundaries.
    pub(super) span: Range<usize>,
    /// What stands there afterwards.
    pub(super) replacement: String,
}

impl Edit {
    /// An edit that puts a text in place of some bytes.
    pub(super) fn replace(span: Range<usize>, replacement: impl Into<String>) -> Self {
        Self { span, replacement: replacement.into() }
    }

    /// An edit that takes some bytes away.
    pub(super) fn remove(span: Range<usize>) -> Self {
        Self::replace(span, "")
    }

    /// An edit that adds a text in front of a byte.
    pub(super) fn insert(at: usize, text: impl Into<String>) -> Self {
        Self::replace(at..at, text)
    }
}

impl From<&Fix> for Edit {
    fn from(fix: &Fix) -> Self {
        Self { span: fix.span.clone(), replacement: fix.replacement.clone() }
    }
}

/// A text with edits made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Spliced {
    /// The text as it is now.
    pub(super) text: String,
    /// Edits that could not be made, by their place in the list: the text has no such bytes, or another edit, which
    /// comes first in the text or in the list, wants them too.
    pub(super) left_out: Vec<usize>,
}

/// Makes edits in a text, all of them as if at once: every span is one of the old text.
pub(super) fn splice(text: &str, edits: &[Edit]) -> Spliced {
    let mut order: Vec<(usize, &Edit)> = edits.iter().enumerate().collect();
    order.sort_by_key(|(position, edit)| (edit.span.start, edit.span.end, *position));
    let mut spliced = Spliced { text: String::with_capacity(text.len()), left_out: Vec::new() };
    let mut copied = 0;
    let mut last = None;
    for (position, edit) in order {
        // Two insertions at one place have no order that anybody has asked for.
        let is_free = edit.span.start >= copied && last != Some(&edit.span);
        let kept = text.get(copied..edit.span.start).filter(|_| is_free && text.get(edit.span.clone()).is_some());
        let Some(kept) = kept else {
            spliced.left_out.push(position);
            continue;
        };
        spliced.text.push_str(kept);
        spliced.text.push_str(&edit.replacement);
        copied = edit.span.end;
        last = Some(&edit.span);
    }
    spliced.text.push_str(text.get(copied..).unwrap_or_default());
    spliced.left_out.sort_unstable();
    spliced
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn spliced(text: &str, edits: &[(Range<usize>, &str)]) -> (String, Vec<usize>) {
        let edits: Vec<Edit> =
            edits.iter().map(|(span, text)| Edit { span: span.clone(), replacement: (*text).to_owned() }).collect();
        let Spliced { text, left_out } = splice(text, &edits);
        (text, left_out)
    }

    #[test]
    fn of_two_edits_of_one_place_the_first_one_counts() {
        assert_eq!(spliced("name: A # why\n", &[(6..7, "B"), (5..8, "")]), ("name:# why\n".to_owned(), vec![0]));
    }

    #[test]
    fn nothing_to_do_changes_nothing() {
        assert_eq!(spliced("größe: 1\r\n", &[]), ("größe: 1\r\n".to_owned(), vec![]));
    }

    #[test]
    fn edits_are_made_in_the_order_of_the_text() {
        let edits = [(4..5, "three"), (0..1, "one"), (3..3, "!"), (2..3, "two")];
        assert_eq!(spliced("a b c", &edits), ("one two! three".to_owned(), vec![]));
    }

    #[test]
    fn of_two_edits_of_the_same_bytes_one_is_left_out_and_told() {
        assert_eq!(spliced("abc", &[(0..2, "x"), (1..3, "y")]), ("xc".to_owned(), vec![1]));
        assert_eq!(spliced("abc", &[(1..1, "x"), (1..1, "x")]), ("axbc".to_owned(), vec![1]));
        assert_eq!(spliced("abc", &[(1..2, "x"), (1..1, "-")]), ("a-xc".to_owned(), vec![]));
    }

    #[test]
    #[expect(clippy::reversed_empty_ranges, reason = "that is what is tried")]
    fn bytes_that_are_not_there_are_left_out() {
        let edits = [(2..3, "x"), (9..9, "y"), (3..1, "z"), (3..4, "w")];
        assert_eq!(spliced("aüb", &edits), ("aüw".to_owned(), vec![0, 1, 2]));
    }

    proptest! {
        #[test]
        fn no_edit_panics_and_the_rest_stays(
            text in "[a-c\u{fc}\u{1f389}\n]{0,20}",
            edits in prop::collection::vec((0_usize..24, 0_usize..24, "[x-z]{0,3}"), 0..6),
        ) {
            let edits: Vec<Edit> =
                edits.into_iter().map(|(start, end, replacement)| Edit { span: start..end, replacement }).collect();
            let Spliced { text: after, left_out } = splice(&text, &edits);
            let made = edits.iter().enumerate().filter(|(position, _)| !left_out.contains(position)).map(|(_, edit)| edit);
            let (gone, come) = made.fold((0, 0), |(gone, come), edit| (gone + edit.span.len(), come + edit.replacement.len()));
            prop_assert_eq!(after.len() + gone, text.len() + come);
            let without: String = after.chars().filter(|c| !matches!(c, 'x'..='z')).collect();
            prop_assert!(without.len() + gone == text.len());
        }
    }
}

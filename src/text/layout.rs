//! Lays out text in columns of a terminal. Wide letters and escape sequences do not break the alignment.
#![cfg_attr(not(feature = "report"), allow(dead_code, reason = "reports use most of it"))]

use std::collections::BTreeSet;
use std::ops::Deref;

use textwrap::core::{Word, display_width as width};
use textwrap::wrap_algorithms::wrap_first_fit;

use super::safe::{In, Plain, Safe, safe};

/// Text for a terminal, with our own colours and line breaks.
pub(crate) type TerminalText = Safe<Terminal>;

/// The language of terminals. [`Plain`] text is safe in it, because control characters are escaped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Terminal;

impl In<Terminal> for Safe<Plain> {}

#[cfg(feature = "report")]
/// Like [`safe!`], with [`TerminalText`] as the result. [`Plain`] arguments would make the result type ambiguous.
macro_rules! terminal {
    ($($words_and_pieces:tt)*) => {{
        let text: $crate::text::layout::TerminalText = $crate::text::safe::safe!($($words_and_pieces)*);
        text
    }};
}

#[cfg(feature = "report")]
pub(crate) use terminal;

/// The minimum width to which prose is wrapped.
const NARROWEST: usize = 24;

/// The indentation of a line that continues another one.
const STEP: usize = 4;

/// The columns between the two cells of a row.
pub(crate) const GAP: usize = 3;

impl TerminalText {
    /// Returns the width in columns, without escape sequences.
    pub(crate) fn width(&self) -> usize {
        width(self)
    }

    /// Returns the text without spaces at its end.
    pub(crate) fn trimmed(self) -> Self {
        Self::trusted(self.trim_end_matches(' '))
    }

    /// Returns the text with a line break at its end.
    pub(crate) fn line(self) -> Self {
        self + "\n"
    }
}

#[cfg(feature = "report")]
impl TerminalText {
    /// Returns a text rendered by another library, with all control characters escaped except colours.
    pub(crate) fn neutralized(rendered: &str) -> Self {
        Self::trusted(super::neutralize(rendered, true))
    }
}

/// Appends spaces up to a width. A longer text is unchanged.
pub(crate) fn pad(text: impl In<Terminal>, columns: usize) -> TerminalText {
    let text: TerminalText = safe!("{}", text);
    let missing = columns.saturating_sub(text.width());
    text + TerminalText::repeat(" ", missing)
}

/// Returns the maximum width of some texts, up to a limit, so that one long name does not push all values off the screen.
pub(crate) fn column<'a>(texts: impl IntoIterator<Item = &'a str>, limit: usize) -> usize {
    texts.into_iter().map(width).max().unwrap_or(0).min(limit)
}

/// Wraps prose between words into lines of at most `columns`. A longer word has its own line.
pub(crate) fn wrap<L>(prose: &Safe<L>, columns: usize) -> Vec<Safe<L>> {
    filled(&words(prose).collect::<Vec<_>>(), columns, columns)
}

/// Fills lines with words: the first line up to one width, all others up to another one.
fn filled<L>(words: &[Word<'_>], first: usize, others: usize) -> Vec<Safe<L>> {
    // A width of a line is at most a few hundred columns, which a float holds exactly.
    let widths = [first, others].map(|columns| columns as f64);
    wrap_first_fit(words, &widths).into_iter().map(line_of).collect()
}

fn line_of<L>(words: &[Word<'_>]) -> Safe<L> {
    let line: String = words.iter().flat_map(|word| [word.word, word.whitespace]).collect();
    Safe::trusted(line.trim_end_matches(' '))
}

/// Returns the words of a line. Text in quotes or backticks is one word, and so is a value with a tag behind it, such as
/// `"a b" (guarded)`.
fn words(line: &str) -> impl Iterator<Item = Word<'_>> {
    let mut rest = line;
    std::iter::from_fn(move || {
        let mut end = word_end(rest);
        while let Some(tag) = tag_end(&rest[end..]) {
            end += tag;
        }
        let end = end + spaces(&rest[end..]);
        let (word, behind) = rest.split_at(end);
        rest = behind;
        (!word.is_empty()).then(|| Word::from(word))
    })
}

/// The end of the first word of a text: the first space outside of quotes.
fn word_end(text: &str) -> usize {
    // An apostrophe inside a word is not a quote.
    let opening = text.find(|character| !matches!(character, '(' | '[' | '{')).unwrap_or(0);
    let mut at = 0;
    while let Some(character) = text[at..].chars().next() {
        let is_quote = matches!(character, '"' | '`') || (character == '\'' && at == opening);
        let quoted = if is_quote { quoted_length(&text[at..], character) } else { None };
        match quoted {
            Some(length) => at += length,
            None if character == ' ' => break,
            None => at += character.len_utf8(),
        }
    }
    at
}

/// The length of the quoted text at the start of a text, with both quotes. `None` if the quote is not closed.
fn quoted_length(text: &str, quote: char) -> Option<usize> {
    let mut is_escaped = false;
    for (at, character) in text.char_indices().skip(1) {
        match character {
            _ if is_escaped => is_escaped = false,
            '\\' if quote == '"' => is_escaped = true,
            _ if character == quote => return Some(at + quote.len_utf8()),
            _ => {}
        }
    }
    None
}

/// The length of a tag in parentheses at the start of a text, with the spaces before it. A tag is one word.
fn tag_end(text: &str) -> Option<usize> {
    let start = spaces(text);
    let tag = text[start..].split(' ').next()?;
    (start > 0 && tag.starts_with('(') && tag.contains(')')).then(|| start + tag.len())
}

fn spaces(text: &str) -> usize {
    text.len() - text.trim_start_matches(' ').len()
}

/// Wraps prose into lines of at most `columns`, each with a line break.
pub(crate) fn paragraph(prose: impl In<Terminal>, columns: usize) -> TerminalText {
    wrap(&safe!("{}", prose), columns).into_iter().map(TerminalText::line).collect()
}

/// Returns prose after a label, wrapped with a hanging indent: `  label  prose…`.
///
/// Escape sequences are not counted as columns; one that spans words must not be broken between them.
pub(crate) fn hanging(
    indent: usize,
    label: impl In<Terminal>,
    label_width: usize,
    prose: impl In<Terminal>,
    columns: usize,
) -> TerminalText {
    let prose: TerminalText = safe!("{}", prose);
    let words: Vec<_> = words(&prose).collect();
    hang(indent, &pad(label, label_width), &words, columns)
}

/// Like [`hanging`], for pieces that are not broken, with one space between them.
pub(crate) fn hanging_pieces(
    indent: usize,
    label: impl In<Terminal>,
    label_width: usize,
    pieces: &[impl In<Terminal> + Deref<Target = str>],
    columns: usize,
) -> TerminalText {
    hang(indent, &pad(label, label_width), &unbroken(pieces), columns)
}

/// Pieces as words, with one space between them.
fn unbroken(pieces: &[impl Deref<Target = str>]) -> Vec<Word<'_>> {
    pieces.iter().map(|piece| Word { whitespace: " ", ..Word::from(piece) }).collect()
}

/// Returns prose as an item of a list, with further lines indented more than the first.
pub(crate) fn item(indent: usize, prose: impl In<Terminal>, columns: usize) -> TerminalText {
    let prose: TerminalText = safe!("{}", prose);
    let words: Vec<_> = words(&prose).collect();
    lay(indent, &TerminalText::new(), &words, indent + STEP, columns)
}

/// Like [`item`], for pieces that are not broken, with one space between them.
pub(crate) fn item_pieces(
    indent: usize,
    pieces: &[impl In<Terminal> + Deref<Target = str>],
    columns: usize,
) -> TerminalText {
    lay(indent, &TerminalText::new(), &unbroken(pieces), indent + STEP, columns)
}

/// Lays out words after a label. If they do not fit beside it, they continue below it, with a smaller indent.
fn hang(indent: usize, label: &TerminalText, words: &[Word<'_>], columns: usize) -> TerminalText {
    let widest = words.iter().map(|word| word.width).max().unwrap_or(0);
    let start = indent + label.width();
    let is_beside = columns.saturating_sub(start) >= widest.max(NARROWEST);
    lay(indent, label, words, if is_beside { start } else { start.min(indent + STEP) }, columns)
}

/// Lays out words after a label, with further lines at an indent of their own. A word that does not fit beside the label is
/// below it.
fn lay(indent: usize, label: &TerminalText, words: &[Word<'_>], others: usize, columns: usize) -> TerminalText {
    let start = indent + label.width();
    let (beside, below) = (columns.saturating_sub(start), columns.saturating_sub(others));
    let is_first_below = others < start && words.first().is_some_and(|first| first.width > beside);
    let mut lines = filled(words, if is_first_below { below } else { beside }, below);
    if is_first_below {
        lines.insert(0, TerminalText::new());
    }
    let mut text = TerminalText::new();
    for (number, line) in lines.into_iter().enumerate() {
        let first = TerminalText::repeat(" ", indent) + label;
        let start = if number == 0 { first } else { TerminalText::repeat(" ", others) };
        text.push((start + line).trimmed().line());
    }
    text
}

/// Returns a start and a value on one line, or the value below the start if it does not fit beside it.
pub(crate) fn beside_or_below(
    indent: usize,
    start: impl In<Terminal>,
    value: impl In<Terminal>,
    columns: usize,
) -> TerminalText {
    let (start, value): (TerminalText, TerminalText) = (safe!("{}", start), safe!("{}", value));
    let start = TerminalText::repeat(" ", indent) + start;
    let line: TerminalText = safe!("{} {}", start, value);
    if line.width() <= columns {
        return line.line();
    }
    safe!("{}\n{}{}\n", start.trimmed(), TerminalText::repeat(" ", indent + STEP), value)
}

/// Returns the width of the first column of a table, so that most of the rows fit on one line of `room` columns.
///
/// A row is the widths of its two cells. A row that does not fit has its second cell on a line of its own. A first cell that
/// is wider than its column moves the second one to the right. Both are avoided.
pub(crate) fn first_column(rows: &[(usize, usize)], room: usize) -> usize {
    let misfits = |column: usize| -> usize {
        let misfit = |&(first, second): &(usize, usize)| match first.max(column) + GAP + second <= room {
            false => 2,
            true if first > column => 1,
            true => 0,
        };
        rows.iter().map(misfit).sum()
    };
    let columns: BTreeSet<usize> = rows.iter().map(|(first, _)| *first).collect();
    columns.into_iter().min_by_key(|column| (misfits(*column), *column)).unwrap_or(0)
}

/// Returns a row of a table, with its second cell below the first one if it does not fit beside it. The first cell can be
/// broken between its pieces.
pub(crate) fn table_row(
    indent: usize,
    first: &[TerminalText],
    column: usize,
    second: impl In<Terminal>,
    columns: usize,
) -> TerminalText {
    one_line_row(indent, joined(first), column, &second, columns).unwrap_or_else(|| {
        let first = item_pieces(indent, first, columns);
        safe!("{}{}{}\n", first, TerminalText::repeat(" ", indent + STEP), second)
    })
}

/// Returns pieces with one space between them.
pub(crate) fn joined(pieces: &[TerminalText]) -> TerminalText {
    TerminalText::join(pieces, " ")
}

/// Returns a row of a table if it fits on one line.
pub(crate) fn one_line_row(
    indent: usize,
    first: impl In<Terminal>,
    column: usize,
    second: impl In<Terminal>,
    columns: usize,
) -> Option<TerminalText> {
    let start = TerminalText::repeat(" ", indent) + pad(first, column) + TerminalText::repeat(" ", GAP);
    let row: TerminalText = safe!("{}{}", start, second);
    (row.width() <= columns).then(|| row.line())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrapped(prose: &str, columns: usize) -> Vec<String> {
        wrap(&TerminalText::trusted(prose), columns).into_iter().map(String::from).collect()
    }

    #[test]
    fn width_counts_columns_and_not_bytes_or_escapes() {
        assert_eq!(width("\u{1b}[31mred\u{1b}[0m"), 3);
        assert_eq!(width("日本"), 4);
        assert_eq!(width("é"), 1);
    }

    #[test]
    fn prose_is_wrapped_between_words() {
        assert_eq!(wrapped("one two three", 7), ["one two", "three"]);
        assert_eq!(wrapped("a incomprehensibilities b", 7), ["a", "incomprehensibilities", "b"]);
        assert_eq!(wrapped("日本 日本 日本", 9), ["日本 日本", "日本"]);
        assert_eq!(wrapped("\u{1b}[31mone\u{1b}[0m two", 7), ["\u{1b}[31mone\u{1b}[0m two"]);
    }

    #[test]
    fn a_quoted_text_is_never_broken() {
        assert_eq!(wrapped("run: rm 'a  b c d' now", 8), ["run: rm", "'a  b c d'", "now"]);
        assert_eq!(wrapped(r#"is "a \" b c" and"#, 8), ["is", r#""a \" b c""#, "and"]);
        assert_eq!(wrapped("run `a b c d` (`e f g h`)", 8), ["run", "`a b c d`", "(`e f g h`)"]);
        assert_eq!(wrapped(r#"{"a b":"c d"} now"#, 8), [r#"{"a b":"c d"}"#, "now"]);
    }

    #[test]
    fn an_apostrophe_and_an_open_quote_are_not_quotes() {
        assert_eq!(wrapped("the users' own names", 8), ["the", "users'", "own", "names"]);
        assert_eq!(wrapped("an 'odd one", 8), ["an 'odd", "one"]);
        assert_eq!(wrapped("an \"odd one", 8), ["an \"odd", "one"]);
    }

    #[test]
    fn a_tag_stays_with_its_value() {
        assert_eq!(wrapped("one value (tag) more", 9), ["one", "value (tag)", "more"]);
        assert_eq!(wrapped("one value (many words)", 9), ["one value", "(many", "words)"]);
    }

    #[test]
    fn further_lines_hang_below_the_first() {
        let label = TerminalText::trusted("why");
        let prose = TerminalText::trusted("aaaa bbbb cccc dddd eeee ffff");
        assert_eq!(hanging(2, label, 6, prose, 32), "  why   aaaa bbbb cccc dddd eeee\n        ffff\n");
    }

    #[test]
    fn words_that_do_not_fit_beside_their_label_continue_below_it() {
        let long = TerminalText::trusted("abcdefghijklmnopqrstuvwxyz");
        let prose: TerminalText = safe!("{} and more", long);
        assert_eq!(hanging(0, "label", 6, prose, 31), "label\n    abcdefghijklmnopqrstuvwxyz\n    and more\n");
        let prose: TerminalText = safe!("see {}", long);
        assert_eq!(hanging(0, "label", 6, prose, 31), "label see\n    abcdefghijklmnopqrstuvwxyz\n");
    }

    #[test]
    fn pieces_are_never_broken() {
        let pieces = ["a b", "c d", "e f"].map(TerminalText::trusted);
        assert_eq!(hanging_pieces(0, "", 0, &pieces, 8), "a b c d\ne f\n");
    }

    #[test]
    fn a_value_that_does_not_fit_beside_its_start_is_below_it() {
        assert_eq!(beside_or_below(2, "PUT", "/accounts", 15), "  PUT /accounts\n");
        assert_eq!(beside_or_below(2, "PUT", "/accounts", 14), "  PUT\n      /accounts\n");
    }

    #[test]
    fn the_first_column_is_the_one_with_which_most_rows_fit() {
        let rows = [(4, 2), (6, 2), (20, 2)];
        assert_eq!(first_column(&rows, 40), 20);
        // The long value does not fit behind the longest name.
        assert_eq!(first_column(&[(4, 30), (6, 30), (20, 2)], 40), 6);
        assert_eq!(first_column(&[], 40), 0);
    }

    #[test]
    fn a_row_that_does_not_fit_on_one_line_has_two() {
        let name = ["name", "(tag)"].map(TerminalText::trusted);
        assert_eq!(table_row(2, &name[..1], 6, "日本", 15), "  name     日本\n");
        assert_eq!(table_row(2, &name[..1], 6, "日本", 14), "  name\n      日本\n");
        assert_eq!(table_row(2, &name, 6, "日本", 11), "  name\n      (tag)\n      日本\n");
    }
}

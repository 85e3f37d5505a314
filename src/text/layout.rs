//! Lays out text in columns of a terminal. Wide letters and escape sequences do not break the alignment.
#![cfg_attr(not(feature = "report"), allow(dead_code, reason = "reports use most of it"))]

use textwrap::core::{Word, display_width as width};
use textwrap::{Options, WordSeparator, WordSplitter};

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

impl TerminalText {
    /// Returns the width in columns, without escape sequences.
    pub(crate) fn width(&self) -> usize {
        width(self)
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
    let options = Options::new(columns)
        .word_separator(WordSeparator::Custom(words))
        .word_splitter(WordSplitter::NoHyphenation)
        .break_words(false);
    textwrap::wrap(prose, options).into_iter().map(Safe::trusted).collect()
}

/// Returns the words of a line. An argument in single quotes is one word, so that commands are not broken inside it.
fn words(line: &str) -> Box<dyn Iterator<Item = Word<'_>> + '_> {
    let mut rest = line;
    Box::new(std::iter::from_fn(move || {
        let quoted = rest.strip_prefix('\'').and_then(|quoted| quoted.find('\'')).map_or(0, |end| end + 2);
        let space = quoted + rest[quoted..].find(' ').unwrap_or(rest.len() - quoted);
        let end = space + rest[space..].find(|character| character != ' ').unwrap_or(rest.len() - space);
        let (word, behind) = rest.split_at(end);
        rest = behind;
        (!word.is_empty()).then(|| Word::from(word))
    }))
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
    let start = indent + label_width;
    let mut text = TerminalText::repeat(" ", indent) + pad(label, label_width);
    for (number, line) in wrap(&safe!("{}", prose), columns.saturating_sub(start).max(NARROWEST)).iter().enumerate() {
        text.push(TerminalText::repeat(" ", if number > 0 { start } else { 0 }));
        text.push(safe!("{}\n", line));
    }
    text
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
    fn a_quoted_argument_is_never_broken() {
        assert_eq!(wrapped("run: rm 'a  b c d' now", 8), ["run: rm", "'a  b c d'", "now"]);
        assert_eq!(wrapped("the users' own names", 8), ["the", "users'", "own", "names"]);
        assert_eq!(wrapped("an 'odd one", 8), ["an 'odd", "one"]);
    }

    #[test]
    fn further_lines_hang_below_the_first() {
        let label = TerminalText::trusted("why");
        let prose = TerminalText::trusted("aaaa bbbb cccc dddd eeee ffff");
        assert_eq!(hanging(2, label, 6, prose, 32), "  why   aaaa bbbb cccc dddd eeee\n        ffff\n");
    }
}

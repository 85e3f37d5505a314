//! Escapes the characters that control a terminal or are invisible to a reader.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::path::Path;

use super::limit::VALUE;
use super::safe::{Plain, Safe};

/// A text of one line without control or invisible characters.
pub(crate) type Visible = Safe<Plain>;

/// Replaces every invisible or control character by a visible escape such as `\u{1b}`.
///
/// Escaped are the C0 and C1 controls (line breaks and tabs included) and DEL, bidirectional controls, zero-width
/// and other invisible characters, line and paragraph separators, and tag characters. Everything else, including emoji and
/// other scripts, is unchanged. Text without such characters is borrowed.
///
/// ```
/// assert_eq!(zerodrift::text::visible("Widget Corps"), "Widget Corps");
/// assert_eq!(zerodrift::text::visible("a\u{1b}[2Jb"), r"a\u{1b}[2Jb");
/// ```
pub fn visible(text: &str) -> Cow<'_, str> {
    let Some(first) = text.find(must_escape) else { return Cow::Borrowed(text) };
    let mut shown = String::with_capacity(text.len() + 16);
    shown.push_str(&text[..first]);
    for character in text[first..].chars() {
        if must_escape(character) {
            // Writing to a String cannot fail.
            let _ = write!(shown, "\\u{{{:x}}}", u32::from(character));
        } else {
            shown.push(character);
        }
    }
    Cow::Owned(shown)
}

/// Returns at most this many characters of the text, escaped as by [`visible`], with `…` at the end if it was cut.
pub fn excerpt(text: &str, characters: usize) -> String {
    let trimmed = text.trim();
    match trimmed.char_indices().nth(characters) {
        Some((cut, _)) => format!("{}…", visible(trimmed[..cut].trim_end())),
        None => visible(trimmed).into_owned(),
    }
}

/// Cuts a text to a number of characters, and appends the number of missing ones.
pub(crate) fn cut_at(text: &str, limit: usize) -> Cow<'_, str> {
    let Some((end, _)) = text.char_indices().nth(limit) else { return Cow::Borrowed(text) };
    let missing = text[end..].chars().count();
    Cow::Owned(format!("{}…(+{missing} characters)", &text[..end]))
}

/// Cuts a text to [`VALUE`] characters, and appends the number of missing ones.
pub(crate) fn cut(text: &str) -> Cow<'_, str> {
    cut_at(text, VALUE)
}

impl Visible {
    /// Returns untrusted text of any origin for a line: cut to [`VALUE`] characters, then escaped as by [`visible`].
    #[cfg(feature = "report")]
    pub(crate) fn of(text: &str) -> Self {
        Self::whole(&cut(text))
    }

    /// Returns the whole text, escaped as by [`visible`], for commands and paths to copy.
    pub(crate) fn whole(text: &str) -> Self {
        Self::trusted(visible(text))
    }

    /// Returns at most a number of characters, as by [`excerpt`].
    #[cfg(feature = "report")]
    pub(crate) fn excerpt(text: &str, characters: usize) -> Self {
        Self::trusted(excerpt(text, characters))
    }

    /// Returns the lines of a text, cut to a number of characters, with `…` at the end if it was cut.
    pub(crate) fn lines(text: &str, characters: usize) -> Vec<Self> {
        let (shown, mark) = match text.char_indices().nth(characters) {
            Some((end, _)) => (&text[..end], "…"),
            None => (text, ""),
        };
        let mut lines: Vec<Self> = shown.lines().map(Self::whole).collect();
        if let Some(last) = lines.last_mut() {
            last.push(mark);
        }
        lines
    }

    /// Returns the [`lines`](Self::lines) joined to one line.
    pub(crate) fn one_line(text: &str, characters: usize) -> Self {
        Self::join(Self::lines(text, characters).iter().map(|line| Self::whole(line.trim())), " ")
    }
}

/// Returns a path for display, escaped as by [`visible`]. A file name may contain line breaks, escape sequences and invalid
/// UTF-8.
pub fn path(path: &Path) -> String {
    visible(&path.to_string_lossy()).into_owned()
}

/// Escapes control and invisible characters as by [`visible`], except for line feeds and tabs, and except for colours
/// (`ESC[…m`) if the output may have colours.
///
/// This is the last safeguard, at the point of output. Untrusted text is escaped by [`visible`] when it enters a line.
#[cfg(feature = "report")]
pub(crate) fn neutralize(text: &str, has_colors: bool) -> Cow<'_, str> {
    let is_escaped = |character: char| !matches!(character, '\n' | '\t') && must_escape(character);
    if !text.contains(is_escaped) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for (at, character) in text.char_indices() {
        if is_escaped(character) && !(has_colors && is_color(&text[at..])) {
            // Writing to a String cannot fail.
            let _ = write!(shown, "\\u{{{:x}}}", u32::from(character));
        } else {
            shown.push(character);
        }
    }
    Cow::Owned(shown)
}

/// Whether a text starts with an escape sequence for colour or weight.
#[cfg(feature = "report")]
fn is_color(text: &str) -> bool {
    let rest =
        text.strip_prefix("\u{1b}[").map(|rest| rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == ';'));
    rest.is_some_and(|rest| rest.starts_with('m'))
}

pub(super) fn must_escape(character: char) -> bool {
    character.is_control() || is_hidden(character)
}

/// Whether a character is invisible or changes the direction of the text around it.
pub(crate) fn is_hidden(character: char) -> bool {
    matches!(character,
            // Soft hyphen, combining grapheme joiner, Arabic letter mark, Hangul and Khmer fillers, Mongolian separators.
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
            // Zero-width characters, direction marks, separators, embeddings and overrides.
            | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            // Word joiner, invisible operators, isolates, deprecated format characters.
            | '\u{2060}'..='\u{206f}'
            // Hangul filler, byte-order mark, halfwidth filler, interlinear annotations.
            | '\u{3164}' | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}'
            // Tag characters, which can spell a hidden message.
            | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_text_of_any_script_is_borrowed() {
        for text in ["", "Widget Corps", "größe", "社内アプリ", "مرحبا", "🚀 #FFF \\ %0A \"<b>\""] {
            assert!(matches!(visible(text), Cow::Borrowed(same) if same == text), "{text}");
        }
    }

    #[test]
    fn every_control_and_invisible_character_becomes_an_escape() {
        let table = [
            ("\0", r"\u{0}"),
            ("\n", r"\u{a}"),
            ("\r", r"\u{d}"),
            ("\t", r"\u{9}"),
            ("\u{1b}[31m", r"\u{1b}[31m"),
            ("\u{7f}", r"\u{7f}"),
            ("\u{85}", r"\u{85}"),
            ("\u{9b}", r"\u{9b}"),
            ("\u{ad}", r"\u{ad}"),
            ("\u{61c}", r"\u{61c}"),
            ("\u{200b}", r"\u{200b}"),
            ("\u{200d}", r"\u{200d}"),
            ("\u{200e}", r"\u{200e}"),
            ("\u{2028}", r"\u{2028}"),
            ("\u{2029}", r"\u{2029}"),
            ("\u{202e}", r"\u{202e}"),
            ("\u{2060}", r"\u{2060}"),
            ("\u{2066}", r"\u{2066}"),
            ("\u{2069}", r"\u{2069}"),
            ("\u{feff}", r"\u{feff}"),
            ("\u{e0041}", r"\u{e0041}"),
        ];
        for (raw, shown) in table {
            assert_eq!(visible(raw), shown);
        }
    }

    #[test]
    fn text_around_an_escape_is_kept() {
        assert_eq!(visible("före\u{202e}etfa"), r"före\u{202e}etfa");
    }

    #[test]
    fn an_excerpt_is_cut_between_characters_and_marked() {
        assert_eq!(excerpt("  äöü  ", 3), "äöü");
        assert_eq!(excerpt("äöü", 2), "äö…");
        assert_eq!(excerpt("a\nb", 2), r"a…");
        assert_eq!(excerpt("a\nbc", 3), r"a\u{a}b…");
    }
}

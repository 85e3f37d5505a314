//! Wrapping and aligning by display width, so that wide letters and escape sequences do not bend a column.
#![cfg_attr(not(feature = "report"), allow(dead_code, reason = "reports use most of it"))]

use unicode_width::UnicodeWidthStr;

/// The columns that a text takes, our own escape sequences (`ESC[…m`) aside.
pub(crate) fn width(text: &str) -> usize {
    let mut total = 0;
    let mut rest = text;
    while let Some(start) = rest.find("\u{1b}[") {
        total += rest[..start].width();
        let end = rest[start..].find('m').map_or(rest.len(), |end| start + end + 1);
        rest = &rest[end..];
    }
    total + rest.width()
}

/// The text with spaces behind it up to a width; at least as it is.
pub(crate) fn pad(text: &str, columns: usize) -> String {
    let missing = columns.saturating_sub(width(text));
    format!("{text}{}", " ".repeat(missing))
}

/// The widest of some texts, but no more than a limit: one long name does not push all values off the screen.
pub(crate) fn column<'a>(texts: impl Iterator<Item = &'a str>, limit: usize) -> usize {
    texts.map(width).max().unwrap_or(0).min(limit)
}

/// Prose in lines of at most `columns`, broken between words; a word that is longer stands on a line of its own.
pub(crate) fn wrap(prose: &str, columns: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in prose.split_whitespace() {
        if !line.is_empty() && width(&line) + 1 + width(word) > columns {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}

/// Prose behind a label, wrapped, its further lines below its first: `  label  prose…`.
///
/// Escape sequences are not counted as columns; one that spans words must not be broken between them.
pub(crate) fn hanging(indent: usize, label: &str, label_width: usize, prose: &str, columns: usize) -> String {
    let start = indent + label_width;
    let lines = wrap(prose, columns.saturating_sub(start).max(24));
    let first = lines.first().map_or("", String::as_str);
    let mut text = format!("{}{}{first}\n", " ".repeat(indent), pad(label, label_width));
    for line in lines.iter().skip(1) {
        text.push_str(&format!("{}{line}\n", " ".repeat(start)));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn width_counts_columns_and_not_bytes_or_escapes() {
        assert_eq!(width("\u{1b}[31mred\u{1b}[0m"), 3);
        assert_eq!(width("日本"), 4);
        assert_eq!(width("é"), 1);
    }

    #[test]
    fn prose_is_wrapped_between_words() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("a incomprehensibilities b", 7), ["a", "incomprehensibilities", "b"]);
        assert_eq!(wrap("日本 日本 日本", 9), ["日本 日本", "日本"]);
    }

    #[test]
    fn further_lines_hang_below_the_first() {
        assert_eq!(
            hanging(2, "why", 6, "aaaa bbbb cccc dddd eeee ffff", 32),
            "  why   aaaa bbbb cccc dddd eeee\n        ffff\n"
        );
    }
}

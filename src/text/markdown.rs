//! Escapes untrusted text for Markdown, so that it creates no link, mention, reference, markup or tag on GitHub or GitLab.
//!
//! Entities hide syntax from the Markdown parser, but not from filters that search the text of the parsed page for mentions,
//! references and bare addresses. An empty comment splits that text in two.

use super::safe::Safe;
use super::visible::Visible;

/// Text for a comment, with our own line breaks and syntax.
pub(crate) type MarkdownText = Safe<Markdown>;

/// Markdown as GitHub and GitLab read it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Markdown;

/// Splits a mention or an address; displays nothing.
const SPLIT: &str = "<!-- -->";

/// Returns a text as a span of code: in backticks if it contains no syntax and no end of a table cell, else in a tag.
pub(crate) fn code(text: &Visible) -> MarkdownText {
    let simple = !text.is_empty() && text.trim() == &**text && !text.contains(['`', '|', '\\']);
    MarkdownText::trusted(if simple { format!("`{text}`") } else { format!("<code>{}</code>", entities(text)) })
}

/// Escapes prose, such as the message of a finding, on one line.
pub(crate) fn prose(text: &Visible) -> MarkdownText {
    let mut escaped = String::with_capacity(text.len() + 16);
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            // As an entity, the first character cannot start a list, a heading or a quotation.
            first if escaped.is_empty() && first.is_ascii() && !first.is_ascii_alphabetic() => {
                escaped.push_str(&entity(first));
            }
            '@' | '#' => escaped.push_str(&format!("{character}{SPLIT}")),
            ':' if characters.peek() == Some(&'/') => escaped.push_str(&format!(":{SPLIT}")),
            '.' if escaped
                .get(escaped.len().saturating_sub(3)..)
                .is_some_and(|end| end.eq_ignore_ascii_case("www")) =>
            {
                escaped.push_str(&format!("{SPLIT}."));
            }
            // Inside a word, an underscore is not emphasis. Most names of settings have one.
            '_' if in_word(&escaped, characters.peek()) => escaped.push('_'),
            other => push_entity(&mut escaped, other),
        }
    }
    MarkdownText::trusted(escaped)
}

fn in_word(before: &str, next: Option<&char>) -> bool {
    let is_letter = |character: char| character.is_ascii_alphanumeric();
    before.chars().next_back().is_some_and(is_letter) && next.copied().is_some_and(is_letter)
}

/// Returns a link to an address. `None` if the address has characters that could end it, or a scheme other than http.
pub(crate) fn link(text: &MarkdownText, url: &str) -> Option<MarkdownText> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-._~/:#%".contains(c);
    let is_web = url.starts_with("https://") || url.starts_with("http://");
    (is_web && url.chars().all(is_plain)).then(|| MarkdownText::trusted(format!("[{text}]({url})")))
}

/// Returns a text as an HTML comment, for programs to find.
pub(crate) fn hidden(text: &Visible) -> MarkdownText {
    MarkdownText::trusted(format!("<!-- {} -->", text.replace('>', "&gt;")))
}

/// Returns the rows of a block of code, and a fence that no line of them closes.
pub(crate) fn fenced(rows: &[Vec<Visible>]) -> (MarkdownText, Vec<MarkdownText>) {
    let lines = || rows.iter().flatten();
    let runs = lines().flat_map(|line| line.split(|character| character != '`').map(str::len));
    let fence = "`".repeat((runs.max().unwrap_or(0) + 1).max(3));
    let row =
        |row: &Vec<Visible>| MarkdownText::trusted(row.iter().map(|line| format!("{line}\n")).collect::<String>());
    (MarkdownText::trusted(fence), rows.iter().map(row).collect())
}

fn entities(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() * 2);
    for character in text.chars() {
        match character {
            // Email addresses are searched for after entities are decoded.
            '@' => escaped.push_str(&format!("@{SPLIT}")),
            '#' | ':' | '.' => escaped.push_str(&entity(character)),
            other => push_entity(&mut escaped, other),
        }
    }
    escaped
}

/// Appends a character, as an entity if it is ASCII and neither a letter, a digit nor harmless punctuation.
fn push_entity(escaped: &mut String, character: char) {
    let harmless = matches!(character, ' ' | ',' | '.' | ';' | ':' | '(' | ')' | '%' | '/' | '-' | '?' | '\'' | '"');
    if harmless || !character.is_ascii() || character.is_ascii_alphanumeric() {
        escaped.push(character);
    } else {
        escaped.push_str(&entity(character));
    }
}

fn entity(character: char) -> String {
    format!("&#{};", u32::from(character))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(text: &str) -> MarkdownText {
        super::code(&Visible::of(text))
    }

    fn prose(text: &str) -> MarkdownText {
        super::prose(&Visible::excerpt(text, 1_000))
    }

    #[test]
    fn text_without_syntax_stays_readable() {
        assert_eq!(code("24h"), "`24h`");
        assert_eq!(code("#c5ed1b"), "`#c5ed1b`");
        assert_eq!(code("\"Widget <Corp>\""), "`\"Widget <Corp>\"`");
        let sentence = "the file leaves out \"text_color\" (and more)";
        assert_eq!(prose(sentence), sentence);
    }

    #[test]
    fn text_that_would_end_its_span_becomes_entities() {
        assert_eq!(code("a|b"), "<code>a&#124;b</code>");
        assert_eq!(code("`x`"), "<code>&#96;x&#96;</code>");
        assert_eq!(code("a\nb"), "<code>a&#92;u&#123;a&#125;b</code>");
        assert_eq!(code(""), "<code></code>");
    }

    #[test]
    fn mentions_and_links_are_escaped() {
        assert_eq!(prose("ask @team, #12"), "ask @<!-- -->team, #<!-- -->12");
        assert_eq!(prose("see https://x.example"), "see https:<!-- -->//x.example");
        assert_eq!(prose("see WWW.x.example"), "see WWW<!-- -->.x.example");
        assert_eq!(prose("<b>[x](y)"), "&#60;b&#62;&#91;x&#93;(y)");
    }

    #[test]
    fn a_fence_is_longer_than_any_run_inside() {
        let fence = |lines: &[&str]| fenced(&[lines.iter().map(|line| Visible::of(line)).collect()]).0;
        assert_eq!(fence(&["a", "```diff"]), "````");
        assert_eq!(fence(&["a"]), "```");
    }
}

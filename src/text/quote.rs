//! Quotes values inside a sentence, so that they are distinct from each other and from the text around them.

use super::visible::{Visible, cut};

/// Returns a text unchanged if it is one word, else in quotes.
pub(crate) fn word(text: &str) -> Visible {
    let wordlike = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | ':' | '/' | '@' | '#');
    let ambiguous = matches!(text, "true" | "false" | "null") || text.parse::<f64>().is_ok();
    let bare = !text.is_empty() && text.chars().all(wordlike) && !text.starts_with('-') && !ambiguous;
    if bare { Visible::of(text) } else { quoted(text) }
}

/// Returns a text in quotes, with quotes and backslashes escaped.
pub(crate) fn quoted(text: &str) -> Visible {
    Visible::whole(&format!("\"{}\"", escaped(&cut(text))))
}

/// Escapes quotes and backslashes for a text in quotes.
pub(crate) fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"")
}

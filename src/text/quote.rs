//! Quotes values inside a sentence, so that no value looks like another one or like our own words.

use super::visible::{Visible, cut};

/// Returns a text as it is if it is one word, else in quotes.
pub(crate) fn word(text: &str) -> Visible {
    let wordlike = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | ':' | '/' | '@' | '#');
    let ambiguous = matches!(text, "true" | "false" | "null") || text.parse::<f64>().is_ok();
    let bare = !text.is_empty() && text.chars().all(wordlike) && !text.starts_with('-') && !ambiguous;
    if bare { Visible::of(text) } else { quoted(text) }
}

/// A text in quotes, with quotes and backslashes inside escaped.
pub(crate) fn quoted(text: &str) -> Visible {
    Visible::whole(&format!("\"{}\"", escaped(&cut(text))))
}

/// A text for quotes: with quotes and backslashes inside escaped.
pub(crate) fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"")
}

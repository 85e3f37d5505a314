//! One value of a setting as a piece of text. Values are untrusted: what a terminal obeys is written out, and what is
//! long is cut with a visible mark.

use serde_json::Value as Json;

use super::style::{Role, Style};
use crate::organization::{Kind, Setting};
use crate::text::visible;

/// More characters of one value than these are not shown: enough for every real value, little enough for a screen.
pub(super) const LIMIT: usize = 200;

/// How an empty value reads. No value reads like this: text is quoted where it is more than one plain word.
pub(super) const UNSET: &str = "(unset)";

/// A text of at most [`LIMIT`] characters, with a mark that says how many are missing.
pub(super) fn cut(text: &str) -> String {
    cut_at(text, LIMIT)
}

fn cut_at(text: &str, limit: usize) -> String {
    let Some((end, _)) = text.char_indices().nth(limit) else {
        return text.to_owned();
    };
    let missing = text[end..].chars().count();
    format!("{}…(+{missing} characters)", &text[..end])
}

/// Untrusted text of any origin for a line of ours: cut, then made visible.
pub(super) fn safe(text: &str) -> String {
    visible(&cut(text)).into_owned()
}

/// A live value of no known kind.
pub(super) fn plain(value: &Json) -> String {
    match value {
        Json::Null => UNSET.to_owned(),
        Json::String(text) => string(text),
        other => safe(&other.to_string()),
    }
}

/// A live value for a list in which it is one of many.
pub(super) fn short(value: &Json) -> String {
    const SHORT: usize = 48;
    let shown = plain(value);
    if shown.chars().count() <= SHORT { shown } else { shown.chars().take(SHORT - 1).chain(['…']).collect() }
}

/// A value of a setting, with a swatch where it is a colour and the style can show it.
pub(super) fn of(setting: &Setting, value: &Json, style: &Style) -> String {
    match (setting.kind, value) {
        (_, Json::Null) => style.paint(Role::Quiet, UNSET),
        (Kind::Text, Json::String(text)) => quoted(text),
        (Kind::Color, Json::String(text)) => {
            let swatch = text.parse().map(|color| style.swatch(color)).unwrap_or_default();
            format!("{swatch}{}", string(text))
        }
        (Kind::Set(_), Json::Array(elements)) => list(elements),
        (_, other) => plain(other),
    }
}

/// The elements of a set, each as a value.
fn list(elements: &[Json]) -> String {
    const SHOWN: usize = 20;
    if elements.is_empty() {
        return "(empty)".to_owned();
    }
    let mut shown: Vec<_> = elements.iter().take(SHOWN).map(plain).collect();
    if elements.len() > SHOWN {
        shown.push(format!("…(+{} elements)", elements.len() - SHOWN));
    }
    shown.join(", ")
}

/// A text as one word where it is one, else in quotes.
fn string(text: &str) -> String {
    let wordlike = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | ':' | '/' | '@' | '#');
    let ambiguous = matches!(text, "true" | "false" | "null") || text.parse::<f64>().is_ok();
    let bare = !text.is_empty() && text.chars().all(wordlike) && !text.starts_with('-') && !ambiguous;
    if bare { cut(text) } else { quoted(text) }
}

/// A text in quotes, with quotes and backslashes inside escaped.
fn quoted(text: &str) -> String {
    let cut = cut(text);
    format!("\"{}\"", visible(&cut.replace('\\', "\\\\").replace('"', "\\\"")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_value_reads_like_itself_and_like_nothing_else() {
        assert_eq!(plain(&json!("24h")), "24h");
        assert_eq!(plain(&json!("true")), "\"true\"");
        assert_eq!(plain(&json!(true)), "true");
        assert_eq!(plain(&json!("(unset)")), "\"(unset)\"");
        assert_eq!(plain(&json!(null)), "(unset)");
        assert_eq!(plain(&json!("a \"b\" \\")), r#""a \"b\" \\""#);
        assert_eq!(plain(&json!("")), "\"\"");
        assert_eq!(plain(&json!({"a": [1]})), r#"{"a":[1]}"#);
    }

    #[test]
    fn a_long_value_is_cut_and_says_so() {
        let shown = plain(&json!("x".repeat(1000)));
        assert!(shown.ends_with("x…(+800 characters)"), "{shown}");
        assert!(shown.chars().count() < 240);
    }
}

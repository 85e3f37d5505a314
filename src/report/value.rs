//! One value of a setting as a piece of text. Values are untrusted: what a terminal obeys is written out, and what is
//! long is cut with a visible mark.

use serde_json::Value as Json;

use super::style::{Role, Style};
use super::{alike, words};
use crate::settings::{Kind, Setting};
use crate::text::{CUT as LIMIT, cut, visible};

/// How an empty value reads. No value reads like this: text is quoted where it is more than one plain word.
pub(super) const UNSET: &str = "(unset)";

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
        (Kind::Set(_), Json::Array(elements)) => list(elements, plain),
        (_, other) => plain(other),
    }
}

/// The two values of a change, as [`of`] shows them, told apart where nobody could see by what they differ: by code points, or by
/// the part around the first difference where that is cut off.
pub(super) fn both(setting: &Setting, before: &Json, after: &Json, style: &Style) -> (String, String) {
    if let (Json::String(before), Json::String(after)) = (before, after)
        && before != after
        && setting.kind != Kind::Color
    {
        return texts(before, after, setting.kind == Kind::Text);
    }
    let shown = (of(setting, before, style), of(setting, after, style));
    let is_alike = before != after && (shown.0 == shown.1 || alike::are_alike(&shown.0, &shown.1));
    if is_alike { texts(&before.to_string(), &after.to_string(), false) } else { shown }
}

/// Two texts that differ, each in quotes where it is not one word, or where both are prose.
fn texts(before: &str, after: &str, are_prose: bool) -> (String, String) {
    let (one, other) = (cut(before), cut(after));
    if before.chars().take(LIMIT).eq(after.chars().take(LIMIT)) {
        let (old, new) = words::compare(before, after);
        return (old.quoted(), new.quoted());
    }
    let (one, other) = (escaped(&one), escaped(&other));
    let told = alike::told_apart(&one, &other);
    if (&*told.0, &*told.1) == (&*visible(&one), &*visible(&other)) {
        let shown = |text: &str| if are_prose { quoted(text) } else { string(text) };
        return (shown(before), shown(after));
    }
    (format!("\"{}\"", told.0), format!("\"{}\"", told.1))
}

/// Untrusted text as by [`safe`], beside a text that it could be taken for.
pub(super) fn safe_beside(text: &str, other: &str) -> String {
    alike::told_apart(&cut(text), &cut(other)).0
}

/// What somebody sees of a value: the same for values that look alike.
pub(super) fn look(value: &Json) -> String {
    alike::skeleton(&plain(value))
}

/// A value with every character written out by which it differs from one that looks alike.
pub(super) fn written_out(value: &Json) -> String {
    match value {
        Json::String(text) => format!("\"{}\"", alike::written_out(&escaped(&cut(text)))),
        other => plain(other),
    }
}

/// The elements of a set, each as a value.
pub(super) fn list(elements: &[Json], element: impl Fn(&Json) -> String) -> String {
    const SHOWN: usize = 20;
    if elements.is_empty() {
        return "(empty)".to_owned();
    }
    let mut shown: Vec<_> = elements.iter().take(SHOWN).map(element).collect();
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
    format!("\"{}\"", visible(&escaped(&cut(text))))
}

/// A text for quotes: with quotes and backslashes inside escaped.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"")
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

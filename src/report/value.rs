//! Renders one value of a setting. Values are untrusted. Long values are cut with a visible mark.

use std::collections::HashMap;

use serde_json::Value as Json;

use super::words;
use crate::plan::Change;
use crate::settings::{Kind, Setting};
use crate::text::limit::{ELEMENTS, SHORT_VALUE, VALUE};
use crate::text::quote::{escaped, quoted, word};
use crate::text::safe::safe;
use crate::text::{Visible, alike, cut, visible};

/// How an empty value is shown. No value looks like this, because text of more than one plain word is quoted.
pub(super) const UNSET: &str = "(unset)";

/// A live value of no known kind.
pub(super) fn plain(value: &Json) -> Visible {
    match value {
        Json::Null => UNSET.into(),
        Json::String(text) => word(text),
        other => Visible::of(&other.to_string()),
    }
}

/// A live value for a list in which it is one of many.
pub(super) fn short(value: &Json) -> Visible {
    let shown = plain(value);
    if shown.chars().count() <= SHORT_VALUE {
        return shown;
    }
    Visible::whole(&shown.chars().take(SHORT_VALUE - 1).chain(['…']).collect::<String>())
}

/// A value of a setting.
pub(super) fn of(setting: &Setting, value: &Json) -> Visible {
    match (setting.kind, value) {
        (Kind::Text, Json::String(text)) => quoted(text),
        (Kind::Set(_), Json::Array(elements)) => list(elements, plain),
        (_, other) => plain(other),
    }
}

/// The two values of a change, as [`of`] shows them. If they would look the same, code points are escaped, or the part around
/// the first difference is shown.
pub(super) fn both(setting: &Setting, before: &Json, after: &Json) -> (Visible, Visible) {
    if let (Json::String(before), Json::String(after)) = (before, after)
        && before != after
        && setting.kind != Kind::Color
    {
        return texts(before, after, setting.kind == Kind::Text);
    }
    let shown = (of(setting, before), of(setting, after));
    let is_alike = before != after && (shown.0 == shown.1 || alike::are_alike(&shown.0, &shown.1));
    if is_alike { texts(&before.to_string(), &after.to_string(), false) } else { shown }
}

/// Two texts that differ, each in quotes if it is not one word or if both are prose.
fn texts(before: &str, after: &str, are_prose: bool) -> (Visible, Visible) {
    if before.chars().take(VALUE).eq(after.chars().take(VALUE)) {
        let (old, new) = words::compare(before, after);
        return (old.quoted(), new.quoted());
    }
    let (one, other) = (escaped(&cut(before)), escaped(&cut(after)));
    let shown = alike::distinguish(&one, &other);
    if (&*shown.0, &*shown.1) == (&*visible(&one), &*visible(&other)) {
        let shown = if are_prose { quoted } else { word };
        return (shown(before), shown(after));
    }
    (safe!("\"{}\"", shown.0), safe!("\"{}\"", shown.1))
}

/// Untrusted text as by [`Visible::of`], with the characters escaped that make it look like `other`.
pub(super) fn beside(text: &str, other: &str) -> Visible {
    alike::distinguish(&cut(text), &cut(other)).0
}

/// The visual skeleton of a value: equal for values that look the same.
fn look(value: &Json) -> String {
    alike::skeleton(&plain(value))
}

/// A value with every character escaped that looks like another one.
fn written_out(value: &Json) -> Visible {
    match value {
        Json::String(text) => safe!("\"{}\"", alike::written_out(&escaped(&cut(text)))),
        other => plain(other),
    }
}

/// The elements of a set, each as a value.
pub(super) fn list(elements: &[Json], element: impl Fn(&Json) -> Visible) -> Visible {
    if elements.is_empty() {
        return "(empty)".into();
    }
    Visible::join(elements.iter().take(ELEMENTS).map(element).chain(more(elements)), ", ")
}

/// The number of elements that are not shown, if a list is too long.
pub(super) fn more(elements: &[Json]) -> Option<Visible> {
    let more = elements.len().saturating_sub(ELEMENTS);
    (more > 0).then(|| safe!("…(+{} elements)", more))
}

/// The change of a set, by its elements.
pub(super) struct Moves {
    /// The elements that are removed.
    pub(super) removed: Vec<Json>,
    /// The elements that are added.
    pub(super) added: Vec<Json>,
    /// The elements that are kept.
    pub(super) kept: Vec<Json>,
}

/// The change of a set, if both values are sets.
pub(super) fn moves(change: &Change) -> Option<Moves> {
    if !matches!(change.setting.kind, Kind::Set(_)) {
        return None;
    }
    let canonical = |value| change.setting.canonical(Some(value));
    let (Json::Array(before), Json::Array(after)) = (canonical(&change.before), canonical(&change.after)) else {
        return None;
    };
    let only = |one: &[Json], two: &[Json]| one.iter().filter(|element| !two.contains(element)).cloned().collect();
    let kept = before.iter().filter(|element| after.contains(element)).cloned().collect();
    Some(Moves { removed: only(&before, &after), added: only(&after, &before), kept })
}

/// How the elements of a changed set are shown: no two of the added and removed ones may look the same.
pub(super) fn element_of(moves: &Moves) -> impl Fn(&Json) -> Visible + use<> {
    let mut looks: HashMap<String, usize> = HashMap::new();
    for element in moves.removed.iter().chain(&moves.added) {
        *looks.entry(look(element)).or_default() += 1;
    }
    move |element| {
        let is_unique = looks.get(&look(element)).is_none_or(|times| *times < 2);
        if is_unique { plain(element) } else { written_out(element) }
    }
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

//! Values with stand-ins → text, with the original texts in place of the stand-ins.

use serde_json::{Map, Value as Json};

use super::stand_in::{MORE, Texts};
use super::text::JsonText;

/// The text of an object, without spaces.
pub(crate) fn compact(members: &Map<String, Json>, texts: &Texts) -> JsonText {
    let mut text = String::new();
    object(&mut text, members, texts, None);
    JsonText::of_valid(text)
}

/// The text of an object, indented; the originals of stand-ins keep their own layout.
pub(crate) fn pretty(members: &Map<String, Json>, texts: &Texts) -> String {
    let mut text = String::new();
    object(&mut text, members, texts, Some(0));
    text
}

impl From<&Map<String, Json>> for JsonText {
    fn from(members: &Map<String, Json>) -> Self {
        let mut text = String::new();
        object(&mut text, members, &Texts::default(), None);
        Self::of_valid(text)
    }
}

/// `indent` is the number of enclosing levels; `None` writes everything on one line.
fn object(text: &mut String, members: &Map<String, Json>, texts: &Texts, indent: Option<usize>) {
    if members.is_empty() {
        return text.push_str("{}");
    }
    let inner = indent.map(|levels| levels + 1);
    for (index, (key, member)) in members.iter().enumerate() {
        text.push(if index == 0 { '{' } else { ',' });
        line(text, inner);
        match texts.get(member).filter(|_| key == MORE) {
            Some(more) => text.push_str(&more[1..more.len() - 1]),
            None => {
                quoted(text, key);
                text.push_str(if indent.is_some() { ": " } else { ":" });
                value(text, member, texts, inner);
            }
        }
    }
    line(text, indent);
    text.push('}');
}

fn value(text: &mut String, json: &Json, texts: &Texts, indent: Option<usize>) {
    match json {
        Json::Object(members) => match texts.get(json) {
            Some(original) => text.push_str(original),
            None => object(text, members, texts, indent),
        },
        Json::Array(elements) if !elements.is_empty() => {
            let inner = indent.map(|levels| levels + 1);
            for (index, element) in elements.iter().enumerate() {
                text.push(if index == 0 { '[' } else { ',' });
                line(text, inner);
                value(text, element, texts, inner);
            }
            line(text, indent);
            text.push(']');
        }
        other => scalar(text, other),
    }
}

/// The text of a value with sorted members and without spaces.
pub(crate) fn sorted(json: &Json) -> String {
    let mut text = String::new();
    write_sorted(&mut text, json);
    text
}

/// Writes a value without spaces and with the members of every object in alphabetical order, so that equal values have
/// equal texts.
pub(crate) fn write_sorted(text: &mut String, json: &Json) {
    match json {
        Json::Object(members) => {
            let mut members: Vec<(&String, &Json)> = members.iter().collect();
            members.sort_unstable_by_key(|(key, _)| *key);
            write_members(text, members, write_sorted);
        }
        Json::Array(elements) => {
            text.push('[');
            for (index, element) in elements.iter().enumerate() {
                text.push_str(if index == 0 { "" } else { "," });
                write_sorted(text, element);
            }
            text.push(']');
        }
        other => scalar(text, other),
    }
}

/// Writes an object with these members.
pub(crate) fn write_members<K: AsRef<str>, V>(
    text: &mut String,
    members: impl IntoIterator<Item = (K, V)>,
    value: impl Fn(&mut String, V),
) {
    text.push('{');
    for (index, (key, member)) in members.into_iter().enumerate() {
        text.push_str(if index == 0 { "" } else { "," });
        quoted(text, key.as_ref());
        text.push(':');
        value(text, member);
    }
    text.push('}');
}

fn scalar(text: &mut String, json: &Json) {
    match json {
        Json::String(string) => quoted(text, string),
        other => text.push_str(&other.to_string()),
    }
}

fn quoted(text: &mut String, string: &str) {
    // Most strings need no escapes.
    if string.bytes().any(|byte| byte < b' ' || matches!(byte, b'"' | b'\\')) {
        text.push_str(&Json::from(string).to_string());
    } else {
        text.reserve(string.len() + 2);
        text.push('"');
        text.push_str(string);
        text.push('"');
    }
}

fn line(text: &mut String, indent: Option<usize>) {
    if let Some(levels) = indent {
        text.push('\n');
        text.extend(std::iter::repeat_n("  ", levels));
    }
}

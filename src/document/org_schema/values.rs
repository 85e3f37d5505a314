//! The keywords that restrict the value of one setting.

use serde_json::{Map, Value as Json, json};

use super::pattern;
use crate::settings::{Element, Kind, Setting, Unset, renamed_words};

/// The keywords that restrict the values of a setting. They reject no value that [`Setting::check`] accepts. Lists of words
/// are open: the API may accept more than this version knows.
pub(crate) fn values(setting: &Setting, nullable: bool) -> Map<String, Json> {
    let keywords = match setting.kind {
        Kind::Text => {
            let is_optional = !matches!(setting.unset, Unset::Never(_));
            typed("string", nullable, json!({"pattern": pattern::text(setting.is_multiline, is_optional)}))
        }
        Kind::Boolean => typed("boolean", nullable, json!({})),
        Kind::Duration(range) => typed("string", nullable, json!({"pattern": pattern::duration(range)})),
        Kind::Color => typed("string", nullable, json!({"pattern": pattern::COLOR})),
        Kind::Url => typed("string", nullable, grammar(&pattern::url(), pattern::URL_WITH_USER)),
        Kind::Host => typed("string", nullable, grammar(pattern::HOST, pattern::NO_HOST)),
        Kind::Uid => typed("string", nullable, json!({"pattern": pattern::UID})),
        Kind::Enum(words) => open_words(words, nullable),
        Kind::Integer { min, max } => typed("integer", nullable, json!({"minimum": min, "maximum": max})),
        Kind::Set(element) => typed("array", nullable, json!({"items": items(element)})),
        Kind::Opaque => json!({}),
    };
    match keywords {
        Json::Object(keywords) => keywords,
        _ => Map::new(),
    }
}

/// Restricts values to a type, and to null if a setting can be unset.
fn typed(name: &str, nullable: bool, mut keywords: Json) -> Json {
    keywords["type"] = if nullable { json!([name, "null"]) } else { json!(name) };
    keywords
}

/// Texts that match one pattern and not another.
fn grammar(pattern: &str, exception: &str) -> Json {
    json!({"pattern": pattern, "not": {"type": "string", "pattern": exception}})
}

fn open_words(known: &[&str], nullable: bool) -> Json {
    let null = nullable.then(|| json!({"type": "null"}));
    let alternatives: Vec<_> = [json!({"enum": known}), json!({"type": "string"})].into_iter().chain(null).collect();
    let mut keywords = json!({"anyOf": alternatives, "minLength": 1});
    let renamed: Vec<&str> = renamed_words(known).collect();
    if !renamed.is_empty() {
        keywords["not"] = json!({"enum": renamed});
    }
    keywords
}

fn items(element: Element) -> Json {
    match element {
        Element::Enum(words) => open_words(words, false),
        Element::Host => typed("string", false, grammar(pattern::HOST, pattern::NO_HOST)),
        Element::Number(numbers) => json!({"anyOf": [{"enum": numbers}, {"type": "integer"}]}),
    }
}

/// The keywords with which a value is not empty, for a setting that other settings need.
pub(super) fn not_empty(setting: &Setting) -> Json {
    match setting.kind {
        Kind::Boolean => json!({"const": true}),
        _ => not_blank(setting),
    }
}

/// The keywords with which a value is neither null nor an empty list.
pub(super) fn not_blank(setting: &Setting) -> Json {
    match setting.kind {
        Kind::Set(_) => json!({"type": "array", "minItems": 1}),
        _ => json!({"not": {"type": "null"}}),
    }
}

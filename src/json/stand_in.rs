//! Stand-ins: small values in place of values that a [`Json`] cannot represent exactly.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::digest;
use super::text::JsonText;
use crate::text::hexadecimal;

/// The only key of a stand-in. Its value is the SHA-256 of the original value, by JSON equality. Two stand-ins are equal
/// exactly if their values are, so comparisons need no special case.
pub(super) const STAND_IN: &str = "$zerodrift::sha256";

/// The key under which a large document keeps its unknown members: a stand-in for an object of all of them.
pub(crate) const MORE: &str = "$zerodrift::more";

/// The prefix of our own keys. An object from outside with such a key becomes a stand-in itself, so stand-ins cannot be
/// forged.
pub(super) const OURS: &str = "$zerodrift::";

/// The prefix of the keys that `serde_json` uses internally for numbers and raw text.
pub(super) const SERDE: &str = "$serde_json::private::";

/// The original texts of stand-ins, by fingerprint.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Texts(BTreeMap<String, JsonText>);

impl Texts {
    pub(super) fn keep(&mut self, valid: &str) -> Json {
        let fingerprint = hexadecimal(&digest::of(valid));
        let stand_in = serde_json::json!({STAND_IN: fingerprint.as_str()});
        self.0.entry(fingerprint).or_insert_with(|| JsonText::of_valid(valid));
        stand_in
    }

    /// The original text of a value, if it is a stand-in.
    pub(crate) fn get(&self, value: &Json) -> Option<&str> {
        fingerprint(value).and_then(|fingerprint| self.0.get(fingerprint)).map(JsonText::as_str)
    }

    /// Whether it has no stand-ins.
    #[cfg(any(test, feature = "sandbox"))]
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Adds the texts of another table.
    pub(crate) fn extend(&mut self, other: &Self) {
        self.0.extend(other.0.iter().map(|(fingerprint, text)| (fingerprint.clone(), text.clone())));
    }
}

fn fingerprint(value: &Json) -> Option<&str> {
    let members = value.as_object().filter(|members| members.len() == 1)?;
    members.get(STAND_IN)?.as_str()
}

/// Whether a value is a stand-in, whose content cannot be inspected.
pub(crate) fn is_stand_in(value: &Json) -> bool {
    fingerprint(value).is_some()
}

/// The value for people: each stand-in shows the start of its text.
pub(crate) fn shown(value: &Json, texts: &Texts) -> Json {
    /// Characters of the text that are shown.
    const SHOWN: usize = 400;
    match value {
        Json::Object(members) => match texts.get(value) {
            Some(text) => {
                let start: String = text.chars().take(SHOWN).collect();
                let end = if start.len() < text.len() { "…" } else { "" };
                serde_json::json!({"$zerodrift::json": start + end, "sha256": members[STAND_IN]})
            }
            None => Json::Object(members.iter().map(|(key, member)| (key.clone(), shown(member, texts))).collect()),
        },
        Json::Array(elements) => elements.iter().map(|element| shown(element, texts)).collect(),
        other => other.clone(),
    }
}

//! Lossless JSON: unknown fields must go back to the API exactly as it sent them.
//!
//! `serde_json` does not guarantee that for untrusted text: it stops at 128 levels, keeps one of several members with the
//! same name, rewrites `1e400`, refuses unpaired surrogates, and reads an object with its private key as a number.
//!
//! - [`JsonText`]: valid JSON, kept byte by byte
//! - `scan`: JSON tokens, without recursion
//! - `digest`: one fingerprint per value, by JSON equality
//! - `decode`: text → `serde_json` values, with a *stand-in* for each value that they cannot represent
//! - `render`: values with stand-ins → text

mod decode;
mod digest;
mod render;
mod scan;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use serde_json::{Map, Value as Json};

#[cfg(feature = "sandbox")]
pub(crate) use decode::decode_whole;
pub(crate) use decode::{Decoded, decode, unique_members};
pub(crate) use render::{compact, pretty};
pub use scan::{JsonError, JsonProblem, MAX_DEPTH};

use scan::Scanner;

/// Valid JSON text, exactly as it was written. Clones share the text.
#[derive(Clone, PartialEq, Eq)]
pub struct JsonText(Arc<str>);

impl JsonText {
    /// Validates a text.
    ///
    /// # Errors
    /// If it is not JSON, or nested deeper than [`MAX_DEPTH`].
    pub fn parse(text: impl AsRef<[u8]>) -> Result<Self, JsonError> {
        let text = utf8(text.as_ref())?;
        check(Scanner::new(text))?;
        Ok(Self(text.into()))
    }

    /// Wraps a part of a valid text.
    pub(crate) fn of_valid(text: &str) -> Self {
        Self(text.into())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The value, with stand-ins for what a [`Json`] cannot represent. For inspection only: do not send it back.
    pub fn view(&self) -> Json {
        decode(self.as_str(), &[]).value
    }
}

/// Validates an answer of the API. Its parts are then valid JSON too.
pub(crate) fn check_answer(bytes: &[u8]) -> Result<&str, JsonError> {
    let text = utf8(bytes)?;
    check(Scanner::within(text, MAX_DEPTH))?;
    Ok(text)
}

fn utf8(bytes: &[u8]) -> Result<&str, JsonError> {
    std::str::from_utf8(bytes).map_err(|error| JsonError::new(JsonProblem::Encoding, bytes, error.valid_up_to()))
}

fn check(mut scanner: Scanner<'_>) -> Result<(), JsonError> {
    while scanner.token()?.is_some() {}
    Ok(())
}

impl fmt::Debug for JsonText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "JsonText({})", self.0)
    }
}

impl fmt::Display for JsonText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<&Json> for JsonText {
    fn from(value: &Json) -> Self {
        Self(value.to_string().into())
    }
}

impl From<&Map<String, Json>> for JsonText {
    fn from(members: &Map<String, Json>) -> Self {
        let mut text = String::new();
        render::object(&mut text, members, &Texts::default(), None);
        Self(text.into())
    }
}

impl From<&JsonText> for JsonText {
    fn from(text: &JsonText) -> Self {
        text.clone()
    }
}

/// The only key of a stand-in. Its value is the SHA-256 of the original value, by JSON equality. Two stand-ins are equal
/// exactly if their values are, so comparisons need no special case.
const STAND_IN: &str = "$zerodrift::sha256";

/// The key under which a large document keeps its unknown members: a stand-in for an object of all of them.
pub(crate) const MORE: &str = "$zerodrift::more";

/// The prefix of our own keys. An object from outside with such a key becomes a stand-in itself, so stand-ins cannot be
/// forged.
const OURS: &str = "$zerodrift::";

/// The prefix of the keys that `serde_json` uses internally for numbers and raw text.
const SERDE: &str = "$serde_json::private::";

/// The original texts of stand-ins, by fingerprint.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Texts(BTreeMap<String, JsonText>);

impl Texts {
    fn keep(&mut self, valid: &str) -> Json {
        let fingerprint = crate::text::hexadecimal(&digest::of(valid));
        let stand_in = serde_json::json!({STAND_IN: fingerprint.as_str()});
        self.0.entry(fingerprint).or_insert_with(|| JsonText(valid.into()));
        stand_in
    }

    /// The original text of a value, if it is a stand-in.
    pub(crate) fn get(&self, value: &Json) -> Option<&str> {
        fingerprint(value).and_then(|fingerprint| self.0.get(fingerprint)).map(JsonText::as_str)
    }

    /// Whether it has no stand-ins.
    #[cfg(feature = "sandbox")]
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

#[cfg(test)]
mod tests;

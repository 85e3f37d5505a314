//! A manifest as an editor reads it: YAML 1.2, with numbers as floating-point numbers, anchors and merge keys.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value as Json};
use serde_yaml::options::{DuplicateKeyPolicy, MergeKeyPolicy};

/// The documents of a text; `None` if it is not YAML, so that an editor does not apply the schema.
pub(super) fn documents(text: &str) -> Option<Vec<Json>> {
    let options = serde_yaml::options! {
        duplicate_keys: DuplicateKeyPolicy::LastWins,
        merge_keys: MergeKeyPolicy::Merge,
        emit_comments: false,
        strict_booleans: true,
    };
    let documents: Vec<EditorValue> = serde_yaml::from_multiple_with_options(text, options).ok()?;
    // A file without a value is null.
    Some(if documents.is_empty() { vec![Json::Null] } else { documents.into_iter().map(|value| value.0).collect() })
}

struct EditorValue(Json);

impl<'de> Deserialize<'de> for EditorValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(EditorVisitor).map(Self)
    }
}

struct EditorVisitor;

impl<'de> Visitor<'de> for EditorVisitor {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a YAML value")
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, truth: bool) -> Result<Json, E> {
        Ok(Json::Bool(truth))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Json, E> {
        Ok(Json::from(number))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Json, E> {
        Ok(Json::from(number))
    }

    /// JSON has no infinity; the largest number has the same types and bounds.
    fn visit_f64<E>(self, number: f64) -> Result<Json, E> {
        Ok(Json::from(number.clamp(f64::MIN, f64::MAX)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Json, E> {
        Ok(Json::from(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Json, A::Error> {
        let mut list = Vec::new();
        while let Some(EditorValue(element)) = elements.next_element()? {
            list.push(element);
        }
        Ok(Json::Array(list))
    }

    /// Keys that are not text become text.
    fn visit_map<A: MapAccess<'de>>(self, mut pairs: A) -> Result<Json, A::Error> {
        let mut mapping = Map::new();
        while let Some((EditorValue(key), EditorValue(value))) = pairs.next_entry()? {
            let key = key.as_str().map_or_else(|| key.to_string(), str::to_owned);
            mapping.insert(key, value);
        }
        Ok(Json::Object(mapping))
    }
}

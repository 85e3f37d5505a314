//! Reads blocks of literals from configurations in JSON syntax (`*.tf.json`).
//!
//! Strings are templates, so a string with `${` or `%{` is not a literal. A block is an object or a list of objects.

use std::fmt;
use std::rc::Rc;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value as Json;
use serde_json::value::RawValue;

use super::block::ResourceBlock;
use super::file::Place;
use super::resource::{Argument, ArgumentValue};

/// An object as written, with duplicate keys, and with the text of each key and value.
struct Pairs<'a>(Vec<(&'a RawValue, &'a RawValue)>);

impl<'de> Deserialize<'de> for Pairs<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(PairsVisitor)
    }
}

struct PairsVisitor;

impl<'de> Visitor<'de> for PairsVisitor {
    type Value = Pairs<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut pairs = Vec::new();
        while let Some(pair) = map.next_entry()? {
            pairs.push(pair);
        }
        Ok(Pairs(pairs))
    }
}

/// Reads one file, whose text is valid JSON.
pub(super) struct JsonReader<'a> {
    pub(super) text: &'a str,
    /// The position of the file.
    pub(super) file: usize,
}

impl<'a> JsonReader<'a> {
    /// Returns the members of all `locals` blocks.
    pub(super) fn locals(&self) -> Vec<Argument> {
        self.top("locals").into_iter().map(|(key, value)| self.member(key, value)).collect()
    }

    /// Whether a block with this name exists.
    pub(super) fn has(&self, name: &str) -> bool {
        !self.top(name).is_empty()
    }

    /// Returns the resources of some types.
    pub(super) fn resources(&self, types: &[&str]) -> Vec<ResourceBlock> {
        let mut found = Vec::new();
        for (kind, named) in self.top("resource") {
            let kind = text(kind);
            if !types.contains(&kind.as_str()) {
                continue;
            }
            for (name, blocks) in pairs(named) {
                let (address, place) = (format!("{kind}.{}", text(name)), self.place(name));
                found.extend(objects(blocks).into_iter().map(|block| ResourceBlock {
                    address: address.clone(),
                    place: place.clone(),
                    members: self.arguments(block),
                }));
            }
        }
        found
    }

    /// Returns the members of all top-level blocks with a name.
    fn top(&self, name: &str) -> Vec<(&'a RawValue, &'a RawValue)> {
        let text = self.text.trim_start_matches('\u{feff}');
        let Ok(root) = serde_json::from_str::<&RawValue>(text) else { return Vec::new() };
        pairs(root).into_iter().filter(|(key, _)| self::text(key) == name).flat_map(|(_, value)| pairs(value)).collect()
    }

    fn place(&self, part: &RawValue) -> Place {
        // Both point into the same text, so the difference is the offset of the part.
        let start = (part.get().as_ptr() as usize).checked_sub(self.text.as_ptr() as usize);
        Place { file: self.file, span: start.map(|start| start..start + part.get().len()) }
    }

    fn arguments(&self, block: &'a RawValue) -> Vec<Argument> {
        let mut members = Vec::new();
        for (key, value) in pairs(block) {
            match text(key).as_str() {
                // The key for comments.
                "//" => {}
                "dynamic" => {
                    let unknown = || ArgumentValue::Unknown("it is a dynamic block".to_owned());
                    members.extend(
                        pairs(value)
                            .into_iter()
                            .map(|(label, _)| Argument::at(&text(label), &self.place(label), unknown())),
                    );
                }
                _ => members.push(self.member(key, value)),
            }
        }
        members
    }

    fn member(&self, key: &RawValue, value: &'a RawValue) -> Argument {
        Argument { name: text(key), key: self.place(key), place: self.place(value), value: self.value(value) }
    }

    fn value(&self, raw: &'a RawValue) -> ArgumentValue {
        match raw.get().as_bytes().first() {
            Some(b'{') => ArgumentValue::Members(Rc::new(self.arguments(raw))),
            Some(b'[') => match (&objects(raw)[..], elements(raw).len()) {
                ([only], 1) => ArgumentValue::Members(Rc::new(self.arguments(only))),
                _ => list(raw),
            },
            _ => scalar(raw).map_or_else(|reason| ArgumentValue::Unknown(reason.to_owned()), ArgumentValue::Known),
        }
    }
}

fn list(raw: &RawValue) -> ArgumentValue {
    let scalars = elements(raw).into_iter().map(scalar).collect::<Result<Vec<_>, _>>();
    scalars.map_or_else(
        |reason| ArgumentValue::Unknown(reason.to_owned()),
        |scalars| ArgumentValue::Known(Json::Array(scalars)),
    )
}

fn scalar(raw: &RawValue) -> Result<Json, &'static str> {
    match serde_json::from_str(raw.get()) {
        Ok(Json::String(text)) if text.contains("${") || text.contains("%{") => Err("it is a template"),
        Ok(Json::Number(number)) if !number.is_i64() => {
            Err("it is a number with a fraction, an exponent or many digits")
        }
        Ok(Json::Array(_) | Json::Object(_)) | Err(_) => Err("it is a list of lists or objects"),
        Ok(scalar) => Ok(scalar),
    }
}

fn text(key: &RawValue) -> String {
    serde_json::from_str(key.get()).unwrap_or_default()
}

fn elements(raw: &RawValue) -> Vec<&RawValue> {
    serde_json::from_str(raw.get()).unwrap_or_default()
}

/// Returns the objects of a block.
fn objects(raw: &RawValue) -> Vec<&RawValue> {
    let all = if raw.get().starts_with('{') { vec![raw] } else { elements(raw) };
    all.into_iter().filter(|one| one.get().starts_with('{')).collect()
}

/// Returns the members of the objects of a block.
fn pairs(raw: &RawValue) -> Vec<(&RawValue, &RawValue)> {
    objects(raw)
        .into_iter()
        .filter_map(|object| serde_json::from_str::<Pairs<'_>>(object.get()).ok())
        .flat_map(|pairs| pairs.0)
        .collect()
}

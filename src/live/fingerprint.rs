//! The compared values of a live state, in a format that can be stored. Saved plans and digests are bound to it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::difference::{Difference, Sections, ValuePath, compare, sections, values};
use super::document::Live;
use crate::json::{write_members, write_sorted};
use crate::settings::Model;

/// The compared values of the objects that were read, by section and path, in canonical spelling: `24h` and `1440m` are
/// equal. An object that does not exist is `None`; one that was not read has no entry. [`differences`](super::differences)
/// defines which values are compared. Two stand-ins are equal if and only if their values are.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Fingerprint(Sections<Json>);

impl Fingerprint {
    /// Returns the fingerprint of a live state.
    pub fn of(model: &Model, live: &Live) -> Self {
        Self(sections(live, |document| -> BTreeMap<ValuePath, Json> {
            let values = values(model, document).into_iter();
            values.filter_map(|(path, held)| Some((path, held.meaning?))).collect()
        }))
    }

    /// Returns it as JSON, with the members of every object in alphabetical order.
    pub(crate) fn to_text(&self) -> String {
        let mut text = String::new();
        write_members(&mut text, &self.0, |text, section| match section {
            Some(values) => write_members(text, values, write_sorted),
            None => text.push_str("null"),
        });
        text
    }

    /// Returns the differences to a later fingerprint of the same objects, in alphabetical order of the paths. Values are
    /// canonical.
    pub fn differences(&self, after: &Self) -> Vec<Difference> {
        compare(&self.0, &after.0, |value| Some(value), Json::clone)
    }
}

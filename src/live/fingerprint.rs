//! What counts of a live state as a value that can be kept: what a saved plan and a digest are bound to.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::difference::{Difference, Sections, compare, sections, values};
use super::document::Live;
use crate::settings::Model;

/// The values that count of the objects that were read, by section and path, each by meaning: `24h` and `1440m` are the
/// same. An object that does not exist is `None`; one that was not read has no entry. What counts, and what differs, is
/// decided in [`differences`](super::differences); a stand-in is equal to another one exactly when the values are.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Fingerprint(Sections<String, Json>);

impl Fingerprint {
    /// The fingerprint of a live state.
    pub fn of(model: &Model, live: &Live) -> Self {
        let meanings = sections(live, |document| -> BTreeMap<String, Json> {
            let values = values(model, document).into_iter();
            values.filter_map(|(path, held)| Some((path, held.meaning?))).collect()
        });
        Self(meanings.into_iter().map(|(section, values)| (section.to_owned(), values)).collect())
    }

    /// What differs in a later fingerprint of the same objects, in alphabetical order of the paths. Values are by meaning.
    pub fn differences(&self, after: &Self) -> Vec<Difference> {
        compare(&self.0, &after.0, |value| Some(value), Json::clone)
    }
}

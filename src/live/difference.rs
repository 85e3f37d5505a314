//! What counts of a live document, and what differs between two: the one definition that plans, fingerprints, digests, the
//! read directly before a write and the read-back after it share.
//!
//! | part of a document | counts |
//! |---|---|
//! | a setting | by meaning, under its path, whichever of its spellings holds the value |
//! | another spelling of it | by meaning, under its own path, where it contradicts the setting: an apply may echo it |
//! | a member behind a switch that is off | never: servers fill it as they like |
//! | a setting that changes by itself (`updated_at`) | never |
//! | a setting that only the server writes, an annotation | as every setting |
//! | a field that no setting describes | exactly, empty or not, whatever the order of members: its meaning is not known |

use std::borrow::Borrow;
use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use super::document::{Document, Live, Slot, sorted};
use crate::settings::{Access, Endpoint, Model, Setting, dotted};

/// A path whose value counts and is not the same on two sides.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// The path; keys that are not plain names are quoted as in JSON. A section alone stands for its existence.
    pub path: String,
    /// The value before; `null` for none.
    pub before: Json,
    /// The value after; `null` for none.
    pub after: Json,
}

/// The existence of an object that was not read, as a [`Difference`] shows it.
const NOT_READ: &str = "not read";
/// The existence of an object that the API says is not there.
const ABSENT: &str = "absent";
/// The existence of an object that was read.
const PRESENT: &str = "present";

impl Difference {
    /// Whether the object came into being.
    pub fn is_creation(&self) -> bool {
        Endpoint::ALL.iter().any(|endpoint| endpoint.section() == self.path)
            && self.before == ABSENT
            && self.after == PRESENT
    }

    /// Whether a write of these values may bring the difference about: `desired` gives the value of a written setting.
    ///
    /// The write itself does; so do servers, which fill in what stands behind a switch that is turned, show annotations
    /// only beside their setting, and may answer under every spelling of what was written. Whether a written setting has
    /// its value is another question: see [`Document::has`].
    pub fn is_due_to<'a>(&self, model: &Model, desired: impl Fn(&str) -> Option<&'a Json>) -> bool {
        let is_written = |path: &str| desired(path).is_some();
        if is_written(&self.path) {
            return true;
        }
        match model.setting(&self.path) {
            Some(Setting { access: Access::Annotation(of), .. }) => is_written(of),
            Some(setting) => model.switch_of(setting).is_some_and(|switch| is_written(switch.path)),
            None => spelled(model, &self.path).is_some_and(|setting| {
                desired(setting.path)
                    .is_some_and(|desired| self.after.is_null() || setting.same(Some(&self.after), Some(desired)))
            }),
        }
    }
}

/// The setting of which a path is another spelling.
fn spelled<'a>(model: &'a Model, path: &str) -> Option<&'a Setting> {
    let is_spelling = |setting: &&Setting| setting.live_paths().skip(1).any(|other| other.as_str() == path);
    model.settings().iter().find(is_spelling)
}

/// What differs between two reads of one organization, in alphabetical order of the paths. Values are those of the API.
pub fn differences(model: &Model, before: &Live, after: &Live) -> Vec<Difference> {
    let values = |live| sections(live, |document| values(model, document));
    compare(&values(before), &values(after), |held| held.meaning.as_ref(), Held::shown)
}

/// What differs between two reads of one object.
pub fn document_differences(model: &Model, before: &Document, after: &Document) -> Vec<Difference> {
    let section = |document| BTreeMap::from([(before.endpoint.section(), Some(values(model, document)))]);
    compare(&section(before), &section(after), |held| held.meaning.as_ref(), Held::shown)
}

/// What counts of some objects, by section: `None` for one that does not exist, no entry for one that was not read.
pub(super) type Sections<K, V> = BTreeMap<K, Option<BTreeMap<String, V>>>;

/// What counts of every object that was read.
pub(super) fn sections<'a, V>(
    live: &'a Live,
    of: impl Fn(&'a Document) -> BTreeMap<String, V>,
) -> Sections<&'static str, V> {
    let read = Endpoint::ALL.into_iter().filter_map(|endpoint| match live.slot(endpoint) {
        Slot::NotRead => None,
        Slot::Absent => Some((endpoint.section(), None)),
        Slot::Present(document) => Some((endpoint.section(), Some(of(document)))),
    });
    read.collect()
}

/// The paths that do not mean the same on two sides, each value as `shown` has it.
pub(super) fn compare<K: Ord + Borrow<str>, V>(
    before: &Sections<K, V>,
    after: &Sections<K, V>,
    meaning: impl Fn(&V) -> Option<&Json>,
    shown: impl Fn(&V) -> Json,
) -> Vec<Difference> {
    let differ = |before: Option<&V>, after: Option<&V>| before.and_then(&meaning) != after.and_then(&meaning);
    let mut found = Vec::new();
    for section in Endpoint::ALL.map(Endpoint::section) {
        match (before.get(section), after.get(section)) {
            (Some(Some(before)), Some(Some(after))) => {
                let paths: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
                for path in paths.into_iter().filter(|path| differ(before.get(*path), after.get(*path))) {
                    let (before, after) = either_side(before.get(path).map(&shown), after.get(path).map(&shown));
                    found.push(Difference { path: path.clone(), before, after });
                }
            }
            (before, after) => {
                let (before, after) = (existence(before), existence(after));
                if before != after {
                    found.push(Difference { path: section.to_owned(), before: before.into(), after: after.into() });
                }
            }
        }
    }
    found
}

fn existence<V>(section: Option<&Option<V>>) -> &'static str {
    match section {
        None => NOT_READ,
        Some(None) => ABSENT,
        Some(Some(_)) => PRESENT,
    }
}

/// The value at a path on either side, for people: `null` for none, unless the other side is a `null` that the API sent.
fn either_side(before: Option<Json>, after: Option<Json>) -> (Json, Json) {
    let absent = || Json::from("(absent)");
    match (before, after) {
        (None, Some(Json::Null)) => (absent(), Json::Null),
        (Some(Json::Null), None) => (Json::Null, absent()),
        (before, after) => (before.unwrap_or_default(), after.unwrap_or_default()),
    }
}

/// A value of a document: what it means, and how the document spells it.
pub(super) struct Held<'a> {
    /// What is compared; `None` for a setting that is empty.
    pub(super) meaning: Option<Json>,
    raw: Json,
    document: &'a Document,
}

impl Held<'_> {
    /// The value for people.
    fn shown(&self) -> Json {
        self.document.shown(&self.raw)
    }
}

/// Everything that counts of a document, by path.
pub(super) fn values<'a>(model: &Model, document: &'a Document) -> BTreeMap<String, Held<'a>> {
    let settings = model.of(document.endpoint).filter(|setting| setting.access != Access::Volatile);
    let counting = settings.filter(|setting| document.counts(model, setting));
    let known = counting.flat_map(|setting| spellings(document, setting));
    let unknown = document.unknown(model).into_iter().map(|unknown| {
        let path = dotted(document.endpoint, &unknown.keys);
        (path, Held { meaning: Some(sorted(&unknown.value)), raw: unknown.value, document })
    });
    known.chain(unknown).collect()
}

/// The value of a setting under its path, and every other spelling that holds something else.
fn spellings<'a>(document: &'a Document, setting: &Setting) -> Vec<(String, Held<'a>)> {
    let meaning = |value: &Json| Some(setting.canonical(Some(value))).filter(|meaning| !meaning.is_null());
    let mut held: Vec<(String, Held<'a>)> = Vec::new();
    for (other, value) in document.spellings(setting) {
        let meaning = meaning(value);
        let path = match held.first() {
            None => setting.path.to_owned(),
            Some((_, own)) if own.meaning == meaning => continue,
            Some(_) => other.as_str().to_owned(),
        };
        held.push((path, Held { meaning, raw: value.clone(), document }));
    }
    held
}

#[cfg(test)]
#[path = "difference_tests.rs"]
mod tests;

//! Which values of a live document are compared, and how two documents differ. Plans, fingerprints, digests, the read
//! directly before a write and the read-back after it share this definition.
//!
//! | part of a document | compared |
//! |---|---|
//! | a setting | by meaning, under its path, whichever of its names has the value |
//! | another name of it | by meaning, under its own path, if it contradicts the setting: an apply may echo it |
//! | a member of a group whose switch is off | never: servers fill it with any value |
//! | a setting that changes by itself (`updated_at`) | never |
//! | a setting kept by the server, an annotation | like every setting |
//! | a field that no setting describes | exactly, empty or not, ignoring the order of members: its meaning is unknown |

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use super::document::{Document, Live, Slot, sorted};
use crate::settings::{Access, Endpoint, Model, Setting, dotted};

/// A compared path whose values differ.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// The path; keys that are not plain names are quoted as in JSON. For a section, the values say whether it exists.
    pub path: String,
    /// The value before; `null` if there is none.
    pub before: Json,
    /// The value after; `null` if there is none.
    pub after: Json,
}

/// The value that a [`Difference`] shows for an object that was not read.
const NOT_READ: &str = "not read";
/// The value for an object that does not exist according to the API.
const ABSENT: &str = "absent";
/// The value for an object that was read.
const PRESENT: &str = "present";

impl Difference {
    /// Whether the object was created.
    pub fn is_creation(&self) -> bool {
        Endpoint::ALL.iter().any(|endpoint| endpoint.section() == self.path)
            && self.before == ABSENT
            && self.after == PRESENT
    }

    /// Whether a write can explain the difference: `desired` returns the value of a written setting.
    ///
    /// A write explains changes of its own settings, and what servers do in response: they fill in the members of a group
    /// whose switch changes, show annotations only with their setting, and may return every name of a written setting.
    /// Whether a written setting has its value is checked by [`Document::has`].
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

/// The setting that has a path as another name.
fn spelled<'a>(model: &'a Model, path: &str) -> Option<&'a Setting> {
    let is_spelling = |setting: &&Setting| setting.live_paths().skip(1).any(|other| other.as_str() == path);
    model.settings().iter().find(is_spelling)
}

/// Returns the differences between two reads of one organization, in alphabetical order of the paths. Values are as the
/// API returned them.
pub fn differences(model: &Model, before: &Live, after: &Live) -> Vec<Difference> {
    let values = |live| sections(live, |document| values(model, document).into_iter().collect());
    compare(&values(before), &values(after), |held| held.meaning.as_ref(), Held::shown)
}

/// Returns the differences between two reads of one object.
pub fn document_differences(model: &Model, before: &Document, after: &Document) -> Vec<Difference> {
    let values = |document| values(model, document).into_iter().collect();
    let section = |document| BTreeMap::from([(before.endpoint.section().into(), Some(values(document)))]);
    compare(&section(before), &section(after), |held| held.meaning.as_ref(), Held::shown)
}

/// The compared values of some objects, by section: `None` for one that does not exist, no entry for one that was not
/// read.
pub(super) type Sections<V> = BTreeMap<ValuePath, Option<BTreeMap<ValuePath, V>>>;

/// The path of a section or a value. Those of the model are not copied.
pub(super) type ValuePath = Cow<'static, str>;

/// The compared values of every object that was read.
pub(super) fn sections<'a, V>(live: &'a Live, of: impl Fn(&'a Document) -> BTreeMap<ValuePath, V>) -> Sections<V> {
    let read = Endpoint::ALL.into_iter().filter_map(|endpoint| match live.slot(endpoint) {
        Slot::NotRead => None,
        Slot::Absent => Some((endpoint.section().into(), None)),
        Slot::Present(document) => Some((endpoint.section().into(), Some(of(document)))),
    });
    read.collect()
}

/// The paths whose values differ by meaning, with the values that `shown` returns.
pub(super) fn compare<V>(
    before: &Sections<V>,
    after: &Sections<V>,
    meaning: impl Fn(&V) -> Option<&Json>,
    shown: impl Fn(&V) -> Json,
) -> Vec<Difference> {
    let differ = |before: Option<&V>, after: Option<&V>| before.and_then(&meaning) != after.and_then(&meaning);
    let mut found = Vec::new();
    for section in Endpoint::ALL.map(Endpoint::section) {
        match (before.get(section), after.get(section)) {
            (Some(Some(before)), Some(Some(after))) => {
                let paths: BTreeSet<&ValuePath> = before.keys().chain(after.keys()).collect();
                for path in paths.into_iter().filter(|path| differ(before.get(*path), after.get(*path))) {
                    let (before, after) = either_side(before.get(path).map(&shown), after.get(path).map(&shown));
                    found.push(Difference { path: path.to_string(), before, after });
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

/// Both values at a path, for display: `null` if there is none, or "(absent)" if the other value is a `null` that the API
/// sent.
fn either_side(before: Option<Json>, after: Option<Json>) -> (Json, Json) {
    let absent = || Json::from("(absent)");
    match (before, after) {
        (None, Some(Json::Null)) => (absent(), Json::Null),
        (Some(Json::Null), None) => (Json::Null, absent()),
        (before, after) => (before.unwrap_or_default(), after.unwrap_or_default()),
    }
}

/// A value of a document: its meaning, and how the document spells it.
pub(super) struct Held<'a> {
    /// The value to compare; `None` for an empty setting.
    pub(super) meaning: Option<Json>,
    raw: Cow<'a, Json>,
    document: &'a Document,
}

impl Held<'_> {
    /// The value for display.
    fn shown(&self) -> Json {
        self.document.shown(&self.raw)
    }
}

/// All compared values of a document, with their paths.
pub(super) fn values<'a>(model: &Model, document: &'a Document) -> Vec<(ValuePath, Held<'a>)> {
    let settings = model.of(document.endpoint).filter(|setting| setting.access != Access::Volatile);
    let mut values = Vec::with_capacity(model.settings().len());
    for setting in settings.filter(|setting| document.counts(model, setting)) {
        add_spellings(&mut values, document, setting);
    }
    values.extend(document.unknown(model).into_iter().map(|unknown| {
        let path = dotted(document.endpoint, &unknown.keys).into();
        (path, Held { meaning: Some(sorted(&unknown.value)), raw: Cow::Owned(unknown.value), document })
    }));
    values
}

/// Adds the value of a setting under its path, and under each other name that has a different value.
fn add_spellings<'a>(values: &mut Vec<(ValuePath, Held<'a>)>, document: &'a Document, setting: &Setting) {
    let first = values.len();
    for (other, value) in document.spellings(setting) {
        let meaning = Some(setting.canonical(Some(value))).filter(|meaning| !meaning.is_null());
        let path = match values.get(first) {
            None => setting.path,
            Some((_, own)) if own.meaning == meaning => continue,
            Some(_) => other.as_str(),
        };
        values.push((path.into(), Held { meaning, raw: Cow::Borrowed(value), document }));
    }
}

#[cfg(test)]
mod tests;

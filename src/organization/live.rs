//! What the API returned: raw JSON, read through the table of settings.
//!
//! Nothing here fails on a field, a type or an enum value it does not know. Unknown fields are kept as they are, so
//! that a write can echo them and a read-back can prove that they did not move.

use serde_json::{Map, Value as Json};

use super::canonical;
use super::model::Model;
use super::setting::{Endpoint, Setting};

/// One object of the API, as read.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    /// Which object this is.
    pub endpoint: Endpoint,
    /// Its fields, in the order and spelling of the answer.
    pub fields: Map<String, Json>,
}

/// A value in a live document that no setting of the model describes.
#[derive(Debug, Clone, PartialEq)]
pub struct Unknown {
    /// The keys that lead to it, below the section.
    pub keys: Vec<String>,
    /// Its value.
    pub value: Json,
}

impl Document {
    /// A document with these fields.
    pub fn new(endpoint: Endpoint, fields: Map<String, Json>) -> Self {
        Self { endpoint, fields }
    }

    /// The raw value at a path of keys.
    pub fn at<K: AsRef<str>>(&self, keys: &[K]) -> Option<&Json> {
        let (first, rest) = keys.split_first()?;
        rest.iter().try_fold(self.fields.get(first.as_ref())?, |value, key| value.get(key.as_ref()))
    }

    /// The raw value of a setting under the first of its spellings that holds something.
    pub fn raw(&self, setting: &Setting) -> Option<&Json> {
        let spellings = setting.live_keys();
        let mut found = spellings.iter().filter_map(|keys| self.at(keys));
        let first = found.next()?;
        if !canonical::is_blank(first) {
            return Some(first);
        }
        Some(found.find(|value| !canonical::is_blank(value)).unwrap_or(first))
    }

    /// The raw value of a setting, or nothing while the switch of its group is off and it does not count.
    pub fn value(&self, model: &Model, setting: &Setting) -> Option<&Json> {
        let switched_off = model.switch_of(setting).is_some_and(|switch| switch.is_empty(self.raw(switch)));
        if switched_off { None } else { self.raw(setting) }
    }

    /// The value of a setting for comparison; `null` for every way of being empty.
    pub fn canonical(&self, model: &Model, setting: &Setting) -> Json {
        setting.canonical(self.value(model, setting))
    }

    /// Everything that no setting of the model describes, groups looked into, empty values left out.
    pub fn unknown(&self, model: &Model) -> Vec<Unknown> {
        let mut found = Vec::new();
        for (key, value) in &self.fields {
            collect_unknown(model, self.endpoint, &mut vec![key.clone()], value, &mut found);
        }
        found
    }
}

fn collect_unknown(model: &Model, endpoint: Endpoint, keys: &mut Vec<String>, value: &Json, found: &mut Vec<Unknown>) {
    if canonical::is_blank(value)
        || model.of(endpoint).any(|setting| setting.live_keys().iter().any(|known| known == keys))
    {
        return;
    }
    let leads_on = model.of(endpoint).any(|setting| {
        setting
            .live_keys()
            .iter()
            .any(|known| known.len() > keys.len() && known.iter().zip(keys.iter()).all(|(a, b)| a == b))
    });
    match value {
        Json::Object(members) if leads_on => {
            for (key, member) in members {
                keys.push(key.clone());
                collect_unknown(model, endpoint, keys, member, found);
                keys.pop();
            }
        }
        other => found.push(Unknown { keys: keys.clone(), value: other.clone() }),
    }
}

/// The same value with the members of every object in alphabetical order, so that its text is one per meaning.
pub(crate) fn sorted(value: &Json) -> Json {
    match value {
        Json::Object(members) => {
            let mut pairs: Vec<_> = members.iter().map(|(key, member)| (key.clone(), sorted(member))).collect();
            pairs.sort_by(|one, two| one.0.cmp(&two.0));
            Json::Object(pairs.into_iter().collect())
        }
        Json::Array(elements) => elements.iter().map(sorted).collect(),
        other => other.clone(),
    }
}

/// Keys as one dotted path below a section; a key with other characters than a name's is quoted as in JSON.
pub fn dotted<K: AsRef<str>>(endpoint: Endpoint, keys: &[K]) -> String {
    let mut path = endpoint.section().to_owned();
    for key in keys {
        let key = key.as_ref();
        path.push('.');
        let plain =
            !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-');
        if plain {
            path.push_str(key);
        } else {
            path.push_str(&Json::from(key).to_string());
        }
    }
    path
}

/// What is known of one object of the API.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Slot {
    /// Nobody asked.
    #[default]
    NotRead,
    /// The API says that there is no organization ("not enabled").
    Absent,
    /// It is there.
    Present(Document),
}

impl Slot {
    /// The document, where there is one.
    pub fn document(&self) -> Option<&Document> {
        match self {
            Self::Present(document) => Some(document),
            Self::NotRead | Self::Absent => None,
        }
    }
}

/// Puts a value at a path of keys. What is in the way and no object makes room.
pub(crate) fn set_at(fields: &mut Map<String, Json>, keys: &[&str], value: Json) {
    match keys {
        [] => {}
        [key] => drop(fields.insert((*key).to_owned(), value)),
        [key, rest @ ..] => {
            let inner = fields.entry((*key).to_owned()).or_insert(Json::Null);
            if !inner.is_object() {
                *inner = Json::Object(Map::new());
            }
            if let Json::Object(inner) = inner {
                set_at(inner, rest, value);
            }
        }
    }
}

/// What was read of one organization.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Live {
    /// The organization object.
    pub organization: Slot,
    /// The DoH object.
    pub doh: Slot,
}

impl Live {
    /// What is known of an endpoint.
    pub fn slot(&self, endpoint: Endpoint) -> &Slot {
        match endpoint {
            Endpoint::Organization => &self.organization,
            Endpoint::Doh => &self.doh,
        }
    }

    /// What is known of an endpoint, to be replaced.
    pub fn slot_mut(&mut self, endpoint: Endpoint) -> &mut Slot {
        match endpoint {
            Endpoint::Organization => &mut self.organization,
            Endpoint::Doh => &mut self.doh,
        }
    }

    /// The document of an endpoint, where it was read and is there.
    pub fn document(&self, endpoint: Endpoint) -> Option<&Document> {
        self.slot(endpoint).document()
    }

    /// The documents that were read.
    pub fn documents(&self) -> impl Iterator<Item = &Document> {
        Endpoint::ALL.into_iter().filter_map(|endpoint| self.document(endpoint))
    }

    /// The raw value of a setting where it counts, as [`Document::value`].
    pub fn value(&self, model: &Model, setting: &Setting) -> Option<&Json> {
        self.document(setting.endpoint())?.value(model, setting)
    }
}

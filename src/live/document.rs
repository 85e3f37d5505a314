//! A document that the API returned: raw JSON, read through the table of settings.
//!
//! Unknown fields, types and enum values are never an error. They are kept unchanged, so that a write can echo them and a
//! read-back can prove that they did not change. A value that [`Json`] cannot represent exactly is replaced by a stand-in:
//! see [`json`](crate::json).

use serde_json::{Map, Value as Json};

use crate::json::{self, Decoded, JsonText, Texts, is_stand_in};
use crate::settings::{Branch, Endpoint, Model, Node, Setting, SettingPath, is_blank};
use crate::text::visible;

/// One object of the API, as read.
#[derive(Debug, Clone)]
pub struct Document {
    /// The object's endpoint.
    pub endpoint: Endpoint,
    /// Its fields, in the order and spelling of the answer. A value that is nested deeply, has duplicate members or cannot
    /// be represented exactly for another reason is replaced by the stand-in `{"$zerodrift::sha256": …}`. Two stand-ins are
    /// equal if and only if their values are.
    pub fields: Map<String, Json>,
    texts: Texts,
}

impl PartialEq for Document {
    /// Compares the fields as JSON. A stand-in contains the fingerprint of its value.
    fn eq(&self, other: &Self) -> bool {
        self.endpoint == other.endpoint && self.fields == other.fields
    }
}

/// Why a JSON value is not a valid document.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DocumentError {
    /// It is not an object.
    #[error("not an object")]
    NotAnObject,
    /// The document or a group has two members with the same name, so its meaning is ambiguous.
    #[error("ambiguous: {path} has two members named {name}")]
    Ambiguous {
        /// The path of the object.
        path: String,
        /// The name, with invisible characters escaped.
        name: String,
    },
    /// The document or a group, given by its path, has a member whose name is not text or is reserved.
    #[error("{0} has a member whose name is not valid text")]
    Name(String),
}

/// A value in a live document that no setting of the model describes.
#[derive(Debug, Clone, PartialEq)]
pub struct Unknown {
    /// Its keys below the section.
    pub keys: Vec<String>,
    /// Its value.
    pub value: Json,
}

impl Document {
    /// Creates a document with these fields.
    pub fn new(endpoint: Endpoint, fields: Map<String, Json>) -> Self {
        Self { endpoint, fields, texts: Texts::default() }
    }

    /// Reads a document.
    ///
    /// # Errors
    /// Returns an error if it is not an object, or if it or a group has ambiguous members.
    pub fn parse(endpoint: Endpoint, text: &JsonText) -> Result<Self, DocumentError> {
        Self::decode(endpoint, text.as_str())
    }

    /// Reads a document from text that is valid JSON.
    pub(crate) fn decode(endpoint: Endpoint, valid: &str) -> Result<Self, DocumentError> {
        let model = Model::current();
        let names: Vec<_> = model.of(endpoint).flat_map(Setting::live_keys).collect();
        let Decoded { value, texts } = json::decode(valid, &names);
        if is_stand_in(&value) {
            return Err(undecidable(valid, endpoint.section().to_owned()));
        }
        let Json::Object(fields) = value else { return Err(DocumentError::NotAnObject) };
        match undecidable_group(model.section(endpoint), &fields, &texts) {
            Some(error) => Err(error),
            None => Ok(Self { endpoint, fields, texts }),
        }
    }

    /// Returns the document as it was read, as JSON without spaces.
    pub fn to_text(&self) -> JsonText {
        self.with_originals(&self.fields)
    }

    /// Returns fields of this document as text, with the original values in place of stand-ins.
    pub(crate) fn with_originals(&self, fields: &Map<String, Json>) -> JsonText {
        json::compact(fields, &self.texts)
    }

    /// The original texts of the stand-ins in its fields.
    pub(crate) fn texts(&self) -> &Texts {
        &self.texts
    }

    /// Returns a value of this document for display: a stand-in shows the start of its original text.
    pub fn shown(&self, value: &Json) -> Json {
        json::shown(value, &self.texts)
    }

    /// The raw value at a path of keys.
    pub fn at<K: AsRef<str>>(&self, keys: &[K]) -> Option<&Json> {
        let (first, rest) = keys.split_first()?;
        rest.iter().try_fold(self.fields.get(first.as_ref())?, |value, key| value.get(key.as_ref()))
    }

    /// The raw value of a setting under the first of its names that has a value.
    pub fn raw(&self, setting: &Setting) -> Option<&Json> {
        let mut found = setting.live_paths().filter_map(|path| self.at(path.keys()));
        let first = found.next()?;
        if is_blank(first) { found.find(|value| !is_blank(value)).or(Some(first)) } else { Some(first) }
    }

    /// The names of a setting that have a value, the effective one first.
    pub(crate) fn spellings<'d, 's>(
        &'d self,
        setting: &'s Setting,
    ) -> impl Iterator<Item = (&'s SettingPath, &'d Json)> {
        let held = setting.live_paths().filter_map(|path| Some((path, self.at(path.keys())?)));
        held.filter(|(_, value)| !is_blank(value))
    }

    /// The raw value of a setting; `None` while the switch of its group is off.
    pub fn value(&self, model: &Model, setting: &Setting) -> Option<&Json> {
        if self.counts(model, setting) { self.raw(setting) } else { None }
    }

    /// Whether the value of a setting counts: its group has no switch, or the switch is on.
    pub fn counts(&self, model: &Model, setting: &Setting) -> bool {
        model.switch_of(setting).is_none_or(|switch| !switch.is_empty(self.raw(switch)))
    }

    /// The canonical value of a setting; `null` for every empty value.
    pub fn canonical(&self, model: &Model, setting: &Setting) -> Json {
        setting.canonical(self.value(model, setting))
    }

    /// Whether a setting has a value, compared by meaning. A setting whose group is off has none.
    pub fn has(&self, model: &Model, setting: &Setting, value: &Json) -> bool {
        setting.same(self.value(model, setting), Some(value))
    }

    /// Everything that no setting of the model describes, in groups too, including empty values.
    pub fn unknown(&self, model: &Model) -> Vec<Unknown> {
        let mut found = Vec::new();
        collect_unknown(model.section(self.endpoint), &self.fields, &mut Vec::new(), &mut found);
        found
    }
}

fn collect_unknown<'d>(
    branch: &Branch,
    fields: &'d Map<String, Json>,
    keys: &mut Vec<&'d str>,
    found: &mut Vec<Unknown>,
) {
    for (key, value) in fields {
        let node = branch.member(key).filter(|member| member.is_answered()).map(|member| &member.node);
        keys.push(key);
        match (node, value) {
            (Some(Node::Setting(_)), _) => {}
            (Some(Node::Branch(below)), Json::Object(members)) if !is_stand_in(value) => {
                collect_unknown(below, members, keys, found);
            }
            // A group that is unset.
            (Some(Node::Branch(_)), blank) if is_blank(blank) => {}
            _ => {
                let keys = keys.iter().map(|key| (*key).to_owned()).collect();
                found.push(Unknown { keys, value: value.clone() });
            }
        }
        keys.pop();
    }
}

/// The error for the first group with ambiguous members.
fn undecidable_group(branch: &Branch, fields: &Map<String, Json>, texts: &Texts) -> Option<DocumentError> {
    branch.members().iter().filter(|member| member.is_answered()).find_map(|member| {
        let Node::Branch(below) = &member.node else { return None };
        let value = fields.get(member.name())?;
        match texts.get(value) {
            Some(text) => text.starts_with('{').then(|| undecidable(text, below.path().to_owned())),
            None => undecidable_group(below, value.as_object()?, texts),
        }
    })
}

/// The error for an object with ambiguous members.
fn undecidable(valid: &str, path: String) -> DocumentError {
    match json::unique_members(valid) {
        Err(name) => DocumentError::Ambiguous { path, name: visible(&name).into_owned() },
        Ok(_) => DocumentError::Name(path),
    }
}

/// Returns the value with the members of every object in alphabetical order, so that equal values have equal texts.
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

/// The known state of one object of the API.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Slot {
    /// It was not requested.
    #[default]
    NotRead,
    /// It does not exist: the API answers that Access is not enabled.
    Absent,
    /// It exists.
    Present(Document),
}

impl Slot {
    /// The document, if it was read and exists.
    pub fn document(&self) -> Option<&Document> {
        match self {
            Self::Present(document) => Some(document),
            Self::NotRead | Self::Absent => None,
        }
    }
}

/// Sets the value at a path of keys. Values on the way that are not objects are replaced.
pub(crate) fn set_at(fields: &mut Map<String, Json>, keys: &[&str], value: Json) {
    match keys {
        [] => {}
        [key] => drop(fields.insert((*key).to_owned(), value)),
        [key, rest @ ..] => {
            let inner = fields.entry((*key).to_owned()).or_insert(Json::Null);
            if !inner.is_object() || is_stand_in(inner) {
                *inner = Json::Object(Map::new());
            }
            if let Json::Object(inner) = inner {
                set_at(inner, rest, value);
            }
        }
    }
}

/// The live state of one organization, as far as it was read.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Live {
    /// The organization object.
    pub organization: Slot,
    /// The DoH object.
    pub doh: Slot,
}

impl Live {
    /// The state of an endpoint.
    pub fn slot(&self, endpoint: Endpoint) -> &Slot {
        match endpoint {
            Endpoint::Organization => &self.organization,
            Endpoint::Doh => &self.doh,
        }
    }

    /// The state of an endpoint, for writing.
    pub fn slot_mut(&mut self, endpoint: Endpoint) -> &mut Slot {
        match endpoint {
            Endpoint::Organization => &mut self.organization,
            Endpoint::Doh => &mut self.doh,
        }
    }

    /// The document of an endpoint, if it was read and exists.
    pub fn document(&self, endpoint: Endpoint) -> Option<&Document> {
        self.slot(endpoint).document()
    }

    /// The documents that were read.
    pub fn documents(&self) -> impl Iterator<Item = &Document> {
        Endpoint::ALL.into_iter().filter_map(|endpoint| self.document(endpoint))
    }

    /// The raw value of a setting, as in [`Document::value`].
    pub fn value(&self, model: &Model, setting: &Setting) -> Option<&Json> {
        self.document(setting.endpoint())?.value(model, setting)
    }
}

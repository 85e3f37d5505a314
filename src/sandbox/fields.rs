//! The members of a document, classified by the table of settings.

use serde_json::{Map, Value as Json};

use super::personality::Spelling;
use crate::settings::{Endpoint, Model, NameKind, Node, Scope, Setting, SettingPath};

/// A document of the API: its members in order.
pub(super) type Fields = Map<String, Json>;

/// What a member of a document is, according to the table.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum MemberRole<'m> {
    /// A setting that can be written.
    Setting(&'m Setting),
    /// A member that only the server writes.
    ReadOnly,
    /// A whole group: `null`, `{}` or a value that is not an object.
    Group,
    /// A member that the API does not document for this scope.
    Unknown,
}

/// One member of a document.
#[derive(Debug, Clone)]
pub(super) struct DocumentMember<'m, 'd> {
    /// The keys that lead to it.
    pub(super) keys: Vec<String>,
    /// Its role.
    pub(super) role: MemberRole<'m>,
    /// Its value.
    pub(super) value: &'d Json,
}

/// The source of a document, which determines the names of its settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MemberSource {
    /// The body of a write.
    Body,
    /// The stored document, with the names that answers use.
    Stored,
}

/// The part of the table that applies to one endpoint and scope.
#[derive(Debug, Clone, Copy)]
pub(super) struct Table<'m> {
    pub(super) model: &'m Model,
    pub(super) endpoint: Endpoint,
    pub(super) scope: Scope,
}

impl<'m> Table<'m> {
    /// Returns the settings that can be written.
    pub(super) fn settings(self) -> impl Iterator<Item = &'m Setting> {
        self.model.of(self.endpoint).filter(move |setting| setting.is_declarable() && self.scope.has(setting))
    }

    /// Returns the members of a document, including those of groups.
    pub(super) fn members<'d>(self, side: MemberSource, fields: &'d Fields) -> Vec<DocumentMember<'m, 'd>> {
        let mut found = Vec::new();
        self.collect(side, &mut Vec::new(), fields, &mut found);
        found
    }

    fn collect<'d>(
        self,
        side: MemberSource,
        keys: &mut Vec<String>,
        fields: &'d Fields,
        found: &mut Vec<DocumentMember<'m, 'd>>,
    ) {
        for (key, value) in fields {
            keys.push(key.clone());
            match (self.role(side, keys), value) {
                (MemberRole::Group, Json::Object(members)) if !members.is_empty() => {
                    self.collect(side, keys, members, found);
                }
                (role, value) => found.push(DocumentMember { keys: keys.clone(), role, value }),
            }
            keys.pop();
        }
    }

    fn role(self, side: MemberSource, keys: &[String]) -> MemberRole<'m> {
        let Some(member) = self.model.section(self.endpoint).at(keys) else { return MemberRole::Unknown };
        match &member.node {
            Node::Setting(setting) => self.role_of(setting, member.name_kind, side),
            Node::Branch(below) => {
                let is_here = |setting: &&Setting| setting.is_declarable() && self.scope.has(setting);
                if below.settings().iter().any(is_here) { MemberRole::Group } else { MemberRole::Unknown }
            }
        }
    }

    fn role_of(self, setting: &'m Setting, name: NameKind, side: MemberSource) -> MemberRole<'m> {
        match (side, name) {
            _ if !setting.is_declarable() => MemberRole::ReadOnly,
            _ if !self.scope.has(setting) => MemberRole::Unknown,
            (_, NameKind::Current)
            | (MemberSource::Body, NameKind::Requested)
            | (MemberSource::Stored, NameKind::Answered) => MemberRole::Setting(setting),
            (MemberSource::Body, NameKind::Answered) => MemberRole::ReadOnly,
            (MemberSource::Stored, NameKind::Requested) | (_, NameKind::Former) => MemberRole::Unknown,
        }
    }

    /// Returns the document with the current name of each renamed setting. If it uses both names, `wins` decides.
    pub(super) fn with_current_names(self, mut fields: Fields, wins: Spelling) -> Fields {
        for setting in self.settings() {
            let Some(former) = setting.former else { continue };
            let Some(value) = remove(&mut fields, former.keys()) else { continue };
            if wins == Spelling::Former || get(&fields, setting.keys()).is_none() {
                put(&mut fields, setting.keys(), value);
            }
        }
        self.rename_whole_groups(fields, wins)
    }

    /// Moves what is left under the former name of a group: `null`, an empty object, or unknown members.
    fn rename_whole_groups(self, mut fields: Fields, wins: Spelling) -> Fields {
        for group in self.model.groups() {
            let Some(former) = group.former else { continue };
            let Some(rest) = remove(&mut fields, former.keys()) else { continue };
            let absent = get(&fields, group.keys()).is_none();
            match rest {
                Json::Object(members) if members.is_empty() && !absent => {}
                Json::Object(members) if !members.is_empty() => {
                    for (key, value) in members {
                        let mut keys = group.keys().to_vec();
                        keys.push(&key);
                        put(&mut fields, &keys, value);
                    }
                }
                other if wins == Spelling::Former || absent => put(&mut fields, group.keys(), other),
                _ => {}
            }
        }
        fields
    }
}

/// Returns the keys of a setting in a stored document.
pub(super) fn stored_keys(setting: &Setting) -> &[&'static str] {
    setting.observed_as.as_ref().map_or_else(|| setting.keys(), SettingPath::keys)
}

/// Returns the value at a path of keys.
pub(super) fn get<'d, K: AsRef<str>>(fields: &'d Fields, keys: &[K]) -> Option<&'d Json> {
    let (first, rest) = keys.split_first()?;
    rest.iter().try_fold(fields.get(first.as_ref())?, |value, key| value.get(key.as_ref()))
}

/// Sets the value at a path of keys. A value on the path that is not an object is replaced by one.
pub(super) fn put<K: AsRef<str>>(fields: &mut Fields, keys: &[K], value: Json) {
    let Some((first, rest)) = keys.split_first() else { return };
    let first = first.as_ref();
    if rest.is_empty() {
        fields.insert(first.to_owned(), value);
        return;
    }
    let inner = fields.entry(first).or_insert(Json::Null);
    if !inner.is_object() {
        *inner = Json::Object(Fields::new());
    }
    if let Json::Object(inner) = inner {
        put(inner, rest, value);
    }
}

/// Removes the value at a path of keys. Objects on the path stay, even if they become empty.
pub(super) fn remove<K: AsRef<str>>(fields: &mut Fields, keys: &[K]) -> Option<Json> {
    let (first, rest) = keys.split_first()?;
    if rest.is_empty() {
        return fields.shift_remove(first.as_ref());
    }
    match fields.get_mut(first.as_ref()) {
        Some(Json::Object(inner)) => remove(inner, rest),
        _ => None,
    }
}

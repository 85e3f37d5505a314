//! The effect of an accepted write on the stored document.

use serde_json::{Value as Json, json};

use super::fields::{self, DocumentMember, Fields, MemberRole, MemberSource};
use super::personality::{EmptyStrings, Groups, Put, UnknownFields};
use super::rules::{Write, WriteKind, cannot_be_cleared};
use super::state::instant;
use crate::settings::{Endpoint, Setting, is_blank};

/// The lifetime of an emulated service token in seconds: the documented default of 8760h.
const TOKEN_LIFE: i64 = 8760 * 3600;

impl Write<'_> {
    /// Returns the document after the write.
    pub(super) fn next(&self) -> Fields {
        let mut next = self.base();
        for member in self.table.members(MemberSource::Body, self.body) {
            self.apply(&mut next, &member);
        }
        self.keep(&mut next);
        if self.table.endpoint == Endpoint::Doh {
            self.describe_token(&mut next);
        }
        next
    }

    /// Returns the document that the body is applied to: empty, or the stored members that a merge keeps.
    fn base(&self) -> Fields {
        let personality = &self.state.personality;
        let merges = self.kind == WriteKind::Patch || (self.kind == WriteKind::Update && personality.put == Put::Merge);
        if !merges {
            return Fields::new();
        }
        let mut base = self.stored.clone();
        if personality.groups == Groups::Replace {
            for group in self.table.model.groups() {
                if fields::get(self.body, group.keys()).is_some() && self.knows_group(group.keys()) {
                    fields::remove(&mut base, group.keys());
                }
            }
        }
        base
    }

    fn knows_group(&self, keys: &[&str]) -> bool {
        self.table.settings().any(|setting| setting.keys().starts_with(keys))
    }

    fn apply(&self, next: &mut Fields, member: &DocumentMember<'_, '_>) {
        match member.role {
            MemberRole::ReadOnly => {}
            MemberRole::Unknown if self.state.personality.unknown_fields == UnknownFields::Stored => {
                fields::put(next, &member.keys, self.state.hostile.unknown_values.stored(member.value));
            }
            MemberRole::Unknown => {}
            // The base has already dropped what an empty object removes.
            MemberRole::Group if member.value.is_object() => {}
            MemberRole::Group => set(next, &member.keys, member.value),
            MemberRole::Setting(setting) => self.apply_setting(next, setting, member.value),
        }
    }

    fn apply_setting(&self, next: &mut Fields, setting: &Setting, value: &Json) {
        let dropped = value == "" && self.state.personality.empty_strings == EmptyStrings::Dropped;
        let left_out = self.kind == WriteKind::Create && !setting.in_create;
        if left_out || (cannot_be_cleared(setting) && is_blank(value)) {
            return;
        }
        let keys = fields::stored_keys(setting);
        set(next, keys, if dropped { &Json::Null } else { value });
    }

    /// Restores what a write cannot remove: read-only and ignored members, and settings that cannot be cleared.
    fn keep(&self, next: &mut Fields) {
        let ignores_unknown = self.state.personality.unknown_fields != UnknownFields::Stored;
        for member in self.table.members(MemberSource::Stored, self.stored) {
            let kept = match member.role {
                MemberRole::ReadOnly => true,
                MemberRole::Unknown => ignores_unknown,
                MemberRole::Setting(setting) => {
                    cannot_be_cleared(setting) && fields::get(next, &member.keys).is_none_or(is_blank)
                }
                MemberRole::Group => false,
            };
            if kept {
                fields::put(next, &member.keys, member.value.clone());
            }
        }
    }

    /// Updates the attributes of the service token if the write selects another token or none.
    fn describe_token(&self, next: &mut Fields) {
        let same = self.table.settings().filter(|setting| setting.observed_as.is_some()).all(|setting| {
            let keys = fields::stored_keys(setting);
            setting.same(fields::get(next, keys), fields::get(self.stored, keys))
        });
        if same {
            return;
        }
        for attribute in self.table.model.response_only(Endpoint::Doh) {
            fields::remove(next, attribute.keys());
        }
        let Some(id) = next.get("id").and_then(Json::as_str).filter(|id| !id.is_empty()).map(str::to_owned) else {
            return;
        };
        next.extend(service_token(&id, self.state.clock));
    }
}

/// Returns the attributes of an emulated service token, derived from its id and the clock.
fn service_token(id: &str, clock: i64) -> Fields {
    let digits: String = id.chars().filter(char::is_ascii_hexdigit).take(32).collect();
    let short: String = digits.chars().take(8).collect();
    let attributes = json!({
        "client_id": format!("{digits}.access"),
        "name": format!("Service token {short}"),
        "duration": "8760h",
        "enabled": true,
        "expires_at": instant(clock + TOKEN_LIFE),
        "created_at": instant(clock),
        "updated_at": instant(clock),
    });
    if let Json::Object(attributes) = attributes { attributes } else { Fields::new() }
}

fn set<K: AsRef<str>>(fields: &mut Fields, keys: &[K], value: &Json) {
    if value.is_null() {
        fields::remove(fields, keys);
    } else {
        fields::put(fields, keys, value.clone());
    }
}

/// Applies a JSON merge patch (RFC 7396).
pub(super) fn merge_patch(document: &mut Json, patch: &Json) {
    let Json::Object(changes) = patch else {
        *document = patch.clone();
        return;
    };
    if !document.is_object() {
        *document = Json::Object(Fields::new());
    }
    let Json::Object(members) = document else { return };
    for (key, change) in changes {
        if change.is_null() {
            members.shift_remove(key);
        } else {
            merge_patch(members.entry(key.clone()).or_insert(Json::Null), change);
        }
    }
}

//! The bodies of writes: the live document with the changes.
//!
//! Cloudflare does not document whether PUT replaces or merges, so the body must be right for both: it echoes all live values,
//! and clears explicitly. Unknown fields are echoed exactly as read, even if empty, because their meaning is unknown. Fields
//! that only the server writes are left out, and so are known members that were already empty: according to a public report,
//! both cause refusals (12062).

use serde_json::{Map, Value as Json};

use crate::json::JsonText;
use crate::live::{Document, set_at};
use crate::plan::{Change, Op};
use crate::settings::{Branch, Endpoint, Group, Kind, Model, Node, Setting, SettingPath, Unset, dotted, is_blank};

/// Returns the body of a PUT that makes `changes` to `live`, without the unknown fields that `omit` names. Settings of the model
/// are not omitted.
///
/// `live` is the last read. The body keeps all of it except response-only fields and empty settings.
pub fn put(model: &Model, live: &Document, changes: &[&Change], omit: &[String]) -> JsonText {
    let mut body = echo(model, live);
    for field in live.unknown(model) {
        if omit.contains(&dotted(live.endpoint, &field.keys)) {
            remove(&mut body, &field.keys);
        }
    }
    for change in changes {
        for keys in spellings_to_write(live, &change.setting) {
            set_at(&mut body, keys, wire_value(change));
        }
        for (setting, value) in &change.annotations {
            set_at(&mut body, write_keys(live, setting), value.clone());
        }
    }
    let is_of_endpoint = |group: &&Group| group.full_path().endpoint() == live.endpoint;
    for group in model.innermost_groups().into_iter().filter(is_of_endpoint) {
        collapse(&mut body, live, model, group);
        complete(&mut body, live, model, group);
    }
    live.with_originals(&body)
}

/// Returns the body of the POST that creates an organization: the declared settings that POST accepts.
pub fn post(changes: &[&Change]) -> JsonText {
    let mut body = Map::new();
    for change in changes.iter().filter(|change| is_in_post(change)) {
        set_at(&mut body, change.setting.keys(), change.after.clone());
        for (setting, value) in &change.annotations {
            set_at(&mut body, setting.keys(), value.clone());
        }
    }
    JsonText::from(&body)
}

/// Whether the POST contains a change.
pub(super) fn is_in_post(change: &Change) -> bool {
    change.setting.endpoint() == Endpoint::Organization && change.setting.in_create && change.op == Op::Set
}

/// Returns the live document without response-only fields and empty settings.
fn echo(model: &Model, live: &Document) -> Map<String, Json> {
    let mut body = live.fields.clone();
    for setting in model.response_only(live.endpoint) {
        for keys in setting.live_keys() {
            remove(&mut body, keys);
        }
    }
    // A value that the API returns with another name than it accepts is sent with the accepted name.
    for setting in model.of(live.endpoint).filter(|setting| setting.is_declarable() && setting.observed_as.is_some()) {
        let value = live.raw(setting).filter(|value| !is_blank(value)).cloned();
        for keys in setting.live_keys() {
            remove(&mut body, keys);
        }
        if let Some(value) = value {
            set_at(&mut body, setting.keys(), value);
        }
    }
    remove_empty(model.section(live.endpoint), &mut body);
    body
}

/// Removes empty settings, and groups that contain only empty settings. An empty list is kept unless its group is removed.
fn remove_empty(branch: &Branch, fields: &mut Map<String, Json>) {
    let is_empty = |value: &Json| !value.is_array() && is_blank(value);
    fields.retain(|name, value| match (answered(branch, name), value) {
        (None, _) => true,
        (Some(Node::Branch(below)), Json::Object(members)) => {
            remove_empty(below, members);
            !members.iter().all(|(name, value)| is_blank(value) && answered(below, name).is_some())
        }
        (Some(Node::Branch(_) | Node::Setting(_)), value) => !is_empty(value),
    });
}

/// Returns the node of a name that live documents have.
fn answered<'m>(branch: &'m Branch, name: &str) -> Option<&'m Node> {
    branch.member(name).filter(|member| member.is_answered()).map(|member| &member.node)
}

/// Returns the value to send for a change. An unset is explicit, with the empty value of the setting.
fn wire_value(change: &Change) -> Json {
    match (change.op, change.setting.unset) {
        (Op::Set, _) => change.after.clone(),
        (Op::Unset, Unset::False) => Json::Bool(false),
        (Op::Unset, Unset::EmptyList) => Json::Array(Vec::new()),
        (Op::Unset, Unset::Null | Unset::Never(_)) => Json::Null,
    }
}

/// Returns the keys to write a setting with: the former spelling if the live document uses that one.
fn write_keys<'s>(live: &Document, setting: &'s Setting) -> &'s [&'static str] {
    let own = setting.keys();
    let Some(former) = setting.former.as_ref().map(SettingPath::keys) else { return own };
    let shared = own.iter().zip(former).take_while(|(own, former)| own == former).count();
    let is_used =
        |keys: &[&str]| keys.get(..=shared).and_then(|keys| live.at(keys)).is_some_and(|value| !is_blank(value));
    if !is_used(own) && is_used(former) { former } else { own }
}

/// Returns all keys to write a changed setting with. A former spelling that has a value gets the same value, because with two
/// different values the server could use either.
fn spellings_to_write<'s>(live: &Document, setting: &'s Setting) -> impl Iterator<Item = &'s [&'static str]> {
    let written = write_keys(live, setting);
    let former = setting.former.as_ref().map(SettingPath::keys).filter(|former| *former != written);
    let former = former.filter(|former| live.at(former).is_some_and(|value| !is_blank(value)));
    std::iter::once(written).chain(former)
}

/// Replaces a group in which all members are emptied with `null`, which is how the API clears a group. An unknown member keeps
/// the group, even if it is empty.
///
/// A group with only an emptied list is kept: `{"allowed_authenticators": []}` is the documented way to turn MFA off.
fn collapse(body: &mut Map<String, Json>, live: &Document, model: &Model, group: &Group) {
    let Some(member) = model.members(group).next() else { return };
    let Some(keys) = write_keys(live, member).get(..group.keys().len()) else { return };
    let Some(Node::Branch(branch)) = model.section(live.endpoint).at(keys).map(|member| &member.node) else { return };
    let Some(Json::Object(members)) = at_mut(body, keys) else { return };
    let is_emptied = |name: &str, value: &Json| match branch.member(name).map(|member| &member.node) {
        // Only for a boolean, false is empty. Elsewhere it is a value, which must be kept.
        Some(Node::Setting(setting)) if setting.kind == Kind::Boolean => is_blank(value) || *value == Json::Bool(false),
        Some(Node::Setting(_) | Node::Branch(_)) => is_blank(value),
        None => false,
    };
    let emptied = members.iter().all(|(name, value)| is_emptied(name, value));
    if emptied && members.values().any(Json::is_null) {
        set_at(body, keys, Json::Null);
    }
}

/// Makes a group complete or absent if the API accepts it only as a whole (cloudflare-docs, service tokens) and members are
/// empty in the live state: the server fills a group whose switch is off with `""` or `null`.
///
/// If the switch is off, the group is left out, or cleared if a change turned it off; both mean the same. Otherwise it is sent
/// as it was read, and so is a group with unknown members.
fn complete(body: &mut Map<String, Json>, live: &Document, model: &Model, group: &Group) {
    let keys = group.keys();
    let Some(Json::Object(sent)) = at_mut(body, keys).filter(|_| group.all_or_nothing) else { return };
    let names: Vec<&str> = model.members(group).map(Setting::name).collect();
    if names.iter().all(|name| sent.get(*name).is_some_and(|value| !is_blank(value))) {
        return;
    }
    let switch = group.switch.and_then(|path| model.setting(path));
    let is_off = switch.is_some_and(|switch| switch.is_empty(sent.get(switch.name())));
    let was_on = switch.is_some_and(|switch| !switch.is_empty(live.raw(switch)));
    let has_unknown = sent.keys().any(|name| !names.contains(&name.as_str()));
    match (is_off && !has_unknown, was_on) {
        (true, true) => set_at(body, keys, Json::Null),
        (true, false) => remove(body, keys),
        (false, _) => {
            for name in names {
                if let Some(value) = live.at(&[keys, &[name]].concat()).filter(|_| !sent.contains_key(name)) {
                    sent.insert(name.to_owned(), value.clone());
                }
            }
        }
    }
}

/// Returns the value at a path.
fn at_mut<'b>(body: &'b mut Map<String, Json>, keys: &[&str]) -> Option<&'b mut Json> {
    let (first, rest) = keys.split_first()?;
    rest.iter().try_fold(body.get_mut(*first)?, |value, key| value.get_mut(*key))
}

fn remove<K: AsRef<str>>(body: &mut Map<String, Json>, keys: &[K]) {
    match keys {
        [] => {}
        [key] => drop(body.shift_remove(key.as_ref())),
        [key, rest @ ..] => {
            if let Some(Json::Object(inner)) = body.get_mut(key.as_ref()) {
                remove(inner, rest);
            }
        }
    }
}

#[cfg(test)]
mod tests;

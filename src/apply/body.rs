//! What is sent: the live document with the changes laid over it.
//!
//! Nobody has published whether PUT replaces or merges, so the body is right under both: everything that live has is
//! echoed, and an intended clear is explicit. Unknown fields are echoed exactly as they were read, empty ones included:
//! nobody knows what they mean. What the server keeps for itself is left out, and so are known members that were empty
//! already, because a public report blames both for refusals (12062).

use serde_json::{Map, Value as Json};

use crate::json::JsonText;
use crate::live::{Document, dotted, set_at};
use crate::plan::{Change, Op};
use crate::settings::{Endpoint, Group, Kind, Model, Setting, SettingPath, Unset, is_blank};

/// The body of a PUT that makes `changes` on `live`, leaving out the unknown fields that `omit` names.
/// A setting of the model is never left out.
///
/// `live` is what was read last; nothing of it is lost but response-only fields and empty settings.
pub fn put(model: &Model, live: &Document, changes: &[&Change], omit: &[String]) -> JsonText {
    let mut body = echo(model, live);
    let unknown: Vec<String> = live.unknown(model).iter().map(|field| dotted(live.endpoint, &field.keys)).collect();
    for path in omit.iter().filter(|path| unknown.contains(path)) {
        remove_named(&mut body, live.endpoint, path);
    }
    for change in changes {
        for keys in spellings_to_write(live, &change.setting) {
            set_at(&mut body, keys, wire_value(change));
        }
        for (setting, value) in &change.annotations {
            set_at(&mut body, write_keys(live, setting), value.clone());
        }
    }
    for group in model.groups() {
        collapse(&mut body, live, model, group);
        complete(&mut body, live, model, group);
    }
    live.with_originals(&body)
}

/// The body of the POST that creates an organization: the declared settings that POST takes.
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

/// Whether the POST carries a change.
pub(super) fn is_in_post(change: &Change) -> bool {
    change.setting.endpoint() == Endpoint::Organization && change.setting.in_create && change.op == Op::Set
}

/// The live document as it may be sent back: without response-only fields and without what was empty already.
fn echo(model: &Model, live: &Document) -> Map<String, Json> {
    let mut body = live.fields.clone();
    for setting in model.response_only(live.endpoint) {
        for keys in setting.live_keys() {
            remove(&mut body, keys);
        }
    }
    // What the API answers under another name than it takes goes back under the name it takes.
    for setting in model.of(live.endpoint).filter(|setting| setting.is_declarable() && setting.observed_as.is_some()) {
        let value = live.raw(setting).filter(|value| !is_blank(value)).cloned();
        for keys in setting.live_keys() {
            remove(&mut body, keys);
        }
        if let Some(value) = value {
            set_at(&mut body, setting.keys(), value);
        }
    }
    remove_empty_settings(model, live, &mut body);
    body
}

/// Removes the settings that hold nothing, then the groups that hold nothing more. Lists are kept as they are.
fn remove_empty_settings(model: &Model, live: &Document, body: &mut Map<String, Json>) {
    let known: Vec<_> = model.of(live.endpoint).flat_map(Setting::live_keys).collect();
    let is_empty = |value: &Json| !value.is_array() && is_blank(value);
    for keys in &known {
        if live.at(keys).is_some_and(is_empty) {
            remove(body, keys);
        }
    }
    for group in known.iter().filter(|keys| keys.len() > 1).map(|keys| keys[0]) {
        let is_unset =
            |(name, value): (&String, &Json)| is_blank(value) && known.iter().any(|keys| **keys == [group, name]);
        let holds_nothing =
            |value: &Json| value.as_object().map_or_else(|| is_empty(value), |members| members.iter().all(is_unset));
        if body.get(group).is_some_and(holds_nothing) {
            body.shift_remove(group);
        }
    }
}

/// The value that stands for a change on the wire; an unset is explicit, in the form that the setting takes.
fn wire_value(change: &Change) -> Json {
    match (change.op, change.setting.unset) {
        (Op::Set, _) => change.after.clone(),
        (Op::Unset, Unset::False) => Json::Bool(false),
        (Op::Unset, Unset::EmptyList) => Json::Array(Vec::new()),
        (Op::Unset, Unset::Null | Unset::Never(_)) => Json::Null,
    }
}

/// The spelling under which a setting is written: the former one where that is what live speaks.
fn write_keys<'s>(live: &Document, setting: &'s Setting) -> &'s [&'static str] {
    let speaks = |keys: &[&str]| live.fields.get(keys[0]).is_some_and(|value| !is_blank(value));
    let former = setting.former.as_ref().map(SettingPath::keys).filter(|keys| speaks(keys));
    let own = setting.keys();
    if speaks(own) { own } else { former.unwrap_or(own) }
}

/// The spellings under which a changed setting is written: a former one that holds a value too gets the same value, since
/// a body that contradicts itself leaves it to the server which of the two counts.
fn spellings_to_write<'s>(live: &Document, setting: &'s Setting) -> impl Iterator<Item = &'s [&'static str]> {
    let written = write_keys(live, setting);
    let former = setting.former.as_ref().map(SettingPath::keys).filter(|former| *former != written);
    let former = former.filter(|former| live.at(former).is_some_and(|value| !is_blank(value)));
    std::iter::once(written).chain(former)
}

/// Turns a group whose every member is emptied into one `null`, which is how the API clears a group. A member that nobody
/// knows keeps it, empty or not.
///
/// An emptied list alone is left as it is: `{"allowed_authenticators": []}` is the documented way to turn MFA off.
fn collapse(body: &mut Map<String, Json>, live: &Document, model: &Model, group: &Group) {
    let Some(key) = model.members(group).next().map(|member| write_keys(live, member)[0]) else { return };
    let Some(Json::Object(members)) = body.get(key) else { return };
    // false is empty for a boolean alone; anywhere else it is a value that nobody declared, and stays.
    let is_off = |name: &str, value: &Json| {
        let mut boolean = model.members(group).filter(|member| member.kind == Kind::Boolean);
        *value == Json::Bool(false) && boolean.any(|member| member.name() == name)
    };
    let is_known = |name: &str| model.members(group).any(|member| member.name() == name);
    let emptied = members.iter().all(|(name, value)| is_known(name) && (is_blank(value) || is_off(name, value)));
    if emptied && members.values().any(Json::is_null) {
        body.insert(key.to_owned(), Json::Null);
    }
}

/// Makes a group that the API takes only as a whole complete or absent (cloudflare-docs, service tokens), where live has
/// members without content: servers fill a group whose switch is off with `""` or `null`.
///
/// While its switch is off such a group is left out, or cleared where a change turned it off; that is the same by meaning.
/// Otherwise it goes back as it was read, and so does one with members that nobody knows.
fn complete(body: &mut Map<String, Json>, live: &Document, model: &Model, group: &Group) {
    let key = group.keys()[0];
    let Some(Json::Object(sent)) = body.get_mut(key).filter(|_| group.all_or_nothing) else { return };
    let names: Vec<&str> = model.members(group).map(Setting::name).collect();
    if names.iter().all(|name| sent.get(*name).is_some_and(|value| !is_blank(value))) {
        return;
    }
    let is_off = group
        .switch
        .and_then(|path| model.setting(path))
        .is_some_and(|switch| switch.is_empty(sent.get(switch.name())));
    let has_unknown = sent.keys().any(|name| !names.contains(&name.as_str()));
    let was_on =
        group.switch.and_then(|path| model.setting(path)).is_some_and(|switch| !switch.is_empty(live.raw(switch)));
    match (is_off && !has_unknown, was_on) {
        (true, true) => drop(body.insert(key.to_owned(), Json::Null)),
        (true, false) => drop(body.shift_remove(key)),
        (false, _) => {
            for name in names {
                if let Some(value) = live.at(&[key, name]).filter(|_| !sent.contains_key(name)) {
                    sent.insert(name.to_owned(), value.clone());
                }
            }
        }
    }
}

fn remove(body: &mut Map<String, Json>, keys: &[&str]) {
    match keys {
        [] => {}
        [key] => {
            body.shift_remove(*key);
        }
        [key, rest @ ..] => {
            if let Some(Json::Object(inner)) = body.get_mut(*key) {
                remove(inner, rest);
            }
        }
    }
}

/// Removes the field that a dotted path of the plan's listing names.
fn remove_named(body: &mut Map<String, Json>, endpoint: Endpoint, path: &str) {
    let top: Vec<String> = body.keys().cloned().collect();
    for key in top {
        if dotted(endpoint, &[&key]) == path {
            body.shift_remove(&key);
        } else if let Some(Json::Object(inner)) = body.get_mut(&key) {
            inner.retain(|name, _| dotted(endpoint, &[&key, name]) != path);
        }
    }
}

#[cfg(test)]
#[path = "body_tests.rs"]
mod tests;

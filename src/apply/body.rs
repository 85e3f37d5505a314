//! What is sent: the live document with the changes laid over it.
//!
//! Nobody has published whether PUT replaces or merges, so the body is right under both: everything that live has is
//! echoed, and an intended clear is explicit. Unknown fields are echoed exactly as they were read, empty ones included:
//! nobody knows what they mean. What the server keeps for itself is left out, and so are known members that were empty
//! already, because a public report blames both for refusals (12062).

use serde_json::{Map, Value as Json};

use crate::json::JsonText;
use crate::live::{Document, set_at};
use crate::plan::{Change, Op};
use crate::settings::{Branch, Endpoint, Group, Kind, Model, Node, Setting, SettingPath, Unset, dotted, is_blank};

/// The body of a PUT that makes `changes` on `live`, leaving out the unknown fields that `omit` names.
/// A setting of the model is never left out.
///
/// `live` is what was read last; nothing of it is lost but response-only fields and empty settings.
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
    let is_here = |group: &&Group| group.full_path().endpoint() == live.endpoint;
    for group in model.innermost_groups().into_iter().filter(is_here) {
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
    remove_empty(model.section(live.endpoint), &mut body);
    body
}

/// Removes the settings that are empty, then the groups that have nothing else. A list is kept unless its group goes.
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

/// What a live document has under a name.
fn answered<'m>(branch: &'m Branch, name: &str) -> Option<&'m Node> {
    branch.member(name).filter(|member| member.is_answered()).map(|member| &member.node)
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
    let own = setting.keys();
    let Some(former) = setting.former.as_ref().map(SettingPath::keys) else { return own };
    let shared = own.iter().zip(former).take_while(|(own, former)| own == former).count();
    let speaks =
        |keys: &[&str]| keys.get(..=shared).and_then(|keys| live.at(keys)).is_some_and(|value| !is_blank(value));
    if !speaks(own) && speaks(former) { former } else { own }
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
    let Some(member) = model.members(group).next() else { return };
    let Some(keys) = write_keys(live, member).get(..group.keys().len()) else { return };
    let Some(Node::Branch(branch)) = model.section(live.endpoint).at(keys).map(|member| &member.node) else { return };
    let Some(Json::Object(members)) = at_mut(body, keys) else { return };
    let is_emptied = |name: &str, value: &Json| match branch.member(name).map(|member| &member.node) {
        // false is empty for a boolean alone; anywhere else it is a value that nobody declared, and stays.
        Some(Node::Setting(setting)) if setting.kind == Kind::Boolean => is_blank(value) || *value == Json::Bool(false),
        Some(Node::Setting(_) | Node::Branch(_)) => is_blank(value),
        None => false,
    };
    let emptied = members.iter().all(|(name, value)| is_emptied(name, value));
    if emptied && members.values().any(Json::is_null) {
        set_at(body, keys, Json::Null);
    }
}

/// Makes a group that the API takes only as a whole complete or absent (cloudflare-docs, service tokens), where live has
/// members without content: servers fill a group whose switch is off with `""` or `null`.
///
/// While its switch is off such a group is left out, or cleared where a change turned it off; that is the same by meaning.
/// Otherwise it goes back as it was read, and so does one with members that nobody knows.
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

/// The value at a path of keys.
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

//! Keys that no setting has: what was probably meant, and what was renamed.

use super::reader::{Entry, Reader};
use crate::diagnostics::{Finding, Fix, Rule};
use crate::settings::{self, Branch, Model, NameKind, Scope, Setting, nearest, shown};

/// Says once when nothing of a setting, group or section exists in the scope; below it, there is no scope to check any more.
pub(super) fn outside_scope(
    reader: &mut Reader<'_>,
    path: &str,
    settings: &[&Setting],
    entry: &Entry<'_>,
    scope: Scope,
) -> Option<Scope> {
    if settings.iter().any(|setting| setting.is_declarable() && scope.has(setting)) {
        return Some(scope);
    }
    let message = format!("a {scope} has no {}; it exists for accounts only", entry.name);
    let finding = reader.finding(Rule::Scope, &entry.key.span, message).setting(path);
    reader.say(finding.help("remove it, or name the account with account_id in place of zone_id"));
    None
}

/// A key that stands for nothing in a section or group; without one, at the top level.
pub(super) fn unknown(reader: &mut Reader<'_>, branch: Option<&Branch>, entry: &Entry<'_>) {
    let where_ = branch.map_or_else(|| "at the top level".to_owned(), |branch| format!("in {}", branch.path()));
    let message = format!("there is no setting {} {where_}", shown(&entry.name));
    let finding = reader.finding(Rule::UnknownKey, &entry.key.span, message);
    if reader.is_full() {
        reader.say(finding);
        return;
    }
    let renamed = branch.and_then(|branch| renamed(reader, branch, entry));
    let finding = renamed.unwrap_or_else(|| with_guess(reader, branch, entry, finding));
    reader.say(finding);
}

/// A setting or group that the API takes by another name today.
fn renamed(reader: &Reader<'_>, branch: &Branch, entry: &Entry<'_>) -> Option<Finding> {
    let member = branch.member(&entry.name)?;
    let path = match &member.node {
        settings::Node::Setting(setting) if setting.is_declarable() => setting.full_path(),
        settings::Node::Setting(_) => return None,
        settings::Node::Branch(below) => below.group()?.full_path(),
    };
    let what = match member.name_kind {
        NameKind::Answered => "is only how the API answers; it takes",
        NameKind::Current | NameKind::Requested | NameKind::Former => "was renamed",
    };
    let new = path.name();
    let finding = reader
        .finding(Rule::RenamedSetting, &entry.key.span, format!("{} {what} {new}", entry.name))
        .help(format!("write {new}"))
        .setting(path.as_str());
    Some(finding.fix(rename(reader, entry, new, true)))
}

/// Another name for a key, in the quotes of the old one: without them `{"old":[]}` would become `{new:[]}`, which is
/// no YAML.
fn rename(reader: &Reader<'_>, entry: &Entry<'_>, new: &str, safe: bool) -> Fix {
    let quote = reader.raw(entry.key).chars().next().filter(|first| matches!(first, '"' | '\''));
    let quote = quote.map(String::from).unwrap_or_default();
    let replacement = format!("{quote}{new}{quote}");
    Fix { title: format!("write {new}"), span: entry.key.span.clone(), replacement, safe }
}

fn with_guess(reader: &Reader<'_>, branch: Option<&Branch>, entry: &Entry<'_>, finding: Finding) -> Finding {
    let (model, name) = (reader.model, entry.name.as_str());
    if name.contains('.') {
        return finding.help("write each part of a path on a line of its own, indented below the one before");
    }
    let homes = homes(model, name);
    if !homes.is_empty() {
        return finding.help(format!("{name} belongs under {}", homes.join(" or ")));
    }
    let siblings: Vec<&str> = match branch {
        Some(branch) => branch.declarable().map(settings::Member::name).collect(),
        None => super::recognize::KEYS.to_vec(),
    };
    if let Some(meant) = nearest(name, siblings.iter().copied()) {
        return finding.help(format!("did you mean {meant}?")).fix(rename(reader, entry, meant, false));
    }
    let elsewhere = nearest(name, model.declarable().map(Setting::name));
    if let Some(home) = elsewhere.and_then(|meant| model.declarable().find(|setting| setting.name() == meant)) {
        return finding.help(format!("did you mean {}?", home.path));
    }
    match branch {
        Some(_) => finding.help("run \"zerodrift explain\" for the list of settings"),
        None => finding.help(format!("a manifest has {}", siblings.join(", "))),
    }
}

/// The sections and groups that have a setting or group of this name.
fn homes(model: &Model, name: &str) -> Vec<&'static str> {
    let groups = model.groups().iter().map(settings::Group::full_path);
    let paths = model.declarable().map(Setting::full_path).chain(groups);
    let called = paths.filter(|path| path.name() == name);
    let mut homes: Vec<&str> = called.filter_map(|path| path.parent()).map(|home| home.as_str()).collect();
    homes.dedup();
    homes
}

/// A key of a list entry that is not one of a few.
pub(super) fn unknown_of(reader: &mut Reader<'_>, entry: &Entry<'_>, known: &[&'static str]) {
    let message = format!("an entry of allow has no key {}", shown(&entry.name));
    let finding = reader.finding(Rule::UnknownKey, &entry.key.span, message);
    let finding = match nearest(&entry.name, known.iter().copied()) {
        Some(meant) => finding.help(format!("did you mean {meant}?")).fix(rename(reader, entry, meant, false)),
        None => finding.help(format!("an entry has {}", known.join(", "))),
    };
    reader.say(finding);
}

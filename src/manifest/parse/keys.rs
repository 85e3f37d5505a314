//! Keys that no setting has: what was probably meant, and what was renamed.

use super::reader::{Entry, Reader};
use crate::diagnostics::{Finding, Fix, Severity};
use crate::settings::{Model, Scope, Setting, nearest, shown};

/// Whether settings stand below a path.
pub(super) fn is_group(model: &Model, path: &str) -> bool {
    model.settings().iter().any(|setting| is_below(setting.path, path))
}

fn is_below(path: &str, parent: &str) -> bool {
    path.strip_prefix(parent).is_some_and(|rest| rest.starts_with('.'))
}

/// Says once when nothing at or below a path exists in the scope; below it, there is no scope to check any more.
pub(super) fn outside_scope(reader: &mut Reader<'_>, path: &str, entry: &Entry<'_>, scope: Scope) -> Option<Scope> {
    let model = reader.model;
    let exists = |setting: &&Setting| setting.path == path || is_below(setting.path, path);
    if model.declarable().filter(exists).any(|setting| scope.has(setting)) {
        return Some(scope);
    }
    let message = format!("a {scope} has no {}; it exists for accounts only", entry.name);
    let finding = reader.error("scope", &entry.key.span, message).setting(path);
    reader.say(finding.help("remove it, or name the account with account_id in place of zone_id"));
    None
}

/// A key that stands for nothing below this path; the top level is the empty path.
pub(super) fn unknown(reader: &mut Reader<'_>, path: &str, entry: &Entry<'_>) {
    let where_ = if path.is_empty() { "at the top level".to_owned() } else { format!("in {path}") };
    let message = format!("there is no setting {} {where_}", shown(&entry.name));
    let finding = reader.error("unknown-key", &entry.key.span, message);
    if reader.is_full() {
        reader.say(finding);
        return;
    }
    let full = if path.is_empty() { entry.name.clone() } else { format!("{path}.{}", entry.name) };
    let finding = renamed(reader, &full, entry).unwrap_or_else(|| with_guess(reader, path, entry, finding));
    reader.say(finding);
}

/// A setting or group that the API calls by another name today.
fn renamed(reader: &Reader<'_>, full: &str, entry: &Entry<'_>) -> Option<Finding> {
    let groups = reader.model.groups().iter().map(|group| (group.former, group.path, "was renamed"));
    let settings = reader.model.settings().iter().filter(|setting| setting.is_declarable());
    let formers = settings.clone().map(|setting| (setting.former, setting.path, "was renamed"));
    let observed = settings.map(|setting| (setting.observed_as, setting.path, "is only how the API answers; it takes"));
    let (_, path, what) = groups.chain(formers).chain(observed).find(|(former, ..)| *former == Some(full))?;
    let new = path.rsplit('.').next()?;
    let finding = reader
        .error("renamed-setting", &entry.key.span, format!("{} {what} {new}", entry.name))
        .help(format!("write {new}"))
        .setting(path);
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

fn with_guess(reader: &Reader<'_>, path: &str, entry: &Entry<'_>, finding: Finding) -> Finding {
    let (model, name) = (reader.model, entry.name.as_str());
    if name.contains('.') {
        return finding.help("write each part of a path on a line of its own, indented below the one before");
    }
    let homes = homes(model, name);
    if !homes.is_empty() {
        return finding.help(format!("{name} belongs under {}", homes.join(" or ")));
    }
    let siblings = siblings(model, path);
    if let Some(meant) = nearest(name, siblings.iter().copied()) {
        return finding.help(format!("did you mean {meant}?")).fix(rename(reader, entry, meant, false));
    }
    let elsewhere = model.declarable().map(|setting| setting.path.rsplit('.').next().unwrap_or_default());
    if let Some(home) = nearest(name, elsewhere).and_then(|meant| model.declarable().find(|s| s.key() == meant)) {
        return finding.help(format!("did you mean {}?", home.path));
    }
    if path.is_empty() {
        return finding.help(format!("a manifest has {}", siblings.join(", ")));
    }
    finding.help("run \"zerodrift explain\" for the list of settings")
}

/// The sections and groups that have a setting or group of this name.
fn homes(model: &Model, name: &str) -> Vec<&'static str> {
    let groups = model.groups().iter().map(|group| group.path);
    let paths = model.declarable().map(|setting| setting.path).chain(groups);
    let mut homes: Vec<&str> = paths
        .filter_map(|path| path.rsplit_once('.'))
        .filter(|(_, last)| *last == name)
        .map(|(parent, _)| parent)
        .collect();
    homes.dedup();
    homes
}

/// The names that a manifest may hold directly below a path.
fn siblings(model: &Model, path: &str) -> Vec<&'static str> {
    if path.is_empty() {
        return super::recognize::KEYS.to_vec();
    }
    let mut names: Vec<&str> = model
        .declarable()
        .filter(|setting| is_below(setting.path, path))
        .filter_map(|setting| setting.path[path.len() + 1..].split('.').next())
        .collect();
    names.dedup();
    names
}

/// A key of a list entry that is not one of a few.
pub(super) fn unknown_of(reader: &mut Reader<'_>, entry: &Entry<'_>, known: &[&'static str]) {
    let message = format!("an entry of allow has no key {}", shown(&entry.name));
    let finding = reader.finding("unknown-key", Severity::Error, &entry.key.span, message);
    let finding = match nearest(&entry.name, known.iter().copied()) {
        Some(meant) => finding.help(format!("did you mean {meant}?")).fix(rename(reader, entry, meant, false)),
        None => finding.help(format!("an entry has {}", known.join(", "))),
    };
    reader.say(finding);
}

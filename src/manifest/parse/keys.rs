//! Unknown keys: renamed settings, probable misspellings, and settings that the scope does not have.

use super::decoder::{Entry, ManifestDecoder};
use super::recognize;
use crate::diagnostics::{Finding, Fix, Rule};
use crate::settings::{self, Branch, Model, NameKind, Scope, Setting, nearest, shown};

/// Reports a setting, group or section that has no setting in the scope. Returns the scope to check below it; `None` if it
/// was reported, so that it is reported once.
pub(super) fn outside_scope(
    decoder: &mut ManifestDecoder<'_>,
    path: &str,
    settings: &[&Setting],
    entry: &Entry<'_>,
    scope: Scope,
) -> Option<Scope> {
    if settings.iter().any(|setting| setting.is_declarable() && scope.has(setting)) {
        return Some(scope);
    }
    let message = format!("{} is not available for a {scope}, only for an account", entry.name);
    let finding = decoder.finding(Rule::Scope, &entry.key.span, message).setting(path);
    decoder.diagnostics.push(finding.help("remove it, or set account_id instead of zone_id"));
    None
}

/// Reports an unknown key of a section or group, or of the top level if `branch` is `None`.
pub(super) fn unknown(decoder: &mut ManifestDecoder<'_>, branch: Option<&Branch>, entry: &Entry<'_>) {
    let place = branch.map_or_else(|| "at the top level".to_owned(), |branch| format!("in {}", branch.path()));
    let message = format!("unknown key {} {place}", shown(&entry.name));
    let finding = decoder.finding(Rule::UnknownKey, &entry.key.span, message);
    if decoder.diagnostics.is_full(Rule::UnknownKey.severity()) {
        decoder.diagnostics.push(finding);
        return;
    }
    let renamed = branch.and_then(|branch| renamed(decoder, branch, entry));
    let finding = renamed.unwrap_or_else(|| with_guess(decoder, branch, entry, finding));
    decoder.diagnostics.push(finding);
}

/// The finding for a former name of a setting or group, or for the name that the API returns but does not accept.
fn renamed(decoder: &ManifestDecoder<'_>, branch: &Branch, entry: &Entry<'_>) -> Option<Finding> {
    let member = branch.member(&entry.name)?;
    let path = match &member.node {
        settings::Node::Setting(setting) if setting.is_declarable() => setting.full_path(),
        settings::Node::Setting(_) => return None,
        settings::Node::Branch(below) => below.group()?.full_path(),
    };
    let new = path.name();
    let message = match member.name_kind {
        NameKind::Answered => format!("the API returns {}, but accepts only {new}", entry.name),
        NameKind::Current | NameKind::Requested | NameKind::Former => format!("{} was renamed to {new}", entry.name),
    };
    let finding = decoder
        .finding(Rule::RenamedSetting, &entry.key.span, message)
        .help(format!("write {new}"))
        .setting(path.as_str());
    Some(finding.fix(rename(decoder, entry, new, true)))
}

/// Replaces the name of a key, and keeps its quotes: without them `{"old":[]}` would become `{new:[]}`, which is not valid
/// YAML.
fn rename(decoder: &ManifestDecoder<'_>, entry: &Entry<'_>, new: &str, safe: bool) -> Fix {
    let quote = decoder.raw(entry.key).chars().next().filter(|first| matches!(first, '"' | '\''));
    let quote = quote.map(String::from).unwrap_or_default();
    let replacement = format!("{quote}{new}{quote}");
    Fix { title: format!("write {new}"), span: entry.key.span.clone(), replacement, safe }
}

fn with_guess(decoder: &ManifestDecoder<'_>, branch: Option<&Branch>, entry: &Entry<'_>, finding: Finding) -> Finding {
    let (model, name) = (decoder.model, entry.name.as_str());
    if name.contains('.') {
        return finding.help("nest the parts of the path, each on its own line");
    }
    let homes = homes(model, name);
    if !homes.is_empty() {
        return finding.help(format!("{name} belongs under {}", homes.join(" or ")));
    }
    let siblings: Vec<&str> = match branch {
        Some(branch) => branch.declarable().map(settings::Member::name).collect(),
        None => [recognize::KEYS.as_slice(), &recognize::SHARED_KEYS].concat(),
    };
    if let Some(meant) = nearest(name, siblings.iter().copied()) {
        return finding.help(format!("did you mean {meant}?")).fix(rename(decoder, entry, meant, false));
    }
    let elsewhere = nearest(name, model.declarable().map(Setting::name));
    if let Some(home) = elsewhere.and_then(|meant| model.declarable().find(|setting| setting.name() == meant)) {
        return finding.help(format!("did you mean {}?", home.path));
    }
    match branch {
        Some(_) => finding.help("run \"zerodrift explain\" for the list of settings"),
        None => finding.help(format!("the top-level keys are {}", siblings.join(", "))),
    }
}

/// The sections and groups that contain a setting or group with this name.
fn homes(model: &Model, name: &str) -> Vec<&'static str> {
    let groups = model.groups().iter().map(settings::Group::full_path);
    let paths = model.declarable().map(Setting::full_path).chain(groups);
    let called = paths.filter(|path| path.name() == name);
    let mut homes: Vec<&str> = called.filter_map(|path| path.parent()).map(|home| home.as_str()).collect();
    homes.dedup();
    homes
}

/// Reports an unknown key of an allow entry.
pub(super) fn unknown_in_entry(decoder: &mut ManifestDecoder<'_>, entry: &Entry<'_>, known: &[&'static str]) {
    let message = format!("unknown key {} in an allow entry", shown(&entry.name));
    let finding = decoder.finding(Rule::UnknownKey, &entry.key.span, message);
    let finding = match nearest(&entry.name, known.iter().copied()) {
        Some(meant) => finding.help(format!("did you mean {meant}?")).fix(rename(decoder, entry, meant, false)),
        None => finding.help(format!("the keys of an entry are {}", known.join(", "))),
    };
    decoder.diagnostics.push(finding);
}

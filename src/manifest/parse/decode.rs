//! The tree of a manifest → what it declares, section by section and group by group.

use super::allow;
use super::keys;
use super::reader::{Entry, Reader};
use super::value;
use super::yaml::{YamlNode, YamlValue};
use crate::diagnostics::Rule;
use crate::manifest::{Declared, Manifest};
use crate::settings::{self, Branch, Endpoint, Scope, Setting, Target, Unset};

/// The shortest manifest that does something.
const EXAMPLE: &str =
    "write, for example:\n\naccount_id: 699d98642c564d2e855e9661899b7252\norganization:\n  session_duration: 24h";

/// Reads the whole document: what it declares, errors or not, in the order of the model.
pub(super) fn document(reader: &mut Reader<'_>, root: &YamlNode) -> Manifest {
    let mut draft = Manifest {
        path: reader.source.name.clone(),
        sha256: reader.source.sha256(),
        target: None,
        endpoints: Vec::new(),
        declared: Vec::new(),
        allow: Vec::new(),
    };
    let entries = match &root.value {
        YamlValue::Mapping(pairs) => reader.entries(pairs),
        YamlValue::Null => Vec::new(),
        YamlValue::Boolean(_) | YamlValue::Number(_) | YamlValue::Text(_) | YamlValue::List(_) => {
            let message = format!("a manifest is a mapping, and this is {}", kind_of(root));
            reader.say(reader.finding(Rule::NotAMapping, &root.span, message).help(EXAMPLE));
            Vec::new()
        }
    };
    target(reader, &entries, &mut draft);
    let scope = if entries.iter().any(|entry| entry.name == Scope::Zone.key()) { Scope::Zone } else { Scope::Account };
    for entry in &entries {
        let endpoint = Endpoint::ALL.into_iter().find(|endpoint| endpoint.section() == entry.name);
        match (endpoint, entry.name.as_str()) {
            (Some(endpoint), _) => section(reader, endpoint, entry, scope, &mut draft),
            (None, "account_id" | "zone_id") => {}
            (None, "allow") => allow::entries(reader, entry.value, &mut draft),
            (None, _) => keys::unknown(reader, None, entry),
        }
    }
    if draft.endpoints.is_empty() && !reader.has_failed() {
        let message = "the file declares nothing: it has no organization section and no doh section";
        let finding = super::Finding::new(Rule::NoSection, &reader.source.name, message);
        reader.say(finding.help(EXAMPLE));
    }
    draft.declared.sort_by_key(|declared| reader.model.position(declared.setting.path));
    draft.endpoints.sort();
    draft
}

fn target(reader: &mut Reader<'_>, entries: &[Entry<'_>], draft: &mut Manifest) {
    let mut first: Option<&Entry<'_>> = None;
    for entry in entries.iter().filter(|entry| !entry.repeated) {
        let Some(scope) = [Scope::Account, Scope::Zone].into_iter().find(|scope| scope.key() == entry.name) else {
            continue;
        };
        let found = id(reader, scope, entry.value);
        if let Some(first) = first {
            let message = format!("{} contradicts {}: a manifest has one target", entry.name, first.name);
            reader.say(reader.finding(Rule::TwoTargets, &entry.key.span, message).help("remove one of them"));
            continue;
        }
        draft.target = found;
        first = Some(entry);
    }
}

fn id(reader: &mut Reader<'_>, scope: Scope, node: &YamlNode) -> Option<Target> {
    if let Some(finding) = value::final_line_break(reader, node) {
        reader.say(finding);
        return None;
    }
    let text = match &node.value {
        YamlValue::Text(text) => text.as_str(),
        // An id of digits alone looks like a number; its own spelling is meant.
        YamlValue::Number(_) => reader.raw(node),
        YamlValue::Null | YamlValue::Boolean(_) | YamlValue::List(_) | YamlValue::Mapping(_) => "",
    };
    match text.parse() {
        Ok(id) => Some(Target { scope, id }),
        Err(_) if reader.is_blanked(node) => None,
        Err(error) => {
            let what = if text.is_empty() { kind_of(node).to_owned() } else { crate::settings::shown(text) };
            let help = format!("copy the {scope} id from the overview page of the dashboard");
            let message = format!("{} is {what}, but {error}", scope.key());
            reader.say(reader.finding(Rule::TargetId, &node.span, message).help(help));
            None
        }
    }
}

fn section(reader: &mut Reader<'_>, endpoint: Endpoint, entry: &Entry<'_>, scope: Scope, draft: &mut Manifest) {
    if !draft.endpoints.contains(&endpoint) {
        draft.endpoints.push(endpoint);
    }
    let branch = reader.model.section(endpoint);
    let scope = keys::outside_scope(reader, branch.path(), &branch.settings(), entry, scope);
    match &entry.value.value {
        YamlValue::Mapping(pairs) if !pairs.is_empty() => members(reader, branch, pairs, scope, draft),
        YamlValue::Null | YamlValue::Mapping(_) => {
            let message = format!("{} is empty, so it declares nothing", entry.name);
            let note = reader.finding(Rule::EmptySection, &entry.key.span, message);
            reader.say(note.help("an empty section unsets nothing: write null at each setting that should be unset"));
        }
        YamlValue::Boolean(_) | YamlValue::Number(_) | YamlValue::Text(_) | YamlValue::List(_) => {
            not_a_group(reader, entry)
        }
    }
}

fn not_a_group(reader: &mut Reader<'_>, entry: &Entry<'_>) {
    let message = format!("{} holds settings, and this is {}", entry.name, kind_of(entry.value));
    let help = format!("write the settings below {}, each on a line of its own and indented", entry.name);
    reader.say(reader.finding(Rule::WrongType, &entry.value.span, message).help(help));
}

/// The settings and groups of a section or group.
fn members(
    reader: &mut Reader<'_>,
    branch: &Branch,
    pairs: &[(YamlNode, YamlNode)],
    scope: Option<Scope>,
    draft: &mut Manifest,
) {
    for entry in reader.entries(pairs) {
        let member = branch.member(&entry.name).filter(|member| member.is_requested());
        match member.map(|member| &member.node) {
            Some(settings::Node::Setting(setting)) => declare(reader, setting, &entry, scope, draft),
            Some(settings::Node::Branch(below)) => group(reader, below, &entry, scope, draft),
            None => keys::unknown(reader, Some(branch), &entry),
        }
    }
}

fn group(reader: &mut Reader<'_>, branch: &Branch, entry: &Entry<'_>, scope: Option<Scope>, draft: &mut Manifest) {
    let exists =
        |reader: &mut Reader<'_>, scope| keys::outside_scope(reader, branch.path(), &branch.settings(), entry, scope);
    let scope = scope.and_then(|scope| exists(reader, scope));
    match &entry.value.value {
        YamlValue::Mapping(pairs) if !pairs.is_empty() => members(reader, branch, pairs, scope, draft),
        YamlValue::Mapping(_) => {
            let message = format!("{} is empty, so it declares nothing", entry.name);
            let note = reader.finding(Rule::EmptyGroup, &entry.key.span, message);
            reader.say(note.help(format!("write \"{}: null\" to unset its settings", entry.name)));
        }
        YamlValue::Null => unset_group(reader, branch, entry, draft),
        YamlValue::Boolean(_) | YamlValue::Number(_) | YamlValue::Text(_) | YamlValue::List(_) => {
            not_a_group(reader, entry)
        }
    }
}

/// A group that is null declares every setting in it null.
fn unset_group(reader: &mut Reader<'_>, branch: &Branch, entry: &Entry<'_>, draft: &mut Manifest) {
    if reader.is_blanked(entry.value) {
        return;
    }
    for setting in branch.settings().into_iter().filter(|setting| setting.is_declarable()) {
        if let Unset::Never(reason) = setting.unset {
            let message = format!("{} cannot be unset with its group: {reason}", setting.path);
            reader.say(reader.finding(Rule::CannotUnset, &entry.key.span, message).setting(setting.path));
        } else if !entry.repeated {
            let at = reader.location(entry.value);
            push(draft, Declared { setting: *setting, value: serde_json::Value::Null, at });
        }
    }
}

fn declare(reader: &mut Reader<'_>, setting: &Setting, entry: &Entry<'_>, scope: Option<Scope>, draft: &mut Manifest) {
    if !setting.is_declarable() {
        let message = format!("the server keeps {} and does not take it", entry.name);
        let finding = reader.finding(Rule::ReadOnly, &entry.key.span, message).setting(setting.path);
        reader.say(finding.help("remove the line"));
        return;
    }
    if let Some(scope) = scope {
        keys::outside_scope(reader, setting.path, &[setting], entry, scope);
    }
    let Some(value) = value::checked(reader, setting, entry.value) else {
        reader.unusable.push(*setting);
        return;
    };
    if !entry.repeated {
        let at = reader.location(entry.value);
        push(draft, Declared { setting: *setting, value, at });
    }
}

/// A setting counts once, though a repeated section may hold it again.
fn push(draft: &mut Manifest, declared: Declared) {
    if !draft.declared.iter().any(|other| other.setting.path == declared.setting.path) {
        draft.declared.push(declared);
    }
}

/// What a value is, with its article.
pub(super) fn kind_of(node: &YamlNode) -> &'static str {
    match &node.value {
        YamlValue::Null => "null",
        YamlValue::Boolean(_) => "a boolean",
        YamlValue::Number(_) => "a number",
        YamlValue::Text(_) => "text",
        YamlValue::List(_) => "a list",
        YamlValue::Mapping(_) => "a mapping",
    }
}

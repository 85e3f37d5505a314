//! The tree of a manifest → what it declares, section by section and group by group.

use super::allow;
use super::composition;
use super::decoder::{Entry, ManifestDecoder};
use super::keys;
use super::value;
use super::yaml::{YamlNode, YamlValue};
use crate::diagnostics::Rule;
use crate::manifest::desired::Declared;
use crate::settings::{self, Branch, Endpoint, Scope, Setting, Target, Unset};

/// The shortest manifest that declares a setting.
const EXAMPLE: &str =
    "write, for example:\n\naccount_id: 699d98642c564d2e855e9661899b7252\norganization:\n  session_duration: 24h";

/// Decodes the document into the manifest of the decoder: everything it declares, in the order of the model, even if
/// there are errors.
pub(super) fn document(decoder: &mut ManifestDecoder<'_>, root: &YamlNode) {
    let entries = match &root.value {
        YamlValue::Mapping(pairs) => decoder.entries(pairs),
        YamlValue::Null => Vec::new(),
        YamlValue::Boolean(_) | YamlValue::Number(_) | YamlValue::Text(_) | YamlValue::List(_) => {
            let message = format!("a manifest must be a mapping, not {}", root.kind());
            decoder.diagnostics.push(decoder.finding(Rule::NotAMapping, &root.span, message).help(EXAMPLE));
            Vec::new()
        }
    };
    target(decoder, &entries);
    let scope = if entries.iter().any(|entry| entry.name == Scope::Zone.key()) { Scope::Zone } else { Scope::Account };
    for entry in &entries {
        let endpoint = Endpoint::ALL.into_iter().find(|endpoint| endpoint.section() == entry.name);
        match (endpoint, entry.name.as_str()) {
            (Some(endpoint), _) => section(decoder, endpoint, entry, scope),
            (None, "account_id" | "zone_id") => {}
            (None, "allow") => allow::entries(decoder, entry.value),
            (None, "extends") => composition::extends(decoder, entry),
            (None, "lock") => composition::lock(decoder, entry),
            (None, "unmanaged") => composition::unmanaged(decoder, entry),
            (None, _) => keys::unknown(decoder, None, entry),
        }
    }
    let ManifestDecoder { model, manifest, .. } = decoder;
    manifest.declared.sort_by_key(|declared| model.position(declared.setting.path));
    manifest.endpoints.sort();
}

fn target(decoder: &mut ManifestDecoder<'_>, entries: &[Entry<'_>]) {
    let mut first: Option<&Entry<'_>> = None;
    for entry in entries.iter().filter(|entry| !entry.repeated) {
        let Some(scope) = [Scope::Account, Scope::Zone].into_iter().find(|scope| scope.key() == entry.name) else {
            continue;
        };
        let found = id(decoder, scope, entry.value);
        if let Some(first) = first {
            let message = format!("{} conflicts with {}: a manifest has one target", entry.name, first.name);
            let finding = decoder.finding(Rule::TwoTargets, &entry.key.span, message);
            decoder.diagnostics.push(finding.help("remove one of them"));
            continue;
        }
        decoder.target_at = found.is_some().then(|| decoder.location(entry.value));
        decoder.manifest.target = found;
        first = Some(entry);
    }
}

fn id(decoder: &mut ManifestDecoder<'_>, scope: Scope, node: &YamlNode) -> Option<Target> {
    if let Some(finding) = value::final_line_break(decoder, node) {
        decoder.diagnostics.push(finding);
        return None;
    }
    let text = match &node.value {
        YamlValue::Text(text) => text.as_str(),
        // YAML reads an id of digits as a number.
        YamlValue::Number(_) => decoder.raw(node),
        YamlValue::Null | YamlValue::Boolean(_) | YamlValue::List(_) | YamlValue::Mapping(_) => "",
    };
    match text.parse() {
        Ok(id) => Some(Target { scope, id }),
        Err(_) if decoder.is_blanked(node) => None,
        Err(error) => {
            let what = if text.is_empty() { node.kind().to_owned() } else { crate::settings::shown(text) };
            let help = format!("copy the {scope} id from the overview page of the dashboard");
            let message = format!("{} is {what}, but {error}", scope.key());
            decoder.diagnostics.push(decoder.finding(Rule::TargetId, &node.span, message).help(help));
            None
        }
    }
}

fn section(decoder: &mut ManifestDecoder<'_>, endpoint: Endpoint, entry: &Entry<'_>, scope: Scope) {
    if !decoder.manifest.endpoints.contains(&endpoint) {
        decoder.manifest.endpoints.push(endpoint);
    }
    let branch = decoder.model.section(endpoint);
    let scope = keys::outside_scope(decoder, branch.path(), &branch.settings(), entry, scope);
    match &entry.value.value {
        YamlValue::Mapping(pairs) if !pairs.is_empty() => members(decoder, branch, pairs, scope),
        YamlValue::Null | YamlValue::Mapping(_) => {
            let message = format!("{} is empty, so it declares nothing", entry.name);
            let note = decoder.finding(Rule::EmptySection, &entry.key.span, message);
            decoder.diagnostics.push(note.help("to unset settings, write null for each of them"));
        }
        YamlValue::Boolean(_) | YamlValue::Number(_) | YamlValue::Text(_) | YamlValue::List(_) => {
            not_a_group(decoder, entry)
        }
    }
}

fn not_a_group(decoder: &mut ManifestDecoder<'_>, entry: &Entry<'_>) {
    let message = format!("{} must be a mapping of settings, not {}", entry.name, entry.value.kind());
    let help = format!("write each setting on its own indented line below {}", entry.name);
    decoder.diagnostics.push(decoder.finding(Rule::WrongType, &entry.value.span, message).help(help));
}

/// The settings and groups of a section or group.
fn members(decoder: &mut ManifestDecoder<'_>, branch: &Branch, pairs: &[(YamlNode, YamlNode)], scope: Option<Scope>) {
    for entry in decoder.entries(pairs) {
        let member = branch.member(&entry.name).filter(|member| member.is_requested());
        match member.map(|member| &member.node) {
            Some(settings::Node::Setting(setting)) => declare(decoder, setting, &entry, scope),
            Some(settings::Node::Branch(below)) => group(decoder, below, &entry, scope),
            None => keys::unknown(decoder, Some(branch), &entry),
        }
    }
}

fn group(decoder: &mut ManifestDecoder<'_>, branch: &Branch, entry: &Entry<'_>, scope: Option<Scope>) {
    let scope = scope.and_then(|scope| keys::outside_scope(decoder, branch.path(), &branch.settings(), entry, scope));
    match &entry.value.value {
        YamlValue::Mapping(pairs) if !pairs.is_empty() => members(decoder, branch, pairs, scope),
        YamlValue::Mapping(_) => {
            let message = format!("{} is empty, so it declares nothing", entry.name);
            let note = decoder.finding(Rule::EmptyGroup, &entry.key.span, message);
            decoder.diagnostics.push(note.help(format!("write \"{}: null\" to unset its settings", entry.name)));
        }
        YamlValue::Null => unset_group(decoder, branch, entry),
        YamlValue::Boolean(_) | YamlValue::Number(_) | YamlValue::Text(_) | YamlValue::List(_) => {
            not_a_group(decoder, entry)
        }
    }
}

/// Declares every setting of a group null.
fn unset_group(decoder: &mut ManifestDecoder<'_>, branch: &Branch, entry: &Entry<'_>) {
    if decoder.is_blanked(entry.value) {
        return;
    }
    for setting in branch.settings().into_iter().filter(|setting| setting.is_declarable()) {
        if let Unset::Never(reason) = setting.unset {
            let message = format!("{} cannot be unset with its group: {reason}", setting.path);
            let finding = decoder.finding(Rule::CannotUnset, &entry.key.span, message);
            decoder.diagnostics.push(finding.setting(setting.path));
        } else if !entry.repeated && decoder.manifest.declared(setting.path).is_none() {
            let at = decoder.location(entry.value);
            decoder.manifest.declared.push(Declared { setting: *setting, value: serde_json::Value::Null, at });
        }
    }
}

fn declare(decoder: &mut ManifestDecoder<'_>, setting: &Setting, entry: &Entry<'_>, scope: Option<Scope>) {
    if !setting.is_declarable() {
        let message = format!("{} is read-only", entry.name);
        let finding = decoder.finding(Rule::ReadOnly, &entry.key.span, message).setting(setting.path);
        decoder.diagnostics.push(finding.help("remove the line"));
        return;
    }
    if let Some(scope) = scope {
        keys::outside_scope(decoder, setting.path, &[setting], entry, scope);
    }
    let Some(value) = value::checked(decoder, setting, entry.value) else {
        decoder.unusable.push(*setting);
        return;
    };
    // An earlier section of the same name may declare the setting too.
    if !entry.repeated && decoder.manifest.declared(setting.path).is_none() {
        decoder.manifest.declared.push(Declared { setting: *setting, value, at: decoder.location(entry.value) });
    }
}

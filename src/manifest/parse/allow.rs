//! The `allow` section: consents to guarded changes, each pinned to one value.

use serde_json::Value as Json;

use super::decoder::{Entry, ManifestDecoder};
use super::keys;
use super::value;
use super::yaml::{YamlNode, YamlValue};
use crate::diagnostics::Rule;
use crate::manifest::desired::Allow;
use crate::settings::{Model, Resolved, Setting, nearest, shown};

const KEYS: [&str; 3] = ["setting", "to", "reason"];
const EXAMPLE: &str =
    "write an entry such as {setting: organization.auth_domain, to: gadget.cloudflareaccess.com, reason: SEC-1234}";

/// Decodes every entry of the section.
pub(super) fn entries(decoder: &mut ManifestDecoder<'_>, node: &YamlNode) {
    match &node.value {
        YamlValue::Null => {}
        YamlValue::List(elements) => {
            for element in elements {
                let allow = entry(decoder, element);
                decoder.manifest.allow.extend(allow);
            }
        }
        YamlValue::Boolean(_) | YamlValue::Number(_) | YamlValue::Text(_) | YamlValue::Mapping(_) => {
            let message = format!("allow must be a list of consents, not {}", node.kind());
            decoder.diagnostics.push(decoder.finding(Rule::WrongType, &node.span, message).help(EXAMPLE));
        }
    }
}

fn entry(decoder: &mut ManifestDecoder<'_>, element: &YamlNode) -> Option<Allow> {
    let YamlValue::Mapping(pairs) = &element.value else {
        let message = format!("an allow entry must be a mapping with setting and to, not {}", element.kind());
        decoder.diagnostics.push(decoder.finding(Rule::WrongType, &element.span, message).help(EXAMPLE));
        return None;
    };
    let found = decoder.entries(pairs);
    for other in found.iter().filter(|entry| !KEYS.contains(&entry.name.as_str())) {
        keys::unknown_in_entry(decoder, other, &KEYS);
    }
    let first = |name: &str| found.iter().find(|entry| entry.name == name && !entry.repeated);
    let reason = first("reason").and_then(|entry| reason(decoder, entry));
    let place = found.first().map_or(element, |entry| entry.key);
    let Some(named) = first("setting") else {
        let message = "this allow entry has no `setting`";
        decoder.diagnostics.push(decoder.finding(Rule::AllowSetting, &place.span, message).help(EXAMPLE));
        return None;
    };
    let setting = setting(decoder, named.value)?;
    let Some(to) = first("to") else {
        let message = format!("the allow entry for {} has no `to`", setting.path);
        let help = "add `to` with the allowed value, or null to allow unsetting it";
        let finding = decoder.finding(Rule::AllowTo, &named.key.span, message);
        decoder.diagnostics.push(finding.help(help).setting(setting.path));
        return None;
    };
    unguarded(decoder, &setting, named.value);
    let to: Json = value::checked(decoder, &setting, to.value)?;
    Some(Allow { setting: setting.path.to_owned(), to, reason, at: decoder.location(named.value) })
}

fn reason(decoder: &mut ManifestDecoder<'_>, entry: &Entry<'_>) -> Option<String> {
    match &entry.value.value {
        YamlValue::Text(text) => Some(text.clone()),
        YamlValue::Number(_) | YamlValue::Boolean(_) => Some(decoder.raw(entry.value).to_owned()),
        YamlValue::Null => None,
        YamlValue::List(_) | YamlValue::Mapping(_) => {
            let message = format!("reason must be text, not {}", entry.value.kind());
            decoder.diagnostics.push(decoder.finding(Rule::WrongType, &entry.value.span, message));
            None
        }
    }
}

/// The setting whose full path an entry contains.
fn setting(decoder: &mut ManifestDecoder<'_>, node: &YamlNode) -> Option<Setting> {
    let YamlValue::Text(path) = &node.value else {
        let message = format!("setting must be the path of a setting, not {}", node.kind());
        decoder.diagnostics.push(decoder.finding(Rule::AllowSetting, &node.span, message).help(EXAMPLE));
        return None;
    };
    let model = decoder.model;
    let finding = match model.resolve(path) {
        Some(Resolved::Setting(setting)) if setting.path == path && setting.is_declarable() => return Some(*setting),
        Some(Resolved::Branch(branch)) => {
            let settings = branch.settings().into_iter().filter(|setting| setting.is_declarable());
            let members: Vec<&str> = settings.map(|setting| setting.path).collect();
            let message = format!("{} is a group; an allow entry consents to one setting", shown(path));
            decoder.finding(Rule::AllowSetting, &node.span, message).help(format!("use one of {}", members.join(", ")))
        }
        other => {
            let finding = decoder.finding(Rule::AllowSetting, &node.span, format!("unknown setting {}", shown(path)));
            let meant = match other {
                Some(Resolved::Setting(setting)) if setting.is_declarable() => Some(setting.path),
                _ => guess(model, path),
            };
            match meant {
                Some(meant) => finding.help(format!("did you mean {meant}?")),
                None => finding.help("use the full path, such as organization.auth_domain"),
            }
        }
    };
    decoder.diagnostics.push(finding);
    None
}

/// The setting with this name, or else the one with the most similar path.
fn guess(model: &Model, name: &str) -> Option<&'static str> {
    let called = model.declarable().find(|setting| setting.name() == name).map(|setting| setting.path);
    called.or_else(|| nearest(name, model.declarable().map(|setting| setting.path)))
}

fn unguarded(decoder: &mut ManifestDecoder<'_>, setting: &Setting, node: &YamlNode) {
    if setting.guarded().next().is_none() {
        let message = format!("{} is not guarded and needs no consent", setting.path);
        let finding = decoder.finding(Rule::NeedsNoConsent, &node.span, message);
        decoder.diagnostics.push(finding.help("remove the entry").setting(setting.path));
    }
}

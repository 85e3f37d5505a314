//! The `allow` section: consents to guarded changes, each pinned to one value.

use serde_json::Value as Json;

use super::decode::kind_of;
use super::keys;
use super::reader::{Entry, Reader};
use super::value;
use super::yaml::{YamlNode, YamlValue};
use crate::diagnostics::Rule;
use crate::manifest::{Allow, Manifest};
use crate::settings::{Model, Resolved, Setting, nearest, shown};

const KEYS: [&str; 3] = ["setting", "to", "reason"];
const EXAMPLE: &str =
    "write an entry such as {setting: organization.auth_domain, to: gadget.cloudflareaccess.com, reason: SEC-1234}";

/// Every entry of the section.
pub(super) fn entries(reader: &mut Reader<'_>, node: &YamlNode, draft: &mut Manifest) {
    match &node.value {
        YamlValue::Null => {}
        YamlValue::List(elements) => {
            for element in elements {
                let allow = entry(reader, element);
                draft.allow.extend(allow);
            }
        }
        YamlValue::Boolean(_) | YamlValue::Number(_) | YamlValue::Text(_) | YamlValue::Mapping(_) => {
            let message = format!("allow is a list of consents, and this is {}", kind_of(node));
            reader.say(reader.finding(Rule::WrongType, &node.span, message).help(EXAMPLE));
        }
    }
}

fn entry(reader: &mut Reader<'_>, element: &YamlNode) -> Option<Allow> {
    let YamlValue::Mapping(pairs) = &element.value else {
        let message = format!("an entry of allow is a mapping with setting and to, and this is {}", kind_of(element));
        reader.say(reader.finding(Rule::WrongType, &element.span, message).help(EXAMPLE));
        return None;
    };
    let found = reader.entries(pairs);
    for other in found.iter().filter(|entry| !KEYS.contains(&entry.name.as_str())) {
        keys::unknown_of(reader, other, &KEYS);
    }
    let first = |name: &str| found.iter().find(|entry| entry.name == name && !entry.repeated);
    let reason = first("reason").and_then(|entry| reason(reader, entry));
    let place = found.first().map_or(element, |entry| entry.key);
    let Some(named) = first("setting") else {
        let message = "this consent names no setting";
        reader.say(reader.finding(Rule::AllowSetting, &place.span, message).help(EXAMPLE));
        return None;
    };
    let setting = setting(reader, named.value)?;
    let Some(to) = first("to") else {
        let message = format!("this consent does not say what {} may become", setting.path);
        let help = "add \"to\" with the one value that is allowed; null allows the unset";
        reader.say(reader.finding(Rule::AllowTo, &named.key.span, message).help(help).setting(setting.path));
        return None;
    };
    unguarded(reader, &setting, named.value);
    let to: Json = value::checked(reader, &setting, to.value)?;
    Some(Allow { setting: setting.path.to_owned(), to, reason, at: reader.location(named.value) })
}

fn reason(reader: &mut Reader<'_>, entry: &Entry<'_>) -> Option<String> {
    match &entry.value.value {
        YamlValue::Text(text) => Some(text.clone()),
        YamlValue::Number(_) | YamlValue::Boolean(_) => Some(reader.raw(entry.value).to_owned()),
        YamlValue::Null => None,
        YamlValue::List(_) | YamlValue::Mapping(_) => {
            let message = format!("reason is text, and this is {}", kind_of(entry.value));
            reader.say(reader.finding(Rule::WrongType, &entry.value.span, message));
            None
        }
    }
}

/// The setting that a consent names by its whole path.
fn setting(reader: &mut Reader<'_>, node: &YamlNode) -> Option<Setting> {
    let YamlValue::Text(path) = &node.value else {
        let message = format!("setting is the path of a setting, and this is {}", kind_of(node));
        reader.say(reader.finding(Rule::AllowSetting, &node.span, message).help(EXAMPLE));
        return None;
    };
    let model = reader.model;
    let finding = match model.resolve(path) {
        Some(Resolved::Setting(setting)) if setting.path == path && setting.is_declarable() => return Some(*setting),
        Some(Resolved::Branch(branch)) => {
            let settings = branch.settings().into_iter().filter(|setting| setting.is_declarable());
            let members: Vec<&str> = settings.map(|setting| setting.path).collect();
            let message = format!("{} is a group, and each consent is to one setting", shown(path));
            reader.finding(Rule::AllowSetting, &node.span, message).help(format!("name one of {}", members.join(", ")))
        }
        other => {
            let finding =
                reader.finding(Rule::AllowSetting, &node.span, format!("there is no setting {}", shown(path)));
            let meant = match other {
                Some(Resolved::Setting(setting)) if setting.is_declarable() => Some(setting.path),
                _ => guess(model, path),
            };
            match meant {
                Some(meant) => finding.help(format!("did you mean {meant}?")),
                None => finding.help("name it by its whole path, such as organization.auth_domain"),
            }
        }
    };
    reader.say(finding);
    None
}

/// The setting that a name without its group was meant for, or the one with the most similar path.
fn guess(model: &Model, name: &str) -> Option<&'static str> {
    let called = model.declarable().find(|setting| setting.name() == name).map(|setting| setting.path);
    called.or_else(|| nearest(name, model.declarable().map(|setting| setting.path)))
}

fn unguarded(reader: &mut Reader<'_>, setting: &Setting, node: &YamlNode) {
    if setting.guarded().next().is_none() {
        let message = format!("{} needs no consent", setting.path);
        let finding = reader.finding(Rule::NeedsNoConsent, &node.span, message);
        reader.say(finding.help("remove the entry").setting(setting.path));
    }
}

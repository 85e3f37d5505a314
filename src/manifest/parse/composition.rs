//! `extends`, `lock` and `unmanaged`: the parent of a manifest, and what the manifest says about inherited settings.

use super::decoder::{Entry, ManifestDecoder};
use super::yaml::{YamlNode, YamlValue};
use crate::diagnostics::Rule;
use crate::manifest::desired::{Extends, ListedSetting};
use crate::settings::{Model, Resolved, Setting, nearest, shown};

/// Decodes the path of the parent.
pub(super) fn extends(decoder: &mut ManifestDecoder<'_>, entry: &Entry<'_>) {
    let node = entry.value;
    let YamlValue::Text(path) = &node.value else {
        if !decoder.is_blanked(node) {
            let message = format!("extends must be the path of a manifest, not {}", node.kind());
            decoder.diagnostics.push(decoder.finding(Rule::Extends, &node.span, message));
        }
        return;
    };
    if !is_relative(path) {
        let message = format!("extends must be a relative path with / between folders, not {}", shown(path));
        decoder.diagnostics.push(decoder.finding(Rule::Extends, &node.span, message));
        return;
    }
    if !entry.repeated {
        decoder.manifest.composition.extends = Some(Extends { path: path.clone(), at: decoder.location(node) });
    }
}

/// Whether a path is relative on every system, and names the same file there. A drive or a stream of Windows has a colon.
fn is_relative(path: &str) -> bool {
    !path.is_empty() && !path.starts_with('/') && !path.contains(|c: char| matches!(c, '\\' | ':') || c.is_control())
}

/// Decodes what children must not change.
pub(super) fn lock(decoder: &mut ManifestDecoder<'_>, entry: &Entry<'_>) {
    let entries = settings(decoder, entry);
    decoder.manifest.composition.lock.extend(entries);
}

/// Decodes the inherited settings that are not managed.
pub(super) fn unmanaged(decoder: &mut ManifestDecoder<'_>, entry: &Entry<'_>) {
    let entries = settings(decoder, entry);
    decoder.manifest.composition.unmanaged.extend(entries);
}

/// Decodes a list of settings and groups.
fn settings(decoder: &mut ManifestDecoder<'_>, entry: &Entry<'_>) -> Vec<ListedSetting> {
    match &entry.value.value {
        YamlValue::Null => Vec::new(),
        YamlValue::List(elements) => {
            let found: Vec<ListedSetting> = elements.iter().filter_map(|element| setting(decoder, element)).collect();
            if entry.repeated { Vec::new() } else { found }
        }
        YamlValue::Boolean(_) | YamlValue::Number(_) | YamlValue::Text(_) | YamlValue::Mapping(_) => {
            let message = format!("{} must be a list of settings and groups, not {}", entry.name, entry.value.kind());
            let help = format!("write, for example: {}: [organization.session_duration]", entry.name);
            decoder.diagnostics.push(decoder.finding(Rule::WrongType, &entry.value.span, message).help(help));
            Vec::new()
        }
    }
}

fn setting(decoder: &mut ManifestDecoder<'_>, node: &YamlNode) -> Option<ListedSetting> {
    let YamlValue::Text(path) = &node.value else {
        let message = format!("an entry must be the path of a setting or group, not {}", node.kind());
        decoder.diagnostics.push(decoder.finding(Rule::UnknownSetting, &node.span, message));
        return None;
    };
    if is_path(decoder.model, path) {
        return Some(ListedSetting { path: path.clone(), at: decoder.location(node) });
    }
    let finding = decoder.finding(Rule::UnknownSetting, &node.span, format!("unknown setting {}", shown(path)));
    let finding = match guess(decoder.model, path) {
        Some(meant) => finding.help(format!("did you mean {meant}?")),
        None => finding,
    };
    decoder.diagnostics.push(finding);
    None
}

/// Whether a text is the current path of a setting that a manifest can declare, or of a group of them.
fn is_path(model: &Model, path: &str) -> bool {
    match model.resolve(path) {
        Some(Resolved::Setting(setting)) => setting.path == path && setting.is_declarable(),
        Some(Resolved::Branch(branch)) => branch.group().is_some_and(|group| group.path == path),
        None => false,
    }
}

fn guess(model: &Model, name: &str) -> Option<&'static str> {
    match model.resolve(name) {
        Some(Resolved::Setting(setting)) if setting.is_declarable() => Some(setting.path),
        Some(Resolved::Branch(branch)) => branch.group().map(|group| group.path),
        _ => nearest(name, model.declarable().map(|setting: &Setting| setting.path)),
    }
}

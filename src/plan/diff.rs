//! Which declared settings differ from live, by meaning.

use serde_json::Value as Json;

use super::{Change, Input, Op, direction, effective};
use crate::manifest::Declared;
use crate::organization::{Access, Setting};

/// The changes, in the order of the model. Guards are attached later, by whoever knows about consent.
pub(super) fn changes(input: &Input<'_>) -> Vec<Change> {
    input.manifest.declared.iter().filter_map(|declared| change(input, declared)).collect()
}

/// The change that one declaration asks for, if live is not as declared already.
fn change(input: &Input<'_>, declared: &Declared) -> Option<Change> {
    let setting = declared.setting;
    if !setting.is_writable() || effective::is_inert(input, &setting) {
        return None;
    }
    let live = effective::live(input, input.model, &setting);
    let (before, after) = (setting.canonical(live), setting.canonical(Some(&declared.value)));
    if before == after {
        return None;
    }
    let notice = setting.notice.filter(|notice| direction::applies(input, &setting, notice.when, &before, &after));
    let unset = after.is_null();
    Some(Change {
        setting,
        op: if unset { Op::Unset } else { Op::Set },
        before: if before.is_null() { Json::Null } else { live.cloned().unwrap_or_default() },
        after: if unset { Json::Null } else { declared.value.clone() },
        at: declared.at.clone(),
        annotations: annotations(input, setting.path),
        told: told(input, &setting),
        guard: None,
        notice: notice.map(|notice| notice.text),
    })
}

/// What live says about the present value of a setting, for a reader who knows names and not ids.
fn told(input: &Input<'_>, setting: &Setting) -> Vec<(&'static str, Json)> {
    let live = |path: &'static str| {
        let setting = input.model.setting(path)?;
        Some((setting.name(), effective::live(input, input.model, setting)?.clone()))
    };
    setting.told_by.iter().copied().filter_map(live).collect()
}

/// The declared annotations that travel with a change of a setting.
fn annotations(input: &Input<'_>, path: &str) -> Vec<(Setting, Json)> {
    input
        .manifest
        .declared
        .iter()
        .filter(|declared| matches!(declared.setting.access, Access::Annotation(of) if of == path))
        .filter(|declared| !declared.setting.is_empty(Some(&declared.value)))
        .map(|declared| (declared.setting, declared.value.clone()))
        .collect()
}

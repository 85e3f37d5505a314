//! The declared settings whose live value differs, compared by meaning.

use serde_json::Value as Json;

use super::change::{Change, GuardState, Op};
use super::direction::{self, Consequence};
use super::effective;
use super::input::Input;
use crate::manifest::Declared;
use crate::settings::{Access, Setting};

/// The changes, in the order of the model, without consents.
pub(super) fn changes(input: &Input<'_>) -> Vec<Change> {
    let mut changes: Vec<Change> =
        input.manifest.declared.iter().filter_map(|declared| change(input, declared)).collect();
    let activated: Vec<Change> = changes.iter().flat_map(|change| activated(input, change)).collect();
    if !activated.is_empty() {
        changes.extend(activated);
        changes.sort_by_cached_key(|change| input.model.position(change.setting.path));
    }
    changes
}

/// The undeclared live values that become active when a change turns on their switch.
///
/// The write sends them back unchanged, but they had no effect before. So the plan shows them as changes, and they need
/// consent if setting them from nothing is guarded.
fn activated(input: &Input<'_>, change: &Change) -> Vec<Change> {
    let switch = &change.setting;
    if change.op == Op::Unset || !change.before.is_null() {
        return Vec::new();
    }
    let behind = input.model.settings().iter().filter(|setting| {
        setting.is_writable()
            && input.model.switch_of(setting).is_some_and(|found| found.path == switch.path)
            && input.manifest.declared(setting.path).is_none()
    });
    behind
        .filter_map(|setting| {
            let hidden = input.live.document(setting.endpoint())?.raw(setting)?;
            let at = change.at.clone();
            (!setting.is_empty(Some(hidden)))
                .then(|| of(input, &Declared { setting: *setting, value: hidden.clone(), at }))
        })
        .collect()
}

/// The settings that are declared as empty and have no change. The server may fill them in at a creation.
pub(super) fn declared_empty(input: &Input<'_>) -> Vec<Change> {
    let empty = |declared: &&Declared| declared.setting.is_empty(Some(&declared.value));
    let declared = input.manifest.declared.iter().filter(empty);
    declared
        .filter(|declared| counts(input, &declared.setting) && change(input, declared).is_none())
        .map(|declared| of(input, declared))
        .collect()
}

/// The declared settings of existing objects that have no change, each with its live value.
pub(super) fn in_sync(input: &Input<'_>, changes: &[Change]) -> Vec<(Setting, Json)> {
    let settings = input.manifest.declared.iter().map(|declared| declared.setting);
    settings
        .filter(|setting| setting.is_writable() && !changes.iter().any(|change| change.setting.path == setting.path))
        .filter(|setting| input.live.document(setting.endpoint()).is_some())
        .map(|setting| (setting, effective::live(input, input.model, &setting).cloned().unwrap_or_default()))
        .collect()
}

/// Whether a setting is writable, and not behind a switch that will be off.
fn counts(input: &Input<'_>, setting: &Setting) -> bool {
    setting.is_writable() && !effective::is_inert(input, setting)
}

/// The change for one declaration, if the live value differs.
fn change(input: &Input<'_>, declared: &Declared) -> Option<Change> {
    let setting = declared.setting;
    let live = input.live.document(setting.endpoint());
    let is_live = live.map_or_else(
        || setting.is_empty(Some(&declared.value)),
        |document| document.has(input.model, &setting, &declared.value),
    );
    (counts(input, &setting) && !is_live).then(|| of(input, declared))
}

/// The change of a setting to a value, with its guard and note.
fn of(input: &Input<'_>, declared: &Declared) -> Change {
    let setting = declared.setting;
    let live = effective::live(input, input.model, &setting);
    let unset = setting.is_empty(Some(&declared.value));
    let Consequence { guard, notice } = direction::consequence(input, &setting, Some(&declared.value));
    Change {
        setting,
        op: if unset { Op::Unset } else { Op::Set },
        before: live.filter(|live| !setting.is_empty(Some(live))).cloned().unwrap_or_default(),
        after: if unset { Json::Null } else { declared.value.clone() },
        at: declared.at.clone(),
        annotations: annotations(input, setting.path),
        context: context(input, &setting),
        guard: guard.map(|guard| GuardState { guard, allowed_by: None }),
        notice,
        origin: None,
        attribution: None,
    }
}

/// Live settings that explain the present value of a setting, such as the name that belongs to an id.
fn context(input: &Input<'_>, setting: &Setting) -> Vec<(&'static str, Json)> {
    let live = |path: &'static str| {
        let setting = input.model.setting(path)?;
        Some((setting.name(), effective::live(input, input.model, setting)?.clone()))
    };
    setting.context.iter().copied().filter_map(live).collect()
}

/// The declared annotations that are sent with a change of a setting.
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

//! The value of a setting after the apply: the declared one if it is declared, otherwise the live one.

use serde_json::Value as Json;

use super::input::Input;
use crate::settings::{Model, Setting};

/// The raw value that a setting will have, regardless of the switch of its group.
pub(super) fn raw<'a>(input: &Input<'a>, setting: &Setting) -> Option<&'a Json> {
    match input.manifest.declared(setting.path) {
        Some(declared) => Some(&declared.value),
        None => input.live.document(setting.endpoint())?.raw(setting),
    }
}

/// The canonical value that a setting will have; `null` for every empty value.
pub(super) fn canonical(input: &Input<'_>, setting: &Setting) -> Json {
    if is_inert(input, setting) { Json::Null } else { setting.canonical(raw(input, setting)) }
}

/// Whether the switch of the setting's group will be off, so that the value has no effect.
pub(super) fn is_inert(input: &Input<'_>, setting: &Setting) -> bool {
    input.model.switch_of(setting).is_some_and(|switch| switch.is_empty(raw(input, switch)))
}

/// The live value of a setting, unless the switch of its group is off.
pub(super) fn live<'a>(input: &Input<'a>, model: &Model, setting: &Setting) -> Option<&'a Json> {
    input.live.document(setting.endpoint())?.value(model, setting)
}

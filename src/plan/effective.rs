//! What a setting will be after the apply: the declared value where there is one, the live one elsewhere.

use serde_json::Value as Json;

use super::Input;
use crate::settings::{Model, Setting};

/// The raw value a setting will have, whether or not the switch of its group is on.
pub(super) fn raw<'a>(input: &Input<'a>, setting: &Setting) -> Option<&'a Json> {
    match input.manifest.declared(setting.path) {
        Some(declared) => Some(&declared.value),
        None => input.live.document(setting.endpoint())?.raw(setting),
    }
}

/// The canonical value a setting will have; `null` for every way of being empty.
pub(super) fn canonical(input: &Input<'_>, setting: &Setting) -> Json {
    if is_inert(input, setting) { Json::Null } else { setting.canonical(raw(input, setting)) }
}

/// Whether the switch of the setting's group will be off, so that its own value does not count.
pub(super) fn is_inert(input: &Input<'_>, setting: &Setting) -> bool {
    input.model.switch_of(setting).is_some_and(|switch| switch.is_empty(raw(input, switch)))
}

/// The live value of a setting, where it counts.
pub(super) fn live<'a>(input: &Input<'a>, model: &Model, setting: &Setting) -> Option<&'a Json> {
    input.live.document(setting.endpoint())?.value(model, setting)
}

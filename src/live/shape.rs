//! The shape of a setting's value in a live document.

use super::document::Document;
use crate::settings::{LiveShape, Model, Setting, SettingPath, has_the_type, is_blank};

impl LiveShape {
    /// Returns the shape of a setting's value in a document.
    pub fn of(model: &Model, document: &Document, setting: &Setting) -> Self {
        let raw = document.raw(setting);
        if is_obstructed(document, setting) {
            return Self::WrongType;
        }
        let Some(value) = raw.filter(|value| !setting.is_empty(Some(value))) else { return Self::Absent };
        if document.value(model, setting).is_none() {
            return Self::Hidden;
        }
        if setting.can_rank(Some(value)) {
            let own = setting.live_paths().next().and_then(|path| document.at(path.keys()));
            return if own == raw { Self::Known } else { Self::FormerName };
        }
        if setting.can_rank(Some(&setting.canonical(Some(value)))) {
            return Self::OtherCase;
        }
        if has_the_type(setting.kind, value) { Self::UnknownValue } else { Self::WrongType }
    }
}

/// Whether the group of a setting is a value other than an object.
fn is_obstructed(document: &Document, setting: &Setting) -> bool {
    let around = setting
        .live_paths()
        .map(SettingPath::keys)
        .flat_map(|keys| (1..keys.len()).filter_map(|depth| document.at(&keys[..depth])));
    around.filter(|value| !is_blank(value)).any(|value| !value.is_object())
}

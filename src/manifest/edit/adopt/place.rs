//! The location of a setting's value in the tree of a manifest.

use crate::manifest::parse::yaml::{YamlNode, YamlValue};
use crate::settings::Setting;

/// A key and its value.
#[derive(Debug, Clone)]
pub(super) struct ValueLocation<'t> {
    pub(super) key: &'t YamlNode,
    pub(super) value: &'t YamlNode,
    /// The keys from here to the setting: empty, unless a group of the setting is null as a whole.
    pub(super) below: Vec<&'static str>,
}

/// Returns the location of a setting, or of the group around it that is null.
pub(super) fn find<'t>(root: &'t YamlNode, setting: &Setting) -> Option<ValueLocation<'t>> {
    let mut place: Option<ValueLocation<'t>> = None;
    let mut node = root;
    for segment in [setting.endpoint().section()].iter().chain(setting.keys()) {
        match (&node.value, place.as_mut()) {
            (YamlValue::Mapping(pairs), _) => {
                let (key, value) = pairs.iter().find(|(key, _)| is_called(key, segment))?;
                (node, place) = (value, Some(ValueLocation { key, value, below: Vec::new() }));
            }
            (YamlValue::Null, Some(place)) => place.below.push(segment),
            _ => return None,
        }
    }
    place
}

pub(super) fn is_called(key: &YamlNode, name: &str) -> bool {
    matches!(&key.value, YamlValue::Text(text) if text == name)
}

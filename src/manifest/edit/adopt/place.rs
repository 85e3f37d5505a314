//! Where a setting's value stands in the tree of a manifest.

use crate::manifest::parse::yaml::{Node, Value};
use crate::settings::Setting;

/// A key and the value behind it.
#[derive(Debug, Clone)]
pub(super) struct Place<'t> {
    pub(super) key: &'t Node,
    pub(super) value: &'t Node,
    /// The keys that would lead on to the setting: none, unless a group around it is null as a whole.
    pub(super) below: Vec<&'static str>,
}

/// The place of a setting, or of the group around it that is null.
pub(super) fn find<'t>(root: &'t Node, setting: &Setting) -> Option<Place<'t>> {
    let mut place: Option<Place<'t>> = None;
    let mut node = root;
    for segment in [setting.endpoint().section()].iter().chain(setting.keys()) {
        match (&node.value, place.as_mut()) {
            (Value::Mapping(pairs), _) => {
                let (key, value) = pairs.iter().find(|(key, _)| is_called(key, segment))?;
                (node, place) = (value, Some(Place { key, value, below: Vec::new() }));
            }
            (Value::Null, Some(place)) => place.below.push(segment),
            _ => return None,
        }
    }
    place
}

fn is_called(key: &Node, name: &str) -> bool {
    matches!(&key.value, Value::Text(text) if text == name)
}

//! Which side changed a setting since the base: the file, the live state, or both.
//!
//! The base is the manifest at the revision that was last applied. It only labels the changes of a plan: it never decides
//! what is written.

use serde_json::Value as Json;

use crate::settings::Setting;

/// Which side of a difference changed since the base.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "documents", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// Both sides: the file and the live state have different new values.
    Both,
    /// The live state: apply would revert it.
    Live,
    /// The file: the change that apply makes.
    File,
}

/// Returns the origin of a difference, or `None` if the file and the live state agree. Values are compared by meaning.
///
/// `base` is `None` if the base does not mention the setting, which makes it newly managed: a change of the file. `live`
/// is `None` if the setting is not set, or if the switch of its group is off.
pub fn origin(setting: &Setting, base: Option<&Json>, live: Option<&Json>, file: &Json) -> Option<Origin> {
    let same = |one: Option<&Json>, two: Option<&Json>| setting.same(one, two);
    if same(live, Some(file)) {
        return None;
    }
    let Some(base) = base else { return Some(Origin::File) };
    Some(match (same(Some(base), live), same(Some(base), Some(file))) {
        (_, true) => Origin::Live,
        (true, false) => Origin::File,
        (false, false) => Origin::Both,
    })
}

//! Which side changed a setting since the base: the file, the live state, or both.
//!
//! The base is the manifest at the revision that was last applied. It only labels the changes of a plan: it never decides
//! what is written.

use serde_json::Value as Json;

use super::{Change, Input, Plan};
use crate::manifest::{Declared, Manifest};
use crate::settings::{Model, Setting};

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

/// The base of a plan, and what only a comparison with it shows.
#[derive(Debug, Clone, PartialEq)]
pub struct Base {
    /// Where the base comes from, such as `origin/main (merge base 1a2b3c4d5e6f)` or the path of a file.
    pub name: String,
    /// The settings that the base declares and the file does not mention. They keep their live values, and are no longer
    /// managed.
    pub no_longer_managed: Vec<Setting>,
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

impl Plan {
    /// Labels the changes with their origin. `input` is the one that the plan was made from; `base` is `None` if the
    /// manifest does not exist in the base, which makes every setting newly managed.
    ///
    /// Nothing that apply depends on changes, so neither does the digest.
    pub fn compare_with_base(&mut self, input: &Input<'_>, name: impl Into<String>, base: Option<&Manifest>) {
        for change in &mut self.changes {
            change.origin = Some(of_change(change, input, base));
        }
        let declared = base.into_iter().flat_map(|base| &base.declared).map(|declared| declared.setting);
        let no_longer_managed = declared.filter(|setting| input.manifest.declared(setting.path).is_none()).collect();
        self.base = Some(Base { name: name.into(), no_longer_managed });
    }

    /// Returns the number of changes of an origin; zero without a base.
    pub fn count(&self, origin: Origin) -> usize {
        self.changes.iter().filter(|change| change.origin == Some(origin)).count()
    }
}

fn of_change(change: &Change, input: &Input<'_>, base: Option<&Manifest>) -> Origin {
    // A change without a declaration follows from a switch that the file turns on, and has the origin of the switch.
    let declared = input.manifest.declared(change.setting.path).or_else(|| {
        let switch = input.model.switch_of(&change.setting)?;
        input.manifest.declared(switch.path)
    });
    let Some(Declared { setting, value, at: _ }) = declared else { return Origin::File };
    let before = base.and_then(|base| in_base(base, input.model, setting));
    origin(setting, before, input.live.value(input.model, setting), value).unwrap_or(Origin::File)
}

/// The value that a setting has in the base; `null` if the base turns off the switch of its group, as in a live document.
fn in_base<'a>(base: &'a Manifest, model: &Model, setting: &Setting) -> Option<&'a Json> {
    let is_off =
        |switch: &Setting| base.declared(switch.path).is_some_and(|declared| switch.is_empty(Some(&declared.value)));
    let declared = base.declared(setting.path)?;
    Some(if model.switch_of(setting).is_some_and(is_off) { &Json::Null } else { &declared.value })
}

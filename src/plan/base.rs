//! Labels the changes of a plan with the side that changed since the base.

use serde_json::Value as Json;

use super::change::{Base, Change, Plan};
use super::input::Input;
use super::origin::{Origin, origin};
use crate::manifest::{Declared, Manifest};
use crate::settings::{Model, Setting};

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

    /// Returns whether the live state differs from the manifest for another reason than a change of the file that is not
    /// applied yet. Without a base, every difference is drift.
    pub fn has_drift(&self) -> bool {
        let is_pending = |change: &Change| change.origin == Some(Origin::File);
        !self.is_empty() && (self.changes.is_empty() || !self.changes.iter().all(is_pending))
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

//! Writes live values into the text of a manifest. Comments, order and layout are kept.
//!
//! - `place`: finds the value of a setting in the tree
//! - `page`: the lines of the text, and the spelling of values
//! - `scalar`, `list`: the edits that replace a value
//! - `insert`: the edits that add a setting
//! - `proof`: checks that the new text declares the intended values and nothing else

mod insert;
mod list;
mod page;
mod place;
mod proof;
mod scalar;
#[cfg(test)]
mod tests;

use serde_json::{Map, Value as Json};

use self::page::ManifestText;
use self::place::ValueLocation;
use super::splice::{Edit, splice};
use crate::diagnostics::{Location, Source};
use crate::live::set_at;
use crate::manifest::Manifest;
use crate::manifest::parse::source;
use crate::manifest::parse::yaml::{self, YamlNode};
use crate::settings::{Kind, Model, Setting};
use crate::text::yaml::flow;

/// The result of an adoption.
#[derive(Debug, Clone, PartialEq)]
pub struct Adoption {
    /// The new text; identical to the old one if no setting was adopted.
    pub text: String,
    /// The adopted settings, in the order of the request.
    pub adopted: Vec<Adopted>,
    /// The settings that were not adopted.
    pub not_adopted: Vec<NotAdopted>,
}

/// A setting whose live value was written into the file.
#[derive(Debug, Clone, PartialEq)]
pub struct Adopted {
    /// The setting.
    pub setting: Setting,
    /// Its new value, as YAML on one line without control characters.
    pub value: String,
    /// Its location in the new text.
    pub at: Location,
}

/// A setting whose live value could not be written into the file.
#[derive(Debug, Clone, PartialEq)]
pub struct NotAdopted {
    /// The setting.
    pub setting: Setting,
    /// The value to write by hand, as YAML on one line without control characters.
    pub value: String,
    /// The location of its value in the text.
    pub at: Location,
    /// The reason, as the end of a sentence that starts with "not adopted, since". It may quote the live value.
    pub reason: String,
}

/// Replaces declared values by live values, and adds the settings that the file does not declare.
///
/// `manifest` is the result of [`parse`](crate::manifest::parse) for `source`, and `parents` are the manifests that it
/// extends, which are not edited: a live value that differs from an inherited one becomes a value of the file. Each change
/// is a setting with its live value, or `null` if it is unset. An unset value is written as `null`, `false` or `[]`, so that
/// the setting stays managed.
///
/// The new text is checked: it must parse without errors and declare the same as the old one, except for the adopted
/// settings, which must have their live values, and it must be valid with its parents. If the changes together fail the
/// check, as many as possible are adopted.
///
/// ```
/// use zerodrift::diagnostics::Source;
/// use zerodrift::manifest::parse;
/// use zerodrift::manifest::edit::adopt;
/// use zerodrift::settings::Model;
///
/// let model = Model::current();
/// let text = "organization:\n  session_duration: 24h   # as agreed\n";
/// let source = Source { name: "org.yaml".into(), text: text.into() };
/// let manifest = parse(model, &source).manifest.unwrap();
/// let setting = *model.setting("organization.session_duration").unwrap();
/// let adoption = adopt(model, &source, &manifest, &[], &[(setting, "8h".into())]);
/// assert_eq!(adoption.text, "organization:\n  session_duration: 8h   # as agreed\n");
/// ```
pub fn adopt(
    model: &Model,
    source: &Source,
    manifest: &Manifest,
    parents: &[Manifest],
    changes: &[(Setting, Json)],
) -> Adoption {
    let Some(tree) = tree(source) else { return none_adopted(source, manifest, changes) };
    let draft = ManifestEditor { model, source, manifest, parents, page: ManifestText::new(source), tree: &tree };
    let all: Vec<usize> = (0..changes.len()).collect();
    match draft.checked(changes, &all) {
        Ok((text, new)) => draft.adoption(changes, text, &new, &[]),
        Err(_) => draft.adopt_one_by_one(changes),
    }
}

/// Returns the text of a manifest with live values, for showing a difference. The text must not be written.
///
/// `manifest` and `changes` are as for [`adopt`]. The text may contain values that a manifest rejects. Values that cannot
/// be placed in the text stay as declared, and no setting is added.
pub fn with_live_values(source: &Source, manifest: &Manifest, changes: &[(Setting, Json)]) -> String {
    let Some(tree) = tree(source) else { return source.text.clone() };
    let page = ManifestText::new(source);
    let has_edits = |change: &&(Setting, Json)| edits(&page, &tree, manifest, &[*change]).is_ok();
    let shown: Vec<&(Setting, Json)> = changes.iter().filter(has_edits).collect();
    let edits = edits(&page, &tree, manifest, &shown).unwrap_or_default();
    splice(&source.text, &edits).text
}

fn tree(source: &Source) -> Option<YamlNode> {
    yaml::read(source::parseable(&source.text)).root
}

/// Returns the result for a text that is not YAML. A manifest always has a tree, so this does not happen in practice.
fn none_adopted(source: &Source, manifest: &Manifest, changes: &[(Setting, Json)]) -> Adoption {
    let reason = || "the file is not YAML".to_owned();
    let not_adopted =
        changes.iter().map(|(setting, live)| self::not_adopted(manifest, setting, live, reason())).collect();
    Adoption { text: source.text.clone(), adopted: Vec::new(), not_adopted }
}

fn not_adopted(manifest: &Manifest, setting: &Setting, live: &Json, reason: String) -> NotAdopted {
    let at = manifest.declared(setting.path).map_or_else(Location::whole_file, |declared| declared.at.clone());
    NotAdopted { setting: *setting, value: flow(&declarable(setting, live)), at, reason }
}

/// A manifest to be edited.
struct ManifestEditor<'a> {
    model: &'a Model,
    source: &'a Source,
    manifest: &'a Manifest,
    parents: &'a [Manifest],
    page: ManifestText<'a>,
    tree: &'a YamlNode,
}

impl ManifestEditor<'_> {
    /// Returns the text and manifest with some changes applied, or why they fail the check.
    fn checked(&self, changes: &[(Setting, Json)], applied: &[usize]) -> Result<(String, Manifest), String> {
        let applied: Vec<&(Setting, Json)> = applied.iter().filter_map(|index| changes.get(*index)).collect();
        let (placed, mut missing): (Vec<_>, Vec<_>) = applied.iter().copied().partition(|(setting, _)| {
            self.manifest.declared(setting.path).is_some() || place::find(self.tree, setting).is_some()
        });
        let edits = edits(&self.page, self.tree, self.manifest, &placed)?;
        let mut new = self.spliced(self.source, &edits)?;
        missing.sort_by_key(|(setting, _)| self.model.position(setting.path));
        for (setting, live) in missing {
            let tree = tree(&new).ok_or("the file would no longer be YAML")?;
            let value = declarable(setting, live);
            let edit = insert::edit(&ManifestText::new(&new), self.model, &tree, setting, &value)?;
            new = self.spliced(&new, &[edit])?;
        }
        let manifest = proof::of(self.model, self.manifest, self.parents, &new, &applied)?;
        if self.page.is_json && !new.is_json() {
            return Err("the file would no longer be JSON".to_owned());
        }
        Ok((new.text, manifest))
    }

    fn spliced(&self, source: &Source, edits: &[Edit]) -> Result<Source, &'static str> {
        let spliced = splice(&source.text, edits);
        if !spliced.rejected.is_empty() {
            return Err("another setting needs the same place in the file");
        }
        Ok(Source { name: source.name.clone(), text: spliced.text })
    }

    /// Applies the changes one by one, and retries those that depend on another one.
    fn adopt_one_by_one(&self, changes: &[(Setting, Json)]) -> Adoption {
        let mut applied: Vec<usize> = Vec::new();
        let mut state = (self.source.text.clone(), self.manifest.clone());
        loop {
            let mut reasons: Vec<(usize, String)> = Vec::new();
            let before = applied.len();
            for index in 0..changes.len() {
                if applied.contains(&index) {
                    continue;
                }
                let more: Vec<usize> = applied.iter().copied().chain([index]).collect();
                match self.checked(changes, &more) {
                    Ok(new) => (state, applied) = (new, more),
                    Err(reason) => reasons.push((index, reason)),
                }
            }
            if applied.len() == before {
                return self.adoption(changes, state.0, &state.1, &reasons);
            }
        }
    }

    /// Returns the result. `rejections` are the indexes of the changes that were not applied, with the reasons.
    fn adoption(
        &self,
        changes: &[(Setting, Json)],
        text: String,
        new: &Manifest,
        rejections: &[(usize, String)],
    ) -> Adoption {
        let mut adoption = Adoption { text, adopted: Vec::new(), not_adopted: Vec::new() };
        for (index, (setting, live)) in changes.iter().enumerate() {
            let reason = rejections.iter().find(|(rejected, _)| *rejected == index).map(|(_, reason)| reason.clone());
            match (reason, new.declared(setting.path)) {
                (None, Some(declared)) => {
                    let (value, at) = (flow(&declared.value), declared.at.clone());
                    adoption.adopted.push(Adopted { setting: *setting, value, at });
                }
                (reason, _) => {
                    let reason = reason.unwrap_or_else(|| NOT_DECLARED.to_owned());
                    adoption.not_adopted.push(not_adopted(self.manifest, setting, live, reason));
                }
            }
        }
        adoption
    }
}

const NOT_DECLARED: &str = "the file does not declare it";

/// Returns the edits for some changes, or why one of them cannot be placed.
fn edits(
    page: &ManifestText<'_>,
    tree: &YamlNode,
    manifest: &Manifest,
    changes: &[&(Setting, Json)],
) -> Result<Vec<Edit>, String> {
    let mut edits = Vec::new();
    let mut groups: Vec<(ValueLocation<'_>, Map<String, Json>)> = Vec::new();
    for (setting, live) in changes {
        let place = place::find(tree, setting).ok_or(NOT_DECLARED)?;
        if place.below.is_empty() {
            edits.extend(of_value(page, &place, setting, live)?);
            continue;
        }
        let known = groups.iter().position(|(other, _)| other.key.span == place.key.span);
        let index = known.unwrap_or_else(|| {
            let members = unset_with(manifest, &place, setting);
            groups.push((place.clone(), members));
            groups.len() - 1
        });
        if let Some((_, members)) = groups.get_mut(index) {
            set_at(members, &place.below, declarable(setting, live));
        }
    }
    for (place, members) in groups {
        edits.extend(scalar::edits(page, &place, &Json::Object(members))?);
    }
    Ok(edits)
}

fn of_value(
    page: &ManifestText<'_>,
    place: &ValueLocation<'_>,
    setting: &Setting,
    live: &Json,
) -> Result<Vec<Edit>, &'static str> {
    match (&place.value.value, declarable(setting, live)) {
        (yaml::YamlValue::List(elements), Json::Array(desired)) => {
            list::edits(page, place, setting, elements, &desired)
        }
        (yaml::YamlValue::List(_) | yaml::YamlValue::Mapping(_), _) => {
            Err("its live value has a different type from the declared one")
        }
        (_, desired) => scalar::edits(page, place, &desired),
    }
}

/// Returns the settings that are unset by the `null` of their group, as a mapping with one `null` each.
fn unset_with(manifest: &Manifest, place: &ValueLocation<'_>, member: &Setting) -> Map<String, Json> {
    let depth = member.keys().len().saturating_sub(place.below.len());
    let group = member.full_path().truncated(depth);
    let mut members = Map::new();
    for declared in &manifest.declared {
        if declared.setting.full_path().is_below(&group) {
            set_at(&mut members, &declared.setting.keys()[depth..], Json::Null);
        }
    }
    members
}

/// Returns the live value as a file declares it. An unset setting has an empty value, so that it stays managed.
fn declarable(setting: &Setting, live: &Json) -> Json {
    match setting.kind {
        Kind::Boolean if setting.is_empty(Some(live)) => Json::Bool(false),
        Kind::Set(_) if setting.is_empty(Some(live)) => Json::Array(Vec::new()),
        _ if setting.is_empty(Some(live)) => Json::Null,
        _ => setting.spelled(live),
    }
}

//! Live values → the text of a manifest, by splicing where they stand: comments, order and layout survive.
//!
//! - `place`: where a setting's value stands in the tree
//! - `page`: the text, its lines, and how a value is spelled in it
//! - `scalar`, `list`: the edits that give one value another
//! - `proof`: whether a text says what it should, and nothing else

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

/// A manifest with live values in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Adoption {
    /// The text as it is now: the old one, byte by byte, where nothing was adopted.
    pub text: String,
    /// The settings that say now what is live, in the order in which they were asked for.
    pub adopted: Vec<Adopted>,
    /// The settings that stay as they were.
    pub left: Vec<NotAdopted>,
}

/// A setting that was given its live value.
#[derive(Debug, Clone, PartialEq)]
pub struct Adopted {
    /// Which setting.
    pub setting: Setting,
    /// Its value now, as YAML on one line without anything that a terminal would obey.
    pub value: String,
    /// Where it stands in the new text.
    pub at: Location,
}

/// A setting whose live value could not be put into the file.
#[derive(Debug, Clone, PartialEq)]
pub struct NotAdopted {
    /// Which setting.
    pub setting: Setting,
    /// What to write by hand, as YAML on one line without anything that a terminal would obey.
    pub value: String,
    /// Where its value stands in the text.
    pub at: Location,
    /// Why it was left, in words that complete "not adopted, since". It may quote the live value.
    pub reason: String,
}

/// Puts live values in place of declared ones.
///
/// `manifest` is what [`parse`](crate::manifest::parse) made of `source`, and each change is a setting that it declares with the
/// live value, `null` where that is empty. What is empty is adopted as `null`, `false` or `[]`, so that the setting
/// stays managed.
///
/// Nothing is adopted that does not prove itself: the new text is read again, has no error, and declares what the old
/// one did, but for the adopted settings, which mean what is live. Where the changes together do not prove themselves,
/// as many are made as do.
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
/// let adoption = adopt(model, &source, &manifest, &[(setting, "8h".into())]);
/// assert_eq!(adoption.text, "organization:\n  session_duration: 8h   # as agreed\n");
/// ```
pub fn adopt(model: &Model, source: &Source, manifest: &Manifest, changes: &[(Setting, Json)]) -> Adoption {
    let Some(tree) = tree(source) else { return nothing(source, manifest, changes) };
    let draft = ManifestEditor { model, source, manifest, page: ManifestText::new(source), tree: &tree };
    let all: Vec<usize> = (0..changes.len()).collect();
    match draft.proven(changes, &all) {
        Ok((text, proven)) => draft.adoption(changes, text, &proven, &[]),
        Err(_) => draft.as_many_as_prove_themselves(changes),
    }
}

/// The text of a manifest as it would be if it said what is live: for showing a difference, never for writing.
///
/// `manifest` and `changes` are those of [`adopt`]. Values that a manifest may not hold are shown as they are, and what
/// has no place in the text is left as declared.
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

/// A text without a tree has no manifest either; nobody gets here with one.
fn nothing(source: &Source, manifest: &Manifest, changes: &[(Setting, Json)]) -> Adoption {
    let reason = || "the file is not YAML".to_owned();
    let left = changes.iter().map(|(setting, live)| left(manifest, setting, live, reason())).collect();
    Adoption { text: source.text.clone(), adopted: Vec::new(), left }
}

fn left(manifest: &Manifest, setting: &Setting, live: &Json, reason: String) -> NotAdopted {
    let at = manifest.declared(setting.path).map_or_else(Location::whole_file, |declared| declared.at.clone());
    NotAdopted { setting: *setting, value: flow(&wanted(setting, live)), at, reason }
}

/// A manifest that is about to be changed.
struct ManifestEditor<'a> {
    model: &'a Model,
    source: &'a Source,
    manifest: &'a Manifest,
    page: ManifestText<'a>,
    tree: &'a YamlNode,
}

impl ManifestEditor<'_> {
    /// The text with some of the changes made, and what it declares; or why it may not stand.
    fn proven(&self, changes: &[(Setting, Json)], taken: &[usize]) -> Result<(String, Manifest), String> {
        let taken: Vec<&(Setting, Json)> = taken.iter().filter_map(|index| changes.get(*index)).collect();
        let edits = edits(&self.page, self.tree, self.manifest, &taken)?;
        let spliced = splice(&self.source.text, &edits);
        if !spliced.left_out.is_empty() {
            return Err("another setting needs the same place in the file".to_owned());
        }
        let new = Source { name: self.source.name.clone(), text: spliced.text };
        let proven = proof::of(self.model, self.manifest, &new, &taken)?;
        if self.page.is_json && !page::is_json(&new) {
            return Err("the file would no longer be JSON".to_owned());
        }
        Ok((new.text, proven))
    }

    /// Takes one change after the other, and comes back to those that need another one first.
    fn as_many_as_prove_themselves(&self, changes: &[(Setting, Json)]) -> Adoption {
        let mut taken: Vec<usize> = Vec::new();
        let mut state = (self.source.text.clone(), self.manifest.clone());
        loop {
            let mut reasons: Vec<(usize, String)> = Vec::new();
            let before = taken.len();
            for index in 0..changes.len() {
                if taken.contains(&index) {
                    continue;
                }
                let more: Vec<usize> = taken.iter().copied().chain([index]).collect();
                match self.proven(changes, &more) {
                    Ok(proven) => (state, taken) = (proven, more),
                    Err(reason) => reasons.push((index, reason)),
                }
            }
            if taken.len() == before {
                return self.adoption(changes, state.0, &state.1, &reasons);
            }
        }
    }

    /// What became of each change. `left` are those that were not made, by their place in the list.
    fn adoption(
        &self,
        changes: &[(Setting, Json)],
        text: String,
        proven: &Manifest,
        not_made: &[(usize, String)],
    ) -> Adoption {
        let mut adoption = Adoption { text, adopted: Vec::new(), left: Vec::new() };
        for (index, (setting, live)) in changes.iter().enumerate() {
            let reason = not_made.iter().find(|(left, _)| *left == index).map(|(_, reason)| reason.clone());
            match (reason, proven.declared(setting.path)) {
                (None, Some(new)) => {
                    let (value, at) = (flow(&new.value), new.at.clone());
                    adoption.adopted.push(Adopted { setting: *setting, value, at });
                }
                (reason, _) => {
                    let reason = reason.unwrap_or_else(|| NOT_DECLARED.to_owned());
                    adoption.left.push(left(self.manifest, setting, live, reason));
                }
            }
        }
        adoption
    }
}

const NOT_DECLARED: &str = "the file does not declare it";

/// The edits that make these changes, or why one of them has none.
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
            set_at(members, &place.below, wanted(setting, live));
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
    match (&place.value.value, wanted(setting, live)) {
        (yaml::YamlValue::List(elements), Json::Array(wanted)) => list::edits(page, place, setting, elements, &wanted),
        (yaml::YamlValue::List(_) | yaml::YamlValue::Mapping(_), _) => {
            Err("its live value has a different type from the declared one")
        }
        (_, wanted) => scalar::edits(page, place, &wanted),
    }
}

/// The settings that are null because their group is, as the mapping that would say so one by one.
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

/// What a file says in place of what it said; an empty value so that the setting stays managed.
fn wanted(setting: &Setting, live: &Json) -> Json {
    match setting.kind {
        Kind::Boolean if setting.is_empty(Some(live)) => Json::Bool(false),
        Kind::Set(_) if setting.is_empty(Some(live)) => Json::Array(Vec::new()),
        _ if setting.is_empty(Some(live)) => Json::Null,
        _ => setting.spelled(live),
    }
}

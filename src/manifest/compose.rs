//! Composition: a manifest and the parents that it extends → one manifest.
//!
//! Settings merge one by one, and a set is one value. Every value keeps its location, so that findings and plans name the
//! file in which it is declared. Nothing here reads files.

use std::sync::Arc;

use sha2::{Digest as _, Sha256};

use super::desired::{Composition, Declared, ListedSetting, Manifest};
use super::{consents, rules, scope};
use crate::diagnostics::{Diagnostics, Finding, Location, Rule};
use crate::settings::{Model, Setting};
use crate::text::{excerpt, hexadecimal};

/// The maximum number of files: a manifest and its parents.
pub const LONGEST_CHAIN: usize = 4;

/// The maximum number of characters of a value in a message.
const SHOWN: usize = 80;

const EXAMPLE: &str =
    "write, for example:\n\naccount_id: 699d98642c564d2e855e9661899b7252\norganization:\n  session_duration: 24h";

/// A manifest with everything that it inherits.
#[derive(Debug, Clone, PartialEq)]
pub struct Composed {
    /// The manifest; `None` if a finding is an error.
    pub manifest: Option<Manifest>,
    /// The findings about the composition, and those of the checks across settings.
    pub findings: Vec<Finding>,
}

/// Merges a manifest with its parents, and checks the result. `parents` begins with the parent that the manifest names.
///
/// ```
/// use zerodrift::diagnostics::Source;
/// use zerodrift::manifest::{compose, parse, parse_parent};
/// use zerodrift::settings::Model;
///
/// let source = |name: &str, text: &str| Source { name: name.into(), text: text.into() };
/// let model = Model::current();
/// let base = source("_base.yaml", "organization: {session_duration: 12h, is_ui_read_only: true}\n");
/// let base = parse_parent(model, &base).manifest.unwrap();
/// let child = source("a.yaml", "extends: _base.yaml\norganization: {session_duration: 8h}\n");
/// let child = parse(model, &child).manifest.unwrap();
///
/// let manifest = compose(model, &child, &[base]).manifest.unwrap();
/// let place = |path| manifest.declared(path).unwrap().at.file("a.yaml").to_owned();
/// assert_eq!(place("organization.session_duration"), "a.yaml");
/// assert_eq!(place("organization.is_ui_read_only"), "_base.yaml");
/// ```
pub fn compose(model: &Model, manifest: &Manifest, parents: &[Manifest]) -> Composed {
    let mut diagnostics = Diagnostics::default();
    let mut composed: Option<Manifest> = None;
    for child in parents.iter().rev().chain([manifest]) {
        diagnostics.extend(composed.iter().flat_map(|parent| violations(parent, child)));
        let merged = composed.map_or_else(|| child.clone(), |parent| inherit(model, &parent, child));
        diagnostics.extend(idle_locks(child, &merged, &[]));
        composed = Some(merged);
    }
    let mut composed = composed.unwrap_or_else(|| manifest.clone());
    composed.sha256 = digest(manifest, parents);
    composed.composition.extends = None;
    let is_declared = |endpoint| composed.declared.iter().any(|declared| declared.setting.endpoint() == endpoint);
    let endpoints = composed.endpoints.iter().copied();
    composed.endpoints =
        endpoints.filter(|endpoint| manifest.endpoints.contains(endpoint) || is_declared(*endpoint)).collect();
    if let Some(target) = &composed.target {
        // The parser has checked what the manifest itself declares.
        let beyond = scope::beyond_scope(&composed, target.scope).into_iter();
        diagnostics.extend(beyond.filter(|finding| finding.file != manifest.path));
    }
    diagnostics.extend(checked(model, &composed, &[]));
    let manifest = (!diagnostics.has_errors()).then_some(composed);
    Composed { manifest, findings: diagnostics.into_findings() }
}

/// Returns the manifest of a child with what it inherits from its parent, without checks. The merge is associative: a
/// chain gives the same manifest whichever pair is merged first.
#[must_use]
pub fn inherit(model: &Model, parent: &Manifest, child: &Manifest) -> Manifest {
    let file: Arc<str> = parent.path.as_str().into();
    let inherited = removable(parent, child).filter(|declared| !is_in(&child.composition.unmanaged, &declared.setting));
    let inherited = inherited.map(|declared| Declared { at: declared.at.in_parent(&file), ..declared.clone() });
    let mut declared: Vec<Declared> = child.declared.iter().cloned().chain(inherited).collect();
    declared.sort_by_key(|declared| model.position(declared.setting.path));
    let mut endpoints = [child.endpoints.as_slice(), &parent.endpoints].concat();
    endpoints.sort();
    endpoints.dedup();
    let joined = |own: &[ListedSetting], inherited: &[ListedSetting]| {
        let inherited = inherited.iter().map(|entry| ListedSetting { at: entry.at.in_parent(&file), ..entry.clone() });
        own.iter().cloned().chain(inherited).collect()
    };
    let Composition { extends, lock, unmanaged } = &parent.composition;
    let extends = extends.clone().map(|extends| super::Extends { at: extends.at.in_parent(&file), ..extends });
    let composition = Composition {
        extends,
        lock: joined(&child.composition.lock, lock),
        unmanaged: joined(&child.composition.unmanaged, unmanaged),
    };
    Manifest { declared, endpoints, composition, ..child.clone() }
}

/// The checks of a manifest without parents.
pub(super) fn checked_alone(model: &Model, manifest: &Manifest, unusable: &[Setting]) -> Vec<Finding> {
    let idle = manifest.composition.unmanaged.iter().map(|entry| idle_unmanaged(&manifest.path, entry));
    idle.chain(idle_locks(manifest, manifest, unusable)).chain(checked(model, manifest, unusable)).collect()
}

/// The locks of a manifest that cover nothing in it and in what it inherits.
fn idle_locks(own: &Manifest, merged: &Manifest, unusable: &[Setting]) -> Vec<Finding> {
    let is_idle = |entry: &&ListedSetting| {
        let settings = merged.declared.iter().map(|declared| &declared.setting).chain(unusable);
        !settings.into_iter().any(|setting| entry.covers(setting))
    };
    let idle = |entry: &ListedSetting| {
        let message = format!("the lock of {} has no effect, because nothing in it is declared", entry.path);
        Finding::new(Rule::IdleLock, &own.path, message).at(&entry.at).setting(&entry.path)
    };
    own.composition.lock.iter().filter(is_idle).map(idle).collect()
}

/// The checks of a whole manifest: of sections, settings that depend on others, and consents. Settings with an
/// invalid value are in `unusable`.
fn checked(model: &Model, manifest: &Manifest, unusable: &[Setting]) -> Vec<Finding> {
    let mut findings = Vec::new();
    if manifest.endpoints.is_empty() {
        let message = "the manifest has no organization section and no doh section";
        findings.push(Finding::new(Rule::NoSection, &manifest.path, message).help(EXAMPLE));
    }
    findings.extend(rules::declared_alone(model, manifest, unusable));
    findings.extend(consents::findings(model, manifest, unusable));
    findings
}

/// What a child says about settings that it inherits: other values for locked ones, and entries without effect.
fn violations(parent: &Manifest, child: &Manifest) -> Vec<Finding> {
    let mut findings = Vec::new();
    for locked in &parent.declared {
        let Some(lock) = parent.composition.lock.iter().find(|entry| entry.covers(&locked.setting)) else { continue };
        let setting = &locked.setting;
        match (child.declared(setting.path), covering(&child.composition.unmanaged, setting)) {
            (Some(own), _) if !setting.same(Some(&own.value), Some(&locked.value)) => {
                findings.push(overridden(parent, child, locked, lock, &own.at));
            }
            (None, Some(entry)) => findings.push(overridden(parent, child, locked, lock, &entry.at)),
            (Some(_) | None, _) => {}
        }
    }
    let is_idle = |entry: &&ListedSetting| !removable(parent, child).any(|declared| entry.covers(&declared.setting));
    let idle = child.composition.unmanaged.iter().filter(is_idle);
    findings.extend(idle.map(|entry| idle_unmanaged(&child.path, entry)));
    findings
}

/// The finding at a line of the child that changes a locked setting. It shows the value of the parent.
fn overridden(parent: &Manifest, child: &Manifest, locked: &Declared, lock: &ListedSetting, at: &Location) -> Finding {
    let path = locked.setting.path;
    let place = |at: &Location| format!("{}:{}", at.file(&parent.path), at.line);
    let value = excerpt(&locked.value.to_string(), SHOWN);
    let message = format!("{path} is locked at {}, to {value} at {}", place(&lock.at), place(&locked.at));
    Finding::new(Rule::LockedSetting, &child.path, message).at(at).setting(path)
}

fn idle_unmanaged(file: &str, entry: &ListedSetting) -> Finding {
    let message = format!("`unmanaged` has no effect for {}, because nothing in it is inherited", entry.path);
    Finding::new(Rule::IdleUnmanaged, file, message).at(&entry.at).setting(&entry.path)
}

/// The settings of a parent that a child does not declare itself.
fn removable<'a>(parent: &'a Manifest, child: &'a Manifest) -> impl Iterator<Item = &'a Declared> {
    parent.declared.iter().filter(|declared| child.declared(declared.setting.path).is_none())
}

fn is_in(entries: &[ListedSetting], setting: &Setting) -> bool {
    covering(entries, setting).is_some()
}

fn covering<'a>(entries: &'a [ListedSetting], setting: &Setting) -> Option<&'a ListedSetting> {
    entries.iter().find(|entry| entry.covers(setting))
}

/// The digest of all files, so that a plan is bound to each of them. That of a manifest without parents is its own.
fn digest(manifest: &Manifest, parents: &[Manifest]) -> String {
    if parents.is_empty() {
        return manifest.sha256.clone();
    }
    let all = std::iter::once(manifest).chain(parents).map(|one| one.sha256.as_str()).collect::<Vec<_>>();
    hexadecimal(&Sha256::digest(all.join("\n").as_bytes()))
}

#[cfg(test)]
mod tests;

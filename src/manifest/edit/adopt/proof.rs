//! Checks that a new text declares the intended values and nothing else, and is valid with its parents.

use serde_json::Value as Json;

use crate::diagnostics::{Finding, Source};
use crate::manifest::{Allow, Composition, Declared, ListedSetting, Manifest, compose, parse};
use crate::settings::{Model, Setting};

/// Parses a new text and compares it with the old manifest: only the changed settings may differ, and must have their live
/// values. With its parents, the new manifest must be valid.
///
/// # Errors
/// Returns the reason if the text must not replace the old one.
pub(super) fn of(
    model: &Model,
    old: &Manifest,
    parents: &[Manifest],
    new: &Source,
    changes: &[&(Setting, Json)],
) -> Result<Manifest, String> {
    let parsed = parse(model, new);
    let new = parsed.manifest.ok_or_else(|| reason(parsed.findings))?;
    let Manifest { path: _, sha256: _, target, endpoints, declared, allow, consent_place: _, composition } = old;
    let added = changes.iter().map(|(setting, _)| setting).filter(|setting| old.declared(setting.path).is_none());
    let added: Vec<&Setting> = added.collect();
    let mut endpoints = endpoints.clone();
    endpoints.extend(added.iter().map(|setting| setting.endpoint()));
    endpoints.sort();
    endpoints.dedup();
    let frame = (target, &endpoints, consents(allow)) == (&new.target, &new.endpoints, consents(&new.allow))
        && composed(composition) == composed(&new.composition);
    let is_intended = |new: &Declared| {
        let live = changes.iter().find(|(setting, _)| setting.path == new.setting.path).map(|(_, live)| live);
        match (live, old.declared(new.setting.path)) {
            (Some(live), _) => new.setting.same(Some(&new.value), Some(live)),
            (None, Some(old)) => new.value == old.value,
            (None, None) => false,
        }
    };
    if !frame || declared.len() + added.len() != new.declared.len() || !new.declared.iter().all(is_intended) {
        return Err(ELSEWHERE.to_owned());
    }
    if !parents.is_empty() {
        let composed = compose(model, &new, parents);
        composed.manifest.ok_or_else(|| reason(composed.findings))?;
    }
    Ok(new)
}

/// The message of the first error.
fn reason(findings: Vec<Finding>) -> String {
    let error = findings.into_iter().find(|finding| finding.is_error());
    error.map_or_else(|| ELSEWHERE.to_owned(), |error| error.message)
}

const ELSEWHERE: &str = "the edit would change something else in the file";

/// Returns the consents of a file without their locations.
fn consents(allow: &[Allow]) -> Vec<(&str, &Json, Option<&str>)> {
    allow.iter().map(|Allow { setting, to, reason, at: _ }| (setting.as_str(), to, reason.as_deref())).collect()
}

/// Returns the composition of a file without locations.
fn composed(composition: &Composition) -> (Option<&str>, Vec<&str>, Vec<&str>) {
    fn paths(entries: &[ListedSetting]) -> Vec<&str> {
        entries.iter().map(|entry| entry.path.as_str()).collect()
    }
    let Composition { extends, lock, unmanaged } = composition;
    (extends.as_ref().map(|extends| extends.path.as_str()), paths(lock), paths(unmanaged))
}

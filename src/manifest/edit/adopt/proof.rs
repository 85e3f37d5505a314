//! Checks that a new text declares the intended values and nothing else.

use serde_json::Value as Json;

use crate::diagnostics::Source;
use crate::manifest::{Allow, Composition, ListedSetting, Manifest, parse};
use crate::settings::{Model, Setting};

/// Parses a new text and compares it with the old manifest: only the changed settings may differ, and must have their live
/// values.
///
/// # Errors
/// Returns the reason if the text must not replace the old one.
pub(super) fn of(
    model: &Model,
    old: &Manifest,
    new: &Source,
    changes: &[&(Setting, Json)],
) -> Result<Manifest, String> {
    let parsed = parse(model, new);
    let Some(new) = parsed.manifest else {
        let error = parsed.findings.into_iter().find(|finding| finding.is_error());
        return Err(error.map_or_else(|| ELSEWHERE.to_owned(), |error| error.message));
    };
    let Manifest { path: _, sha256: _, target, endpoints, declared, allow, consent_place: _, composition } = old;
    let frame = (target, endpoints, consents(allow)) == (&new.target, &new.endpoints, consents(&new.allow))
        && composed(composition) == composed(&new.composition);
    if !frame || declared.len() != new.declared.len() {
        return Err(ELSEWHERE.to_owned());
    }
    for (old, new) in declared.iter().zip(&new.declared) {
        let live = changes.iter().find(|(setting, _)| setting.path == old.setting.path).map(|(_, live)| live);
        let is_intended = match live {
            Some(live) => new.setting.same(Some(&new.value), Some(live)),
            None => new.value == old.value,
        };
        if new.setting.path != old.setting.path || !is_intended {
            return Err(ELSEWHERE.to_owned());
        }
    }
    Ok(new)
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

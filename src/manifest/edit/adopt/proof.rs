//! Whether a text says what it should, and nothing else: it is read again and compared.

use serde_json::Value as Json;

use crate::diagnostics::Source;
use crate::manifest::{Allow, Manifest, parse};
use crate::settings::{Model, Setting};

/// What a new text declares, if that is what the old one declared with these settings as they are live.
///
/// # Errors
/// Why the text may not take the place of the old one.
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
    let Manifest { path: _, sha256: _, target, endpoints, declared, allow } = old;
    let frame = (target, endpoints, consents(allow)) == (&new.target, &new.endpoints, consents(&new.allow));
    if !frame || declared.len() != new.declared.len() {
        return Err(ELSEWHERE.to_owned());
    }
    for (old, new) in declared.iter().zip(&new.declared) {
        let live = changes.iter().find(|(setting, _)| setting.path == old.setting.path).map(|(_, live)| live);
        let as_meant = match live {
            Some(live) => new.setting.same(Some(&new.value), Some(live)),
            None => new.value == old.value,
        };
        if new.setting.path != old.setting.path || !as_meant {
            return Err(ELSEWHERE.to_owned());
        }
    }
    Ok(new)
}

const ELSEWHERE: &str = "the edit would change something else in the file";

/// What a file consents to, wherever that stands.
fn consents(allow: &[Allow]) -> Vec<(&str, &Json, Option<&str>)> {
    allow.iter().map(|Allow { setting, to, reason, at: _ }| (setting.as_str(), to, reason.as_deref())).collect()
}

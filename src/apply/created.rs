//! Whether a read-back shows the organization that was just created, without values of somebody else.
//!
//! The approval of a creation does not approve an update. A new organization has the values that were sent and the defaults of
//! the server. Any other value means that the organization existed before, or that somebody else changed it.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value as Json;

use super::verify::{Mismatch, MismatchKind};
use crate::live::Document;
use crate::plan::{Change, GENERATED, Plan};
use crate::settings::{Endpoint, Model, Setting};

/// The maximum difference between the times of creation and of the last write of a new organization.
const MAX_DIFFERENCE: SignedDuration = SignedDuration::from_hours(1);

/// Returns the values of a document that the creation did not cause.
///
/// - A setting that is not declared may have a known default of the server ([`Setting::created_with`]).
/// - A name and a login domain that are not declared may have any value, because the API generates them for providers.
/// - A declared setting may have any value that the PUT after the creation may overwrite: a known default of the server, or
///   any value if the setting has no guard. A guarded setting with an unexpected value needs the same consent as an update,
///   so the approval of a creation cannot weaken an existing protection.
/// - Unknown fields are ignored: they are echoed.
pub(super) fn foreign(model: &Model, plan: &Plan, document: &Document) -> Vec<Mismatch> {
    let of_endpoint = |change: &&Change| change.setting.endpoint() == document.endpoint;
    let declared: Vec<&Change> = plan.changes.iter().chain(&plan.declared_empty).filter(of_endpoint).collect();
    let is_foreign = |setting: &&Setting| {
        let found = document.canonical(model, setting);
        let change = declared.iter().find(|change| change.setting.path == setting.path);
        let desired = change.map(|change| setting.canonical(Some(&change.after)));
        if found.is_null() || desired.as_ref() == Some(&found) || found == server_default(setting) {
            return false;
        }
        if change.is_none() && GENERATED.contains(&setting.path) {
            return false;
        }
        change.is_none_or(|change| {
            setting.ranked_guards().next().is_some() && change.guard.is_none_or(|state| state.allowed_by.is_none())
        })
    };
    let settings = model.of(document.endpoint).filter(|setting| setting.is_writable()).filter(is_foreign);
    settings
        .map(|setting| Mismatch {
            path: setting.path.to_owned(),
            kind: MismatchKind::Foreign,
            expected: Json::Null,
            found: document.value(model, setting).map(|value| document.shown(value)).unwrap_or_default(),
        })
        .chain(created_earlier(document))
        .collect()
}

/// Returns the canonical value that the server gives a setting at a creation; `null` if none is known.
fn server_default(setting: &Setting) -> Json {
    setting.canonical(serde_json::from_str(setting.created_with).ok().as_ref())
}

/// Returns a mismatch if the creation was long before the last write. Both times are of the server, so clocks do not matter.
fn created_earlier(document: &Document) -> Option<Mismatch> {
    let time = |key: &str| document.fields.get(key)?.as_str()?.parse::<Timestamp>().ok();
    let (created, updated) = (time("created_at")?, time("updated_at")?);
    (document.endpoint == Endpoint::Organization && updated.duration_since(created) > MAX_DIFFERENCE).then(|| {
        Mismatch {
            path: "organization.created_at".to_owned(),
            kind: MismatchKind::Foreign,
            expected: Json::Null,
            found: document.fields.get("created_at").cloned().unwrap_or_default(),
        }
    })
}

#[cfg(test)]
mod tests;

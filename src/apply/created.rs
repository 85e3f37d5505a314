//! Whether a read-back shows the organization that was just created, and nothing that only somebody else can have put there.
//!
//! An approval to create approves nothing else. What was sent has to be there; beside it an organization that is a moment
//! old has nothing but what the server fills in. Everything else means that the POST met an organization that existed.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value as Json;

use super::verify::{Mismatch, MismatchKind};
use crate::live::Document;
use crate::plan::{Change, GENERATED, Plan};
use crate::settings::{Endpoint, Model, Setting};

/// How far the times of creation and of the last write of a new organization may lie apart.
const MOMENT: SignedDuration = SignedDuration::from_hours(1);

/// What a document has that the creation did not put there.
///
/// - A setting that is not declared may have what the server is known to fill in ([`Setting::created_with`]).
/// - A name and a login domain that are not declared may be anything, because the API generates them for providers.
/// - A setting that is declared otherwise may have anything that the PUT after the creation may overwrite: what the server
///   is known to fill in, and every value of a setting without a guard. A guarded setting with an unexpected value needs
///   the consent that an update would need, so that the approval of a creation never weakens a protection that is there.
/// - Fields that this version does not know are left alone: they are echoed.
pub(super) fn foreign(model: &Model, plan: &Plan, document: &Document) -> Vec<Mismatch> {
    let of_endpoint = |change: &&Change| change.setting.endpoint() == document.endpoint;
    let declared: Vec<&Change> = plan.changes.iter().chain(&plan.declared_empty).filter(of_endpoint).collect();
    let is_foreign = |setting: &&Setting| {
        let found = document.canonical(model, setting);
        let change = declared.iter().find(|change| change.setting.path == setting.path);
        let wanted = change.map(|change| setting.canonical(Some(&change.after)));
        if found.is_null() || wanted.as_ref() == Some(&found) || found == filled_in(setting) {
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
        .chain(older(document))
        .collect()
}

/// The canonical value that a server may give a setting at a creation; `null` where none is known.
fn filled_in(setting: &Setting) -> Json {
    setting.canonical(serde_json::from_str(setting.created_with).ok().as_ref())
}

/// The time of creation, where it lies long before the last write: both are the server's, so no clock is compared.
fn older(document: &Document) -> Option<Mismatch> {
    let time = |key: &str| document.fields.get(key)?.as_str()?.parse::<Timestamp>().ok();
    let (created, updated) = (time("created_at")?, time("updated_at")?);
    (document.endpoint == Endpoint::Organization && updated.duration_since(created) > MOMENT).then(|| Mismatch {
        path: "organization.created_at".to_owned(),
        kind: MismatchKind::Foreign,
        expected: Json::Null,
        found: document.fields.get("created_at").cloned().unwrap_or_default(),
    })
}

#[cfg(test)]
mod tests;

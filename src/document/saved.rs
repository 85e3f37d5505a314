//! Saved plans: a plan document with a checksum, the seal.
//!
//! The seal detects an edited or truncated file. It is not a signature: anyone who can replace the file and run `apply`
//! does not need a forged plan. An apply always computes the plan again and compares the digests.

use jiff::Timestamp;
use serde_json::Value as Json;

use super::comparison::Comparison;
use super::of_plan;
use super::plan::{PlanDocument, PlanEntry, SavedEntry};
use super::read::{self, is_sealed, without_seal};
use crate::live;
use crate::plan::{Consent, ManifestRef, SavedPlan, StaleReason, seal};

/// Returns one plan with the manifest and live values that it was made from, as text. It contains no secrets: settings
/// are not secret, and credentials never reach a plan.
pub fn to_text(comparison: &Comparison<'_>, saved: &SavedPlan) -> String {
    let mut document = of_plan::unsealed(comparison.wording, None, &[comparison.clone().into()]);
    document.saved = Some(SavedEntry {
        expires_at: saved.expires_at.to_string(),
        declared: saved.declared.clone(),
        live: saved.live.clone(),
        seal: String::new(),
    });
    let seal = seal(&without_seal(serde_json::json!(document)));
    document.saved = document.saved.map(|entry| SavedEntry { seal, ..entry });
    super::to_text(&document)
}

/// Reads a saved plan that [`to_text`] wrote.
///
/// # Errors
/// Returns the reason if the text is not a saved plan of format version 1, or was edited after it was saved.
pub fn read(bytes: &[u8]) -> Result<SavedPlan, Vec<StaleReason>> {
    whole(bytes).map_err(|stale| vec![*stale])
}

fn whole(bytes: &[u8]) -> Result<SavedPlan, Box<StaleReason>> {
    let value: Json = serde_json::from_slice(bytes).map_err(not_a_plan)?;
    let version = value.get("format_version").and_then(Json::as_str);
    let version = version.ok_or_else(|| not_a_plan("missing `format_version`"))?;
    if !live::reads(version) {
        return Err(Box::new(StaleReason::Format(version.to_owned())));
    }
    if value.get("plans").is_none() {
        return Err(not_a_plan("missing `plans`"));
    }
    let Some(entry) = value.get("saved") else { return Err(Box::new(StaleReason::NotSaved)) };
    if !entry.get("seal").is_some_and(|recorded| is_sealed(&value, recorded)) {
        return Err(Box::new(StaleReason::Edited));
    }
    let document = serde_json::from_value(value).map_err(not_a_plan)?;
    saved_plan(document).ok_or_else(|| not_a_plan("the plan has no valid target or expiry"))
}

fn not_a_plan(why: impl ToString) -> Box<StaleReason> {
    Box::new(StaleReason::NotAPlan(why.to_string()))
}

fn saved_plan(document: PlanDocument) -> Option<SavedPlan> {
    let PlanDocument { zerodrift, plans, saved, .. } = document;
    let SavedEntry { expires_at, declared, live, seal: _ } = saved?;
    let [entry] = <[PlanEntry; 1]>::try_from(plans).ok()?;
    let by_flag = |guard: &super::GuardEntry| guard.allowed_by == Some(Consent::Flag);
    let consents = entry.changes.iter().filter(|change| change.guard.as_ref().is_some_and(by_flag));
    Some(SavedPlan {
        zerodrift,
        consents: consents.map(|change| change.setting.clone()).collect(),
        manifest: ManifestRef {
            path: entry.manifest.path,
            sha256: entry.manifest.sha256,
            consent_place: entry.manifest.consent_place,
        },
        declared,
        target: read::target(&entry.target).ok()?,
        api: entry.target.api,
        live,
        digest: entry.digest,
        expires_at: expires_at.parse::<Timestamp>().ok()?,
    })
}

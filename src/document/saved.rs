//! Saved plans: a plan document with what each plan was made from.
//!
//! The seal of the document detects an edited or truncated file. It is not a signature: anyone who can replace the file and run `apply`
//! does not need a forged plan. An apply always computes the plan again and compares the digests.

use std::io::Cursor;

use jiff::Timestamp;
use serde_json::Value as Json;

use super::comparison::Comparison;
use super::plan::{InputsEntry, PlanDocument, PlanEntry};
use super::read;
use super::stream::PlanStream;
use crate::live;
use crate::plan::{Consent, ManifestRef, SavedPlan, StaleReason};

/// Returns one plan with what it was made from, as text. It contains no secrets: settings are not secret, and credentials
/// never reach a plan. [`PlanStream`] writes several.
pub fn to_text(comparison: &Comparison<'_>, saved: &SavedPlan) -> String {
    let mut text = Vec::new();
    let mut stream = PlanStream::new(Cursor::new(Vec::new()), comparison.wording, None).expiring_at(saved.expires_at);
    // Memory can always be written.
    let _ = stream.add_saved(comparison.clone(), saved).and_then(|()| stream.finish(&mut text));
    String::from_utf8_lossy(&text).into_owned()
}

/// Reads the plans that [`to_text`] or a [`PlanStream`] saved, at least one, in the order of the document.
///
/// # Errors
/// Returns the reason if the text is not a saved plan of format version 1, or was edited after it was saved.
pub fn read(bytes: &[u8]) -> Result<Vec<SavedPlan>, Vec<StaleReason>> {
    whole(bytes).map_err(|stale| vec![*stale])
}

fn whole(bytes: &[u8]) -> Result<Vec<SavedPlan>, Box<StaleReason>> {
    let value: Json = serde_json::from_slice(bytes).map_err(not_a_plan)?;
    let version = value.get("format_version").and_then(Json::as_str);
    let version = version.ok_or_else(|| not_a_plan("missing `format_version`"))?;
    if !live::reads(version) {
        return Err(Box::new(StaleReason::Format(version.to_owned())));
    }
    if value.get("plans").is_none() {
        return Err(not_a_plan("missing `plans`"));
    }
    if value.get("saved").is_none() {
        return Err(Box::new(StaleReason::NotSaved));
    }
    if !read::is_sealed(&value) {
        return Err(Box::new(StaleReason::Edited));
    }
    let PlanDocument { zerodrift, plans, saved, .. } = serde_json::from_value(value).map_err(not_a_plan)?;
    let expires_at = saved.and_then(|saved| saved.expires_at.parse().ok());
    let plan = |entry| saved_plan(&zerodrift, expires_at?, entry);
    let plans: Option<Vec<SavedPlan>> = plans.into_iter().map(plan).collect();
    let plans = plans.ok_or_else(|| not_a_plan("a plan has no valid target, inputs or expiry"))?;
    if plans.is_empty() { Err(not_a_plan("it contains no plan")) } else { Ok(plans) }
}

fn not_a_plan(why: impl ToString) -> Box<StaleReason> {
    Box::new(StaleReason::NotAPlan(why.to_string()))
}

fn saved_plan(zerodrift: &str, expires_at: Timestamp, entry: PlanEntry) -> Option<SavedPlan> {
    let by_flag = |guard: &super::GuardEntry| guard.allowed_by == Some(Consent::Flag);
    let consents = entry.changes.iter().filter(|change| change.guard.as_ref().is_some_and(by_flag));
    let InputsEntry { declared, live } = entry.inputs?;
    Some(SavedPlan {
        zerodrift: zerodrift.to_owned(),
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
        expires_at,
    })
}

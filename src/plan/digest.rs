//! Fingerprints: of what was read, and of everything that an apply depends on.

use serde_json::{Value as Json, json};
use sha2::{Digest as _, Sha256};

use super::{Change, Plan, Seen};
use crate::organization::{Live, Model, sorted};
use crate::text::hexadecimal;

/// SHA-256, in lower-case hexadecimal, of the live documents by meaning: how values are spelled, their order, empty
/// members and what moves by itself do not count. Two states have the same one exactly when [`Seen::moved`] finds nothing.
pub fn live_sha256(model: &Model, live: &Live) -> String {
    hash(&json!(Seen::of(model, live)))
}

/// The digest of a plan: its target, API, manifest, live state, changes, writes and the version of this program.
///
/// Paths of files, findings and consents are left out: they do not change what is written.
pub(super) fn of(plan: &Plan) -> String {
    let changes: Vec<Json> = plan.changes.iter().map(change).collect();
    let writes: Vec<Json> = plan.writes.iter().map(|write| json!([write.method, write.path])).collect();
    let fingerprint = hash(&json!({
        "zerodrift": env!("CARGO_PKG_VERSION"),
        "target": plan.target,
        "api": plan.api,
        "manifest": plan.manifest.sha256,
        "live": plan.live_sha256,
        "action": plan.action,
        "changes": changes,
        "writes": writes,
    }));
    format!("sha256:{fingerprint}")
}

/// The fingerprint of a document as a file: `sha256:…` of its members, whatever their order and the space between them.
pub fn seal(document: &Json) -> String {
    format!("sha256:{}", hash(document))
}

fn change(change: &Change) -> Json {
    let annotations: Vec<Json> =
        change.annotations.iter().map(|(setting, value)| json!([setting.path, value])).collect();
    // By meaning, as live is: an answer that spells the same value otherwise is no other plan.
    let before = change.setting.canonical(Some(&change.before));
    json!([change.setting.path, change.op, before, change.after, annotations])
}

fn hash(value: &Json) -> String {
    hexadecimal(&Sha256::digest(sorted(value).to_string()))
}

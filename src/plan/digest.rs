//! Fingerprints: of what was read, and of everything that an apply depends on.

use std::fmt::Write as _;

use serde_json::{Value as Json, json};
use sha2::{Digest as _, Sha256};

use super::{Change, Plan};
use crate::organization::{Endpoint, Live, Model, Slot, sorted};

/// SHA-256, in lower-case hexadecimal, of the live documents by meaning: order of members, empty members and what
/// moves by itself do not count.
pub fn live_sha256(model: &Model, live: &Live) -> String {
    let slot = |endpoint| match live.slot(endpoint) {
        Slot::NotRead => json!("not read"),
        Slot::Absent => json!("absent"),
        Slot::Present(document) => document.stable(model),
    };
    hash(&json!([slot(Endpoint::Organization), slot(Endpoint::Doh)]))
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

fn change(change: &Change) -> Json {
    let annotations: Vec<Json> =
        change.annotations.iter().map(|(setting, value)| json!([setting.path, value])).collect();
    json!([change.setting.path, change.op, change.before, change.after, annotations])
}

fn hash(value: &Json) -> String {
    let mut text = String::new();
    for byte in Sha256::digest(sorted(value).to_string()) {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

//! Fingerprints: of what was read, and of everything that an apply depends on.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value as Json, json};
use sha2::{Digest as _, Sha256};

use super::{Change, Plan};
use crate::live::{Fingerprint, Live, sorted};
use crate::settings::Model;
use crate::text::hexadecimal;

/// SHA-256, in lower-case hexadecimal, of the [`Fingerprint`] of a live state. Two states have the same one exactly when
/// [`differences`](crate::live::differences) finds none.
pub fn live_sha256(model: &Model, live: &Live) -> String {
    hash(&json!(Fingerprint::of(model, live)))
}

/// How long a digest approves its plan, unless `apply --max-age` says otherwise: a week, so that a merge after a weekend
/// still finds it, and a live state that goes away and comes back months later does not.
pub const DIGEST_MAX_AGE: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// How many hexadecimal digits at the end of a digest hold the time of the plan.
const TIME_DIGITS: usize = 8;

/// The digest of a plan that was made at a time: its target, API, manifest, live state, changes, writes, the version of
/// this program, and the time.
///
/// It is `sha256:` and 64 hexadecimal digits. The last 8 are the time in seconds since 1970, the others are the
/// beginning of a SHA-256 that covers the time too, so another time makes another digest. A time that does not fit
/// counts as 1970, which approves nothing. Paths of files, findings and consents are left out: they do not change what
/// is written.
pub(super) fn of(plan: &Plan, made_at: Timestamp) -> String {
    let made_at = u32::try_from(made_at.as_second()).unwrap_or_default();
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
        "made_at": made_at,
    }));
    let digits = fingerprint.len() - TIME_DIGITS;
    format!("sha256:{}{made_at:08x}", &fingerprint[..digits])
}

/// When the plan of a digest was made, in whole seconds. `None` if the text is not a digest.
pub fn digest_time(digest: &str) -> Option<Timestamp> {
    let digits = digest.strip_prefix("sha256:").filter(|digits| digits.len() == 64)?;
    let time = digits.get(digits.len() - TIME_DIGITS..)?;
    Timestamp::from_second(u32::from_str_radix(time, 16).ok()?.into()).ok()
}

/// The fingerprint of a document as a file: `sha256:…` of its members, whatever their order and the space between them.
#[cfg(feature = "documents")]
pub(crate) fn seal(document: &Json) -> String {
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

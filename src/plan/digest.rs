//! Fingerprints of the live state, and of everything that an apply depends on.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value as Json, json};
use sha2::{Digest as _, Sha256};

use super::change::{Change, Plan};
use crate::json;
use crate::live::{Fingerprint, Live};
use crate::settings::Model;
use crate::text::hexadecimal;

/// SHA-256, in lower-case hexadecimal, of the [`Fingerprint`] of a live state. It is the same for two
/// states exactly if [`differences`](crate::live::differences) returns none.
pub fn live_sha256(model: &Model, live: &Live) -> String {
    hash(&Fingerprint::of(model, live).to_text())
}

/// How long a digest approves its plan, unless `apply --max-age` sets another age. A week allows for a merge after a
/// weekend, and prevents an old approval from becoming valid again when the live state returns to what it was.
pub const DIGEST_MAX_AGE: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// The number of hexadecimal digits at the end of a digest that contain the time of the plan.
const TIME_DIGITS: usize = 8;

impl Plan {
    /// Sets the time at which the plan was made, and computes the digest.
    pub fn stamp(&mut self, made_at: Timestamp) {
        self.digest = of(self, made_at);
    }

    /// Returns when the digest expires, unless `apply --max-age` sets another age. `None` before [`Plan::stamp`].
    pub fn expires_at(&self) -> Option<Timestamp> {
        let made_at = digest_time(&self.digest).filter(|made_at| *made_at != Timestamp::UNIX_EPOCH)?;
        made_at.checked_add(DIGEST_MAX_AGE).ok()
    }

    /// Takes over a digest if it is of the same plan at another time. Returns whether it is.
    pub fn recognize(&mut self, digest: &str) -> bool {
        let same = digest_time(digest).is_some_and(|made_at| of(self, made_at) == digest);
        if same {
            digest.clone_into(&mut self.digest);
        }
        same
    }
}

/// The digest of a plan that was made at a time: its target, API, manifest, live state, changes, writes, the version of
/// zerodrift, and the time.
///
/// It is `sha256:` and 64 hexadecimal digits. The last 8 are the time in seconds since 1970, the others are the
/// beginning of a SHA-256 that covers the time too, so a different time gives a different digest. A time that does not
/// fit is stored as 1970, which approves nothing. Paths of files, findings and consents are left out, since they do not
/// affect the writes.
fn of(plan: &Plan, made_at: Timestamp) -> String {
    let made_at = u32::try_from(made_at.as_second()).unwrap_or_default();
    let changes: Vec<Json> = plan.changes.iter().map(change).collect();
    let writes: Vec<Json> = plan.writes.iter().map(|write| json!([write.method, write.path])).collect();
    let fingerprint = hash_json(&json!({
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

/// Returns the time of the plan of a digest, in whole seconds. `None` if the text is not a digest.
pub fn digest_time(digest: &str) -> Option<Timestamp> {
    let digits = digest.strip_prefix("sha256:").filter(|digits| digits.len() == 64)?;
    let time = digits.get(digits.len() - TIME_DIGITS..)?;
    Timestamp::from_second(u32::from_str_radix(time, 16).ok()?.into()).ok()
}

/// The digest of the plans of several organizations. It approves exactly these plans.
#[cfg(feature = "documents")]
#[derive(Debug, Clone, Default)]
pub(crate) struct SetDigest {
    /// The digest of the only plan.
    one: Option<String>,
    hash: Sha256,
    plans: usize,
    /// The time of the plans; `None` if they differ, or without plans.
    made_at: Option<Timestamp>,
}

#[cfg(feature = "documents")]
impl SetDigest {
    /// Adds a plan. The order of the plans counts.
    pub(crate) fn add(&mut self, plan: &Plan) {
        self.add_digest(&plan.digest);
    }

    /// Adds a plan, as if it had been made at a time.
    #[cfg(feature = "cli")]
    pub(crate) fn add_at(&mut self, plan: &Plan, made_at: Timestamp) {
        self.add_digest(&of(plan, made_at));
    }

    fn add_digest(&mut self, digest: &str) {
        let made_at = digest_time(digest);
        self.made_at = if self.plans == 0 { made_at } else { self.made_at.filter(|first| Some(*first) == made_at) };
        self.one = (self.plans == 0).then(|| digest.to_owned());
        self.hash.update(digest);
        self.plans += 1;
    }

    /// Returns the digest: that of the plan if there is only one. `None` without plans, or if they were made at different
    /// times.
    pub(crate) fn finish(&self) -> Option<String> {
        if self.one.is_some() {
            return self.one.clone();
        }
        let made_at = u32::try_from(self.made_at?.as_second()).unwrap_or_default();
        let fingerprint = hexadecimal(&self.hash.clone().finalize());
        let digits = fingerprint.len() - TIME_DIGITS;
        Some(format!("sha256:{}{made_at:08x}", &fingerprint[..digits]))
    }
}

/// The checksum of a document: `sha256:…` of its members, independent of their order and of white space.
#[cfg(feature = "documents")]
pub(crate) fn seal(document: &Json) -> String {
    let mut seal = Seal::default();
    seal.add(&json::sorted(document));
    seal.finish()
}

/// The [`seal`] of a document that is written piece by piece.
#[cfg(feature = "documents")]
#[derive(Debug, Default)]
pub(crate) struct Seal(Sha256);

#[cfg(feature = "documents")]
impl Seal {
    /// Adds the next piece of the document as [`json::sorted`] writes it.
    pub(crate) fn add(&mut self, sorted: &str) {
        self.0.update(sorted);
    }

    /// Returns the seal.
    pub(crate) fn finish(self) -> String {
        format!("sha256:{}", hexadecimal(&self.0.finalize()))
    }
}

fn change(change: &Change) -> Json {
    let annotations: Vec<Json> =
        change.annotations.iter().map(|(setting, value)| json!([setting.path, value])).collect();
    // Canonical, so that another spelling of the same live value does not change the digest.
    let before = change.setting.canonical(Some(&change.before));
    json!([change.setting.path, change.op, before, change.after, annotations])
}

fn hash_json(value: &Json) -> String {
    hash(&json::sorted(value))
}

fn hash(text: &str) -> String {
    hexadecimal(&Sha256::digest(text))
}

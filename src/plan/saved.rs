//! Saved plans: what a plan is bound to, and what has changed since it was made.
//!
//! A saved plan is an approval of one manifest, for one organization in one live state, by one version of zerodrift, for
//! a limited time. Pure: the caller reads the clock.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value as Json;

use super::change::{Consent, ManifestRef, Plan};
use super::digest::digest_time;
use super::input::Input;
use crate::live::{Difference, Fingerprint, Live};
use crate::manifest::Manifest;
use crate::settings::{Model, Target};
use crate::text::visible;

/// Everything that a saved plan is bound to.
#[derive(Debug, Clone, PartialEq)]
pub struct SavedPlan {
    /// The version of zerodrift that made it.
    pub zerodrift: String,
    /// The file it was made from.
    pub manifest: ManifestRef,
    /// The declarations of that file: setting → value as written.
    pub declared: BTreeMap<String, Json>,
    /// The organization's address.
    pub target: Target,
    /// The base URL of the API.
    pub api: String,
    /// The live state it was made from.
    pub live: Fingerprint,
    /// The settings for which `--allow` consented to a guarded change.
    pub consents: Vec<String>,
    /// The digest of the plan.
    pub digest: String,
    /// The time from which it approves nothing.
    pub expires_at: Timestamp,
}

/// Why a saved plan may not be applied.
#[derive(Debug, Clone, PartialEq)]
pub enum StaleReason {
    /// The file is not a plan document.
    NotAPlan(String),
    /// It is the output of `plan --format json`, which has no checksum.
    NotSaved,
    /// It has a format version that this version of zerodrift cannot read.
    Format(String),
    /// The file does not match its checksum.
    Edited,
    /// Another version of zerodrift made it.
    Version(String),
    /// It has expired.
    Expired {
        /// When it expired.
        at: Timestamp,
        /// The time of the check.
        now: Timestamp,
    },
    /// Its time is in the future.
    Future {
        /// When it was made.
        made_at: Timestamp,
        /// The time of the check.
        now: Timestamp,
    },
    /// It was made for another organization.
    Target {
        /// The one in the plan.
        then: Target,
        /// The one that would be written.
        now: Target,
    },
    /// It was made for another API.
    Api {
        /// The one in the plan.
        then: String,
        /// The one that would be written to.
        now: String,
    },
    /// The manifest has changed.
    Manifest {
        /// The file.
        path: String,
        /// Whether it still declares the same values.
        declares_the_same: bool,
    },
    /// The manifest has changed, and has errors.
    ManifestBroken(String),
    /// The run names a manifest that the saved plans do not contain.
    NotPlanned(String),
    /// The saved plans contain a manifest that the run does not name.
    NotNamed(String),
    /// The manifest declares another value. `None` if it does not declare the setting.
    Declared {
        /// The setting's path.
        setting: String,
        /// The value that the plan was made from.
        then: Option<Json>,
        /// The current value.
        now: Option<Json>,
    },
    /// The live state has changed.
    Live(Difference),
    /// The current plan has another digest.
    Digest {
        /// The one that was approved.
        then: String,
        /// The current one.
        now: String,
    },
}

/// The state of a saved plan that is not out of date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Since {
    /// The live state has not changed.
    Unchanged,
    /// The live state has every declared value, and nothing else changed: the plan has been applied.
    Applied,
}

impl SavedPlan {
    /// Creates a saved plan, bound to everything that the plan was made from.
    pub fn new(input: &Input<'_>, plan: &Plan, expires_at: Timestamp) -> Self {
        let by_flag = plan
            .changes
            .iter()
            .filter(|change| change.guard.is_some_and(|state| state.allowed_by == Some(Consent::Flag)));
        Self {
            zerodrift: env!("CARGO_PKG_VERSION").to_owned(),
            manifest: plan.manifest.clone(),
            declared: declared(input.manifest),
            target: plan.target.clone(),
            api: plan.api.clone(),
            live: Fingerprint::of(input.model, input.live),
            consents: by_flag.map(|change| change.setting.path.to_owned()).collect(),
            digest: plan.digest.clone(),
            expires_at,
        }
    }

    /// Checks everything that does not need the API: version, expiry, organization and manifest.
    ///
    /// # Errors
    /// Every reason why the plan cannot be applied.
    pub fn check(
        &self,
        model: &Model,
        manifest: &Manifest,
        target: &Target,
        now: Timestamp,
    ) -> Result<(), Vec<StaleReason>> {
        let mut stale = self.check_age(now);
        stale.extend(self.unusable(model));
        if self.target != *target {
            stale.push(StaleReason::Target { then: self.target.clone(), now: target.clone() });
        }
        if self.manifest.sha256 != manifest.sha256 {
            let redeclared = self.redeclared(model, manifest);
            stale.push(StaleReason::Manifest { path: manifest.path.clone(), declares_the_same: redeclared.is_empty() });
            stale.extend(redeclared);
        }
        none_or(stale)
    }

    /// Checks the recorded declarations as strictly as a manifest.
    fn unusable(&self, model: &Model) -> Vec<StaleReason> {
        let problem = |(path, value): (&String, &Json)| {
            let Some(setting) = model.setting(path).filter(|setting| setting.is_declarable()) else {
                return Some(format!("it declares `{path}`, which is not a setting"));
            };
            let refused = setting.check(value).into_iter().find(|problem| problem.refused)?;
            Some(format!("it declares an invalid value for `{path}`: {}", refused.message))
        };
        self.declared.iter().filter_map(problem).map(StaleReason::NotAPlan).collect()
    }

    /// Checks what does not depend on the manifest: version and expiry.
    pub fn check_age(&self, now: Timestamp) -> Vec<StaleReason> {
        let mut stale = Vec::new();
        if self.zerodrift != env!("CARGO_PKG_VERSION") {
            stale.push(StaleReason::Version(self.zerodrift.clone()));
        }
        if now >= self.expires_at {
            stale.push(StaleReason::Expired { at: self.expires_at, now });
        }
        stale
    }

    /// Checks that the plan was made for this API.
    ///
    /// # Errors
    /// Returns an error if it was made for another one.
    pub fn check_api(&self, api: &str) -> Result<(), Vec<StaleReason>> {
        if self.api == api {
            return Ok(());
        }
        Err(vec![StaleReason::Api { then: self.api.clone(), now: api.to_owned() }])
    }

    /// Checks that the live state is the one that the plan was made from, or the one that it leads to. `now` is the
    /// current plan for the same input.
    ///
    /// # Errors
    /// Every path that has changed, with both values.
    pub fn check_live(&self, model: &Model, live: &Live, now: &Plan) -> Result<Since, Vec<StaleReason>> {
        let moved = self.differences(model, live);
        if moved.is_empty() && self.digest == now.digest {
            return Ok(Since::Unchanged);
        }
        let is_due = |moved: &Difference| moved.is_creation() || moved.is_due_to(model, |path| self.declared.get(path));
        if !moved.is_empty() && now.is_empty() && moved.iter().all(is_due) {
            return Ok(Since::Applied);
        }
        let mut stale: Vec<StaleReason> = moved.into_iter().map(StaleReason::Live).collect();
        if stale.is_empty() {
            stale.push(StaleReason::Digest { then: self.digest.clone(), now: now.digest.clone() });
        }
        Err(stale)
    }

    /// Returns the differences of the live state since the plan was made.
    pub fn differences(&self, model: &Model, live: &Live) -> Vec<Difference> {
        self.live.differences(&Fingerprint::of(model, live))
    }

    /// The declarations that differ between the planned manifest and this one.
    fn redeclared(&self, model: &Model, manifest: &Manifest) -> Vec<StaleReason> {
        let now = declared(manifest);
        let paths = self.declared.keys().chain(now.keys().filter(|path| !self.declared.contains_key(*path)));
        let same = |path: &str, then: Option<&Json>, now: Option<&Json>| {
            then.is_some() == now.is_some() && model.setting(path).is_some_and(|setting| setting.same(then, now))
        };
        paths
            .map(|path| (path, self.declared.get(path), now.get(path)))
            .filter(|(path, then, now)| !same(path, *then, *now))
            .map(|(path, then, now)| StaleReason::Declared {
                setting: path.clone(),
                then: then.cloned(),
                now: now.cloned(),
            })
            .collect()
    }
}

/// Returns why a digest does not approve its plan at this time: it is older than `max_age`, or from the future. `None` if
/// it does.
pub fn stale_digest(digest: &str, now: Timestamp, max_age: Duration) -> Option<StaleReason> {
    /// The accepted difference between the clocks of two machines.
    const SKEW: Duration = Duration::from_secs(5 * 60);
    let made_at = digest_time(digest).unwrap_or(Timestamp::UNIX_EPOCH);
    if now.checked_add(SKEW).is_ok_and(|latest| made_at > latest) {
        return Some(StaleReason::Future { made_at, now });
    }
    // A time that cannot be represented never comes.
    match made_at.checked_add(max_age) {
        Ok(at) if now >= at => Some(StaleReason::Expired { at, now }),
        _ => None,
    }
}

fn declared(manifest: &Manifest) -> BTreeMap<String, Json> {
    manifest.declared.iter().map(|one| (one.setting.path.to_owned(), one.value.clone())).collect()
}

fn none_or(stale: Vec<StaleReason>) -> Result<(), Vec<StaleReason>> {
    if stale.is_empty() { Ok(()) } else { Err(stale) }
}

impl fmt::Display for StaleReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAPlan(why) => write!(f, "not a saved plan: {}", visible(why)),
            Self::NotSaved => {
                f.write_str("printed by `plan --format json`, which adds no checksum; save a plan with `plan --out`")
            }
            Self::Format(version) => {
                write!(f, "unsupported format_version {}: this version of zerodrift reads 1.x", visible(version))
            }
            Self::Edited => f.write_str("edited after it was saved: the checksum does not match"),
            Self::Version(version) => {
                let ours = env!("CARGO_PKG_VERSION");
                write!(f, "made by zerodrift {}; this is zerodrift {ours}", visible(version))
            }
            Self::Expired { at, now } => write!(f, "expired at {at}; the time is now {now:.0}"),
            Self::Future { made_at, now } => {
                write!(f, "made at {made_at}, but the time is now {now:.0}: the clocks of the two machines differ")
            }
            Self::Target { then, now } => write!(f, "planned for {then}; this run is for {now}"),
            Self::Api { then, now } => {
                write!(f, "planned for the API {}; this run uses {}", visible(then), visible(now))
            }
            Self::Manifest { path, declares_the_same } => {
                let also = if *declares_the_same { ", but only in comments, layout or consents" } else { "" };
                write!(f, "{} changed after the plan was made{also}", visible(path))
            }
            Self::ManifestBroken(path) => {
                write!(
                    f,
                    "{0} changed after the plan was made and now has errors; list them with `zerodrift validate`",
                    visible(path)
                )
            }
            Self::NotPlanned(path) => write!(f, "{} is named, but was not planned", visible(path)),
            Self::NotNamed(path) => write!(f, "{} was planned, but is not named", visible(path)),
            Self::Declared { setting, then, now } => {
                let (then, now) = pair(then.as_ref(), now.as_ref(), "no value");
                write!(f, "{}: planned with {then}; the file now has {now}", visible(setting))
            }
            Self::Live(Difference { path, before: then, after: now }) => {
                let some = |value| Some(value).filter(|value: &&Json| !value.is_null());
                let (then, now) = pair(some(then), some(now), "no value");
                write!(f, "{}: planned with {then}; the live state now has {now}", visible(path))
            }
            Self::Digest { then, now } => {
                write!(f, "planned with the digest {}; the digest is now {now}", visible(then))
            }
        }
    }
}

/// Two values as JSON, shortened to the part that differs if they are long.
fn pair(one: Option<&Json>, two: Option<&Json>, nothing: &str) -> (String, String) {
    /// The number of characters that are shown of a value; an ellipsis stands for the rest.
    const SHOWN: usize = 100;
    /// The number of characters before the first difference that are shown of a long value.
    const BEFORE: usize = 20;
    let text = |value: Option<&Json>| value.map_or_else(|| nothing.to_owned(), Json::to_string);
    let (one, two) = (text(one), text(two));
    let common = one.chars().zip(two.chars()).take_while(|(one, two)| one == two).count();
    let from = if common < SHOWN - BEFORE { 0 } else { common - BEFORE };
    let window = |text: &str| {
        let end = if text.chars().count() > from + SHOWN { "…" } else { "" };
        let shown: String = text.chars().skip(from).take(SHOWN).collect();
        format!("{}{}{end}", if from > 0 { "…" } else { "" }, visible(&shown))
    };
    (window(&one), window(&two))
}

#[cfg(test)]
mod tests;

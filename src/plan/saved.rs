//! A plan that waits for its apply: what it is bound to, and what has moved since.
//!
//! The plan is the approval, so it approves one thing only: this manifest, at this organization, in this state, by
//! this version of the program, for a while. Pure: the clock is read by the caller.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value as Json;

use super::{Consent, Input, ManifestRef, Plan, digest_time};
use crate::live::{Difference, Fingerprint, Live};
use crate::manifest::Manifest;
use crate::settings::{Model, Target};
use crate::text::visible;

/// What a saved plan is bound to.
#[derive(Debug, Clone, PartialEq)]
pub struct SavedPlan {
    /// The version of the program that made it.
    pub zerodrift: String,
    /// The file it was made from.
    pub manifest: ManifestRef,
    /// What that file declares: setting → value as written.
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
    /// From this moment on it approves nothing.
    pub expires_at: Timestamp,
}

/// Why a saved plan may not be applied.
#[derive(Debug, Clone, PartialEq)]
pub enum StaleReason {
    /// The file is no plan document.
    NotAPlan(String),
    /// It is the output of `plan --format json`, which nobody sealed.
    NotSaved,
    /// A later version wrote it, in a format that this one cannot read. The format's version.
    Format(String),
    /// The file does not match its seal.
    Edited,
    /// Another version of the program made it. Its version.
    Version(String),
    /// It has expired.
    Expired {
        /// When it did.
        at: Timestamp,
        /// When somebody looked.
        now: Timestamp,
    },
    /// It was made later than now, as far as the clocks say.
    Future {
        /// When it was made.
        made_at: Timestamp,
        /// When somebody looked.
        now: Timestamp,
    },
    /// It is about another organization.
    Target {
        /// The plan's.
        then: Target,
        /// The one that would be written.
        now: Target,
    },
    /// It is about another API.
    Api {
        /// The plan's.
        then: String,
        /// The one that would be written to.
        now: String,
    },
    /// The manifest has other bytes.
    Manifest {
        /// The file.
        path: String,
        /// Whether it declares the same values all the same.
        declares_the_same: bool,
    },
    /// The manifest has other bytes, and errors.
    ManifestBroken(String),
    /// The manifest declares another value. `None` where it does not mention the setting.
    Declared {
        /// The setting's path.
        setting: String,
        /// What the plan was made from.
        then: Option<Json>,
        /// What the file says now.
        now: Option<Json>,
    },
    /// Live moved.
    Live(Difference),
    /// The plan that would be made now has another digest.
    Digest {
        /// The one that was approved.
        then: String,
        /// The one of now.
        now: String,
    },
}

/// What became of live since the plan was made, where the plan may go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Since {
    /// Nothing moved that matters.
    Unmoved,
    /// Everything that the manifest declares is as wanted by now, and nothing else moved: the plan has been applied.
    Applied,
}

impl SavedPlan {
    /// Binds a plan to everything that it was made from.
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

    /// Whether it may still be applied, as far as can be told without a way to the API.
    ///
    /// # Errors
    /// Everything that speaks against it.
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

    /// What the file says was declared, checked as strictly as a manifest: such a plan was never made.
    fn unusable(&self, model: &Model) -> Vec<StaleReason> {
        let problem = |(path, value): (&String, &Json)| {
            let Some(setting) = model.setting(path).filter(|setting| setting.is_declarable()) else {
                return Some(format!("it declares {path}, which is not a setting"));
            };
            let refused = setting.check(value).into_iter().find(|problem| problem.refused)?;
            Some(format!("it declares {path} with a value that no manifest may have: {}", refused.message))
        };
        self.declared.iter().filter_map(problem).map(StaleReason::NotAPlan).collect()
    }

    /// What speaks against it whatever the manifest says: version and expiry.
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

    /// Whether it is about this API.
    ///
    /// # Errors
    /// If it is not.
    pub fn check_api(&self, api: &str) -> Result<(), Vec<StaleReason>> {
        if self.api == api {
            return Ok(());
        }
        Err(vec![StaleReason::Api { then: self.api.clone(), now: api.to_owned() }])
    }

    /// Whether live is as the plan saw it, or as the plan wanted it. `now` is the plan that the same input gives today.
    ///
    /// # Errors
    /// Every path that moved, with both values.
    pub fn check_live(&self, model: &Model, live: &Live, now: &Plan) -> Result<Since, Vec<StaleReason>> {
        let moved = self.differences(model, live);
        if moved.is_empty() && self.digest == now.digest {
            return Ok(Since::Unmoved);
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

    /// What differs in the live state since the plan was made.
    pub fn differences(&self, model: &Model, live: &Live) -> Vec<Difference> {
        self.live.differences(&Fingerprint::of(model, live))
    }

    /// The settings that a manifest declares otherwise than the one that was planned.
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
    /// How far the clocks of two machines may differ.
    const SKEW: Duration = Duration::from_secs(5 * 60);
    let made_at = digest_time(digest).unwrap_or(Timestamp::UNIX_EPOCH);
    if now.checked_add(SKEW).is_ok_and(|latest| made_at > latest) {
        return Some(StaleReason::Future { made_at, now });
    }
    // An end beyond what the clock can express is none.
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
            Self::NotAPlan(why) => write!(f, "it is no saved plan: {}", visible(why)),
            Self::NotSaved => {
                f.write_str("it was printed by plan --format json and carries no seal; plan --out saves one")
            }
            Self::Format(version) => {
                write!(f, "unsupported format_version {}: this version of zerodrift reads 1.x", visible(version))
            }
            Self::Edited => f.write_str("it was edited after it was made: it does not match its seal"),
            Self::Version(version) => {
                let ours = env!("CARGO_PKG_VERSION");
                write!(f, "zerodrift {} made it, and this is {ours}", visible(version))
            }
            Self::Expired { at, now } => write!(f, "it expired at {at}, and it is {now:.0}"),
            Self::Future { made_at, now } => {
                write!(f, "it was made at {made_at}, and it is {now:.0}: the clocks of the two machines differ")
            }
            Self::Target { then, now } => write!(f, "it is about {then}, and this run is about {now}"),
            Self::Api { then, now } => write!(f, "it is about {}, and this run uses {}", visible(then), visible(now)),
            Self::Manifest { path, declares_the_same } => {
                let also = if *declares_the_same { ", though no setting: comments, layout or consents" } else { "" };
                write!(f, "{} was changed after the plan was made{also}", visible(path))
            }
            Self::ManifestBroken(path) => {
                write!(
                    f,
                    "{0} was changed after the plan was made, and has errors now; validate lists them",
                    visible(path)
                )
            }
            Self::Declared { setting, then, now } => {
                let (then, now) = pair(then.as_ref(), now.as_ref(), "no such line");
                write!(f, "{}: the planned file has {then}, the file of now {now}", visible(setting))
            }
            Self::Live(Difference { path, before: then, after: now }) => {
                let there = |value| Some(value).filter(|value: &&Json| !value.is_null());
                let (then, now) = pair(there(then), there(now), "nothing");
                write!(f, "{}: the plan saw {then}, live has {now}", visible(path))
            }
            Self::Digest { then, now } => write!(f, "the digest was {}, and is {now}", visible(then)),
        }
    }
}

/// Two values as JSON that show where they differ, however long they are.
fn pair(one: Option<&Json>, two: Option<&Json>, nothing: &str) -> (String, String) {
    /// Characters that are shown of a value; the rest only says that it is there.
    const SHOWN: usize = 100;
    /// Characters before the first difference that are shown of a long value.
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
mod tests {
    use super::*;
    use serde_json::json;

    fn live(before: Json, after: Json) -> String {
        StaleReason::Live(Difference { path: "organization.name".to_owned(), before, after }).to_string()
    }

    #[test]
    fn a_reason_shows_both_values_and_nothing_that_a_terminal_obeys() {
        assert_eq!(
            live(json!("a\u{202e}"), Json::Null),
            r#"organization.name: the plan saw "a\u{202e}", live has nothing"#
        );
        assert_eq!(live(json!([1, 2]), json!(false)), "organization.name: the plan saw [1,2], live has false");
    }

    #[test]
    fn a_digest_approves_from_its_time_to_its_end_and_no_longer() {
        let time = |seconds| Timestamp::from_second(seconds).unwrap();
        let made = 1_795_000_000;
        let digest = format!("sha256:{}{made:08x}", "a".repeat(56));
        let (week, hour) = (Duration::from_secs(604_800), Duration::from_secs(3600));
        for (now, max_age, expected) in [
            (made, week, None),
            (made + 604_799, week, None),
            (made + 604_800, week, Some("it expired at")),
            (made + 3600, hour, Some("it expired at")),
            (made - 300, hour, None),
            (made - 301, hour, Some("the clocks of the two machines differ")),
            (made, Duration::from_nanos(1), None),
            (made + 1_000_000_000, Duration::MAX, None),
        ] {
            match (stale_digest(&digest, time(now), max_age), expected) {
                (None, None) => {}
                (Some(stale), Some(part)) => assert!(stale.to_string().contains(part), "{now}: {stale}"),
                (found, _) => panic!("{now}, {max_age:?}: {found:?}"),
            }
        }
        for text in ["", "sha256:00", "no digest", &digest[7..]] {
            assert!(stale_digest(text, time(made), week).is_some(), "{text}: what has no time has expired");
        }
    }

    #[test]
    fn long_values_are_cut_to_where_they_differ() {
        let (one, two) = ("x".repeat(1000) + "one", "x".repeat(1000) + "two");
        let text = live(json!(one), json!(two));
        assert!(text.contains("xxone\"") && text.contains("xxtwo\""), "{text}");
        assert!(text.len() < 200, "{text}");
        let text = live(json!("y".repeat(1000)), json!("x"));
        assert!(text.contains("yyy…, live has \"x\""), "{text}");
    }
}

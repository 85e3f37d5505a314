//! The plan as a value.

use jiff::Timestamp;
use serde_json::Value as Json;

use super::digest;
use crate::diagnostics::{Finding, Location};
use crate::settings::{Endpoint, Guard, Setting, Target};

/// What apply would do to one organization, and everything a reviewer needs to judge it.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// The file that wants it.
    pub manifest: ManifestRef,
    /// The organization's address.
    pub target: Target,
    /// The base URL of the API.
    pub api: String,
    /// What will be done.
    pub action: Action,
    /// The changes, in the order of the model.
    pub changes: Vec<Change>,
    /// For a creation: the settings that the file declares as empty (`false`, `[]`, `null`). Nothing is sent for them at
    /// first; they are proved after the creation, and written where the server filled them in.
    pub declared_empty: Vec<Change>,
    /// Live settings and fields that the file does not mention. They keep their values.
    pub unmanaged: Vec<Unmanaged>,
    /// The requests that apply will send, in order.
    pub writes: Vec<PlannedWrite>,
    /// What is doubtful, or wrong in the light of the live state.
    pub findings: Vec<Finding>,
    /// Fingerprint of the live documents, volatile fields aside.
    pub live_sha256: String,
    /// Fingerprint of everything that apply depends on, and of when the plan was made: `sha256:…`.
    pub digest: String,
}

impl Plan {
    /// The changes whose guard nobody consents to.
    pub fn refused(&self) -> impl Iterator<Item = &Change> {
        self.changes.iter().filter(|change| change.guard.is_some_and(|guard| guard.allowed_by.is_none()))
    }

    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.action == Action::None
    }

    /// Sets when the plan was made, and with it the digest.
    pub fn stamp(&mut self, made_at: Timestamp) {
        self.digest = digest::of(self, made_at);
    }

    /// When the digest stops approving the plan, unless `apply --max-age` says otherwise. `None` before [`Plan::stamp`].
    pub fn expires_at(&self) -> Option<Timestamp> {
        let made_at = digest::digest_time(&self.digest).filter(|made_at| *made_at != Timestamp::UNIX_EPOCH)?;
        made_at.checked_add(digest::DIGEST_MAX_AGE).ok()
    }

    /// Takes over a digest that was made of the same plan at another time, and says whether it was.
    pub fn recognize(&mut self, digest: &str) -> bool {
        let same = digest::digest_time(digest).is_some_and(|made_at| digest::of(self, made_at) == digest);
        if same {
            digest.clone_into(&mut self.digest);
        }
        same
    }
}

/// Which file a plan was made from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ManifestRef {
    /// The path as the user gave it.
    pub path: String,
    /// SHA-256 of the file's bytes, in lower-case hexadecimal.
    pub sha256: String,
}

/// What a plan does to the organization.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "documents", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Action {
    /// Does nothing: the live state is in sync.
    None,
    /// Creates the organization, which does not exist.
    Create,
    /// Updates one that exists.
    Update,
}

/// What a change does to its setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "documents", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Op {
    /// Gives it a value.
    Set,
    /// Unsets it.
    Unset,
}

/// One setting that would move.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// Which setting.
    pub setting: Setting,
    /// What happens to it.
    pub op: Op,
    /// Its live value as the API spells it; `null` where it is empty.
    pub before: Json,
    /// The wanted value as the file spells it; `null` where it is emptied.
    pub after: Json,
    /// Where the file says so.
    pub at: Location,
    /// Annotations that the file declares for this change, and that are sent beside it.
    pub annotations: Vec<(Setting, Json)>,
    /// What live says about the value that goes: a token's name beside its id.
    pub told: Vec<(&'static str, Json)>,
    /// The guard that the change meets.
    pub guard: Option<GuardState>,
    /// What the change leads to, where that is worth a word.
    pub notice: Option<&'static str>,
}

/// A guard that a change meets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GuardState {
    /// The guard of the setting.
    pub guard: Guard,
    /// Who consents, if anybody does.
    pub allowed_by: Option<Consent>,
}

/// Where the consent to a guarded change comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "documents", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Consent {
    /// An allow entry of the manifest, pinned to the value.
    Manifest,
    /// --allow on the command line.
    Flag,
    /// The new value, typed at the prompt.
    Prompt,
}

/// A live value that the file does not mention.
#[derive(Debug, Clone, PartialEq)]
pub struct Unmanaged {
    /// Its path; keys that are no plain names are quoted as in JSON.
    pub path: String,
    /// Its live value.
    pub value: Json,
    /// Whether the model has a setting for it.
    pub known: bool,
    /// Whether only the server writes it, so that no file can declare it.
    pub read_only: bool,
}

/// The method of a write. There is no DELETE: the API has none, and neither has this program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum WriteMethod {
    /// Creates.
    Post,
    /// Updates.
    Put,
}

impl std::fmt::Display for WriteMethod {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Post => "POST",
            Self::Put => "PUT",
        })
    }
}

/// A request that apply will send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedWrite {
    /// POST or PUT.
    pub method: WriteMethod,
    /// The object that is written.
    pub endpoint: Endpoint,
    /// The API's path, below the base URL.
    pub path: String,
}

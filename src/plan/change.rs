//! The plan as a value.

use serde_json::Value as Json;

use super::attribution::Attribution;
use super::origin::Origin;
use crate::diagnostics::{Finding, Location};
use crate::manifest::ConsentPlace;
use crate::settings::{Endpoint, Guard, Model, Setting, Target};

/// The changes that apply would make to one organization, with everything that a reviewer needs.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// The manifest that the plan was made from.
    pub manifest: ManifestRef,
    /// The organization's address.
    pub target: Target,
    /// The base URL of the API.
    pub api: String,
    /// What apply does to the organization.
    pub action: Action,
    /// The changes, in the order of the model.
    pub changes: Vec<Change>,
    /// For a creation: the settings that the file declares as empty (`false`, `[]`, `null`). The creation does not send
    /// them; they are verified after it, and written if the server filled them in.
    pub declared_empty: Vec<Change>,
    /// The declared settings that have the desired value already, each with its live value; `null` if it is empty.
    pub in_sync: Vec<(Setting, Json)>,
    /// Live settings and fields that the file does not mention. They keep their values.
    pub unmanaged: Vec<Unmanaged>,
    /// The requests that apply will send, in order.
    pub writes: Vec<PlannedWrite>,
    /// Errors and warnings that depend on the live state.
    pub findings: Vec<Finding>,
    /// The base that the origins of the changes refer to, if there is one.
    pub base: Option<Base>,
    /// Fingerprint of the live documents without volatile fields.
    pub live_sha256: String,
    /// Fingerprint of everything that apply depends on, and of the time of the plan: `sha256:…`.
    pub digest: String,
}

impl Plan {
    /// Returns the guarded changes.
    pub fn guarded(&self) -> impl Iterator<Item = &Change> {
        self.changes.iter().filter(|change| change.guard.is_some())
    }

    /// Returns the guarded changes without consent.
    pub fn refused(&self) -> impl Iterator<Item = &Change> {
        self.guarded().filter(|change| change.guard.is_some_and(|guard| guard.allowed_by.is_none()))
    }

    /// Returns the live value of a setting, as far as the plan contains it: the value before its change, the one that is in
    /// sync, or the unmanaged one.
    pub fn live_value(&self, setting: &Setting) -> Option<&Json> {
        let path = setting.path;
        let changed = self.changes.iter().find(|change| change.setting.path == path).map(|change| &change.before);
        let in_sync = || self.in_sync.iter().find(|(known, _)| known.path == path).map(|(_, value)| value);
        let unmanaged = || self.unmanaged.iter().find(|one| one.known && one.path == path).map(|one| &one.value);
        changed.or_else(in_sync).or_else(unmanaged)
    }

    /// Returns the live name of the organization; `None` if it was not read, or is blank.
    pub fn live_name(&self) -> Option<&str> {
        let live = Model::current().setting("organization.name").and_then(|name| self.live_value(name));
        live.and_then(Json::as_str).filter(|name| !name.trim().is_empty())
    }

    /// Returns the number of changes of an origin; zero without a base.
    pub fn count(&self, origin: Origin) -> usize {
        self.changes.iter().filter(|change| change.origin == Some(origin)).count()
    }

    /// Whether the plan changes nothing.
    pub fn is_empty(&self) -> bool {
        self.action == Action::None
    }
}

/// The base of a plan, and what only a comparison with it shows.
#[derive(Debug, Clone, PartialEq)]
pub struct Base {
    /// Where the base comes from, such as `origin/main (merge base 1a2b3c4d5e6f)` or the path of a file.
    pub name: String,
    /// The settings that the base declares and the file does not mention. They keep their live values, and are no longer
    /// managed.
    pub no_longer_managed: Vec<Setting>,
}

/// The file that a plan was made from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ManifestRef {
    /// The path as the user gave it.
    pub path: String,
    /// SHA-256 of the file's bytes, in lower-case hexadecimal.
    pub sha256: String,
    /// Where the file takes another consent, if that is known.
    pub consent_place: Option<ConsentPlace>,
}

/// What a plan does to the organization.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "documents", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Action {
    /// Does nothing: the live state is in sync.
    None,
    /// Creates the organization, which does not exist yet.
    Create,
    /// Updates the existing organization.
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

/// One setting that would change.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// The setting.
    pub setting: Setting,
    /// What happens to it.
    pub op: Op,
    /// Its live value as the API spells it; `null` if it is empty.
    pub before: Json,
    /// The desired value as the file spells it; `null` if it is unset.
    pub after: Json,
    /// The location of the declaration in the file.
    pub at: Location,
    /// Annotations that the file declares for this change, and that are sent with it.
    pub annotations: Vec<(Setting, Json)>,
    /// Live settings that explain the old value, such as the name of a token beside its id.
    pub context: Vec<(&'static str, Json)>,
    /// The guard of the change, if it is guarded.
    pub guard: Option<GuardState>,
    /// A note about the effect of the change, if it has one.
    pub notice: Option<&'static str>,
    /// Which side changed since the base; `None` without a base.
    pub origin: Option<Origin>,
    /// Who last wrote the live value; `None` if it was not looked up, or not found.
    pub attribution: Option<Attribution>,
}

/// The guard of a change, and the consent to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GuardState {
    /// The guard of the setting.
    pub guard: Guard,
    /// The source of the consent; `None` without consent.
    pub allowed_by: Option<Consent>,
}

/// The source of the consent to a guarded change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "documents", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Consent {
    /// An allow entry of the manifest, pinned to the value.
    Manifest,
    /// `--allow` on the command line.
    Flag,
    /// The new value, typed at the prompt.
    Prompt,
}

/// A live value that the file does not mention.
#[derive(Debug, Clone, PartialEq)]
pub struct Unmanaged {
    /// Its path; keys that are not plain names are quoted as in JSON.
    pub path: String,
    /// Its live value.
    pub value: Json,
    /// Whether the model contains a setting for it.
    pub known: bool,
    /// Whether only the server writes it, so that a manifest cannot declare it.
    pub read_only: bool,
}

/// The method of a write. The API has no DELETE.
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

//! The JSON document of `plan` and `drift`, which `plan --out` also saves.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use super::common::{DIGEST_PATTERN, SHA256_PATTERN, TargetEntry, VERSION_PATTERN};
use super::comparison::Wording;
use super::error::ErrorEntry;
use super::findings::FindingEntry;
use super::set_fingerprint::SetFingerprint;
use crate::live::Fingerprint;
use crate::manifest::ConsentPlace;
use crate::plan::{Action, Confidence, Consent, Means, Op, Origin, WriteMethod};

/// The output of plan and drift with --format json, and the file of plan --out. Within format version 1, fields are only
/// added.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(title = "plan document of zerodrift")]
#[non_exhaustive]
pub struct PlanDocument {
    /// The version of this format.
    #[schemars(regex(pattern = VERSION_PATTERN))]
    pub format_version: String,
    /// The version of the program that wrote the document.
    pub zerodrift: String,
    /// The command that wrote the document.
    #[serde(default)]
    pub command: Wording,
    /// The shard that the run compared. Absent if it compared all organizations.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "ShardEntry")]
    pub shard: Option<ShardEntry>,
    /// One entry per organization, in the order of the paths of their manifests.
    pub plans: Vec<PlanEntry>,
    /// The digest that approves all plans together: for a single plan, the digest of that plan. Absent if an organization
    /// failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String", regex(pattern = DIGEST_PATTERN))]
    pub digest: Option<String>,
    /// The organizations that could not be compared, in the order of the paths. Absent if there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub failures: Vec<FailureEntry>,
    /// The number of plans by outcome.
    pub summary: PlanSummary,
    /// Added by plan --out and checked by apply --plan. Absent from a printed plan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "SavedEntry")]
    pub saved: Option<SavedEntry>,
    /// SHA-256 of the document without this field, with sorted members and without spaces. It detects edits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String", regex(pattern = DIGEST_PATTERN))]
    pub seal: Option<String>,
}

/// A part of a set of manifests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct ShardEntry {
    /// The number of the shard, from 1.
    #[schemars(range(min = 1))]
    pub index: usize,
    /// The number of shards.
    #[schemars(range(min = 1))]
    pub of: usize,
    /// The number of manifests in the whole set.
    pub manifests: usize,
    /// A fingerprint of the paths and targets of these manifests, by which the shards of one set recognize each other.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "SetFingerprint")]
    pub set: Option<SetFingerprint>,
}

/// An organization that could not be compared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct FailureEntry {
    /// The path of the manifest as the user gave it; - for standard input.
    pub manifest: String,
    /// The manifest's path from the top of the repository. Absent if it is the path as the user gave it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub repository_path: Option<String>,
    /// The organization's address. Absent if it is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "TargetEntry")]
    pub target: Option<TargetEntry>,
    /// What failed.
    pub error: ErrorEntry,
}

/// The part of a saved plan that plan --out adds and apply --plan checks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct SavedEntry {
    /// When the plans expire, in RFC 3339. They cannot be applied from then on.
    #[schemars(extend("format" = "date-time"))]
    pub expires_at: String,
}

/// What a saved plan was made from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct InputsEntry {
    /// The declared settings: the path of each, and its value as written in the manifest.
    pub declared: BTreeMap<String, Json>,
    /// The live state that the plan was made from: for each section, the paths and their canonical values. A section
    /// that does not exist is null; one that was not read is missing.
    #[schemars(with = "BTreeMap<String, Option<Map<String, Json>>>")]
    pub live: Fingerprint,
}

/// The plan of one organization.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct PlanEntry {
    /// The manifest that declares the desired state.
    pub manifest: ManifestEntry,
    /// The organization's address.
    pub target: TargetEntry,
    /// The action that apply would take.
    pub action: Action,
    /// The settings that would change, in the order of the table of settings.
    pub changes: Vec<ChangeEntry>,
    /// For a creation: the settings that the manifest declares as empty. They are checked after it. Absent if there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub declared_empty: Vec<ChangeEntry>,
    /// The declared settings that have the desired value already. Absent if there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub in_sync: Vec<InSyncEntry>,
    /// Live settings and fields that the manifest does not declare. They keep their values.
    pub unmanaged: Vec<UnmanagedEntry>,
    /// The requests that apply would send, in order.
    pub writes: Vec<WriteEntry>,
    /// Errors and warnings about the manifest, given the live state.
    pub findings: Vec<FindingEntry>,
    /// The base that the origins of the changes refer to. Absent without a base.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "BaseEntry")]
    pub base: Option<BaseEntry>,
    /// What the plan was made from. Added by plan --out. Absent from a printed plan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "InputsEntry")]
    pub inputs: Option<InputsEntry>,
    /// SHA-256 of the live state, without the fields that the API changes by itself.
    #[schemars(regex(pattern = SHA256_PATTERN))]
    pub live_sha256: String,
    /// The manifest compared with a copy that has the live values, as a unified diff. Absent if it is empty or was not
    /// computed.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub difference: String,
    /// Digest of everything that apply depends on and of the time of the plan. The last 8 digits are that time, in
    /// seconds since 1970.
    #[schemars(regex(pattern = DIGEST_PATTERN))]
    pub digest: String,
}

/// The number of plans by outcome.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct PlanSummary {
    /// Organizations that are in sync.
    pub in_sync: usize,
    /// Organizations that would change.
    pub changed: usize,
    /// Organizations that could not be planned.
    pub failed: usize,
    /// Guarded changes without consent, over all plans. Apply refuses a plan that has one.
    #[serde(default)]
    pub unconsented: usize,
    /// The number of changes by origin, over all plans with a base. Absent if no plan has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "OriginCounts")]
    pub origins: Option<OriginCounts>,
}

/// The number of changes by origin.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct OriginCounts {
    /// Changes of the file.
    pub file: usize,
    /// Changes of the live state, which apply would revert.
    pub live: usize,
    /// Changes on both sides, to different values.
    pub both: usize,
}

/// The base of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct BaseEntry {
    /// The revision or file that the base was read from.
    pub name: String,
    /// The settings that the base declares and the manifest does not. They keep their live values.
    pub no_longer_managed: Vec<String>,
}

/// The manifest that a plan was made from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct ManifestEntry {
    /// The path as the user gave it; - for standard input.
    pub path: String,
    /// SHA-256 of the file's bytes, in lower-case hexadecimal. For a manifest that extends others, of the digests of all
    /// these files.
    #[schemars(regex(pattern = SHA256_PATTERN))]
    pub sha256: String,
    /// The path from the top of the repository. Absent if it is the path as the user gave it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub repository_path: Option<String>,
    /// Where the file takes another entry under allow. Absent if that is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "ConsentPlace")]
    pub consent_place: Option<ConsentPlace>,
}

/// A declared setting that has the desired value already.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct InSyncEntry {
    /// The setting's path.
    pub setting: String,
    /// The live value as the API spells it; null if it is empty.
    pub value: Json,
}

/// One setting that would change.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct ChangeEntry {
    /// The setting's path, such as organization.session_duration.
    pub setting: String,
    /// Whether the setting gets a value or is unset.
    pub op: Op,
    /// The live value as the API spells it; null if it is empty.
    pub before: Json,
    /// The desired value as the manifest spells it; null to unset the setting.
    pub after: Json,
    /// The line of the manifest, from 1.
    #[schemars(range(min = 1))]
    pub line: usize,
    /// The column of the manifest in characters, from 1.
    #[schemars(range(min = 1))]
    pub column: usize,
    /// The file of that line, if it is a parent that the manifest extends. Absent otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// The guard of the change; null if the change is not guarded.
    pub guard: Option<GuardEntry>,
    /// Which side changed since the base: the file, the live state (apply would revert it), or both. Null without a base.
    #[serde(default)]
    pub origin: Option<Origin>,
    /// Annotations that are sent with the change: the path of each, and its value. Absent if there are none.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub annotations: Map<String, Json>,
    /// Live settings that explain the old value: the name of each, and its value. Absent if there are none.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub context: Map<String, Json>,
    /// A note about the effect of the change. Absent if it has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub notice: Option<String>,
    /// Who last wrote the live value. Absent without --who, and if the account's audit log does not show it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "AttributionEntry")]
    pub attribution: Option<AttributionEntry>,
}

/// The write that explains a live value. All texts come from the account's audit log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct AttributionEntry {
    /// Whether the write contains the setting with the live value, or was only the last write of the object.
    pub confidence: Confidence,
    /// The email address of the person or token, or else the kind and id of the actor; null if unknown.
    pub actor: Option<String>,
    /// How it was written.
    pub means: Means,
    /// The name of the API token; null without one.
    pub token_name: Option<String>,
    /// When it was written, in RFC 3339; null if unknown.
    #[schemars(extend("format" = "date-time"))]
    pub time: Option<String>,
    /// The ray id of the write; null if unknown.
    pub ray: Option<String>,
}

/// The guard of a change that needs consent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct GuardEntry {
    /// What happens if the change is applied.
    pub reason: String,
    /// What to check before consenting.
    #[serde(default)]
    pub check_first: String,
    /// The source of the consent; null without consent.
    pub allowed_by: Option<Consent>,
}

/// A live value that the manifest does not declare.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct UnmanagedEntry {
    /// Its path. A key that is not a plain name is quoted as in JSON.
    pub setting: String,
    /// Its live value. A value that is nested deeply, or that JSON readers do not preserve exactly, is replaced by
    /// {"$zerodrift::json": the start of its text, "sha256": its fingerprint}.
    pub value: Json,
    /// Whether this version of the program knows the setting.
    pub known: bool,
    /// Whether only the server writes it. Absent if false.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub read_only: bool,
}

/// A request that apply would send.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct WriteEntry {
    /// The HTTP method.
    #[schemars(with = "String", extend("enum" = ["POST", "PUT"]))]
    pub method: WriteMethod,
    /// The path below the API's base URL.
    pub endpoint: String,
}

//! The documents of `--format json`: a contract, with a JSON Schema each in `schemas/`.
//!
//! Within format version 1 fields are added, never removed, renamed or given another meaning.

pub mod saved;
pub(crate) mod schema;
mod text;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json, json};

use crate::apply::End;
use crate::cloudflare::Method;
use crate::diagnostics::Finding;
use crate::live::{Fingerprint, Snapshot};
use crate::plan::{Action, Change, Consent, GuardState, ManifestRef, Op, Plan, PlannedWrite, Unmanaged};
use crate::settings::{Scope, Target};

pub use schema::{SchemaName, schema};
pub use text::to_text;

/// The version of every document. A reader of 1.0 understands every 1.x.
pub const FORMAT_VERSION: &str = "1.0";

/// The version of this program, which every document names.
pub const ZERODRIFT: &str = env!("CARGO_PKG_VERSION");

/// What `plan` and `drift` print as JSON, and what `plan --out` saves.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlanDocument {
    /// [`FORMAT_VERSION`].
    pub format_version: String,
    /// The version of the program that wrote it.
    pub zerodrift: String,
    /// One entry per organization.
    pub plans: Vec<PlanEntry>,
    /// How many there are of each kind.
    pub summary: PlanSummary,
    /// What a saved plan is bound to beyond what its one entry says; absent from plans that are printed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub saved: Option<SavedEntry>,
}

/// What `plan --out` adds to the document: see [`crate::document::saved`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SavedEntry {
    /// From this moment on, in RFC 3339, the plan approves nothing.
    pub expires_at: String,
    /// What the manifest declares: setting → value as written.
    pub declared: BTreeMap<String, Json>,
    /// The fingerprint of the live state: section → path → canonical value. `null` for a section that does not exist.
    pub live: Fingerprint,
    /// SHA-256 of the whole document without this field: `sha256:…`.
    pub seal: String,
}

/// The plan of one organization.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlanEntry {
    /// The file that wants it.
    pub manifest: ManifestEntry,
    /// The organization's address.
    pub target: TargetEntry,
    /// What apply would do.
    pub action: Action,
    /// The settings that would move, in the order of the model.
    pub changes: Vec<ChangeEntry>,
    /// Live settings and fields that the file does not mention.
    pub unmanaged: Vec<UnmanagedEntry>,
    /// The requests that apply would send, in order.
    pub writes: Vec<WriteEntry>,
    /// What is doubtful, each as [`findings_document`] has it.
    pub findings: Vec<Json>,
    /// SHA-256 of the live documents, what moves by itself aside.
    pub live_sha256: String,
    /// Fingerprint of everything that apply depends on, and of when the plan was made: `sha256:…`.
    pub digest: String,
}

/// How many plans there are of each kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanSummary {
    /// Organizations that are as wanted.
    pub in_sync: usize,
    /// Organizations that would change.
    pub changed: usize,
    /// Organizations that could not be planned.
    pub failed: usize,
}

/// A manifest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManifestEntry {
    /// The path as the user gave it; `-` for standard input.
    pub path: String,
    /// SHA-256 of the file's bytes, in lower-case hexadecimal.
    pub sha256: String,
}

/// An organization's address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TargetEntry {
    /// `account` or `zone`.
    pub scope: Scope,
    /// 32 hexadecimal digits.
    pub id: String,
    /// The base URL of the API.
    pub api: String,
}

/// One setting that moves.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChangeEntry {
    /// The setting's path: `organization.session_duration`.
    pub setting: String,
    /// `set` or `unset`.
    pub op: Op,
    /// The live value as the API spells it; `null` where it is empty.
    pub before: Json,
    /// The wanted value as the file spells it; `null` where it is emptied.
    pub after: Json,
    /// 1-based line of the manifest.
    pub line: usize,
    /// 1-based column of the manifest, in characters.
    pub column: usize,
    /// The guard that the change meets, if any.
    pub guard: Option<GuardEntry>,
}

/// A guard that a change meets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GuardEntry {
    /// What will happen, in plain words.
    pub reason: String,
    /// Who consents; `null` while nobody does.
    pub allowed_by: Option<Consent>,
}

/// A live value that the file does not mention.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct UnmanagedEntry {
    /// Its path; keys that are no plain names are quoted as in JSON.
    pub setting: String,
    /// Its live value. What is nested deep, or is no value that JSON readers carry exactly, is
    /// `{"$zerodrift::json": "the start of its text", "sha256": "…"}`.
    pub value: Json,
    /// Whether this version knows the setting.
    pub known: bool,
    /// Whether only the server writes it. Absent where that is not so.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub read_only: bool,
}

/// A request that apply would send.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WriteEntry {
    /// `POST` or `PUT`.
    pub method: Method,
    /// The path below the API's base URL.
    pub endpoint: String,
}

/// What `apply`, `rollback` and `revoke-user` print as JSON.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ResultsDocument {
    /// [`FORMAT_VERSION`].
    pub format_version: String,
    /// The version of the program that wrote it.
    pub zerodrift: String,
    /// One entry per organization.
    pub results: Vec<ResultEntry>,
}

/// What became of one organization.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ResultEntry {
    /// The organization's address.
    pub target: TargetEntry,
    /// How it ended.
    pub outcome: End,
    /// How many writes the API took.
    pub writes: usize,
    /// Whether a read afterwards proved that live is as wanted and nothing else moved.
    pub verified: bool,
    /// The file that holds the state from before; `null` where nothing was written.
    pub backup: Option<String>,
    /// The settings that moved, or would have.
    pub changes: Vec<ChangeEntry>,
    /// What went wrong, if anything did.
    pub error: Option<ErrorEntry>,
}

/// A failure before there was anything to report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorDocument {
    /// [`FORMAT_VERSION`].
    pub format_version: String,
    /// What went wrong.
    pub error: ErrorEntry,
}

/// What went wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorEntry {
    /// Stable identifier of the kind of failure: `api`, `network`, `auth`.
    pub kind: String,
    /// What happened, in a sentence without a final full stop.
    pub message: String,
    /// What to do next, most helpful first.
    pub hints: Vec<String>,
    /// The exit code of the process.
    pub exit_code: u8,
    /// What is wrong with the manifest, where that is why.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<Json>,
}

/// What `validate` prints as JSON.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FindingsDocument {
    /// [`FORMAT_VERSION`].
    pub format_version: String,
    /// The version of the program that wrote it.
    pub zerodrift: String,
    /// Every finding, in the order of the file.
    pub findings: Vec<Json>,
    /// How many there are.
    pub summary: FindingsSummary,
}

/// How many findings there are of each severity that matters.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FindingsSummary {
    /// Findings that make the manifest unusable.
    pub errors: usize,
    /// Findings that are probably mistakes.
    pub warnings: usize,
}

/// The document of some plans; `failed` organizations could not be planned.
pub fn plan_document(plans: &[Plan], failed: usize) -> PlanDocument {
    let in_sync = plans.iter().filter(|plan| plan.is_empty()).count();
    PlanDocument {
        format_version: FORMAT_VERSION.to_owned(),
        zerodrift: ZERODRIFT.to_owned(),
        plans: plans.iter().map(PlanEntry::from).collect(),
        summary: PlanSummary { in_sync, changed: plans.len() - in_sync, failed },
        saved: None,
    }
}

/// The document of some results.
pub fn results_document(results: Vec<ResultEntry>) -> ResultsDocument {
    ResultsDocument { format_version: FORMAT_VERSION.to_owned(), zerodrift: ZERODRIFT.to_owned(), results }
}

/// The document of a failure.
pub fn error_document(error: ErrorEntry) -> ErrorDocument {
    ErrorDocument { format_version: FORMAT_VERSION.to_owned(), error }
}

/// The document of some findings.
pub fn findings_document(findings: &[Finding]) -> FindingsDocument {
    use crate::diagnostics::Severity;
    let of = |severity| findings.iter().filter(|finding| finding.severity == severity).count();
    FindingsDocument {
        format_version: FORMAT_VERSION.to_owned(),
        zerodrift: ZERODRIFT.to_owned(),
        findings: findings.iter().map(finding).collect(),
        summary: FindingsSummary { errors: of(Severity::Error), warnings: of(Severity::Warning) },
    }
}

/// A finding as programs read it: `line` and `column` are null where the whole file is meant.
pub fn finding(finding: &Finding) -> Json {
    json!({
        "rule": finding.rule,
        "severity": finding.severity,
        "message": finding.message,
        "file": finding.file,
        "line": finding.at.as_ref().map(|at| at.line),
        "column": finding.at.as_ref().map(|at| at.column),
        "help": finding.help,
    })
}

/// The text of the document of a live state: what `export --format json` prints, and `plan --live` reads.
pub fn snapshot_text(snapshot: &Snapshot) -> String {
    snapshot.to_text(Map::from_iter([
        ("format_version".to_owned(), Json::from(FORMAT_VERSION)),
        ("zerodrift".to_owned(), Json::from(ZERODRIFT)),
    ]))
}

impl TargetEntry {
    /// The address of a target at an API.
    pub fn new(target: &Target, api: &str) -> Self {
        let Target { scope, id } = target;
        Self { scope: *scope, id: id.to_string(), api: api.to_owned() }
    }
}

impl From<&Plan> for PlanEntry {
    fn from(plan: &Plan) -> Self {
        let Plan {
            manifest,
            target,
            api,
            action,
            changes,
            declared_empty: _,
            unmanaged,
            writes,
            findings,
            live_sha256,
            digest,
        } = plan;
        let ManifestRef { path, sha256 } = manifest.clone();
        Self {
            manifest: ManifestEntry { path, sha256 },
            target: TargetEntry::new(target, api),
            action: *action,
            changes: changes.iter().map(ChangeEntry::from).collect(),
            unmanaged: unmanaged.iter().map(UnmanagedEntry::from).collect(),
            writes: writes.iter().map(WriteEntry::from).collect(),
            findings: findings.iter().map(finding).collect(),
            live_sha256: live_sha256.clone(),
            digest: digest.clone(),
        }
    }
}

impl From<&Change> for ChangeEntry {
    fn from(change: &Change) -> Self {
        // The notice, and what is told of the live value, are for people; documents of 1.0 do not carry them.
        let Change { setting, op, before, after, at, annotations: _, told: _, guard, notice: _ } = change;
        Self {
            setting: setting.path.to_owned(),
            op: *op,
            before: before.clone(),
            after: after.clone(),
            line: at.line,
            column: at.column,
            guard: guard.map(|GuardState { guard, allowed_by }| GuardEntry {
                reason: guard.consequence.to_owned(),
                allowed_by,
            }),
        }
    }
}

impl From<&Unmanaged> for UnmanagedEntry {
    fn from(unmanaged: &Unmanaged) -> Self {
        let Unmanaged { path, value, known, read_only } = unmanaged.clone();
        Self { setting: path, value, known, read_only }
    }
}

impl From<&PlannedWrite> for WriteEntry {
    fn from(write: &PlannedWrite) -> Self {
        let PlannedWrite { method, endpoint: _, path } = write.clone();
        Self { method, endpoint: path }
    }
}

#[cfg(test)]
mod tests;

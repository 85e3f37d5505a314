//! The documents of `--format json`: a contract, with a JSON Schema each in `schemas/`.
//!
//! Within format version 1, fields are only added; none is removed, renamed or given another meaning. A field's doc
//! comment is its description in the schema, so it has no links and no Markdown.
//!
//! - `plan`, `results`, `findings`, `error`, `snapshot`: one document each
//! - [`saved`]: saved plans
//! - `schema`: the schemas of the documents; `org_schema`: the schema of `org.yaml`

mod error;
mod findings;
mod org_schema;
mod plan;
mod results;
pub mod saved;
mod schema;
mod snapshot;
mod text;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::settings::{Scope, Target};

pub use crate::live::{FORMAT_VERSION, ZERODRIFT};
#[cfg(any(feature = "report", test))]
pub(crate) use error::error_document;
pub use error::{ErrorDocument, ErrorEntry};
pub use findings::{FindingEntry, FindingsDocument, FindingsSummary, findings_document};
#[cfg(feature = "sandbox")]
pub(crate) use org_schema::values;
pub use plan::{
    BaseEntry, ChangeEntry, GuardEntry, ManifestEntry, OriginCounts, PlanDocument, PlanEntry, PlanSummary, SavedEntry,
    UnmanagedEntry, WriteEntry, plan_document,
};
#[cfg(any(feature = "cli", test))]
pub(crate) use results::results_document;
pub use results::{ResultEntry, ResultsDocument};
pub use schema::{SchemaName, schema};
pub use snapshot::{LiveEntry, SnapshotDocument, snapshot_text};
pub use text::to_text;

/// The format versions that contain all fields of this one.
const VERSION_PATTERN: &str = r"^1\.[0-9]+$";

const SHA256_PATTERN: &str = "^[0-9a-f]{64}$";

const DIGEST_PATTERN: &str = "^sha256:[0-9a-f]{64}$";

/// The organization's address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct TargetEntry {
    /// Whether the id is an account's or a zone's.
    pub scope: Scope,
    /// The id of the account or zone: 32 hexadecimal digits.
    #[schemars(regex(pattern = "^[0-9a-f]{32}$"))]
    pub id: String,
    /// The base URL of the API.
    pub api: String,
}

impl TargetEntry {
    /// Returns the address of a target at an API.
    pub fn new(target: &Target, api: &str) -> Self {
        let Target { scope, id } = target;
        Self { scope: *scope, id: id.to_string(), api: api.to_owned() }
    }
}

#[cfg(test)]
mod tests;

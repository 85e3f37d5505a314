//! The documents of `--format json`: a contract, with a JSON Schema each in `schemas/`.
//!
//! Within format version 1, fields are only added; none is removed, renamed or given another meaning. A field's doc
//! comment is its description in the schema, so it has no links and no Markdown.
//!
//! - `plan`, `results`, `revocation`, `findings`, `error`, `snapshot`: one document each; `comparison`, `compared`,
//!   `ci_run`: the input of `plan`
//! - [`read`]: documents read back; [`merge()`]: those of several runs as one, `set_fingerprint`: which of them belong together; `interned`: the texts of another version's documents
//! - [`saved`]: saved plans; `of_plan`: plans as entries of the plan document; `stream`: the plan document of many
//!   organizations
//! - `common`: what several documents contain
//! - `schema`: the schemas of the documents; `org_schema`: the schema of `org.yaml`

mod ci_run;
mod common;
mod compared;
mod comparison;
mod error;
mod findings;
mod interned;
mod merge;
mod of_plan;
mod org_schema;
mod plan;
pub mod read;
mod results;
mod revocation;
pub mod saved;
mod schema;
mod set_fingerprint;
mod snapshot;
mod stream;
mod text;

pub use crate::live::{FORMAT_VERSION, ZERODRIFT};
pub use ci_run::CiRun;
pub use common::{OrganizationEntry, TargetEntry};
pub use compared::Compared;
#[cfg(feature = "report")]
pub(crate) use compared::order_of_paths;
#[cfg(feature = "cli")]
pub(crate) use compared::plain;
pub use comparison::{Comparison, Wording};
#[cfg(any(feature = "report", test))]
pub(crate) use error::error_document;
pub use error::{ErrorDocument, ErrorEntry};
pub use findings::{CheckedEntry, CheckedManifest, FindingEntry, FindingsDocument, FindingsSummary, findings_document};
pub use merge::{MergeError, merge, merge_results};
#[cfg(feature = "report")]
pub(crate) use of_plan::Totals;
pub use of_plan::plan_document;
pub use org_schema::NOT_IN_SCHEMA;
#[cfg(feature = "sandbox")]
pub(crate) use org_schema::values;
pub use plan::{
    AttributionEntry, BaseEntry, ChangeEntry, FailureEntry, GuardEntry, InSyncEntry, InputsEntry, ManifestEntry,
    OriginCounts, PlanDocument, PlanEntry, PlanSummary, SavedEntry, ShardEntry, UnmanagedEntry, WriteEntry,
};
#[cfg(any(feature = "report", test))]
pub(crate) use results::results_document;
pub use results::{ResultEntry, ResultsDocument};
pub use revocation::RevocationDocument;
#[cfg(any(feature = "cli", test))]
pub(crate) use revocation::revocation_document;
pub use schema::{SchemaName, schema};
pub use set_fingerprint::SetFingerprint;
pub use snapshot::{LiveEntry, SnapshotDocument, snapshot_text};
pub use stream::PlanStream;
pub use text::to_text;

#[cfg(test)]
mod tests;

//! The JSON Schemas of all files and documents of zerodrift, in draft-07: the newest draft that YAML language servers
//! support.

use schemars::generate::SchemaSettings;
use schemars::transform::RecursiveTransform;
use schemars::{JsonSchema, Schema};

use super::{
    ErrorDocument, FindingsDocument, PlanDocument, ResultsDocument, RevocationDocument, SnapshotDocument, org_schema,
};
use crate::settings::Model;

/// The documents that have a schema. The comments are also the help texts of the command line.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
pub enum SchemaName {
    /// org.yaml
    #[default]
    Org,
    /// plan and drift --format json
    Plan,
    /// apply and rollback --format json
    Results,
    /// revoke-user --format json
    Revocation,
    /// validate --format json
    Findings,
    /// the error of a command --format json
    Error,
    /// export --format json
    Snapshot,
}

impl SchemaName {
    /// Every schema.
    pub const ALL: [Self; 7] =
        [Self::Org, Self::Plan, Self::Results, Self::Revocation, Self::Findings, Self::Error, Self::Snapshot];

    /// The name on the command line and in `schemas/NAME.schema.json`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Org => "org",
            Self::Plan => "plan",
            Self::Results => "results",
            Self::Revocation => "revocation",
            Self::Findings => "findings",
            Self::Error => "error",
            Self::Snapshot => "snapshot",
        }
    }
}

/// Returns a schema as text, with a final newline: the file in `schemas/`.
pub fn schema(model: &Model, name: SchemaName) -> String {
    match name {
        SchemaName::Org => super::to_text(&org_schema::of(model)),
        SchemaName::Plan => of_document::<PlanDocument>(),
        SchemaName::Results => of_document::<ResultsDocument>(),
        SchemaName::Revocation => of_document::<RevocationDocument>(),
        SchemaName::Findings => of_document::<FindingsDocument>(),
        SchemaName::Error => of_document::<ErrorDocument>(),
        SchemaName::Snapshot => of_document::<SnapshotDocument>(),
    }
}

fn of_document<Document: JsonSchema>() -> String {
    let settings =
        SchemaSettings::draft07().for_serialize().with_transform(RecursiveTransform(remove_formats_of_integers));
    super::to_text(&settings.into_generator().into_root_schema_for::<Document>())
}

/// Removes formats such as `uint8`, which JSON Schema does not define and strict validators reject. The bounds remain.
fn remove_formats_of_integers(schema: &mut Schema) {
    if schema.get("format").and_then(|format| format.as_str()).is_some_and(|format| format.starts_with("uint")) {
        schema.remove("format");
    }
}

#[cfg(test)]
mod tests;

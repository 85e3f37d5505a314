//! `schema`: the JSON Schema of a format.

use super::Context;
use super::args::{SchemaArgs, SchemaChoice};
use super::error::CliError;
use super::exit::Exit;
use crate::report::schema::{self, SchemaName};

/// Prints one schema. The same files lie in `schemas/`.
pub(super) fn run(context: &Context, args: &SchemaArgs) -> Result<Exit, CliError> {
    let name = match args.name {
        SchemaChoice::Org => SchemaName::Org,
        SchemaChoice::Plan => SchemaName::Plan,
        SchemaChoice::Results => SchemaName::Results,
        SchemaChoice::Findings => SchemaName::Findings,
        SchemaChoice::Error => SchemaName::Error,
        SchemaChoice::Snapshot => SchemaName::Snapshot,
    };
    context.print(&schema::schema(context.model, name))?;
    Ok(Exit::Success)
}

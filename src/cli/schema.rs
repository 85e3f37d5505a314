//! `schema`: the JSON Schema of a format.

use super::Context;
use super::args::SchemaArgs;
use super::error::CliError;
use super::exit::Exit;
use crate::report;

/// Prints one schema. The same files lie in `schemas/`.
pub(super) fn run(context: &Context, args: &SchemaArgs) -> Result<Exit, CliError> {
    context.print(&report::schema(context.model, args.name))?;
    Ok(Exit::Success)
}

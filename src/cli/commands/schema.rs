//! `schema`: the JSON Schema of a format.

use clap::Args;

use crate::cli::command_spec::CommandSpec;
use crate::cli::context::Context;
use crate::cli::error::CliError;
use crate::document::{self, SchemaName};
use crate::ending::Exit;

/// Prints the JSON Schema of a format
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  zerodrift schema > org.schema.json                   for the editor
  zerodrift schema plan                                what plan --format json prints")]
pub(crate) struct SchemaArgs {
    /// Which format
    #[arg(value_enum, default_value_t)]
    name: SchemaName,
}

impl CommandSpec for SchemaArgs {
    /// Prints one schema. The same files lie in `schemas/`.
    fn run(&self, context: &Context) -> Result<Exit, CliError> {
        context.print(&document::schema(context.model, self.name))?;
        Ok(Exit::Success)
    }
}

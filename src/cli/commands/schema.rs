//! `schema`: prints the JSON Schema of a format.

use clap::Args;

use crate::cli::command_spec::CommandSpec;
use crate::cli::context::Context;
use crate::cli::error::CliError;
use crate::document::{self, SchemaName};
use crate::ending::Exit;

/// Print the JSON Schema of a format
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  Write the schema of org.yaml for your editor:
    zerodrift schema > org.schema.json

  Print the schema of plan --format json:
    zerodrift schema plan")]
pub(crate) struct SchemaArgs {
    /// The format
    #[arg(value_enum, default_value_t)]
    name: SchemaName,
}

impl CommandSpec for SchemaArgs {
    /// Prints one schema. The repository has the same text in `schemas/`.
    fn run(&self, context: &Context) -> Result<Exit, CliError> {
        context.print(&document::schema(context.model, self.name))?;
        Ok(Exit::Success)
    }
}

//! `explain`: describes settings.

use clap::Args;

use crate::cli::command_spec::CommandSpec;
use crate::cli::context::Context;
use crate::cli::error::CliError;
use crate::cli::options::Format;
use crate::cli::output::publish::ResultFormats;
use crate::document::to_text;
use crate::ending::Exit;
use crate::report::explain;

/// Describe settings: type, range, default and guards
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  zerodrift explain session_duration

  List all settings:
    zerodrift explain

  Show the settings of a group:
    zerodrift explain login_design")]
pub(crate) struct ExplainArgs {
    /// A setting, group or section [default: all settings]
    setting: Option<String>,
    /// Format of the result
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

impl CommandSpec for ExplainArgs {
    /// Prints one setting, one group or section, or all of them.
    fn run(&self, context: &Context) -> Result<Exit, CliError> {
        let name = self.setting.as_deref();
        let explained = match self.format {
            Format::Text => name.map_or_else(
                || Ok(explain::all(context.model, &context.ui.out)),
                |name| explain::one(context.model, name, &context.ui.out),
            ),
            Format::Json => explain::document(context.model, name).map(|document| to_text(&document)),
        };
        let text = explained.map_err(|unknown| {
            let error = CliError::usage(format!("no such setting or group: `{}`", crate::text::visible(&unknown.name)));
            match explain::did_you_mean(&unknown) {
                guess if guess.is_empty() => error.hint("run `zerodrift explain` to list them"),
                guess => error.hint(guess),
            }
        })?;
        context.print(&text)?;
        Ok(Exit::Success)
    }

    fn formats(&self) -> &dyn ResultFormats {
        &self.format
    }
}

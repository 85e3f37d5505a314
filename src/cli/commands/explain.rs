//! `explain`: describes settings.

use clap::Args;

use crate::cli::command_spec::{CommandSpec, Interface};
use crate::cli::context::Context;
use crate::cli::error::CliError;
use crate::cli::input::manifest_file::{self, Loaded};
use crate::cli::options::Format;
use crate::document::to_text;
use crate::ending::Exit;
use crate::report::{effective, explain};

/// Describe settings: type, range, default and guards
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  zerodrift explain session_duration

  List all settings:
    zerodrift explain

  Show the settings of a group:
    zerodrift explain login_design

  Show a manifest with what it inherits, and where each value comes from:
    zerodrift explain --effective orgs/production.yaml")]
pub(crate) struct ExplainArgs {
    /// A setting, group or section [default: all settings]
    setting: Option<String>,
    /// Show a manifest with everything that it inherits, as YAML
    #[arg(long, value_name = "FILE", conflicts_with_all = ["setting", "format"])]
    effective: Option<String>,
    /// Format of the result
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

impl CommandSpec for ExplainArgs {
    /// Prints one setting, one group or section, or all of them.
    fn run(&self, context: &Context) -> Result<Exit, CliError> {
        if let Some(file) = &self.effective {
            let Loaded { source, manifest, parents, findings, .. } = manifest_file::load(context, file)?;
            let manifest = manifest.ok_or_else(|| {
                let error = CliError::manifest(file, findings).with_parents(&parents.sources);
                error.about(file, source.as_ref(), None)
            })?;
            context.print(&effective::text(&manifest))?;
            return Ok(Exit::Success);
        }
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

    fn interface(&self) -> Interface<'_> {
        Interface { formats: &self.format, ..Interface::default() }
    }
}

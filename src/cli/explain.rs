//! `explain`: what a setting does.

use super::Context;
use super::args::{ExplainArgs, Format};
use super::error::CliError;
use super::exit::Exit;
use crate::report::explain;
use crate::report::json::to_text;

/// Prints one setting, one group, or all of them.
pub(super) fn run(context: &Context, args: &ExplainArgs) -> Result<Exit, CliError> {
    let name = args.setting.as_deref();
    let explained = match args.format {
        Format::Text => name.map_or_else(
            || Ok(explain::all(context.model, &context.ui.out)),
            |name| explain::one(context.model, name, &context.ui.out),
        ),
        Format::Json => explain::document(context.model, name).map(|document| to_text(&document)),
    };
    let text = explained.map_err(|unknown| {
        let error = CliError::usage(format!("there is no setting or group `{}`", crate::text::visible(&unknown.name)));
        match explain::did_you_mean(&unknown) {
            guess if guess.is_empty() => error.hint("run `zerodrift explain` for the names"),
            guess => error.hint(guess),
        }
    })?;
    context.print(&text)?;
    Ok(Exit::Success)
}

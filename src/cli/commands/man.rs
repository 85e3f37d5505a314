//! `man`: prints manual pages, generated from the command-line definition.

use clap::{Args, Command};

use crate::cli::command_spec::CommandSpec;
use crate::cli::context::Context;
use crate::cli::error::CliError;
use crate::ending::{Exit, FailureKind};
use crate::text::visible;

/// Print the manual page of zerodrift or of a command
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  zerodrift man | man -l -
  zerodrift man plan | man -l -
  zerodrift man plan > ~/.local/share/man/man1/zerodrift-plan.1")]
pub(crate) struct ManArgs {
    /// The command, such as plan or sandbox-edit [default: zerodrift itself]
    command: Option<String>,
}

/// Returns the command whose page has this name.
fn find<'c>(command: &'c Command, name: &str) -> Option<&'c Command> {
    let is_named = |command: &Command| command.get_display_name() == Some(name);
    command.get_subcommands().find_map(|below| if is_named(below) { Some(below) } else { find(below, name) })
}

impl CommandSpec for ManArgs {
    /// Prints one page. That of the program refers to those of the commands.
    fn run(&self, context: &Context) -> Result<Exit, CliError> {
        let mut program = (context.command_line)().disable_help_subcommand(true);
        program.build();
        let source = format!("zerodrift {}", program.get_version().unwrap_or_default());
        let page = match &self.command {
            None => program,
            Some(name) => find(&program, &format!("zerodrift-{name}")).cloned().ok_or_else(|| {
                CliError::usage(format!("no such command: `{}`", visible(name)))
                    .hint("run `zerodrift help` to list the commands")
            })?,
        };
        let mut text = Vec::new();
        clap_mangen::Man::new(page)
            .source(source)
            .render(&mut text)
            .map_err(|error| CliError::new(FailureKind::Io, format!("cannot write the manual page: {error}")))?;
        context.print(&String::from_utf8_lossy(&text))?;
        Ok(Exit::Success)
    }
}

//! `man`: prints the manual page, generated from the command-line definition.

use clap::Args;

use crate::cli::command_spec::CommandSpec;
use crate::cli::context::Context;
use crate::cli::error::CliError;
use crate::ending::{Exit, FailureKind};

/// Print the manual page
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  zerodrift man | man -l -
  zerodrift man > ~/.local/share/man/man1/zerodrift.1")]
pub(crate) struct ManArgs {}

impl CommandSpec for ManArgs {
    /// Prints the page of the program, then a section for each command.
    fn run(&self, context: &Context) -> Result<Exit, CliError> {
        let mut page = Vec::new();
        let command = (context.command_line)().name("zerodrift");
        let render = |command: &clap::Command, page: &mut Vec<u8>| clap_mangen::Man::new(command.clone()).render(page);
        let rendered = render(&command, &mut page).and_then(|()| {
            command.get_subcommands().try_for_each(|subcommand| {
                let name = format!("zerodrift-{}", subcommand.get_name());
                clap_mangen::Man::new(subcommand.clone()).title(name).render(&mut page)
            })
        });
        rendered.map_err(|error| CliError::new(FailureKind::Io, format!("cannot write the manual page: {error}")))?;
        context.print(&String::from_utf8_lossy(&page))?;
        Ok(Exit::Success)
    }
}

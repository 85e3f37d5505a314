//! `completions` and `man`: what is generated from the command line's own declaration.

use clap::CommandFactory as _;

use super::Context;
use super::args::{Cli, CompletionsArgs};
use super::error::CliError;
use super::exit::Exit;

/// Prints a completion script.
pub(super) fn completions(context: &Context, args: &CompletionsArgs) -> Result<Exit, CliError> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "zerodrift", &mut script);
    context.print(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Success)
}

/// Prints the manual: the page of the program, then one section for each command.
pub(super) fn man(context: &Context) -> Result<Exit, CliError> {
    let mut page = Vec::new();
    let command = Cli::command().name("zerodrift");
    let render = |command: &clap::Command, page: &mut Vec<u8>| clap_mangen::Man::new(command.clone()).render(page);
    let rendered = render(&command, &mut page).and_then(|()| {
        command.get_subcommands().try_for_each(|subcommand| {
            let name = format!("zerodrift-{}", subcommand.get_name());
            clap_mangen::Man::new(subcommand.clone()).title(name).render(&mut page)
        })
    });
    rendered.map_err(|error| CliError::new("io", Exit::Failed, format!("cannot write the manual page: {error}")))?;
    context.print(&String::from_utf8_lossy(&page))?;
    Ok(Exit::Success)
}

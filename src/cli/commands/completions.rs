//! `completions`: prints completion scripts, generated from the command-line definition.

use clap::Args;

use crate::cli::command_spec::CommandSpec;
use crate::cli::context::Context;
use crate::cli::error::CliError;
use crate::ending::Exit;

/// Print a completion script for a shell
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  zerodrift completions bash > \\
    ~/.local/share/bash-completion/completions/zerodrift
  zerodrift completions zsh > ~/.zfunc/_zerodrift
  zerodrift completions fish > ~/.config/fish/completions/zerodrift.fish")]
pub(crate) struct CompletionsArgs {
    /// The shell
    #[arg(value_enum)]
    shell: clap_complete::Shell,
}

impl CommandSpec for CompletionsArgs {
    /// Prints the completion script of the shell.
    fn run(&self, context: &Context) -> Result<Exit, CliError> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut (context.command_line)(), "zerodrift", &mut script);
        context.print(&String::from_utf8_lossy(&script))?;
        Ok(Exit::Success)
    }
}

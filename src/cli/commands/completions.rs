//! `completions`: prints completion scripts, generated from the command-line definition.

use clap::builder::PossibleValue;
use clap::{Args, Command};
use clap_complete::Shell;

use crate::cli::command_spec::CommandSpec;
use crate::cli::context::Context;
use crate::cli::error::CliError;
use crate::ending::Exit;
use crate::settings::{Model, Setting, describe};

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
    shell: Shell,
}

impl CommandSpec for CompletionsArgs {
    /// Prints the completion script of the shell.
    fn run(&self, context: &Context) -> Result<Exit, CliError> {
        let mut command_line = with_names((context.command_line)(), context.model);
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut command_line, "zerodrift", &mut script);
        let mut script = String::from_utf8_lossy(&script).into_owned();
        if self.shell == Shell::Fish {
            script = commands_of_help_for_fish(&script) + &positionals_for_fish(&command_line);
        }
        context.print(&script)?;
        Ok(Exit::Success)
    }
}

/// Adds the names of settings and groups that arguments accept, for completion only: they are many, and shorter forms are accepted too.
fn with_names(mut command_line: Command, model: &Model) -> Command {
    let commands: Vec<String> = command_line.get_subcommands().map(|command| command.get_name().to_owned()).collect();
    for command in &commands {
        command_line = command_line.mut_subcommand(command, |mut command| {
            let arguments: Vec<String> =
                command.get_arguments().map(|argument| argument.get_id().to_string()).collect();
            for argument in arguments {
                let names = match (command.get_name(), argument.as_str()) {
                    (_, "allow") => names(model, Setting::is_declarable),
                    ("explain", "setting") => names(model, |_| true),
                    _ => continue,
                };
                command = command.mut_arg(argument, |argument| argument.value_parser(names));
            }
            command
        });
    }
    command_line
}

/// Returns the settings with a property and all groups, with the first sentence of their documentation. Each has its full
/// path and its path without the section, because shells complete names from their start.
fn names(model: &Model, is_listed: impl Fn(&Setting) -> bool) -> Vec<PossibleValue> {
    let settings = model.settings().iter().filter(|setting| is_listed(setting));
    let settings = settings.map(|setting| (setting.full_path(), setting.doc));
    let named: Vec<_> = settings.chain(model.groups().iter().map(|group| (group.full_path(), group.doc))).collect();
    let full = named.iter().map(|(path, doc)| (path.as_str(), *doc));
    let mut names: Vec<(&'static str, &'static str)> = Vec::new();
    for (name, doc) in named.iter().map(|(path, doc)| (path.below_section(), *doc)).chain(full) {
        // Without its section, a name refers to the first section that has it.
        if !names.iter().any(|(known, _)| *known == name) {
            names.push((name, doc));
        }
    }
    names.into_iter().map(|(name, doc)| PossibleValue::new(name).help(describe::first_sentence(doc))).collect()
}

/// Completes the commands after `help` in fish. `clap_complete` offers them until one of them is typed, and counts `help`
/// itself as one.
fn commands_of_help_for_fish(script: &str) -> String {
    const CONDITION: &str = "__fish_zerodrift_using_subcommand help; and not __fish_seen_subcommand_from ";
    let line =
        |line: &str| if line.contains(CONDITION) { line.replacen(" help\" ", "\" ", 1) } else { line.to_owned() };
    script.lines().map(|one| line(one) + "\n").collect()
}

/// Completes positional arguments in fish, for which `clap_complete` completes only options.
fn positionals_for_fish(command_line: &Command) -> String {
    let mut script = String::new();
    for command in command_line.get_subcommands() {
        for positional in command.get_positionals() {
            let values: Vec<String> =
                positional.get_possible_values().iter().map(|value| value.get_name().to_owned()).collect();
            if !values.is_empty() {
                let (name, values) = (command.get_name(), values.join(" "));
                script.push_str(&format!(
                    "complete -c zerodrift -n \"__fish_zerodrift_using_subcommand {name}\" -f -a \"{values}\"\n"
                ));
            }
        }
    }
    script
}

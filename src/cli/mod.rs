//! The command line: arguments in, exit code out.
//!
//! - `commands`: one file for each command, its arguments, help and run together; `options`: arguments that they share
//! - `command_spec`, `context`: what the program knows of a command, and what a command needs
//! - `input`: environment, manifest and credentials; `connection`: the way to the API
//! - `reconcile`: from a manifest to a proved write
//! - `output`: everything that a run prints and writes
//! - `process`: signals and limits
//! - `error`, `exit`, `usage`: kinds, hints and exit codes

mod command_spec;
mod commands;
mod connection;
mod context;
mod error;

mod input;
mod options;
mod output;
mod process;
mod reconcile;
mod usage;

pub use crate::ending::Exit;

use std::ffi::OsString;
use std::sync::Arc;

use clap::{CommandFactory as _, FromArgMatches as _};

use crate::settings::Model;
use command_spec::CommandSpec;
use commands::Cli;
use context::Context;
use error::CliError;
use input::env::Env;
use input::secrets::{self, PrivateFiles};
use options::OutputArgs;
use output::logging;
use output::publish::PublishedFailure;
use output::ui::Ui;
use process::interrupt;

/// Runs the program with these arguments, the first one being its name, and says how it ends.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> Exit {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let env = Env::of_process();
    let (name, cli) = match parse(&arguments) {
        Ok(parsed) => parsed,
        Err(error) => {
            let ui = Ui::new(&OutputArgs::default(), &env, secrets::of(&env, None));
            return usage::report(&ui, error, &arguments);
        }
    };
    let command = cli.command.spec();
    let api = command.api();
    let ui = Ui::new(&cli.output, &env, secrets::of(&env, api));
    ui.take_panics();
    let (files, private) = (command_spec::used_files(command, &env), PrivateFiles::of(api));
    let context =
        Context { ui, env, model: Model::current(), files, private, command: name, command_line: Cli::command };
    let understood = usage::check_values(&arguments);
    let run = Arc::new((context, cli));
    let (command, report) = (Arc::clone(&run), Arc::clone(&run));
    let ended = interrupt::supervise(
        move || execute(&command.0, &command.1, understood),
        move |error| {
            fail(&report.0, report.1.command.spec(), error);
        },
    );
    ended.unwrap_or_else(|error| fail(&run.0, run.1.command.spec(), error))
}

/// The name of the command, and the arguments.
fn parse(arguments: &[OsString]) -> Result<(String, Cli), clap::Error> {
    let mut matches = Cli::command().try_get_matches_from(arguments)?;
    let name = matches.subcommand_name().unwrap_or_default().to_owned();
    let cli = Cli::from_arg_matches_mut(&mut matches).map_err(|error| error.format(&mut Cli::command()))?;
    Ok((name, cli))
}

/// Runs the command to its own end.
fn execute(context: &Context, cli: &Cli, understood: Result<(), CliError>) -> Exit {
    let command = cli.command.spec();
    let started = understood.and_then(|()| logging::start(&cli.output, &context.env, &context.ui));
    let done = started.and_then(|()| command.run(context));
    done.unwrap_or_else(|error| fail(context, command, error))
}

/// Reports a failure: in the formats that were asked for, and to whoever reads standard error.
fn fail(context: &Context, command: &dyn CommandSpec, error: CliError) -> Exit {
    let error = &error.about(command.manifest().unwrap_or_default(), None, None);
    let PublishedFailure { is_complete, mut unwritten } = command.formats().publish_failure(context, error);
    // The log of a job is both streams, and nobody wants to read it twice.
    if !is_complete {
        context.say_error(error);
    }
    // That the failure could not be shown as well does not hide it: it has been said, and it decides the exit code. A file
    // that could not be written may be the failure itself.
    unwritten.retain(|unwritten| unwritten.message != error.message);
    unwritten.dedup_by(|one, other| one.message == other.message);
    unwritten.iter().for_each(|unwritten| context.say_error(unwritten));
    error.exit()
}

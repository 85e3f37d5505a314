//! The command line: arguments in, exit code out.
//!
//! - `commands`: one file for each command, its arguments, help and run together; `options`: arguments that they share
//! - `command_spec`, `context`: the interface of a command, and what every command needs
//! - `input`: environment, manifest and credentials; `connection`: the connection to the API
//! - `reconcile`: from a manifest to a verified write
//! - `output`: everything that a run prints and writes
//! - `process`: signals and limits
//! - `error`, `usage`, `foreign_flags`: failures with their hints, usage errors, and flags of other tools

mod command_spec;
mod commands;
mod connection;
mod context;
mod error;
mod foreign_flags;
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
use command_spec::{CommandSpec, Interface};
use commands::Cli;
use context::Context;
use error::CliError;
use input::env::Env;
use input::known_files::KnownFiles;
use input::manifests::ManifestSet;
use input::secrets::{self, PrivateFiles};
use options::OutputArgs;
use output::logging;
use output::publish::PublishedFailure;
use output::ui::{self, Ui};
use process::interrupt;

/// The largest width of help, in columns: long lines are hard to read, and help is often shown where lines do not wrap.
const HELP_WIDTH: usize = 80;

/// Runs the program with these arguments, of which the first is its name, and returns its exit code.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> Exit {
    let arguments = expand_help(arguments.into_iter().collect());
    let env = Env::of_process();
    let mut command_line = Cli::command().term_width(ui::width(&env).min(HELP_WIDTH));
    let (name, cli) = match parse(&mut command_line, &arguments) {
        Ok(parsed) => parsed,
        Err(error) => {
            let output = OutputArgs { color: usage::color(&arguments), ..OutputArgs::default() };
            let ui = Ui::new(&output, &env, secrets::of(&env, None));
            return usage::report(&ui, error, &arguments, &command_line);
        }
    };
    let command = cli.command.spec();
    let interface = command.interface();
    let api = interface.api;
    let ui = Ui::new(&cli.output, &env, secrets::of(&env, api));
    ui.take_panics();
    // A value that was read as a file is the better explanation of a file that does not exist.
    let usage = usage::check_values(&arguments);
    let (manifests, usage) = match usage.and_then(|()| ManifestSet::list(interface.manifests)) {
        Ok(manifests) => (manifests, Ok(())),
        Err(error) => (ManifestSet::default(), Err(error)),
    };
    let (files, private) = (interface.used_files(&manifests, &env), PrivateFiles::of(api));
    let model = Model::current();
    let started = jiff::Timestamp::now();
    let context = Context {
        ui,
        env,
        model,
        manifests,
        known_files: KnownFiles::default(),
        files,
        private,
        command: name,
        started,
        command_line: Cli::command,
    };
    let run = Arc::new((context, cli));
    let (command, report) = (Arc::clone(&run), Arc::clone(&run));
    let ended = interrupt::supervise(
        move || execute(&command.0, &command.1, usage),
        move |error| {
            fail(&report.0, report.1.command.spec(), error);
        },
    );
    ended.unwrap_or_else(|error| fail(&run.0, run.1.command.spec(), error))
}

/// Returns `COMMAND --help` for `help COMMAND`, so that both print the same, also for a command that does not exist.
fn expand_help(arguments: Vec<OsString>) -> Vec<OsString> {
    match &arguments[..] {
        [program, help, rest @ ..] if help == "help" && rest.first().is_some_and(|command| command != "help") => {
            [std::slice::from_ref(program), rest, &["--help".into()]].concat()
        }
        _ => arguments,
    }
}

/// Parses the arguments into the name of the command and its options.
fn parse(command_line: &mut clap::Command, arguments: &[OsString]) -> Result<(String, Cli), clap::Error> {
    let mut matches = command_line.try_get_matches_from_mut(arguments)?;
    let name = matches.subcommand_name().unwrap_or_default().to_owned();
    let cli = Cli::from_arg_matches_mut(&mut matches).map_err(|error| error.format(command_line))?;
    Ok((name, cli))
}

/// Runs the command, unless the arguments are invalid, and reports its failure.
fn execute(context: &Context, cli: &Cli, usage: Result<(), CliError>) -> Exit {
    let command = cli.command.spec();
    let started = usage.and_then(|()| logging::start(&cli.output, &context.env, &context.ui));
    let done = started.and_then(|()| command.run(context));
    done.unwrap_or_else(|error| fail(context, command, error))
}

/// Returns the file that a failure of the whole run is about: the manifest, or what the user named first for several.
fn named_file<'a>(context: &'a Context, manifests: &'a [String]) -> &'a str {
    match context.manifests.entries() {
        [one] => &one.file,
        _ => manifests.first().map_or("", String::as_str),
    }
}

/// Reports a failure in the requested formats and on standard error.
fn fail(context: &Context, command: &dyn CommandSpec, error: CliError) -> Exit {
    let Interface { manifests, formats, .. } = command.interface();
    let error = &error.about(named_file(context, manifests), None, None);
    let PublishedFailure { is_complete, mut unwritten } = formats.publish_failure(context, error);
    // The log of a job shows both streams, so a complete report on standard output is not repeated.
    if !is_complete {
        context.say_error(error);
    }
    // Reports that could not be written are further errors: the exit code stays that of the failure, which may itself
    // be one of them.
    unwritten.retain(|unwritten| unwritten.message != error.message);
    unwritten.dedup_by(|one, other| one.message == other.message);
    unwritten.iter().for_each(|unwritten| context.say_error(unwritten));
    error.exit()
}

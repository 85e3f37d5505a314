//! The command line: one file per command, and what they share.
//!
//! - `args`, `options`: what there is to type; `env`: the environment as a value; `ui`: the only place that prints
//! - `forms`, `publish`, `github`: a result in the forms that were asked for
//! - `manifest_file`, `connect`, `planning`, `approval`: from arguments to manifest, client, plan and consent
//! - `history`: backups and the audit log; `used_files`, `own_file`: what a run uses, and what its outputs may not hit
//! - `new_file`, `terraform`, `pipeline`, `platform`: what `init` writes, and from what
//! - `rewrite`: the only place that writes a manifest; `adopt`, `fix`: the flags of `drift` and `validate` that ask for it
//! - `error`, `exit`, `usage`: kinds, hints and exit codes; `interrupt`: Ctrl-C; `file_size_limit`: `ulimit -f`; `logging`: `-v`

mod adopt;
mod apply;
mod approval;
mod args;
mod completions;
mod connect;
mod doctor;
mod drift;
mod env;
mod error;
mod exit;
mod explain;
mod export;
mod file_size_limit;
mod fix;
mod forms;
mod github;
mod history;
mod init;
mod interrupt;
mod logging;
mod manifest_file;
mod new_file;
mod options;
mod own_file;
mod pipeline;
mod plan;
mod planning;
mod platform;
mod publish;
mod revoke_user;
mod rewrite;
mod rollback;
mod sandbox;
mod saved;
mod schema;
mod terraform;
mod ui;
mod usage;
mod used_files;
mod validate;

pub use exit::Exit;

use std::ffi::OsString;

use clap::Parser as _;

use crate::organization::Model;
use crate::report::{self, Wording};
use args::{Cli, Command, Format};
use env::Env;
use error::CliError;
use forms::{FindingsFormat, FindingsForms, PlanFormat, PlanForms};
use ui::Ui;
use used_files::UsedFiles;

/// What every command needs.
struct Context {
    env: Env,
    ui: Ui,
    model: &'static Model,
    files: UsedFiles,
}

impl Context {
    /// Prints a result.
    fn print(&self, text: &str) -> Result<(), CliError> {
        ui::print(text)
            .map_err(|error| CliError::new("io", Exit::Failed, format!("cannot write to standard output: {error}")))
    }

    /// Prints a result for people. Where a platform would obey lines of its log, none of them can be obeyed.
    fn show(&self, text: &str) -> Result<(), CliError> {
        self.print(&self.ui.for_log(text))
    }

    /// Says why a command did not do what was asked, and what to do next; first the lines of the manifest it is about.
    fn say_error(&self, error: &CliError) {
        self.ui.say_block(&report::findings::text(&error.findings, error.subject.source.as_ref(), &self.ui.err));
        self.ui.say(&report::error::text(&error.message, &error.hints, &self.ui.err));
    }
}

/// Runs the program with these arguments, the first one being its name, and says how it ends.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> Exit {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let cli = match Cli::try_parse_from(&arguments) {
        Ok(cli) => cli,
        Err(error) => return usage::report(error, &arguments),
    };
    let env = Env::of_process();
    let ui = Ui::new(&cli.talk, &env);
    file_size_limit::make_writes_fail();
    let files = UsedFiles::of(&cli.command, &env);
    let context = Context { ui, env, model: Model::current(), files };
    let understood = usage::check_values(&arguments);
    let started = understood.and_then(|()| logging::start(&cli.talk, &context.env, &context.ui));
    let done = started.and_then(|()| dispatch(&context, &cli.command));
    done.unwrap_or_else(|error| fail(&context, &cli.command, &error))
}

/// Reports a failure: in the forms that were asked for, and to whoever reads standard error.
fn fail(context: &Context, command: &Command, error: &CliError) -> Exit {
    let forms = command.forms();
    let shown = match forms {
        Forms::Simple(Format::Text) => Ok(()),
        Forms::Simple(Format::Json) => context.print(&error_document(error)),
        Forms::Plan(forms, wording) => publish::failure(context, forms, wording, error),
        Forms::Findings(forms) => publish::unread(context, forms, error),
    };
    // The log of a job is both streams, and nobody wants to read it twice.
    if shown.is_err() || !forms.are_a_log() {
        context.say_error(error);
    }
    // That the failure could not be shown as well does not hide it: it has been said, and it decides the exit code.
    shown.unwrap_or_else(|shown| context.say_error(&shown));
    error.exit
}

/// A failure as a document.
fn error_document(error: &CliError) -> String {
    report::json::to_text(&report::json::error_document(error_entry(error)))
}

/// A failure as the documents show it.
fn error_entry(error: &CliError) -> report::json::ErrorEntry {
    report::json::ErrorEntry {
        kind: error.kind.to_owned(),
        message: error.message.clone(),
        hints: error.hints.clone(),
        exit_code: error.exit.code(),
        findings: error.findings.iter().map(report::findings::json).collect(),
    }
}

/// Commands that reach the API get a runtime of one thread; the others start nothing.
fn dispatch(context: &Context, command: &Command) -> Result<Exit, CliError> {
    match command {
        Command::Validate(args) => validate::run(context, args),
        Command::Explain(args) => explain::run(context, args),
        Command::Schema(args) => schema::run(context, args),
        Command::Completions(args) => completions::completions(context, args),
        Command::Man => completions::man(context),
        Command::Plan(args) => block_on(plan::run(context, args)),
        Command::Apply(args) => block_on(apply::run(context, args)),
        Command::Rollback(args) => block_on(rollback::run(context, args)),
        Command::Drift(args) => block_on(drift::run(context, args)),
        Command::Init(args) => init::run(context, args),
        Command::Export(args) => block_on(export::run(context, args)),
        Command::RevokeUser(args) => block_on(revoke_user::run(context, args)),
        Command::Doctor(args) => block_on(doctor::run(context, args)),
        Command::Sandbox(args) => block_on(sandbox::run(context, args)),
    }
}

fn block_on<T>(work: impl Future<Output = Result<T, CliError>>) -> Result<T, CliError> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| CliError::new("io", Exit::Failed, format!("cannot start the runtime: {error}")))?;
    let done = runtime.block_on(work);
    // A prompt that nobody answers must not hold up the end of an interrupted program.
    runtime.shutdown_background();
    done
}

/// The forms of a command's result.
#[derive(Clone, Copy)]
enum Forms<'a> {
    Plan(&'a PlanForms, Wording),
    Findings(&'a FindingsForms),
    Simple(Format),
}

impl Forms<'_> {
    /// Whether standard output is the log of a job, which has everything that there is to say.
    fn are_a_log(self) -> bool {
        match self {
            Self::Plan(forms, _) => forms.format == PlanFormat::Github,
            Self::Findings(forms) => forms.format == FindingsFormat::Github,
            Self::Simple(_) => false,
        }
    }
}

impl Command {
    /// The forms of the result, where the command has a choice.
    fn forms(&self) -> Forms<'_> {
        match self {
            Self::Plan(args) => Forms::Plan(&args.forms, Wording::Plan),
            Self::Drift(args) => Forms::Plan(&args.forms, Wording::Drift),
            Self::Validate(args) => Forms::Findings(&args.forms),
            Self::Apply(args) => Forms::Simple(args.write.format),
            Self::Rollback(args) => Forms::Simple(args.write.format),
            Self::RevokeUser(args) => Forms::Simple(args.format),
            Self::Explain(args) => Forms::Simple(args.format),
            Self::Doctor(args) => Forms::Simple(args.format),
            Self::Export(args) if args.format == args::ExportFormat::Json => Forms::Simple(Format::Json),
            Self::Init(_) | Self::Export(_) | Self::Schema(_) | Self::Sandbox(_) | Self::Completions(_) | Self::Man => {
                Forms::Simple(Format::Text)
            }
        }
    }
}

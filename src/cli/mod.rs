//! The command line: one file per command, and what they share.
//!
//! - `args`, `options`: what there is to type; `env`: the environment as a value; `ui`: the only place that prints
//! - `forms`, `publish`, `github`: a result in the forms that were asked for
//! - `trust`: which certificate authorities are trusted
//! - `manifest_file`, `connect`, `planning`, `approval`: from arguments to manifest, client, plan and consent
//! - `history`: backups and the audit log; `used_files`, `own_file`: what a run uses, and what its outputs may not hit
//! - `new_file`, `terraform`, `pipeline`, `platform`: what `init` writes, and from what
//! - `rewrite`: the only place that writes a manifest; `adopt`, `fix`: the flags of `drift` and `validate` that ask for it
//! - `secrets`: the credentials that no output shows
//! - `error`, `exit`, `usage`: kinds, hints and exit codes; `interrupt`: signals; `file_size_limit`: `ulimit -f`; `logging`: `-v`

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
mod secrets;
mod terraform;
mod trust;
mod ui;
mod usage;
mod used_files;
mod validate;

pub use exit::Exit;

use std::ffi::OsString;
use std::sync::Arc;

use clap::Parser as _;

use crate::manifest::Source;
use crate::organization::Model;
use crate::report::{self, Wording};
use args::{ApiArgs, Cli, Command, Format, TalkArgs};
use env::Env;
use error::CliError;
use forms::{FindingsFormat, FindingsForms, PlanFormat, PlanForms};
use publish::Shown;
use secrets::PrivateFiles;
use ui::Ui;
use used_files::UsedFiles;

/// What every command needs.
struct Context {
    env: Env,
    ui: Ui,
    model: &'static Model,
    files: UsedFiles,
    private: PrivateFiles,
}

impl Context {
    /// Prints a result.
    fn print(&self, text: &str) -> Result<(), CliError> {
        self.ui.print(text).map_err(unprintable)
    }

    /// Prints a result that holds commands for a job, and nothing untrusted outside of them.
    fn print_commands(&self, text: &str) -> Result<(), CliError> {
        self.ui.print_commands(text).map_err(unprintable)
    }

    /// Prints a state or a manifest: a text that somebody may bring back. It is printed as it is, or not at all.
    ///
    /// # Errors
    /// If there is a credential in it.
    fn print_exactly(&self, text: &str) -> Result<(), CliError> {
        self.without_credentials("the output", text)?;
        self.print(text)
    }

    /// Refuses to write a text that somebody may bring back with a credential in it: with the credential taken out it
    /// would be another text.
    fn without_credentials(&self, what: &str, text: &str) -> Result<(), CliError> {
        if !self.ui.secrets.finds(text) {
            return Ok(());
        }
        let message =
            format!("cannot write {what}: a credential of this run is in it, as the value of a setting or in a text");
        Err(CliError::new("credential", Exit::Failed, message)
            .hint("replace that credential, since others can read it there, and take it out with the new one"))
    }

    /// Why no line of a source is shown; nothing where lines are.
    fn withheld(&self, source: &Source) -> Option<&'static str> {
        self.private.reason(source, &self.ui.secrets)
    }

    /// A source for showing lines of it.
    fn shown<'a>(&self, source: Option<&'a Source>) -> Option<&'a Source> {
        source.filter(|source| self.withheld(source).is_none())
    }

    /// Says why a command did not do what was asked, and what to do next; first the lines of the manifest it is about.
    fn say_error(&self, error: &CliError) {
        let source = self.shown(error.subject.source.as_ref());
        self.ui.say_block(&report::findings::text(&error.findings, source, &self.ui.err));
        self.ui.say(&report::error::text(&error.message, &error.hints, &self.ui.err));
    }
}

fn unprintable(error: std::io::Error) -> CliError {
    CliError::new("io", Exit::Failed, format!("cannot write to standard output: {error}"))
}

/// Runs the program with these arguments, the first one being its name, and says how it ends.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> Exit {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let env = Env::of_process();
    let cli = match Cli::try_parse_from(&arguments) {
        Ok(cli) => cli,
        Err(error) => {
            let ui = Ui::new(&TalkArgs::default(), &env, secrets::of(&env, None));
            return usage::report(&ui, error, &arguments);
        }
    };
    let api = cli.command.api();
    let ui = Ui::new(&cli.talk, &env, secrets::of(&env, api));
    ui.take_panics();
    let (files, private) = (UsedFiles::of(&cli.command, &env), PrivateFiles::of(api));
    let context = Context { ui, env, model: Model::current(), files, private };
    let understood = usage::check_values(&arguments);
    let run = Arc::new((context, cli));
    let (command, report) = (Arc::clone(&run), Arc::clone(&run));
    let ended = interrupt::supervise(
        move || execute(&command.0, &command.1, understood),
        move |error| {
            fail(&report.0, &report.1.command, error);
        },
    );
    ended.unwrap_or_else(|error| fail(&run.0, &run.1.command, error))
}

/// Runs the command to its own end.
fn execute(context: &Context, cli: &Cli, understood: Result<(), CliError>) -> Exit {
    let started = understood.and_then(|()| logging::start(&cli.talk, &context.env, &context.ui));
    let done = started.and_then(|()| dispatch(context, &cli.command));
    done.unwrap_or_else(|error| fail(context, &cli.command, error))
}

/// Reports a failure: in the forms that were asked for, and to whoever reads standard error.
fn fail(context: &Context, command: &Command, error: CliError) -> Exit {
    let error = &error.about(command.manifest(), None, None);
    let forms = command.forms();
    let Shown { printed, mut unwritten } = match forms {
        Forms::Simple(Format::Text) => Shown::default(),
        Forms::Simple(Format::Json) => Shown { printed: context.print(&error_document(error)), unwritten: Vec::new() },
        Forms::Plan(forms, wording) => publish::failure(context, forms, wording, error),
        Forms::Findings(forms) => publish::unread(context, forms, error),
    };
    // The log of a job is both streams, and nobody wants to read it twice.
    if printed.is_err() || !forms.are_a_log() {
        context.say_error(error);
    }
    // That the failure could not be shown as well does not hide it: it has been said, and it decides the exit code. A file
    // that could not be written may be the failure itself.
    unwritten.extend(printed.err());
    unwritten.retain(|unwritten| unwritten.message != error.message);
    unwritten.dedup_by(|one, other| one.message == other.message);
    unwritten.iter().for_each(|unwritten| context.say_error(unwritten));
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

/// Commands that reach the API get a runtime of one thread.
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
    /// The manifest as the user named it, where the command reports on one.
    fn manifest(&self) -> &str {
        match self {
            Self::Plan(args) => &args.file.file,
            Self::Drift(args) => &args.file.file,
            Self::Validate(args) => &args.file.file,
            _ => "",
        }
    }

    /// How the command reaches the API, where it does.
    fn api(&self) -> Option<&ApiArgs> {
        match self {
            Self::Plan(args) => Some(&args.api),
            Self::Apply(args) => Some(&args.api),
            Self::Rollback(args) => Some(&args.api),
            Self::Drift(args) => Some(&args.api),
            Self::Init(args) => Some(&args.api),
            Self::Export(args) => Some(&args.api),
            Self::RevokeUser(args) => Some(&args.api),
            Self::Doctor(args) => Some(&args.api),
            Self::Validate(_)
            | Self::Explain(_)
            | Self::Schema(_)
            | Self::Sandbox(_)
            | Self::Completions(_)
            | Self::Man => None,
        }
    }

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

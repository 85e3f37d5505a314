//! The commands. Each file holds the arguments, the help and the implementation of one command.
//!
//! To add a command, add a file with arguments that implement [`CommandSpec`], and list it here.

mod apply;
mod completions;
mod doctor;
mod drift;
mod explain;
mod export;
mod init;
mod man;
mod plan;
mod revoke_user;
mod rollback;
mod sandbox;
mod schema;
mod show;
mod validate;

use clap::{Parser, Subcommand};

pub(crate) use self::init::Platform;
use crate::cli::command_spec::CommandSpec;
use crate::cli::options::OutputArgs;

const AFTER_HELP: &str = "\
Examples:
  Write org.yaml from the live state:
    zerodrift init --account-id 699d98642c564d2e855e9661899b7252

  Show what would change, setting by setting:
    zerodrift plan

  Apply the manifest without a confirmation prompt:
    zerodrift apply --auto-approve

  Exit with code 2 if the live state differs from the manifest:
    zerodrift drift

  Try it without an account:
    zerodrift plan examples/org.yaml --sandbox

Credentials:
  Set CLOUDFLARE_API_TOKEN, or use --token-file, or set CLOUDFLARE_API_KEY and
  CLOUDFLARE_EMAIL.

Exit codes:
    0  success, or in sync
    1  network, API or I/O failure
    2  changes (plan --detailed-exitcode) or drift (drift)
    3  refused: no approval, or a guarded change without consent
    4  conflict: the live state changed after the plan, or the read-back differs
    5  the manifest has errors
    6  authentication or permission failure
   64  usage error
  130  interrupted";

/// Manage a Cloudflare Zero Trust organization in Git.
#[derive(Debug, Parser)]
#[command(name = "zerodrift", version, after_help = AFTER_HELP, propagate_version = true)]
pub(crate) struct Cli {
    /// The command to run
    #[command(subcommand)]
    pub(crate) command: Command,
    /// Options for logs and colour
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

/// The commands, in the order in which the help lists them. The doc comments of their arguments are their help.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Plan(plan::PlanArgs),
    Apply(apply::ApplyArgs),
    Rollback(rollback::RollbackArgs),
    Drift(drift::DriftArgs),
    Show(show::ShowArgs),
    Validate(validate::ValidateArgs),
    Init(init::InitArgs),
    Export(export::ExportArgs),
    RevokeUser(revoke_user::RevokeUserArgs),
    Explain(explain::ExplainArgs),
    Schema(schema::SchemaArgs),
    Doctor(doctor::DoctorArgs),
    Sandbox(sandbox::SandboxArgs),
    Completions(completions::CompletionsArgs),
    Man(man::ManArgs),
}

impl Command {
    /// Returns the arguments of the command, which implement it.
    pub(crate) fn spec(&self) -> &dyn CommandSpec {
        match self {
            Self::Plan(args) => args,
            Self::Apply(args) => args,
            Self::Rollback(args) => args,
            Self::Drift(args) => args,
            Self::Show(args) => args,
            Self::Validate(args) => args,
            Self::Init(args) => args,
            Self::Export(args) => args,
            Self::RevokeUser(args) => args,
            Self::Explain(args) => args,
            Self::Schema(args) => args,
            Self::Doctor(args) => args,
            Self::Sandbox(args) => args,
            Self::Completions(args) => args,
            Self::Man(args) => args,
        }
    }
}

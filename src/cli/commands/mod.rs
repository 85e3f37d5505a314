//! The commands, one file each: arguments, help and run together.
//!
//! A new command is a file, whose arguments implement [`CommandSpec`], and an entry here.

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
mod validate;

use clap::{Parser, Subcommand};

pub(crate) use self::init::Platform;
use crate::cli::command_spec::CommandSpec;
use crate::cli::options::OutputArgs;

const AFTER_HELP: &str = "\
Examples:
  zerodrift init --account-id 699d98642c564d2e855e9661899b7252
                                         org.yaml from live, or --from-terraform
  zerodrift plan                         what would change, field by field
  zerodrift apply --auto-approve         make it so, with one write and a read-back
  zerodrift drift                        exit code 2 when somebody moved a setting
  zerodrift plan examples/org.yaml --sandbox
                                         all of this without an account

Credentials:
  CLOUDFLARE_API_TOKEN, or --token-file, or CLOUDFLARE_API_KEY and CLOUDFLARE_EMAIL

Exit codes:
    0  done, or in sync
    1  failed: network, API, I/O
    2  changes (plan --detailed-exitcode) or drift (drift)
    3  refused: a guarded change without consent, or no approval
    4  conflict: the live state changed since the plan, or the read-back does not match
    5  the manifest has errors
    6  authentication or permission
   64  usage
  130  interrupted";

/// Keeps a Cloudflare Zero Trust organization in Git.
#[derive(Debug, Parser)]
#[command(name = "zerodrift", version, after_help = AFTER_HELP, propagate_version = true, disable_help_subcommand = true)]
pub(crate) struct Cli {
    /// What to do
    #[command(subcommand)]
    pub(crate) command: Command,
    /// Logs and colour
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

/// The commands, in the order in which the help lists them. The documentation of their arguments is their help.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Plan(plan::PlanArgs),
    Apply(apply::ApplyArgs),
    Rollback(rollback::RollbackArgs),
    Drift(drift::DriftArgs),
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
    /// The arguments of the command, which know the rest.
    pub(crate) fn spec(&self) -> &dyn CommandSpec {
        match self {
            Self::Plan(args) => args,
            Self::Apply(args) => args,
            Self::Rollback(args) => args,
            Self::Drift(args) => args,
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

//! The command line: what there is to type, and its help.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};

use super::forms::{FindingsForms, PlanForms};
pub(super) use super::options::{
    ApiArgs, ColorChoice, FileArgs, Format, LogFormat, MANIFEST, TalkArgs, TargetArgs, WriteArgs,
};
use super::options::{digest, positive_duration};
use super::platform::Platform;
use crate::report::SchemaName;

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
    3  refused: a guard without consent, or no approval
    4  conflict: live moved since the plan, or the read-back does not match
    5  the manifest has errors
    6  authentication or permission
   64  usage
  130  interrupted";

/// Keeps a Cloudflare Zero Trust organization in Git.
#[derive(Debug, Parser)]
#[command(name = "zerodrift", version, after_help = AFTER_HELP, propagate_version = true, disable_help_subcommand = true)]
pub(super) struct Cli {
    /// What to do
    #[command(subcommand)]
    pub(super) command: Command,
    /// How to talk
    #[command(flatten)]
    pub(super) talk: TalkArgs,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Shows what apply would change; reads only
    #[command(after_help = "Examples:
  zerodrift plan
  zerodrift plan teams/org.yaml --detailed-exitcode    exit code 2 when something would change
  zerodrift plan --format json | jq '.plans[].changes'
  zerodrift plan --out plan.json                       saves the plan for a review; apply --plan plan.json applies it
  zerodrift plan --live live.json                      offline: see export --format json
  zerodrift plan --report markdown=plan.md             a comment for the pull request, too
  zerodrift plan --format github                       annotations, summary and outputs

Reads the manifest and live; writes nothing but the files that --out and --report name.")]
    Plan(PlanArgs),
    /// Makes live what the manifest says: one write an endpoint, and only when there is drift
    #[command(after_help = "Examples:
  zerodrift apply                                      shows the plan and asks
  zerodrift apply --auto-approve                       in a pipeline
  zerodrift apply --plan plan.json                     what was reviewed, or nothing; plan --out saves one
  zerodrift apply --expect sha256:…                    the same, where no file can be carried
  zerodrift apply --allow organization.auth_domain     consents to a guarded change

Without a terminal and without an approval nothing is written (exit code 3). A saved plan or a digest is one, and
approves what was planned only: if live, manifest or anything else that matters has moved, nothing is written and
the exit code is 4. A digest approves for a week (--max-age).

Ctrl-C, SIGTERM, SIGHUP and SIGQUIT end the run with exit code 130: before the first write at
once. In a write the run has 10 seconds to finish and to read back; a second signal ends it at once.")]
    Apply(ApplyArgs),
    /// Brings a backup back, as a planned, guarded and approved change
    #[command(after_help = "Examples:
  zerodrift rollback ~/.local/state/zerodrift/backups/20261122T221530.123Z-account-….json
  zerodrift plan --live BACKUP.json                    what the manifest would change of it, without network

Every apply names its backup. A rollback keeps one too, so it can be rolled back itself.")]
    Rollback(RollbackArgs),
    /// Says what moved: a plan for schedules, read-only, exit code 2 on drift
    #[command(after_help = "Examples:
  zerodrift drift                                      exit code 2 when live is not as the file says
  zerodrift drift --format json | jq '.plans[].changes'
  zerodrift drift --report markdown=drift.md           the body of an issue, too
  zerodrift drift --adopt && git diff                  takes what is live into the manifest

Reads the manifest and live; writes nothing but the files that --report names and, with --adopt, the
manifest. The exit code is then 0 when everything that drifted was adopted, 2 when something is left
to do by hand, and 4 when the file changed meanwhile, which leaves it as it is.")]
    Drift(DriftArgs),
    /// Checks the manifest: every finding in one run, offline, without credentials
    #[command(after_help = "Examples:
  zerodrift validate
  zerodrift validate teams/org.yaml --format json
  sed s/24h/12h/ org.yaml | zerodrift validate -
  zerodrift validate --format github                   findings on the lines of a pull request
  zerodrift validate --report sarif=zerodrift.sarif    for code scanning, too
  zerodrift validate --fix && git diff                 mends what can be mended without a look

Reads the manifest and nothing else: no network; writes nothing but the files that --report names
and, with --fix, the manifest.
Exit code 5 when it has errors; with --fix, when some are left.")]
    Validate(ValidateArgs),
    /// Starts an org.yaml: from live, or from a Terraform state, plan or configuration
    #[command(after_help = "Examples:
  zerodrift init --account-id 699d98642c564d2e855e9661899b7252
  zerodrift init teams/org.yaml --full                 every setting, unset ones as comments
  zerodrift init --ci                                  the workflows of the platform too
  terraform show -json | zerodrift init --from-terraform -
  zerodrift init --from-terraform .                    the literals of a configuration, offline
  zerodrift init --from-terraform . --resource cloudflare_zero_trust_organization.main

Reads live, or the files of --from-terraform, which needs no network and no credentials. Writes
org.yaml, with --ci the files of a pipeline too, and nothing over another file. Configurations are
not evaluated: what is not a literal is reported at its line.")]
    Init(InitArgs),
    /// Writes live as an org.yaml that plans to nothing
    #[command(after_help = "Examples:
  zerodrift export --account-id 699d98642c564d2e855e9661899b7252 > org.yaml
  zerodrift export --full                              every setting, unset ones as comments
  zerodrift export --format json > live.json           a snapshot for plan --live

Reads live; writes nothing but its result.")]
    Export(ExportArgs),
    /// Revokes every Access token of a user
    #[command(after_help = "Examples:
  zerodrift revoke-user --email kim@widget.example --file org.yaml
  zerodrift revoke-user --email kim@widget.example --devices --auto-approve

Sends one request, and changes no setting. It asks first; without a terminal and without
--auto-approve nobody is revoked (exit code 3).")]
    RevokeUser(RevokeUserArgs),
    /// Says what a setting does: type, range, default, guard
    #[command(after_help = "Examples:
  zerodrift explain                                    every setting in a line
  zerodrift explain session_duration
  zerodrift explain login_design                       a group")]
    Explain(ExplainArgs),
    /// Prints the JSON Schema of a format
    #[command(after_help = "Examples:
  zerodrift schema > org.schema.json                   for the editor
  zerodrift schema plan                                what plan --format json prints")]
    Schema(SchemaArgs),
    /// Says what works: token, permission, target, clock, TLS, proxy, and the exact fix
    #[command(after_help = "Examples:
  zerodrift doctor
  zerodrift doctor --account-id 699d98642c564d2e855e9661899b7252 --format json

Reads the manifest, the environment and live; writes nothing.")]
    Doctor(DoctorArgs),
    /// Serves the emulated API on loopback, for trying and testing
    #[command(after_help = "Examples:
  zerodrift sandbox                                    prints the variables to export
  zerodrift sandbox --state live.json --port 8787
  zerodrift sandbox --personality put=merge,durations=rewritten --fault PUT:reset-after
  zerodrift sandbox --personality list
  zerodrift sandbox --openapi                          for generators and testers of HTTP clients")]
    Sandbox(SandboxArgs),
    /// Prints a completion script for a shell
    #[command(after_help = "Examples:
  zerodrift completions bash > ~/.local/share/bash-completion/completions/zerodrift
  zerodrift completions zsh > ~/.zfunc/_zerodrift
  zerodrift completions fish > ~/.config/fish/completions/zerodrift.fish")]
    Completions(CompletionsArgs),
    /// Prints the manual page
    #[command(after_help = "Examples:
  zerodrift man | man -l -
  zerodrift man > ~/.local/share/man/man1/zerodrift.1")]
    Man,
}

/// Arguments of `plan`.
#[derive(Debug, Args)]
pub(super) struct PlanArgs {
    #[command(flatten)]
    pub(super) file: FileArgs,
    /// Exits with 2 when something would change
    #[arg(long)]
    pub(super) detailed_exitcode: bool,
    /// Plans against a snapshot of export --format json instead of the API: no network, no credentials
    #[arg(long, value_name = "SNAPSHOT", conflicts_with_all = ["sandbox", "base_url", "token_file"])]
    pub(super) live: Option<PathBuf>,
    /// Consents to the guarded change of a setting or group; may repeat
    #[arg(long, value_name = "SETTING")]
    pub(super) allow: Vec<String>,
    /// Saves the plan for apply --plan, readable by you alone
    #[arg(long, value_name = "PLAN.json")]
    pub(super) out: Option<PathBuf>,
    /// How long the saved plan may be applied, such as 2h
    #[arg(long, value_name = "DURATION", default_value = "24h", value_parser = positive_duration, requires = "out")]
    pub(super) expires_in: Duration,
    #[command(flatten)]
    pub(super) forms: PlanForms,
    #[command(flatten)]
    pub(super) target: TargetArgs,
    #[command(flatten)]
    pub(super) api: ApiArgs,
}

/// Arguments of `apply`.
#[derive(Debug, Args)]
pub(super) struct ApplyArgs {
    /// The manifest; - for standard input [default: the one of --plan, else org.yaml]
    #[arg(value_name = "FILE")]
    pub(super) file: Option<String>,
    /// Applies a plan of plan --out without asking, or nothing if anything that matters has moved since
    #[arg(long, value_name = "PLAN.json", conflicts_with_all = ["expect", "allow", "omit"])]
    pub(super) plan: Option<PathBuf>,
    /// Applies the plan of this digest without asking, or nothing if the plan of now has another one
    #[arg(long, value_name = "DIGEST", value_parser = digest, conflicts_with = "omit")]
    pub(super) expect: Option<String>,
    /// How old the plan of the digest may be
    #[arg(long, value_name = "DURATION", default_value = "168h", value_parser = positive_duration, requires = "expect", conflicts_with = "plan")]
    pub(super) max_age: Duration,
    #[command(flatten)]
    pub(super) write: WriteArgs,
    #[command(flatten)]
    pub(super) target: TargetArgs,
    #[command(flatten)]
    pub(super) api: ApiArgs,
}

/// Arguments of `rollback`.
#[derive(Debug, Args)]
pub(super) struct RollbackArgs {
    /// The backup: a file that an apply has kept, or a snapshot of export --format json
    #[arg(value_name = "BACKUP")]
    pub(super) backup: PathBuf,
    #[command(flatten)]
    pub(super) write: WriteArgs,
    #[command(flatten)]
    pub(super) target: TargetArgs,
    #[command(flatten)]
    pub(super) api: ApiArgs,
}

/// Arguments of `drift`.
#[derive(Debug, Args)]
pub(super) struct DriftArgs {
    #[command(flatten)]
    pub(super) file: FileArgs,
    /// Writes the live values of what drifted into the manifest; comments, order and layout stay
    #[arg(long)]
    pub(super) adopt: bool,
    #[command(flatten)]
    pub(super) forms: PlanForms,
    #[command(flatten)]
    pub(super) target: TargetArgs,
    #[command(flatten)]
    pub(super) api: ApiArgs,
}

/// Arguments of `validate`.
#[derive(Debug, Args)]
pub(super) struct ValidateArgs {
    #[command(flatten)]
    pub(super) file: FileArgs,
    /// Makes the fixes that cannot change what was meant, in the file; the other findings stay
    #[arg(long)]
    pub(super) fix: bool,
    #[command(flatten)]
    pub(super) forms: FindingsForms,
    #[command(flatten)]
    pub(super) target: TargetArgs,
}

/// Arguments of `init`.
#[derive(Debug, Args)]
pub(super) struct InitArgs {
    /// The manifest to write; - for standard output
    #[arg(default_value = MANIFEST, value_name = "FILE")]
    pub(super) file: String,
    /// Every setting: unset ones as comments
    #[arg(long)]
    pub(super) full: bool,
    /// Replaces files that are there
    #[arg(long)]
    pub(super) force: bool,
    /// Writes the pipeline too that plans, applies and looks for drift; for the platform that the repository shows, unless one is named
    #[arg(long, value_enum, value_name = "PLATFORM", num_args = 0..=1, require_equals = true)]
    pub(super) ci: Option<Option<Platform>>,
    /// In place of the live state: the output of terraform show -json or terraform state pull, or a configuration (a folder or a file); - for standard input
    #[arg(
        long,
        value_name = "PATH",
        conflicts_with_all = ["sandbox", "base_url", "token_file"],
        help_heading = "Terraform"
    )]
    pub(super) from_terraform: Option<PathBuf>,
    /// The resource that is meant, where there are several
    #[arg(long, value_name = "ADDRESS", requires = "from_terraform", help_heading = "Terraform")]
    pub(super) resource: Option<String>,
    #[command(flatten)]
    pub(super) target: TargetArgs,
    #[command(flatten)]
    pub(super) api: ApiArgs,
}

/// Arguments of `export`.
#[derive(Debug, Args)]
pub(super) struct ExportArgs {
    /// Every setting: unset ones as comments
    #[arg(long, conflicts_with = "format")]
    pub(super) full: bool,
    /// yaml is a manifest, json a snapshot for plan --live
    #[arg(long, value_enum, default_value_t)]
    pub(super) format: ExportFormat,
    #[command(flatten)]
    pub(super) target: TargetArgs,
    #[command(flatten)]
    pub(super) api: ApiArgs,
}

/// Form of an export.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum ExportFormat {
    /// A manifest.
    #[default]
    #[value(alias = "text")]
    Yaml,
    /// A snapshot for `plan --live`.
    Json,
}

/// Arguments of `revoke-user`.
#[derive(Debug, Args)]
pub(super) struct RevokeUserArgs {
    /// The user's e-mail address
    #[arg(long)]
    pub(super) email: String,
    /// The user's id, where the address is not enough
    #[arg(long, value_name = "UID", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    pub(super) user_uid: Option<String>,
    /// Revokes the sessions of the user's devices too
    #[arg(long)]
    pub(super) devices: bool,
    /// Makes the user sign in to WARP again, where Gateway policies limit sessions
    #[arg(long)]
    pub(super) warp_session_reauth: bool,
    /// Does not ask
    #[arg(long)]
    pub(super) auto_approve: bool,
    /// A manifest that names the account or zone
    #[arg(long, value_name = "FILE")]
    pub(super) file: Option<String>,
    /// Form of the result
    #[arg(long, value_enum, default_value_t)]
    pub(super) format: Format,
    #[command(flatten)]
    pub(super) target: TargetArgs,
    #[command(flatten)]
    pub(super) api: ApiArgs,
}

/// Arguments of `explain`.
#[derive(Debug, Args)]
pub(super) struct ExplainArgs {
    /// A setting or group, with or without its section; everything when left out
    pub(super) setting: Option<String>,
    /// Form of the result
    #[arg(long, value_enum, default_value_t)]
    pub(super) format: Format,
}

/// Arguments of `schema`.
#[derive(Debug, Args)]
pub(super) struct SchemaArgs {
    /// Which format
    #[arg(value_enum, default_value_t)]
    pub(super) name: SchemaName,
}

/// Arguments of `doctor`.
#[derive(Debug, Args)]
pub(super) struct DoctorArgs {
    /// A manifest that names the account or zone; org.yaml where there is one
    #[arg(long, value_name = "FILE")]
    pub(super) file: Option<String>,
    /// Form of the result
    #[arg(long, value_enum, default_value_t)]
    pub(super) format: Format,
    #[command(flatten)]
    pub(super) target: TargetArgs,
    #[command(flatten)]
    pub(super) api: ApiArgs,
}

/// Arguments of `sandbox`.
#[derive(Debug, Args)]
pub(super) struct SandboxArgs {
    /// The file that keeps the state; it may be edited while the sandbox runs
    #[arg(long, value_name = "STATE.json")]
    pub(super) state: Option<PathBuf>,
    /// The port on loopback; any free one when left out
    #[arg(long, default_value_t = 0)]
    pub(super) port: u16,
    /// How the emulated API behaves in this run where the real one is unsettled: a name or switch=value,…; `list` lists them
    #[arg(long, value_name = "SWITCHES")]
    pub(super) personality: Option<String>,
    /// A request that goes wrong in this run, such as PUT:reset-after; may repeat
    #[arg(long, value_name = "FAULT")]
    pub(super) fault: Vec<String>,
    /// Print the OpenAPI description of the emulated API, and exit
    #[arg(long)]
    pub(super) openapi: bool,
}

/// Arguments of `completions`.
#[derive(Debug, Args)]
pub(super) struct CompletionsArgs {
    /// The shell
    #[arg(value_enum)]
    pub(super) shell: clap_complete::Shell,
}

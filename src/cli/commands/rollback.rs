//! `rollback`: brings a backup back, as a planned, guarded and approved change like any other.

use std::path::PathBuf;

use clap::Args;

use crate::cli::command_spec::{CommandSpec, block_on};
use crate::cli::connection::connect::{Connection, connect_to_write};
use crate::cli::context::Context;
use crate::cli::error::CliError;
use crate::cli::input::manifest_file;
use crate::cli::options::{ApiArgs, TargetArgs, WriteArgs};
use crate::cli::output::publish::ResultFormats;
use crate::cli::output::used_files::{FilePurpose, UsedFiles};
use crate::cli::reconcile::carry_out::{Job, carry_out};
use crate::cli::reconcile::planning::{self, Desired};
use crate::diagnostics::{Finding, Severity, Source};
use crate::ending::{Exit, FailureKind};
use crate::files::{self, LARGEST_DOCUMENT};
use crate::live::{Live, Slot, Snapshot};
use crate::manifest::{cross_check, not_restored, restoring, unusable};
use crate::plan::{self, Plan};
use crate::settings::{Model, Setting, Target};
use crate::text::{self, excerpt};

/// Brings a backup back, as a planned, guarded and approved change
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  zerodrift rollback ~/.local/state/zerodrift/backups/20261122T221530.123Z-account-….json
  zerodrift plan --live BACKUP.json                    what the manifest would change of it, without network

Every apply names its backup. A rollback keeps one too, so it can be rolled back itself.")]
pub(crate) struct RollbackArgs {
    /// The backup: a file that an apply has kept, or a snapshot of export --format json
    #[arg(value_name = "BACKUP")]
    backup: PathBuf,
    #[command(flatten)]
    write: WriteArgs,
    #[command(flatten)]
    target: TargetArgs,
    #[command(flatten)]
    api: ApiArgs,
}

impl CommandSpec for RollbackArgs {
    fn run(&self, context: &Context) -> Result<Exit, CliError> {
        block_on(run(context, self))
    }

    fn api(&self) -> Option<&ApiArgs> {
        Some(&self.api)
    }

    fn formats(&self) -> &dyn ResultFormats {
        &self.write.format
    }

    fn add_files(&self, files: &mut UsedFiles) {
        files.add(FilePurpose::Backup, Some(&self.backup));
    }
}

/// A backup that was read, and what it wants.
struct Backup {
    snapshot: Snapshot,
    desired: Desired,
}

/// Plans the way back, asks, writes, reads back.
async fn run(context: &Context, args: &RollbackArgs) -> Result<Exit, CliError> {
    let backup = read(context, args)?;
    let desired = &backup.desired;
    let connection = connect_to_write(&context.ui, &context.env, &args.api).await?;
    same_api(&backup.snapshot, &connection.read, args)?;
    let live = planning::live(&connection.read, desired).await?;
    let plan = plan(context, &backup, connection.read.api(), &live, &args.write.allow)?;
    let job = Job { args: &args.write, connection: &connection, desired };
    carry_out(context, &job, &live, plan, |_| None).await
}

/// Reads a backup as a wish.
///
/// # Errors
/// If the file cannot be read, is no backup, is of another organization than the flags say, or holds no organization.
fn read(context: &Context, args: &RollbackArgs) -> Result<Backup, CliError> {
    let path = &args.backup;
    let refuse = |message: String| CliError::new(FailureKind::Backup, format!("{}: {message}", text::path(path)));
    let bytes = files::read(path, LARGEST_DOCUMENT).map_err(|error| unreadable(context, args, &error))?;
    let snapshot = Snapshot::parse(&bytes).map_err(|error| {
        refuse(error.to_string())
            .hint("name a file that an apply has kept, or a snapshot of `zerodrift export --format json`")
    })?;
    let target = target(context, args, snapshot.target.as_ref())?;
    let source =
        Source { name: path.to_string_lossy().into_owned(), text: String::from_utf8_lossy(&bytes).into_owned() };
    let manifest = restoring(context.model, &target, &snapshot.live, &source);
    if manifest.endpoints.is_empty() {
        let created = snapshot.live.organization == Slot::Absent;
        let message = if created { "there was no organization yet" } else { "it holds no settings" };
        return Err(refuse(format!("{message}, so there is nothing to bring back")).hint(
            "an organization cannot be deleted, by this program or by the API; to change it, edit org.yaml and apply",
        ));
    }
    Ok(Backup { snapshot, desired: Desired { source, manifest, target, findings: Vec::new() } })
}

fn unreadable(context: &Context, args: &RollbackArgs, error: &std::io::Error) -> CliError {
    let failure = CliError::io("read", &args.backup, error);
    match context.env.state_folder().filter(|_| error.kind() == std::io::ErrorKind::NotFound) {
        Some(folder) => {
            failure.hint(format!("without --backup-dir, backups are in {}", text::path(&folder.join("backups"))))
        }
        None => failure,
    }
}

/// The organization that the backup is of. A flag may name it, and never another one.
fn target(context: &Context, args: &RollbackArgs, of_backup: Option<&Target>) -> Result<Target, CliError> {
    let is_named = args.target.account_id.is_some() || args.target.zone_id.is_some();
    if let Some(target) = of_backup.filter(|_| !is_named) {
        return Ok(target.clone());
    }
    let named = manifest_file::target(&args.target, &context.env, None)?;
    match of_backup.filter(|target| **target != named) {
        Some(target) => Err(CliError::usage(format!(
            "the backup is of {target} and the flag says {named}: a backup comes back where it was read"
        ))
        .hint("leave the flag out")),
        None => Ok(named),
    }
}

/// What was read from one API does not come back through another one. The sandbox takes everything, as a rehearsal.
fn same_api(snapshot: &Snapshot, connection: &Connection, args: &RollbackArgs) -> Result<(), CliError> {
    // The answer of a GET that somebody saved does not say where it is from.
    let is_known = snapshot.target.is_some();
    if args.api.sandbox.is_some() || !is_known || snapshot.api == connection.api() {
        return Ok(());
    }
    let (from, to) = (excerpt(&snapshot.api, 200), connection.api());
    let failure = CliError::usage(format!("the backup was read from {from}, and this run would write to {to}"));
    Err(if snapshot.api == crate::cli::connection::connect::SANDBOX_API {
        failure.hint("it is a backup of the emulated API: add --sandbox")
    } else {
        failure.hint("name that API with --base-url")
    })
}

/// The plan, with what it will not bring back.
///
/// # Errors
/// If the state cannot come back at all.
fn plan(context: &Context, backup: &Backup, api: &str, live: &Live, allow: &[String]) -> Result<Plan, CliError> {
    let Desired { source, manifest, target: _, findings: _ } = &backup.desired;
    let allow = planning::full_paths(context.model, allow)?;
    let mut plan = plan::plan(&planning::input(context, &backup.desired, api, live, &allow));
    plan.stamp(jiff::Timestamp::now());
    soften(context.model, &backup.desired, live, &mut plan.findings);
    let changed: Vec<&str> = plan.changes.iter().map(|change| change.setting.path).collect();
    let writes = |setting: &Setting| changed.contains(&setting.path);
    plan.findings.extend(unusable(context.model, &manifest.path, &backup.snapshot.live, &writes));
    plan.findings.extend(not_restored(context.model, manifest, &backup.snapshot.live, live));
    if plan.findings.iter().any(Finding::is_error) {
        return Err(CliError::manifest(&manifest.path, plan.findings).about(&manifest.path, Some(source), None));
    }
    Ok(plan)
}

/// Rules are for wishes. A state that was live once may come back even where a rule frowns on it: the API has the last
/// word. What is so already is no news.
fn soften(model: &Model, desired: &Desired, live: &Live, findings: &mut Vec<Finding>) {
    let present = restoring(model, &desired.target, live, &desired.source);
    let effective = |setting: &Setting| Some(live.value(model, setting).cloned().unwrap_or_default());
    let already = cross_check(model, &present, &effective);
    findings.retain(|finding| !already.contains(finding));
    // A rule speaks of a declaration; what has no place is about the organization as a whole, and stays an error.
    for finding in findings.iter_mut().filter(|finding| finding.is_error() && finding.at.is_some()) {
        finding.severity = Severity::Warning;
    }
}

//! `rollback`: restores a backup, with the same plan, guards and approval as any other change.

use std::path::PathBuf;

use clap::Args;
use serde_json::Value as Json;

use crate::cli::command_spec::{CommandSpec, Interface, block_on};
use crate::cli::connection::connect::{Connection, WriteConnection, connect};
use crate::cli::context::Context;
use crate::cli::error::CliError;
use crate::cli::input::manifest_file;
use crate::cli::input::parents::Parents;
use crate::cli::options::{ApiArgs, TargetArgs, WriteArgs};
use crate::cli::output::used_files::FilePurpose;
use crate::cli::reconcile::carry_out::carry_out;
use crate::cli::reconcile::planning::{self, Desired};
use crate::cli::reconcile::prepared::Prepared;
use crate::diagnostics::{Finding, Severity, Source};
use crate::ending::{Exit, FailureKind};
use crate::files::{self, LARGEST_DOCUMENT};
use crate::live::{Live, Slot, Snapshot};
use crate::manifest::{cross_check, not_restored, restoring, unusable};
use crate::plan::{self, Plan};
use crate::settings::{Model, Setting, Target};
use crate::text::{self, excerpt};

/// Restore a backup, with the same guards and approval as apply
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  Restore a backup:
    zerodrift rollback BACKUP.json

  Show offline how the manifest differs from a backup:
    zerodrift plan --live BACKUP.json

Each apply prints the path of its backup. Without --backup-dir, backups are in
~/.local/state/zerodrift/backups. A rollback writes a backup too, so you can
undo it in the same way.")]
pub(crate) struct RollbackArgs {
    /// A backup that apply wrote, or a snapshot of export --format json
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

    fn interface(&self) -> Interface<'_> {
        let files = vec![(FilePurpose::Backup, self.backup.as_path())];
        Interface { api: Some(&self.api), formats: &self.write.format, files, ..Interface::default() }
    }
}

/// A backup, and the desired state that restores it.
struct Backup {
    snapshot: Snapshot,
    desired: Desired,
}

/// Plans the restore, asks for approval, writes and reads back.
async fn run(context: &Context, args: &RollbackArgs) -> Result<Exit, CliError> {
    let backup = read(context, args)?;
    let connection = connect(&context.ui, &context.env, &args.api, Some(&backup.desired.target)).await?;
    let connection = WriteConnection::from(connection);
    same_api(&backup.snapshot, &connection.read, args)?;
    let live = planning::live(&connection.read, &backup.desired).await?;
    let plan = plan(context, &backup, connection.read.api(), &live, &args.write.allow)?;
    let prepared = Prepared { desired: backup.desired, connection, live, plan, others_since: None };
    carry_out(context, &args.write, prepared, |_| None).await
}

/// Reads a backup, and derives the desired state that restores it.
///
/// # Errors
/// Returns an error if the file cannot be read, is not a backup, contains no organization, or is of another organization
/// than the flags name.
fn read(context: &Context, args: &RollbackArgs) -> Result<Backup, CliError> {
    let path = &args.backup;
    let refuse = |message: String| CliError::new(FailureKind::Backup, format!("{}: {message}", text::path(path)));
    let bytes = files::read(path, LARGEST_DOCUMENT).map_err(|error| unreadable(context, args, &error))?;
    let snapshot = Snapshot::parse(&bytes).map_err(|error| {
        refuse(error.to_string())
            .hint("use a backup that apply wrote, or a snapshot of `zerodrift export --format json`")
    })?;
    let target = target(context, args, snapshot.target.as_ref())?;
    let source =
        Source { name: path.to_string_lossy().into_owned(), text: String::from_utf8_lossy(&bytes).into_owned() };
    let manifest = restoring(context.model, &target, &snapshot.live, &source);
    if manifest.endpoints.is_empty() {
        let is_absent = snapshot.live.organization == Slot::Absent;
        let message = if is_absent {
            "nothing to restore: the organization did not exist yet"
        } else {
            "nothing to restore: it contains no settings"
        };
        return Err(refuse(message.to_owned())
            .hint("the API cannot delete an organization; to change it, edit org.yaml and run `zerodrift apply`"));
    }
    let (own, parents) = (manifest.clone(), Parents::default());
    Ok(Backup { snapshot, desired: Desired { source, manifest, own, parents, target, findings: Vec::new() } })
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

/// Returns the organization of the backup. A flag may name the same organization, but no other one.
fn target(context: &Context, args: &RollbackArgs, of_backup: Option<&Target>) -> Result<Target, CliError> {
    let is_named = args.target.account_id.is_some() || args.target.zone_id.is_some();
    if let Some(target) = of_backup.filter(|_| !is_named) {
        return Ok(target.clone());
    }
    let named = manifest_file::target(&args.target, &context.env, None)?;
    match of_backup.filter(|target| **target != named) {
        Some(target) => Err(CliError::usage(format!(
            "the backup is of {target}, but the flag names {named}: a backup can be restored only to its own organization"
        ))
        .hint("remove the flag")),
        None => Ok(named),
    }
}

/// Rejects a backup that was read from another API. The sandbox accepts every backup, so that a restore can be tried first.
fn same_api(snapshot: &Snapshot, connection: &Connection, args: &RollbackArgs) -> Result<(), CliError> {
    // A saved response of a GET does not contain the address of its API.
    let is_known = snapshot.target.is_some();
    if args.api.sandbox.is_some() || !is_known || snapshot.api == connection.api() {
        return Ok(());
    }
    let (from, to) = (excerpt(&snapshot.api, 200), connection.api());
    let failure = CliError::usage(format!("the backup was read from {from}, but this run would write to {to}"));
    Err(if snapshot.api == crate::cli::connection::connect::SANDBOX_API {
        failure.hint("add --sandbox: the backup is of the emulated API")
    } else {
        failure.hint("set --base-url to the API of the backup")
    })
}

/// Returns the plan, with a finding for each value that it does not restore.
///
/// # Errors
/// Returns an error if the state cannot be restored at all.
fn plan(context: &Context, backup: &Backup, api: &str, live: &Live, allow: &[String]) -> Result<Plan, CliError> {
    let Desired { source, manifest, .. } = &backup.desired;
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

/// Turns the errors of rules into warnings, because a state that the API once accepted may break a rule of the manifest.
/// Drops the findings that apply to the live state already.
fn soften(model: &Model, desired: &Desired, live: &Live, findings: &mut Vec<Finding>) {
    let of_live = restoring(model, &desired.target, live, &desired.source);
    let effective = |setting: &Setting| Some(live.value(model, setting).unwrap_or(&Json::Null));
    let already = cross_check(model, &of_live, &effective);
    findings.retain(|finding| !already.contains(finding));
    // A finding with a location is about one declaration. One without is about the whole organization, and remains an error.
    for finding in findings.iter_mut().filter(|finding| finding.is_error() && finding.at.is_some()) {
        finding.severity = Severity::Warning;
    }
}

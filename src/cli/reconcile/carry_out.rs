//! Applies a plan: approval, backup, writes, read-back, audit log.

use std::collections::BTreeSet;

use crate::apply::audit::Ended;
use crate::apply::{self, Approved, Event, Known, Options, Outcome};
use crate::cli::context::Context;
use crate::cli::error::CliError;
use crate::cli::options::{Format, WriteArgs};
use crate::cli::output::publish;
use crate::cli::process::interrupt;
use crate::cli::process::signals::Writes;
use crate::cli::reconcile::approval;
use crate::cli::reconcile::history::History;
use crate::cli::reconcile::planning::Desired;
use crate::cli::reconcile::prepared::Prepared;
use crate::cli::reconcile::who;
use crate::cloudflare::ErrorKind;
use crate::diagnostics::Finding;
use crate::document::{self, ResultEntry};
use crate::ending::{End, Exit, FailureKind};
use crate::live::Live;
use crate::plan::Plan;
use crate::report::{self, Step};
use crate::settings::Endpoint;
use crate::text::{argument, excerpt};

/// The most characters of a field name that a message shows.
const SHOWN: usize = 120;

/// Shows a plan, gets an approval, writes a backup, writes the changes, reads them back, and adds to the audit log.
///
/// `given` checks for an earlier approval, such as a saved plan; without one, the user is asked. A plan without changes
/// has neither a backup nor a line in the audit log.
pub(crate) async fn carry_out(
    context: &Context,
    args: &WriteArgs,
    mut prepared: Prepared,
    given: impl FnOnce(&Prepared) -> Option<Result<(), CliError>>,
) -> Result<Exit, CliError> {
    check_omit(&args.omit, [&prepared.plan])?;
    if args.format == Format::Text {
        context.print(&report::plan::text(&prepared.plan, &context.ui.out))?;
    }
    // On a terminal, a missing folder for backups is reported before the prompt. Otherwise it must not hide a refusal.
    let mut history = (!prepared.plan.is_empty()).then(|| History::open(context, args)).transpose();
    if context.ui.is_interactive() {
        history = Ok(history?);
    }
    let approved = match given(&prepared) {
        Some(given) => given,
        None if prepared.plan.is_empty() => Ok(()),
        None => {
            let Prepared { connection, plan, .. } = &mut prepared;
            connection.read.unhurried(ask(context, args, plan)).await
        }
    };
    if let Err(refusal) = approved {
        history.iter().flatten().for_each(|history| history.refused(&prepared.plan, &refusal));
        return stopped(context, args, &prepared.plan, refusal);
    }
    let Some(history) = history? else {
        return finish(context, args, &prepared, &Outcome::in_sync(), None);
    };
    let say = |step: Step<'_>| context.ui.note(&report::step(None, step, &context.ui.err));
    let outcome = match execute(context, args, &prepared, &history, &say).await {
        Ok(outcome) => outcome,
        Err(error) => return stopped(context, args, &prepared.plan, error),
    };
    let exit = finish(context, args, &prepared, &outcome, Some(&history));
    if let Some(since) = prepared.others_since {
        who::warn_of_others(context, &prepared.connection.read, &prepared.plan.target, since, &outcome).await;
    }
    exit
}

/// Writes the changes of a plan with its approval, and verifies them. `say` gets each step.
///
/// # Errors
/// Returns an error if another run holds the lock, or if a signal stops it. The audit log contains it already.
pub(crate) async fn execute(
    context: &Context,
    args: &WriteArgs,
    prepared: &Prepared,
    history: &History<'_>,
    say: &(dyn Fn(Step<'_>) + Sync),
) -> Result<Outcome, CliError> {
    let plan = &prepared.plan;
    // Held until the writes are verified. A plan without changes needs no lock.
    let lock = history.lock(plan).inspect_err(|refusal| history.refused(plan, refusal))?;
    let writes = Writes::default();
    let outcome = write(context, args, prepared, history, &writes, say).await.map_err(|stopped| {
        if !writes.have_begun() {
            history.refused(plan, &stopped);
            return stopped;
        }
        history.record(plan, Ended::Unknown(stopped.kind, &stopped.message));
        history.after_abandoning().into_iter().fold(stopped, CliError::hint)
    })?;
    history.record(plan, Ended::Outcome(&outcome));
    drop(lock);
    Ok(outcome)
}

/// Accepts only unknown fields for `--omit`: the API may reset a known setting that a write leaves out.
///
/// # Errors
/// Returns an error if `--omit` names a field that none of the plans has as an unknown one.
pub(crate) fn check_omit<'p>(omit: &[String], plans: impl IntoIterator<Item = &'p Plan>) -> Result<(), CliError> {
    if omit.is_empty() {
        return Ok(());
    }
    let unmanaged = plans.into_iter().flat_map(|plan| &plan.unmanaged);
    let unknown: BTreeSet<&str> = unmanaged.filter(|field| !field.known).map(|field| field.path.as_str()).collect();
    let Some(path) = omit.iter().find(|path| !unknown.contains(path.as_str())) else { return Ok(()) };
    let message = format!("--omit {}: the live state has no unknown field of this name", excerpt(path, SHOWN));
    Err(CliError::usage(message).hint(if unknown.is_empty() {
        "remove --omit: this version knows every live field".to_owned()
    } else {
        let named: Vec<String> = unknown.iter().map(|path| argument(&excerpt(path, SHOWN))).collect();
        format!("--omit accepts only fields that this version does not know: {}", named.join(", "))
    }))
}

/// Asks the user for an approval.
async fn ask(context: &Context, args: &WriteArgs, plan: &mut Plan) -> Result<(), CliError> {
    if args.format == Format::Json && !args.auto_approve && context.ui.is_interactive() {
        // Standard output is for the document, so the plan to approve goes to standard error.
        context.ui.say(&report::plan::text(plan, &context.ui.err));
    }
    approval::get(&context.ui, plan, args.auto_approve).await
}

/// Sends the writes and verifies them. A signal before the first write stops it; a later signal leaves it time to
/// finish.
async fn write(
    context: &Context,
    args: &WriteArgs,
    prepared: &Prepared,
    history: &History<'_>,
    writes: &Writes,
    say: &(dyn Fn(Step<'_>) + Sync),
) -> Result<Outcome, CliError> {
    let Prepared { connection, live, plan, .. } = prepared;
    let (reader, writer) = (connection.verifying_reader(), connection.impatient_writer());
    let approved = Approved::new(plan, live).map_err(|_| {
        approval::refusal(plan).unwrap_or_else(|| CliError::manifest(&plan.manifest.path, plan.findings.clone()))
    })?;
    let observer = |event: Event| {
        if let Event::Writing { .. } = event {
            writes.begin(history.after_abandoning());
        }
        say(Step::Event(&event));
    };
    let keep = |live: &Live| {
        say(Step::Backup(history.begin(plan, live)?));
        Ok(())
    };
    let options = Options {
        model: context.model,
        omit: &args.omit,
        strict_unknown: args.strict_unknown,
        keep: &keep,
        stop_request: &|| Box::pin(writes.stopped()),
        observer: &observer,
    };
    interrupt::finished(&context.ui, writes, apply::apply(&reader, &writer, approved, &options)).await
}

/// Reports a plan that was not applied. If the format is JSON, it is a result.
fn stopped(context: &Context, args: &WriteArgs, plan: &Plan, error: CliError) -> Result<Exit, CliError> {
    if args.format == Format::Text || error.kind == FailureKind::Interrupted {
        return Err(error);
    }
    print(context, report::results::stopped_by(plan, publish::error_entry(&error)))?;
    context.say_error(&error);
    Ok(error.exit())
}

/// Prints the results document of one organization.
fn print(context: &Context, entry: ResultEntry) -> Result<(), CliError> {
    context.print(&document::to_text(&document::results_document(None, vec![entry], Vec::new())))
}

/// Returns the outcome for one organization as an entry of the results document.
pub(crate) fn result_entry(prepared: &Prepared, outcome: &Outcome, history: Option<&History<'_>>) -> ResultEntry {
    let mut entry = report::results::entry(&prepared.plan, outcome);
    entry.backup = history.and_then(History::backup).map(|path| path.to_string_lossy().into_owned());
    if let Some(error) = &mut entry.error {
        error.findings.extend(located(&prepared.desired, outcome).iter().map(document::FindingEntry::from));
        error.hints.extend(rollback_hint(outcome, history));
    }
    entry
}

/// Returns how to restore the previous state, if the live state may not be the desired one.
fn rollback_hint(outcome: &Outcome, history: Option<&History<'_>>) -> Option<String> {
    let needs_attention = !matches!(outcome.known, Known::Unchanged | Known::Desired);
    history.filter(|_| needs_attention).and_then(History::rollback_hint)
}

/// Prints the outcome. Anything but success is also printed to standard error, in every format.
fn finish(
    context: &Context,
    args: &WriteArgs,
    prepared: &Prepared,
    outcome: &Outcome,
    history: Option<&History<'_>>,
) -> Result<Exit, CliError> {
    let (exit, plan) = (outcome.exit(), &prepared.plan);
    if args.format == Format::Json {
        print(context, result_entry(prepared, outcome, history))?;
    }
    match (exit, args.format) {
        (Exit::Success, Format::Text) => context.print(&report::results::text(plan, outcome, &context.ui.out))?,
        (Exit::Success, Format::Json) => {}
        _ => {
            let findings = located(&prepared.desired, outcome);
            if !findings.is_empty() {
                let Desired { source, parents, .. } = &prepared.desired;
                let sources = context.shown(Some(source)).into_iter().chain(&parents.sources);
                context.ui.say(&report::findings::text(&findings, sources, &context.ui.err));
            }
            context.ui.say(report::results::text(plan, outcome, &context.ui.err).trim_start());
            // Aligned with the hints above: those of an error are indented, that of a conflict is not.
            let indent = if outcome.end == End::Conflict { 0 } else { 2 };
            if let Some(hint) = rollback_hint(outcome, history) {
                context.ui.say(&report::error::hint(indent, &hint, &context.ui.err));
            }
        }
    }
    Ok(exit)
}

/// Returns the lines of the manifest that the API refused, as far as its error names them.
fn located(desired: &Desired, outcome: &Outcome) -> Vec<Finding> {
    let error = outcome.failure.as_ref().and_then(apply::Failure::error);
    let refused = error.filter(|error| error.kind() == ErrorKind::Refused);
    let Some((error, call)) = refused.and_then(|error| Some((error, error.call()?))) else { return Vec::new() };
    let Desired { manifest, target, .. } = desired;
    let endpoint = Endpoint::ALL.into_iter().find(|endpoint| target.path(*endpoint) == call.path);
    endpoint.map(|endpoint| apply::locate(manifest, endpoint, error)).unwrap_or_default()
}

//! Applies a plan: approval, backup, writes, read-back, audit log.

use jiff::Timestamp;

use crate::apply::audit::Ended;
use crate::apply::{self, Approved, Event, Known, Options, Outcome};
use crate::cli::connection::connect::WriteConnection;
use crate::cli::context::Context;
use crate::cli::error::CliError;
use crate::cli::options::{Format, WriteArgs};
use crate::cli::output::publish;
use crate::cli::process::interrupt;
use crate::cli::process::signals::Writes;
use crate::cli::reconcile::approval;
use crate::cli::reconcile::history::History;
use crate::cli::reconcile::planning::Desired;
use crate::cli::reconcile::who;
use crate::cloudflare::ErrorKind;
use crate::diagnostics::Finding;
use crate::document;
use crate::ending::{End, Exit, FailureKind};
use crate::live::Live;
use crate::plan::Plan;
use crate::report;
use crate::settings::Endpoint;
use crate::text::argument;
use crate::text::excerpt;

/// The most characters of a field name that a message shows.
const SHOWN: usize = 120;

/// The inputs of an apply.
#[derive(Clone, Copy)]
pub(crate) struct Job<'a> {
    /// The options.
    pub(crate) args: &'a WriteArgs,
    /// The connection to the API.
    pub(crate) connection: &'a WriteConnection,
    /// The desired state.
    pub(crate) desired: &'a Desired,
    /// The time before the live state was read, if writes by others since then are looked up.
    pub(crate) others_since: Option<Timestamp>,
}

/// Shows a plan, gets an approval, writes a backup, writes the changes, reads them back, and adds to the audit log.
///
/// `given` checks for an earlier approval, such as a saved plan; without one, the user is asked. A plan without changes
/// has neither a backup nor a line in the audit log.
pub(crate) async fn carry_out(
    context: &Context,
    job: &Job<'_>,
    live: &Live,
    mut plan: Plan,
    given: impl FnOnce(&Plan) -> Option<Result<(), CliError>>,
) -> Result<Exit, CliError> {
    check_omit(&job.args.omit, &plan)?;
    if job.args.format == Format::Text {
        context.print(&report::plan::text(&plan, &context.ui.out))?;
    }
    // On a terminal, a missing folder for backups is reported before the prompt. Otherwise it must not hide a refusal.
    let mut history = (!plan.is_empty()).then(|| History::open(context, job.args)).transpose();
    if context.ui.is_interactive() {
        history = Ok(history?);
    }
    let approved = match given(&plan) {
        Some(given) => given,
        None if plan.is_empty() => Ok(()),
        None => job.connection.read.unhurried(ask(context, job, &mut plan)).await,
    };
    if let Err(refusal) = approved {
        return refused(context, job, history.iter().flatten().next(), &plan, refusal);
    }
    let Some(history) = history? else { return finish(context, job, &plan, &Outcome::in_sync(), None) };
    // Held until the writes are verified. A plan without changes needs no lock.
    let lock = match history.lock(&plan) {
        Ok(lock) => lock,
        Err(refusal) => return refused(context, job, Some(&history), &plan, refusal),
    };
    let writes = Writes::default();
    let outcome = write(context, job, &history, &writes, &plan, live).await.map_err(|stopped| {
        if !writes.have_begun() {
            history.record(&plan, Ended::Unchanged(stopped.kind, &stopped.message));
            return stopped;
        }
        history.record(&plan, Ended::Unknown(stopped.kind, &stopped.message));
        history.after_abandoning().into_iter().fold(stopped, CliError::hint)
    })?;
    history.record(&plan, Ended::Outcome(&outcome));
    drop(lock);
    let exit = finish(context, job, &plan, &outcome, Some(&history));
    if let Some(since) = job.others_since {
        who::warn_of_others(context, &job.connection.read, &plan.target, since, &outcome).await;
    }
    exit
}

/// Accepts only unknown fields for `--omit`: the API may reset a known setting that a write leaves out.
///
/// # Errors
/// Returns an error if `--omit` names any other field.
fn check_omit(omit: &[String], plan: &Plan) -> Result<(), CliError> {
    let unknown: Vec<&str> =
        plan.unmanaged.iter().filter(|field| !field.known).map(|field| field.path.as_str()).collect();
    let Some(path) = omit.iter().find(|path| !unknown.contains(&path.as_str())) else { return Ok(()) };
    let message = format!("--omit {}: the live state has no unknown field of this name", excerpt(path, SHOWN));
    Err(CliError::usage(message).hint(if unknown.is_empty() {
        "remove --omit: this version knows every live field".to_owned()
    } else {
        let named: Vec<String> = unknown.iter().map(|path| argument(&excerpt(path, SHOWN))).collect();
        format!("--omit accepts only fields that this version does not know: {}", named.join(", "))
    }))
}

/// Asks the user for an approval.
async fn ask(context: &Context, job: &Job<'_>, plan: &mut Plan) -> Result<(), CliError> {
    if job.args.format == Format::Json && !job.args.auto_approve && context.ui.is_interactive() {
        // Standard output is for the document, so the plan to approve goes to standard error.
        context.ui.say(&report::plan::text(plan, &context.ui.err));
    }
    approval::get(&context.ui, plan, job.args.auto_approve).await
}

/// Sends the writes and verifies them. A signal before the first write stops it; a later signal leaves it time to
/// finish.
async fn write(
    context: &Context,
    job: &Job<'_>,
    history: &History<'_>,
    writes: &Writes,
    plan: &Plan,
    live: &Live,
) -> Result<Outcome, CliError> {
    let (reader, writer) = (job.connection.verifying_reader(), job.connection.impatient_writer());
    let approved = Approved::new(plan, live).map_err(|_| {
        approval::refusal(plan).unwrap_or_else(|| CliError::manifest(&plan.manifest.path, plan.findings.clone()))
    })?;
    let observer = |event: Event| {
        if let Event::Writing { .. } = event {
            writes.begin(history.after_abandoning());
        }
        context.ui.note(&report::results::event(&event));
    };
    let keep = |live: &Live| history.begin(plan, live);
    let options = Options {
        model: context.model,
        omit: &job.args.omit,
        strict_unknown: job.args.strict_unknown,
        keep: &keep,
        observer: &observer,
    };
    interrupt::finished(&context.ui, writes, apply::apply(&reader, &writer, approved, &options)).await
}

/// Records a plan that was not written in the audit log, and prints it as a result if the format is JSON.
fn refused(
    context: &Context,
    job: &Job<'_>,
    history: Option<&History<'_>>,
    plan: &Plan,
    refusal: CliError,
) -> Result<Exit, CliError> {
    history.into_iter().for_each(|history| history.record(plan, Ended::Unchanged(refusal.kind, &refusal.message)));
    if job.args.format == Format::Text || refusal.kind == FailureKind::Interrupted {
        return Err(refusal);
    }
    let entry = report::results::stopped_by(plan, publish::error_entry(&refusal));
    context.print(&document::to_text(&document::results_document(vec![entry])))?;
    context.say_error(&refusal);
    Ok(refusal.exit())
}

/// Prints the outcome. Anything but success is also printed to standard error, in every format.
fn finish(
    context: &Context,
    job: &Job<'_>,
    plan: &Plan,
    outcome: &Outcome,
    history: Option<&History<'_>>,
) -> Result<Exit, CliError> {
    let exit = outcome.exit();
    let needs_attention = !matches!(outcome.known, Known::Unchanged | Known::Desired);
    let rollback_hint = history.filter(|_| needs_attention).and_then(History::rollback_hint);
    let findings = located(job, outcome);
    if job.args.format == Format::Json {
        let mut entry = report::results::entry(plan, outcome);
        entry
            .error
            .iter_mut()
            .for_each(|error| error.findings.extend(findings.iter().map(document::FindingEntry::from)));
        entry.backup = history.and_then(History::backup).map(|path| path.to_string_lossy().into_owned());
        entry.error.iter_mut().for_each(|error| error.hints.extend(rollback_hint.clone()));
        context.print(&document::to_text(&document::results_document(vec![entry])))?;
    }
    match (exit, job.args.format) {
        (Exit::Success, Format::Text) => context.print(&report::results::text(plan, outcome, &context.ui.out))?,
        (Exit::Success, Format::Json) => {}
        _ => {
            if !findings.is_empty() {
                let Desired { source, parents, .. } = job.desired;
                let sources = context.shown(Some(source)).into_iter().chain(&parents.sources);
                context.ui.say(&report::findings::text(&findings, sources, &context.ui.err));
            }
            context.ui.say(report::results::text(plan, outcome, &context.ui.err).trim_start());
            // Aligned with the hints above: those of an error are indented, that of a conflict is not.
            let indent = if outcome.end == End::Conflict { 0 } else { 2 };
            if let Some(hint) = rollback_hint {
                context.ui.say(&report::error::hint(indent, &hint, &context.ui.err));
            }
        }
    }
    Ok(exit)
}

/// Returns the lines of the manifest that the API refused, as far as its error names them.
fn located(job: &Job<'_>, outcome: &Outcome) -> Vec<Finding> {
    let error = outcome.failure.as_ref().and_then(apply::Failure::error);
    let refused = error.filter(|error| error.kind() == ErrorKind::Refused);
    let Some((error, call)) = refused.and_then(|error| Some((error, error.call()?))) else { return Vec::new() };
    let Desired { manifest, target, .. } = job.desired;
    let endpoint = Endpoint::ALL.into_iter().find(|endpoint| target.path(*endpoint) == call.path);
    endpoint.map(|endpoint| apply::locate(manifest, endpoint, error)).unwrap_or_default()
}

//! `apply`: makes live what the manifest says.

use super::approval::{self, Approval};
use super::args::{ApplyArgs, Format};
use super::connect::{Connection, connect};
use super::error::{self, CliError};
use super::exit::Exit;
use super::planning::{self, Wanted};
use super::{Context, interrupt, saved};
use crate::apply::{self, Approved, End, Event, Known, Options, Outcome};
use crate::organization::Live;
use crate::plan::{self, Plan, Seen, Stale};
use crate::report;

/// Plans, gets an approval, writes, reads back.
pub(super) async fn run(context: &Context, args: &ApplyArgs) -> Result<Exit, CliError> {
    let (wanted, saved) = match &args.plan {
        Some(path) => saved::open(context, args, path).map(|(wanted, saved)| (wanted, Some((path, saved))))?,
        None => (planning::wanted(context, saved::manifest(args), &args.target)?, None),
    };
    let connection = connect(&context.ui, &context.env, &args.api).await?;
    if let Some((path, saved)) = &saved {
        saved::check_api(path, saved, connection.api())?;
    }
    let reader = connection.reader();
    let live = interrupt::abandonable(reader.live(&wanted.target, &wanted.manifest.endpoints)).await??;
    let mut plan = match &saved {
        Some((path, saved)) => saved::plan_again(context, path, saved, &wanted, connection.api(), &live)?,
        None => planning::plan(context, &wanted, connection.api(), &live, &args.allow)?,
    };
    if args.format == Format::Text {
        super::plan::print(context, &wanted, &plan, Format::Text)?;
    }
    let unseen = args.format == Format::Json && !args.auto_approve && saved.is_none() && args.expect.is_none();
    if unseen && !plan.is_empty() && context.ui.is_interactive() {
        // Standard output is for the document, and nobody can agree to what they have not seen.
        context.ui.say(&report::plan::text(&plan, wanted.manifest.declared.len(), &context.ui.err));
    }
    let approved = match (&saved, &args.expect) {
        (Some((path, saved)), _) => saved::approve(context, path, saved, &live, &plan).map(|()| Approval::Given),
        (None, Some(digest)) => saved::approve_digest(context, digest, &plan).map(|()| Approval::Given),
        (None, None) if plan.is_empty() => Ok(Approval::Given),
        (None, None) => approval::get(&context.ui, &mut plan, args.auto_approve).await,
    };
    let approval = match approved {
        Ok(approval) => approval,
        Err(refusal) => return refused(context, args, &plan, refusal),
    };
    if plan.is_empty() {
        return finish(context, args, &plan, &in_sync());
    }
    if approval == Approval::Asked {
        unchanged_since(&connection, &wanted, context, &live, &plan).await?;
    }
    let outcome = write(context, args, &connection, &plan, &live).await?;
    finish(context, args, &plan, &outcome)
}

/// Somebody took time to answer: looks again, so that what was shown is what is written over.
async fn unchanged_since(
    connection: &Connection,
    wanted: &Wanted,
    context: &Context,
    live: &Live,
    plan: &Plan,
) -> Result<(), CliError> {
    let read = connection.reader();
    let now = interrupt::abandonable(read.live(&wanted.target, &wanted.manifest.endpoints)).await??;
    if plan::live_sha256(context.model, &now) == plan.live_sha256 {
        return Ok(());
    }
    let moved = Seen::of(context.model, live).moved(&Seen::of(context.model, &now));
    let moved: String = moved.into_iter().map(|moved| format!("\n  {}", Stale::Live(moved))).collect();
    let message = format!("nothing was written: live moved while the plan was being read{moved}");
    Err(CliError::new("conflict", Exit::Conflict, message).hint("run apply again and look at the new plan"))
}

/// Sends the writes and proves them. From here on Ctrl-C does not stop half-way.
async fn write(
    context: &Context,
    args: &ApplyArgs,
    connection: &Connection,
    plan: &Plan,
    live: &Live,
) -> Result<Outcome, CliError> {
    let (reader, writer) = (connection.reader(), connection.writer());
    let approved = Approved::new(plan, live).map_err(|_| {
        approval::refusal(plan).unwrap_or_else(|| CliError::manifest(&plan.manifest.path, plan.findings.clone()))
    })?;
    let tell = |event: Event| context.ui.say(&report::results::event(&event));
    let options =
        Options { model: context.model, omit: &args.omit, strict_unknown: args.strict_unknown, observer: &tell };
    interrupt::finished(&context.ui, apply::apply(&reader, &writer, approved, &options)).await
}

fn in_sync() -> Outcome {
    Outcome {
        end: End::InSync,
        writes: 0,
        verified: true,
        known: Known::AsWanted,
        mismatches: Vec::new(),
        failure: None,
    }
}

/// A plan that nobody consented to or approved is a result too, for whoever reads JSON.
fn refused(context: &Context, args: &ApplyArgs, plan: &Plan, refusal: CliError) -> Result<Exit, CliError> {
    if args.format == Format::Text {
        return Err(refusal);
    }
    let mut entry = report::results::refused(plan, super::error_entry(&refusal));
    if refusal.exit == Exit::Conflict {
        entry.outcome = report::json::Outcome::Conflict;
    }
    context.print(&report::json::to_text(&report::json::results_document(vec![entry])))?;
    context.say_error(&refusal);
    Ok(refusal.exit)
}

/// An end that is not what was wanted is said on standard error, whatever standard output is for.
fn finish(context: &Context, args: &ApplyArgs, plan: &Plan, outcome: &Outcome) -> Result<Exit, CliError> {
    let exit = exit(outcome);
    if args.format == Format::Json {
        let entry = report::results::entry(plan, outcome, exit.code());
        context.print(&report::json::to_text(&report::json::results_document(vec![entry])))?;
    }
    match (exit, args.format) {
        (Exit::Success, Format::Text) => context.print(&report::results::text(plan, outcome, &context.ui.out))?,
        (Exit::Success, Format::Json) => {}
        _ => context.ui.say(report::results::text(plan, outcome, &context.ui.err).trim_start()),
    }
    Ok(exit)
}

fn exit(outcome: &Outcome) -> Exit {
    match (outcome.end, &outcome.failure) {
        (End::Applied | End::InSync, _) => Exit::Success,
        (End::Conflict, _) => Exit::Conflict,
        (End::Failed, Some(failure)) => error::exit_of(failure),
        (End::Failed, None) => Exit::Failed,
    }
}

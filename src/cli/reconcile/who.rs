//! Who last wrote the live values that differ, and who else wrote during an apply, from the audit log of the account.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::apply::Outcome;
use crate::attribution::{self, OtherWrites, OwnWrites};
use crate::cli::connection::connect::Connection;
use crate::cli::context::Context;
use crate::cli::error::CliError;
use crate::cli::options::WhoArgs;
use crate::cli::process::interrupt;
use crate::cloudflare::{AuditTrail, LogEnd, LogSearch};
use crate::diagnostics::{Finding, Rule};
use crate::plan::{Action, Plan};
use crate::report;
use crate::settings::{Scope, Target};
use crate::text::visible;

/// The maximum number of pages of the log, of 100 entries each.
const PAGES: usize = 10;

/// The time limit for reading the log. Without it, a slow log could use up the deadline of the run.
const TIME_LIMIT: Duration = Duration::from_secs(20);

/// Labels the changes of a plan with who wrote their live values, if `--who` is set. Why a label may be missing is a note
/// of the plan; nothing about the log is an error. A plan without a live value that differs needs no request.
///
/// # Errors
/// Returns an error if a signal arrives.
pub(crate) async fn label(
    context: &Context,
    connection: &Connection,
    args: &WhoArgs,
    plan: &mut Plan,
) -> Result<(), CliError> {
    if !args.who || plan.action != Action::Update {
        return Ok(());
    }
    let found = if plan.target.scope == Scope::Zone {
        Some(Finding::new(
            Rule::AuditLogUnreadable,
            &plan.manifest.path,
            "only accounts have an audit log, so who changed the live values of a zone is not shown",
        ))
    } else {
        let search = period(Timestamp::now(), args.since);
        match interrupt::abandonable(read(connection, &plan.target, search)).await? {
            Ok(trail) => {
                attribution::attribute(context.model, plan, &trail.entries);
                note(&trail, search, plan)
            }
            Err(reason) => Some(unreadable(plan, &reason)),
        }
    };
    plan.findings.extend(found);
    Ok(())
}

/// Warns about the writes of others since a point in time before the live state was read. Such a write and those of the
/// apply may have overwritten each other, which no read-back can show. Nothing about the log is an error, and without
/// writes it is not read.
pub(crate) async fn warn_of_others(
    context: &Context,
    connection: &Connection,
    target: &Target,
    since: Timestamp,
    outcome: &Outcome,
) {
    if outcome.writes == 0 {
        return;
    }
    let note = |reason: &str| {
        context
            .ui
            .note(&format!("note: cannot tell whether others wrote {target} during this apply: {}", visible(reason)));
    };
    if target.scope == Scope::Zone {
        return note("only accounts have an audit log");
    }
    let search = search(Some(since), Timestamp::now());
    let trail = match interrupt::until_signal(read(connection, target, search)).await {
        Some(Ok(trail)) => trail,
        Some(Err(reason)) => return note(&reason),
        None => return,
    };
    let own = OwnWrites::new(outcome.writes, &outcome.calls);
    let OtherWrites { by_others, perhaps_own } = attribution::other_writes(&trail.entries, search.since, &own);
    if !perhaps_own.is_empty() {
        note("a write with zerodrift may be an attempt of this apply that had no answer");
    }
    if !by_others.is_empty() {
        context.ui.say(&report::attribution::warning(target, &by_others));
    }
    match &trail.end {
        LogEnd::Failed(error) => {
            note(&error.to_string());
            error.hints().first().into_iter().for_each(|hint| context.ui.note(&format!("  hint: {hint}")));
        }
        LogEnd::Bound => note(&format!("only the newest {} entries of the audit log were read", trail.read)),
        LogEnd::Complete if trail.entries.is_empty() && outcome.proved > 0 => {
            note("the audit log does not show this apply yet");
        }
        LogEnd::Complete => {}
    }
}

/// Reads the log within the time limit.
///
/// # Errors
/// Returns the reason if there is no answer in time.
async fn read(connection: &Connection, target: &Target, search: LogSearch) -> Result<AuditTrail, String> {
    let reader = connection.reader();
    let trail = connection.within(TIME_LIMIT, reader.audit_trail(target, search)).await;
    trail.ok_or_else(|| format!("the audit log did not answer within {} s", TIME_LIMIT.as_secs()))
}

/// Returns the search of a period that ends now.
fn period(now: Timestamp, since: Duration) -> LogSearch {
    search(SignedDuration::try_from(since).ok().and_then(|since| now.checked_sub(since).ok()), now)
}

/// Returns a search from a point in time, to the second, as the log shows times.
fn search(since: Option<Timestamp>, now: Timestamp) -> LogSearch {
    let since = since.and_then(|since| Timestamp::from_second(since.as_second()).ok()).unwrap_or(Timestamp::UNIX_EPOCH);
    LogSearch { since, before: now, pages: PAGES }
}

/// Returns why the log may not explain every live value, if there is a reason.
fn note(trail: &AuditTrail, search: LogSearch, plan: &Plan) -> Option<Finding> {
    let since = search.since;
    let finding = |rule, message: String| Finding::new(rule, &plan.manifest.path, message);
    match &trail.end {
        LogEnd::Failed(error) => {
            let finding = unreadable(plan, &error.to_string());
            Some(match error.hints().first() {
                Some(hint) => finding.help(hint),
                None => finding,
            })
        }
        LogEnd::Bound => Some(finding(
            Rule::AuditLogIncomplete,
            format!(
                "the audit log has more entries since {since} than the newest {} that were read; older changes are not shown",
                trail.read
            ),
        )),
        LogEnd::Complete if trail.entries.is_empty() => {
            let message = format!("the audit log has no write of this organization since {since}");
            Some(finding(Rule::AuditLogEmpty, message))
        }
        LogEnd::Complete => None,
    }
}

fn unreadable(plan: &Plan, reason: &str) -> Finding {
    let message = format!("cannot read the audit log, so who changed the live values is not shown: {reason}");
    Finding::new(Rule::AuditLogUnreadable, &plan.manifest.path, message)
}

//! Who last wrote the live values that differ, from the audit log of the account.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::attribution;
use crate::cli::connection::connect::Connection;
use crate::cli::context::Context;
use crate::cli::error::CliError;
use crate::cli::options::WhoArgs;
use crate::cli::process::interrupt;
use crate::cloudflare::{AuditTrail, LogEnd, LogSearch};
use crate::diagnostics::{Finding, Rule};
use crate::plan::{Action, Plan};
use crate::settings::Scope;

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
        let reading = connection.reader();
        let reading = tokio::time::timeout(TIME_LIMIT, reading.audit_trail(&plan.target, search));
        match interrupt::abandonable(reading).await? {
            Ok(trail) => {
                attribution::attribute(context.model, plan, &trail.entries);
                note(&trail, search, plan)
            }
            Err(_) => Some(unreadable(plan, &format!("it did not answer within {} s", TIME_LIMIT.as_secs()))),
        }
    };
    plan.findings.extend(found);
    Ok(())
}

/// Returns the search of a period that ends now.
fn period(now: Timestamp, since: Duration) -> LogSearch {
    let since = SignedDuration::try_from(since).ok().and_then(|since| now.checked_sub(since).ok());
    // To the second, as the log shows times.
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

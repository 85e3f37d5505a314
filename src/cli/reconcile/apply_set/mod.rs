//! Several organizations in one apply: all are planned first and approved together, then each is written on its own.
//!
//! - `job`: what the user asks for
//! - `planned`: the plans of all organizations; `approve`: whether they may be applied
//! - `written`: the writes, the first of them as a canary
//! - `ended`: the results

mod approve;
mod ended;
mod job;
mod planned;
mod written;

pub(crate) use self::job::{ApplySetArgs, ApplySetJob, Approval};

use self::approve::approve;
use self::ended::Ended;
use self::planned::{Organization, PlannedSet};
use self::written::write_all;
use crate::cli::connection::connect::Api;
use crate::cli::context::Context;
use crate::cli::error::CliError;
use crate::cli::reconcile::carry_out::check_omit;
use crate::cli::reconcile::history::History;
use crate::cli::reconcile::selection::{self, Selection};
use crate::ending::Exit;

/// Plans all organizations, gets an approval for all, and applies each.
///
/// # Errors
/// Returns an error if two manifests have the same target, if the manifests are not those of the saved plans, if the
/// backups cannot be stored, or if a signal arrives before the first write. A failure of one organization is part of the
/// results.
pub(crate) async fn apply(context: &Context, job: &ApplySetJob<'_>) -> Result<Exit, CliError> {
    let Selection { files, shard } = match &job.approval {
        Approval::Plans(path, plans) => selection::of_saved_plans(context, path, plans, job.target)?,
        Approval::None | Approval::Digest(..) => selection::select(context, &job.limits.set, job.target)?,
    };
    let api = Api::find(&context.ui, &context.env, job.api).await?.for_several();
    let mut set = PlannedSet::plan(context, job, &api, files).await?;
    check_omit(&job.write.omit, set.planned().map(|planned| &planned.prepared.plan))?;
    let refusal = approve(context, job, &mut set).await?;
    if let Some(refusal) = &refusal {
        context.say_error(&refusal.error);
    }
    let mut ended = Ended::default();
    let mut writable = Vec::new();
    for organization in set.organizations {
        match organization {
            Organization::Failed(failure, exit) => {
                ended.failures.push(failure);
                ended.exits.push(exit);
            }
            Organization::InSync(result) => ended.results.push(result),
            Organization::Planned(planned) if refusal.is_none() && planned.refusal.is_none() => {
                let history = History::open(context, job.write)?;
                writable.push((planned.prepared, history));
            }
            Organization::Planned(planned) => ended.stop(context, job, &planned, refusal.as_ref()),
        }
    }
    ended.has_begun = !writable.is_empty();
    write_all(context, job, writable, &mut ended).await;
    ended.report(context, job, shard)
}

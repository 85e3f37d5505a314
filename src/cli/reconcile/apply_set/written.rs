//! The writes of several organizations.

use super::ended::Ended;
use super::job::ApplySetJob;
use crate::cli::context::Context;
use crate::cli::output::progress::Progress;
use crate::cli::output::publish::error_entry;
use crate::cli::process::in_order::{Stop, Turn, in_order};
use crate::cli::reconcile::carry_out::{execute, result_entry};
use crate::cli::reconcile::history::History;
use crate::cli::reconcile::prepared::Prepared;
use crate::cli::reconcile::who;
use crate::document::ResultEntry;
use crate::ending::Exit;
use crate::report::{self, Step};

/// An organization to write, with its backups and audit log.
type Writable<'a> = (Prepared, History<'a>);

/// Writes the organizations, the canary first. Those that are not begun are skipped.
pub(super) async fn write_all(
    context: &Context,
    job: &ApplySetJob<'_>,
    mut canary: Vec<Writable<'_>>,
    ended: &mut Ended,
) {
    let number = job.limits.canary.map_or(0, |canary| canary.get()).min(canary.len());
    let others = canary.split_off(number);
    let progress = Progress::several(&context.ui, canary.len() + others.len());
    let batch = Batch { context, job, progress: &progress };
    let is_verified = batch.write(canary, ended).await;
    if is_verified {
        batch.write(others, ended).await;
    } else {
        others.iter().for_each(|(prepared, _)| ended.results.push(report::results::skipped(&prepared.plan)));
    }
}

/// Some of the organizations.
struct Batch<'a> {
    context: &'a Context,
    job: &'a ApplySetJob<'a>,
    progress: &'a Progress,
}

impl Batch<'_> {
    /// Writes the organizations, a few at once. Returns whether all of them are verified.
    async fn write<'h>(&self, batch: Vec<Writable<'h>>, ended: &mut Ended) -> bool {
        let stop = Stop::default();
        let begin = |(prepared, history): Writable<'h>| {
            let stop = &stop;
            async move {
                let written = self.one(&prepared, &history).await;
                if written.1 != Exit::Success && !self.job.limits.keep_going {
                    stop.stop();
                }
                written
            }
        };
        let mut is_verified = true;
        let is_interrupted = in_order(batch, self.job.limits.set.parallel, &stop, begin, |turn| match turn {
            Turn::Ended((result, exit)) => {
                is_verified &= exit == Exit::Success;
                self.progress.done(exit == Exit::Success, exit != Exit::Success);
                ended.results.push(result);
                ended.exits.push(exit);
            }
            Turn::NotBegun((prepared, _)) => ended.results.push(report::results::skipped(&prepared.plan)),
        })
        .await;
        if is_interrupted {
            ended.exits.push(Exit::Interrupted);
        }
        is_verified && !is_interrupted
    }

    /// Writes one organization.
    async fn one(&self, prepared: &Prepared, history: &History<'_>) -> (ResultEntry, Exit) {
        let Self { context, job, .. } = *self;
        let Prepared { connection, plan, .. } = prepared;
        connection.read.begin(job.api.deadline);
        let manifest = Some(&plan.manifest.path[..]);
        let say = |step: Step<'_>| context.ui.note(&report::step(manifest, step, &context.ui.err));
        let outcome = match execute(context, job.write, prepared, history, &say).await {
            Ok(outcome) => outcome,
            Err(error) => {
                let entry = report::results::stopped_by(plan, error_entry(&error));
                let backup = history.backup().map(|path| path.to_string_lossy().into_owned());
                return (ResultEntry { backup, ..entry }, error.exit());
            }
        };
        if let Some(since) = prepared.others_since {
            who::warn_of_others(context, &connection.read, &plan.target, since, &outcome).await;
        }
        (result_entry(prepared, &outcome, Some(history)), outcome.exit())
    }
}

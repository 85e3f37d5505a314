//! How the organizations of an apply ended, and their report.

use super::approve::Refusal;
use super::job::{ApplySetJob, Approval};
use super::planned::Planned;
use crate::cli::context::Context;
use crate::cli::error::CliError;
use crate::cli::options::Format;
use crate::cli::output::publish::error_entry;
use crate::cli::reconcile::history::History;
use crate::document::{self, FailureEntry, ResultEntry, ShardEntry, order_of_paths};
use crate::ending::Exit;
use crate::report;

/// How the organizations of a run ended.
#[derive(Default)]
pub(super) struct Ended {
    pub(super) results: Vec<ResultEntry>,
    pub(super) failures: Vec<FailureEntry>,
    pub(super) exits: Vec<Exit>,
    /// Whether the run came to its writes.
    pub(super) has_begun: bool,
}

impl Ended {
    /// Adds an organization that was not begun.
    pub(super) fn stop(
        &mut self,
        context: &Context,
        job: &ApplySetJob<'_>,
        planned: &Planned,
        refusal: Option<&Refusal>,
    ) {
        let plan = &planned.prepared.plan;
        let of_all = refusal.filter(|refusal| !refusal.is_about_some).map(|refusal| &refusal.error);
        let Some(error) = planned.refusal.as_ref().or(of_all) else {
            self.results.push(report::results::skipped(plan));
            return;
        };
        // A folder that cannot be used for the audit log must not hide the refusal.
        if let Ok(history) = History::open(context, job.write) {
            history.refused(plan, error);
        }
        self.results.push(report::results::stopped_by(plan, error_entry(error)));
        self.exits.push(error.exit());
    }

    /// Prints the results.
    pub(super) fn report(
        mut self,
        context: &Context,
        job: &ApplySetJob<'_>,
        shard: Option<ShardEntry>,
    ) -> Result<Exit, CliError> {
        self.results.sort_by(|one, other| order_of_paths(&one.manifest, &other.manifest));
        let exit = Exit::of_several(self.exits);
        let document = document::results_document(shard, self.results, self.failures);
        match job.write.format {
            Format::Json => {
                context.print(&document::to_text(&document))?;
                if self.has_begun && exit != Exit::Success {
                    context.ui.say(&report::set_results(&document, &context.ui.err));
                }
            }
            Format::Text if self.has_begun => {
                context.print(&format!("\n{}", report::set_results(&document, &context.ui.out)))?;
            }
            Format::Text => {}
        }
        if self.has_begun && exit != Exit::Success {
            let hint = match job.approval {
                Approval::None => "fix what failed, and run the same command again: it writes only what is left",
                Approval::Plans(..) => {
                    "fix what failed, and apply the saved plans again: what is applied is in sync then"
                }
                Approval::Digest(..) => "fix what failed, and plan again: the digest approves only all of its changes",
            };
            context.ui.say(&report::error::hint(0, hint, &context.ui.err));
        }
        Ok(exit)
    }
}

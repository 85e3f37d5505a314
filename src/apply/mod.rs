//! Plan → writes, and the proof that they did what the plan said and nothing else.
//!
//! An apply holds a reader and a writer. It sends one write per endpoint that has changes, built from the live
//! document as read directly before, and reads back until live shows it. Where that read shows that anything moved since
//! the plan was made, the write is not sent. A write whose answer was lost is never repeated before a read has shown that
//! it did not happen, and a creation is never repeated at all. Before the first write the state from before is kept; where
//! it cannot be kept, nothing is written.
//!
//! - `body`: what is sent
//! - `verify`: what is compared afterwards
//! - `created`: whether a read-back shows the organization that was created
//! - `execute`: the steps
//! - `ending`: what follows from a write, its answer and its read-back, as a table
//! - `lock`: one apply at a time for one target
//! - `backup`: the state from before, as a private file; `retention`, `mark`: which of these files make room
//! - `outcome`: how it ended
//! - `audit`: a line about each apply, for those who ask later
//! - `locate`: which line of the manifest a refusal is about

pub mod audit;
mod backup;
// Public for the tests that check bodies against recorded requests, and for the benchmarks.
#[doc(hidden)]
pub mod body;
mod created;
mod ending;
mod execute;
mod locate;
mod lock;
mod mark;
mod outcome;
mod retention;
#[cfg(test)]
mod tests;
mod verify;

pub use crate::ending::End;
pub use backup::{BackupError, Backups, PreImage};
pub use ending::{Known, Observed, Verdict, WriteAnswer, may_repeat, verdict};
pub use locate::locate;
pub use lock::{LockError, TargetLock};
pub use outcome::{Failure, Outcome};
pub use verify::{Mismatch, Why, verify};

use crate::cloudflare::{Reader, Writer};
use crate::diagnostics::Finding;
use crate::live::Live;
use crate::plan::{Change, Plan};
use crate::settings::Model;

/// Keeps the state from before the first write. It is called once, with live as read, right before that write.
pub type Keep<'a> = dyn Fn(&Live) -> Result<(), BackupError> + Sync + 'a;

/// How to apply. Whoever makes one says what becomes of the state from before: see [`Options::keeping`].
#[derive(Clone, Copy)]
pub struct Options<'a> {
    /// The settings there are.
    pub model: &'a Model,
    /// Fields unknown to the model that are left out of the body, as paths.
    pub omit: &'a [String],
    /// Whether fields unknown to the model are a reason not to write.
    pub strict_unknown: bool,
    /// Keeps the state from before the first write. Where it fails, nothing is written.
    pub keep: &'a Keep<'a>,
    /// Told what happens while it happens.
    pub observer: &'a (dyn Fn(Event) + Sync),
}

impl<'a> Options<'a> {
    /// The ordinary way: the state from before is kept, unknown fields are echoed, and nobody listens.
    ///
    /// [`Backups::keep`] keeps it as a file.
    pub fn keeping(model: &'a Model, keep: &'a Keep<'a>) -> Self {
        Self { model, omit: &[], strict_unknown: false, keep, observer: &|_| {} }
    }

    /// Without a backup: for tests, and for programs that know the state from before from elsewhere.
    pub fn without_backup(model: &'a Model) -> Self {
        Self::keeping(model, &|_| Ok(()))
    }
}

/// What happens during an apply.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// A write is being sent.
    Writing {
        /// POST or PUT.
        method: http::Method,
        /// The API's path.
        path: String,
    },
    /// A write got no clear answer; live will be read to find out.
    Uncertain {
        /// What happened.
        error: String,
    },
    /// A write was refused, and a read shows that it did what was wanted all the same.
    Disproved {
        /// What the API said.
        error: String,
    },
    /// Live is being read to see what a write did.
    ReadingBack {
        /// The API's path.
        path: String,
    },
}

/// A plan that may be applied, with the live state it was made from. There is no other way to get one than
/// [`Approved::new`], so nothing unchecked can reach the writer.
#[derive(Debug, Clone, Copy)]
pub struct Approved<'a> {
    plan: &'a Plan,
    live: &'a Live,
}

/// Why a plan may not be applied.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum NotApproved<'a> {
    /// It has findings that are errors.
    Findings(Vec<&'a Finding>),
    /// It has guarded changes that nobody consents to.
    Guards(Vec<&'a Change>),
}

impl<'a> Approved<'a> {
    /// Takes a plan that somebody has approved, together with the live state that it was made from.
    ///
    /// # Errors
    /// If a finding of the plan is an error, or a guarded change has no consent: then not even the harmless half of
    /// the plan may be written.
    pub fn new(plan: &'a Plan, live: &'a Live) -> Result<Self, NotApproved<'a>> {
        let errors: Vec<&Finding> = plan.findings.iter().filter(|finding| finding.is_error()).collect();
        if !errors.is_empty() {
            return Err(NotApproved::Findings(errors));
        }
        let refused: Vec<&Change> = plan.refused().collect();
        if !refused.is_empty() {
            return Err(NotApproved::Guards(refused));
        }
        Ok(Self { plan, live })
    }
}

/// Makes live what the plan says, and proves it.
///
/// An empty plan sends nothing. The outcome says what is known of live, whatever failed; running the same manifest
/// again converges.
pub async fn apply(reader: &Reader, writer: &Writer, approved: Approved<'_>, options: &Options<'_>) -> Outcome {
    execute::Execution::new(reader, writer, approved, options).run().await
}

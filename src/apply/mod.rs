//! Writes the changes of a plan, and proves by a read-back that nothing else changed.
//!
//! An apply sends one write per endpoint that has changes. It reads the live state directly before the write and builds
//! the body from it; if anything has changed since the plan was made, the write is not sent. After the write it reads
//! until the live state shows the changes. A write whose answer was lost is repeated only after a read has shown that it
//! did not happen, and a creation is never repeated. The previous state is saved before the first write; if that fails,
//! nothing is written.
//!
//! - `execute`: the steps
//! - `body`: the bodies of PUT and POST
//! - `verify`: the comparison of a read-back with the plan; `created`: the same for a new organization
//! - `ending`: the table of write, answer and read-back, which decides how an apply ends
//! - `outcome`: the result of an apply
//! - `locate`: the lines of the manifest that the API refused
//! - `lock`: one apply at a time per target
//! - `backup`: the previous state as a private file; `retention`, `mark`: which backups are deleted
//! - `audit`: the audit log

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
pub use ending::Known;
pub use locate::locate;
pub use lock::{LockError, TargetLock};
pub use outcome::{Failure, Outcome};
pub use verify::{Mismatch, MismatchKind, verify};

use crate::cloudflare::{Reader, Writer};
use crate::diagnostics::Finding;
use crate::live::Live;
use crate::plan::{Change, Plan};
use crate::settings::Model;

/// Saves the previous state. It is called once, directly before the first write, with the live state that the plan was
/// made from.
pub type Keep<'a> = dyn Fn(&Live) -> Result<(), BackupError> + Sync + 'a;

/// The options of an apply. The constructors differ in whether the previous state is saved.
#[derive(Clone, Copy)]
pub struct Options<'a> {
    /// The settings and groups of the API.
    pub model: &'a Model,
    /// The paths of unknown fields that the body leaves out.
    pub omit: &'a [String],
    /// Whether to refuse the write if the live state has unknown fields.
    pub strict_unknown: bool,
    /// Saves the previous state. If it fails, nothing is written.
    pub keep: &'a Keep<'a>,
    /// Receives the events of the apply.
    pub observer: &'a (dyn Fn(Event) + Sync),
}

impl<'a> Options<'a> {
    /// Saves the previous state with `keep`, for example as a file with [`Backups::keep`]. Echoes unknown fields, and
    /// ignores events.
    pub fn keeping(model: &'a Model, keep: &'a Keep<'a>) -> Self {
        Self { model, omit: &[], strict_unknown: false, keep, observer: &|_| {} }
    }

    /// Saves nothing: for tests, and for programs that have the previous state already.
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
    /// A write got no clear answer. The live state is read next, to find out whether it took effect.
    Uncertain {
        /// What happened.
        error: String,
    },
    /// The API refused a write, but a read shows that it took effect.
    Disproved {
        /// The error that the API returned.
        error: String,
    },
    /// The live state is being read back after a write.
    ReadingBack {
        /// The API's path.
        path: String,
    },
}

/// A plan that may be applied, with the live state that it was made from. Only [`Approved::new`] creates one, so an
/// unchecked plan cannot reach the writer.
#[derive(Debug, Clone, Copy)]
pub struct Approved<'a> {
    plan: &'a Plan,
    live: &'a Live,
}

/// Why a plan may not be applied.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum NotApproved<'a> {
    /// It has errors.
    Findings(Vec<&'a Finding>),
    /// It has guarded changes without consent.
    Guards(Vec<&'a Change>),
}

impl<'a> Approved<'a> {
    /// Checks that a plan may be applied to the live state that it was made from.
    ///
    /// # Errors
    /// If a finding of the plan is an error, or a guarded change has no consent. Then the other changes may not be
    /// written either.
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

/// Applies a plan, and proves the result by reading it back.
///
/// An empty plan sends nothing. The outcome states what is known about the live state, even after a failure. Applying the
/// same manifest again converges.
pub async fn apply(reader: &Reader, writer: &Writer, approved: Approved<'_>, options: &Options<'_>) -> Outcome {
    execute::Execution::new(reader, writer, approved, options).run().await
}

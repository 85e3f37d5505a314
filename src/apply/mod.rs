//! Writes the changes of a plan, and proves by a read-back that nothing else changed.
//!
//! An apply sends one write per endpoint that has changes. It reads the live state directly before the write and builds
//! the body from it; if anything has changed since the plan was made, the write is not sent. After the write it reads
//! until the live state shows the changes. A write whose answer was lost is repeated only after a read has shown that it
//! did not happen, and a creation is never repeated. The previous state is saved before the first write; if that fails,
//! nothing is written.
//!
//! - `approved`: which plans may be applied
//! - `options`: what a caller chooses, and the events that it receives
//! - `execute`: the steps; `halt`: why they stop early
//! - `body`: the bodies of PUT and POST
//! - `verify`: the comparison of a read-back with the plan; `created`: the same for a new organization
//! - `ending`: the table of write, answer and read-back, which decides how an apply ends
//! - `outcome`: the result of an apply
//! - `locate`: the lines of the manifest that the API refused
//! - `lock`: one apply at a time per target
//! - `backup`: the previous state as a private file; `retention`, `mark`: which backups are deleted
//! - `audit`: the audit log; `file_error`: the failure of a lock, backup or log

mod approved;
pub mod audit;
mod backup;
// Public for the tests that check bodies against recorded requests, and for the benchmarks.
#[doc(hidden)]
pub mod body;
mod created;
mod ending;
mod execute;
mod file_error;
mod halt;
mod locate;
mod lock;
mod mark;
mod options;
mod outcome;
mod retention;
#[cfg(test)]
mod tests;
mod verify;

pub use crate::ending::End;
pub use approved::{Approved, NotApproved};
pub use backup::{Backups, PreImage};
pub use ending::Known;
pub use file_error::FileError;
pub use locate::locate;
pub use lock::{LockError, TargetLock};
pub use options::{Event, Keep, Options, StopRequest};
pub use outcome::{Failure, Outcome};
pub use verify::{Mismatch, MismatchKind, verify};

use crate::cloudflare::{Reader, Writer};

/// Applies a plan, and proves the result by reading it back.
///
/// An empty plan sends nothing. The outcome states what is known about the live state, even after a failure. Applying the
/// same manifest again converges.
pub async fn apply(reader: &Reader, writer: &Writer, approved: Approved<'_>, options: &Options<'_>) -> Outcome {
    execute::Execution::new(reader, writer, approved, options).run().await
}

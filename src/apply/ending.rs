//! How an apply ends: [`verdict`] decides every combination of write, answer and read-back.
//!
//! Text, JSON, audit log and exit code follow from the [`End`], [`Known`] and the failure. An accepted answer does not
//! prove that the write happened, a missing answer does not prove the opposite, and a read shows one moment only.

use crate::cloudflare::{Error, WriteError};
use crate::ending::End;
use crate::plan::WriteMethod;

/// What is known about the live state at the end of an apply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Known {
    /// No write was accepted: this run changed nothing.
    #[serde(rename = "as_before")]
    Unchanged,
    /// A read proves that the live state is the desired one.
    #[serde(rename = "as_wanted")]
    Desired,
    /// Some writes are proved, and the others were not accepted.
    Partly,
    /// The live state is neither the previous nor the desired one: see the mismatches.
    Otherwise,
    /// A read after a write does not show it. It may still take effect.
    Pending,
    /// A write was refused, and the read that should confirm it failed.
    Unconfirmed,
    /// A write may have taken effect, and the read that should show it failed.
    Unknown,
}

impl Known {
    /// Returns a sentence with the next step.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Unchanged => "this run changed nothing: the API accepted no write",
            Self::Desired => "the live state is the desired one",
            Self::Partly => {
                "some changes were applied and verified, the others were not accepted: run apply again to write the rest"
            }
            Self::Otherwise => {
                "the live state differs from the approved plan: compare the values above, then run `zerodrift plan`"
            }
            Self::Pending => {
                "a read after the write still shows the previous state, but the write may still take effect: run \
                 `zerodrift drift` in a few minutes, before you apply again"
            }
            Self::Unconfirmed => {
                "the API refused the write, but the live state could not be read to confirm that nothing changed: run \
                 `zerodrift plan` to check"
            }
            Self::Unknown => {
                "the write may have taken effect, but the live state could not be read to confirm it: run \
                 `zerodrift plan` to check, then apply again"
            }
        }
    }
}

/// The answer to a write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum WriteAnswer {
    /// The API reports success.
    Accepted,
    /// The API, or the edge in front of it, refuses the write: a 4xx.
    Refused,
    /// The API refuses the write because of an existing object or a concurrent write: 409.
    Conflict,
    /// The write did not reach the API, or was rejected by the rate limit (429).
    NotSent,
    /// No answer, an invalid answer, or a server error. The API may have acted, or may act later.
    Uncertain,
}

impl WriteAnswer {
    /// Classifies the answer to a failed write.
    pub(super) fn of(error: &WriteError) -> Self {
        let WriteError::Refused(error) = error else { return Self::Uncertain };
        match (error, error.status()) {
            (Error::Config(_) | Error::Deadline { .. } | Error::Transport { .. }, _) | (_, Some(429)) => Self::NotSent,
            (_, Some(409)) => Self::Conflict,
            _ if error.has_slug("conflict") => Self::Conflict,
            _ => Self::Refused,
        }
    }
}

/// The result of a read-back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Observed {
    /// The live state has all values that were sent, and nothing else changed.
    Desired,
    /// The live state has not changed; for a creation: no organization exists.
    Unchanged,
    /// The live state is another one, or the object no longer exists.
    Otherwise,
    /// The read failed, or was not made.
    Unread,
}

/// The consequence of a write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The write is proved, and the apply continues.
    Proved,
    /// The apply ends, and writes nothing more.
    Ended(End, Known),
}

/// Returns the consequence of a write, given its answer and its read-back.
///
/// If a POST was refused and an organization exists, somebody else may have created it, and the approval does not cover
/// it. If a PUT was refused and a read shows the desired state, the PUT took effect in spite of its status.
pub(super) fn verdict(method: WriteMethod, answer: WriteAnswer, observed: Observed) -> Verdict {
    use Observed::{Desired, Otherwise, Unchanged, Unread};
    use WriteAnswer::{Accepted, Conflict, NotSent, Refused, Uncertain};
    let creates = method == WriteMethod::Post;
    match (answer, observed) {
        // This run did not cause the live state that was read.
        (NotSent, _) => Verdict::Ended(End::Failed, Known::Unchanged),
        (Accepted | Uncertain, Desired) => Verdict::Proved,
        (Refused | Conflict, Desired) if !creates => Verdict::Proved,
        (Refused | Conflict, Desired) | (_, Otherwise) => Verdict::Ended(End::Conflict, Known::Otherwise),
        (Accepted, Unchanged) => Verdict::Ended(End::Conflict, Known::Pending),
        (Uncertain, Unchanged) => Verdict::Ended(End::Failed, Known::Pending),
        (Conflict, Unchanged) if creates => Verdict::Ended(End::Conflict, Known::Unchanged),
        (Refused | Conflict, Unchanged) => Verdict::Ended(End::Failed, Known::Unchanged),
        (Conflict, Unread) if creates => Verdict::Ended(End::Conflict, Known::Unconfirmed),
        (Refused | Conflict, Unread) => Verdict::Ended(End::Failed, Known::Unconfirmed),
        (Accepted | Uncertain, Unread) => Verdict::Ended(End::Failed, Known::Unknown),
    }
}

/// Whether the same write may be sent again: an update with an uncertain answer that a read does not show.
pub(super) fn may_repeat(method: WriteMethod, answer: WriteAnswer, observed: Observed) -> bool {
    method == WriteMethod::Put && (answer, observed) == (WriteAnswer::Uncertain, Observed::Unchanged)
}

#[cfg(test)]
mod tests;

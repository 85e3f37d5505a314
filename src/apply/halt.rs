//! Why an apply stops early: from the answer to a write and its read-back.

use super::ending::{Known, Observed, WriteAnswer};
use super::outcome::Failure;
use super::verify::Mismatch;
use crate::cloudflare;
use crate::ending::End;
use crate::live::Slot;

/// Why an apply stops early.
pub(super) struct Halt {
    pub(super) end: End,
    pub(super) known: Known,
    pub(super) failure: Option<Failure>,
    pub(super) mismatches: Vec<Mismatch>,
}

impl Halt {
    /// Stops because of a failure, which decides how the apply ends.
    pub(super) fn because(failure: impl Into<Failure>, known: Known) -> Self {
        let failure = failure.into();
        Self { end: failure.kind().end(), known, failure: Some(failure), mismatches: Vec::new() }
    }
}

/// The result of a write request.
pub(super) struct Sent {
    pub(super) answer: WriteAnswer,
    pub(super) error: Option<cloudflare::Error>,
}

/// The result of a read after a write, compared with the plan.
pub(super) struct ReadBack {
    pub(super) observed: Observed,
    pub(super) slot: Slot,
    pub(super) mismatches: Vec<Mismatch>,
    pub(super) error: Option<cloudflare::Error>,
}

/// Returns the failure of an update: the refusal of the API, or the error of the read-back if the answer was uncertain. The
/// fields are the unknown ones in the body.
pub(super) fn update_failure(
    end: End,
    sent: Sent,
    read_back: ReadBack,
    fields: Vec<String>,
) -> (Option<Failure>, Vec<Mismatch>) {
    let Sent { answer, error } = sent;
    let refused = matches!(answer, WriteAnswer::Refused | WriteAnswer::Conflict);
    if end == End::Conflict {
        return (error.filter(|_| refused).map(Failure::Request), read_back.mismatches);
    }
    let error = if answer == WriteAnswer::Uncertain { read_back.error.or(error) } else { error.or(read_back.error) };
    let failure = error.map(|error| {
        // The unknown fields in the body may be the cause.
        if refused && error.has_code("12062") && !fields.is_empty() {
            Failure::UnknownFields { error, fields }
        } else {
            Failure::Request(error)
        }
    });
    (failure, Vec::new())
}

/// Returns the failure of a creation. If the API reports a conflict, an organization exists.
pub(super) fn creation_failure(end: End, sent: Sent, read: Option<cloudflare::Error>) -> Option<Failure> {
    let Sent { answer, error } = sent;
    match (end, answer) {
        (End::Conflict, WriteAnswer::Refused | WriteAnswer::Conflict) => Some(Failure::Exists { refusal: error }),
        (End::Conflict, _) => None,
        (_, WriteAnswer::Uncertain) => match (read, error) {
            (Some(read), _) => Some(read.into()),
            (None, error) => error.map(|error| Failure::CreationUnseen { error }),
        },
        _ => error.or(read).map(Failure::Request),
    }
}

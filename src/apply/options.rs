//! The options and events of an apply.

use std::pin::Pin;

use super::file_error::FileError;
use crate::live::Live;
use crate::settings::Model;

/// Saves the previous state. It is called once, directly before the first write, with the live state that the plan was
/// made from.
pub type Keep<'a> = dyn Fn(&Live) -> Result<(), FileError> + Sync + 'a;

/// Completes when the caller wants the apply to stop, for example after a signal.
pub type StopRequest<'a> = dyn Fn() -> Pin<Box<dyn Future<Output = ()> + Send>> + Sync + 'a;

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
    /// Stops the apply while it waits to send a write, because of the budget or between two attempts. A write that is sent
    /// is finished and read back.
    pub stop_request: &'a StopRequest<'a>,
    /// Receives the events of the apply.
    pub observer: &'a (dyn Fn(Event) + Sync),
}

impl<'a> Options<'a> {
    /// Saves the previous state with `keep`, for example as a file with [`Backups::keep`](super::Backups::keep). Echoes unknown fields, and
    /// ignores events.
    pub fn keeping(model: &'a Model, keep: &'a Keep<'a>) -> Self {
        Self {
            model,
            omit: &[],
            strict_unknown: false,
            keep,
            stop_request: &|| Box::pin(std::future::pending()),
            observer: &|_| {},
        }
    }

    /// Does not save the previous state: for tests, and for programs that already have it.
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
        /// The path of the API.
        path: String,
    },
    /// A write got no clear answer. The live state is read next, to find out whether it took effect.
    Uncertain {
        /// The error.
        error: String,
    },
    /// The API refused a write, but a read shows that it took effect.
    AppliedDespiteRefusal {
        /// The error that the API returned.
        error: String,
    },
    /// The live state is being read back after a write.
    ReadingBack {
        /// The path of the API.
        path: String,
    },
}

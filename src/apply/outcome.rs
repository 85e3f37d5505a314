//! The outcome of an apply: what was sent, what is known about the live state, and what to do next.

use super::ending::Known;
use super::file_error::FileError;
use super::verify::Mismatch;
use crate::cloudflare::{self, Call};
use crate::ending::{End, Exit, FailureKind};
use crate::live::Difference;
use crate::plan::StaleReason;

/// The outcome of an apply.
#[derive(Debug)]
pub struct Outcome {
    /// How the apply ended.
    pub end: End,
    /// The number of write requests that were sent, including repetitions.
    pub writes: usize,
    /// Whether a read-back proved that the live state is the desired one and nothing else changed.
    pub verified: bool,
    /// What is known about the live state after the last write. Earlier writes are proved.
    pub known: Known,
    /// The number of writes that a read-back has proved.
    pub proved: usize,
    /// The paths with unexpected values. Empty unless the end is [`End::Conflict`].
    pub mismatches: Vec<Mismatch>,
    /// The failure, if any.
    pub failure: Option<Failure>,
    /// The write requests in order, with their ids for Cloudflare support and in Cloudflare's audit log.
    pub calls: Vec<Call>,
}

impl Outcome {
    /// Returns the outcome of a plan without changes.
    pub fn in_sync() -> Self {
        Self {
            end: End::InSync,
            writes: 0,
            verified: true,
            known: Known::Desired,
            proved: 0,
            mismatches: Vec::new(),
            failure: None,
            calls: Vec::new(),
        }
    }

    /// Returns the kind of the failure; `None` if the live state is the desired one.
    pub fn kind(&self) -> Option<FailureKind> {
        match self.end {
            End::Applied | End::InSync => None,
            // Even with another failure: the live state is not the approved one.
            End::Conflict => Some(FailureKind::Conflict),
            End::Refused | End::Failed | End::Skipped => {
                Some(self.failure.as_ref().map_or(FailureKind::Api, Failure::kind))
            }
        }
    }

    /// Returns the exit code of the run.
    pub fn exit(&self) -> Exit {
        self.kind().map_or(Exit::Success, FailureKind::exit)
    }

    /// Returns a sentence about the live state, with the next step.
    pub fn sentence(&self) -> String {
        let known = self.known.sentence();
        match self.known {
            Known::Unchanged if self.writes == 0 => "nothing was written".to_owned(),
            Known::Unchanged | Known::Desired | Known::Partly => known.to_owned(),
            _ if self.proved == 0 => known.to_owned(),
            _ => format!("the earlier writes are applied and verified; {known}"),
        }
    }
}

/// Why an apply stopped.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Failure {
    /// A request failed.
    #[error(transparent)]
    Request(#[from] cloudflare::Error),
    /// The API refused a body with fields that this version does not know.
    #[error("{error}")]
    UnknownFields {
        /// The error of the API.
        error: cloudflare::Error,
        /// The fields, as paths.
        fields: Vec<String>,
    },
    /// The caller stopped the apply while it waited to send a write.
    #[error("interrupted while waiting to send the write")]
    Stopped,
    /// The previous state could not be saved, so nothing was written.
    #[error("the previous state could not be saved, so nothing was written: {0}")]
    Backup(#[from] FileError),
    /// The live state has fields that this version does not know, and the option `strict_unknown` is set.
    #[error("the live state has fields that this version does not know: {}", fields.join(", "))]
    StrictUnknown {
        /// The fields, as paths.
        fields: Vec<String>,
    },
    /// The answer to a creation was lost, and a read shows no organization. The creation is not repeated.
    #[error("the answer to the creation was lost, and a read shows no organization yet: {error}")]
    CreationUnseen {
        /// The failure of the creation request.
        error: cloudflare::Error,
    },
    /// The live state changed between the read for the plan and the read directly before the write. The write was not sent.
    #[error("the write was not sent, because the live state changed since the plan was made{}", lines(.0))]
    Moved(Vec<Difference>),
    /// The plan creates an organization, and one exists. The approval of a creation does not approve an update.
    #[error("an organization exists, and only its creation was approved{}", reason(.refusal.as_ref()))]
    Exists {
        /// The answer of the API to the creation; `None` if it was not sent.
        refusal: Option<cloudflare::Error>,
    },
}

/// Lists the paths that changed, one per line.
fn lines(moved: &[Difference]) -> String {
    moved.iter().map(|moved| format!("\n  {}", StaleReason::Live(moved.clone()))).collect()
}

fn reason(refusal: Option<&cloudflare::Error>) -> String {
    refusal.map_or_else(|| "; the creation was not sent".to_owned(), |error| format!(": {error}"))
}

impl Failure {
    /// Returns the error of the request, if that is the cause.
    pub fn error(&self) -> Option<&cloudflare::Error> {
        match self {
            Self::Request(error) | Self::UnknownFields { error, fields: _ } | Self::CreationUnseen { error } => {
                Some(error)
            }
            Self::Exists { refusal } => refusal.as_ref(),
            Self::Stopped | Self::Backup(_) | Self::StrictUnknown { .. } | Self::Moved(_) => None,
        }
    }

    /// Returns the kind, which determines the exit code and the outcome.
    pub fn kind(&self) -> FailureKind {
        match self {
            Self::Request(error) | Self::UnknownFields { error, fields: _ } | Self::CreationUnseen { error } => {
                error.into()
            }
            Self::Stopped => FailureKind::Interrupted,
            Self::Backup(_) => FailureKind::Backup,
            Self::StrictUnknown { fields: _ } => FailureKind::StrictUnknown,
            Self::Moved(_) | Self::Exists { refusal: _ } => FailureKind::Conflict,
        }
    }

    /// Returns the next steps.
    pub fn hints(&self) -> Vec<String> {
        match self {
            Self::Request(error) => error.hints(),
            Self::UnknownFields { error, fields } => {
                let mut hints = vec![format!(
                    "the body contains fields that this version does not know; if one of them is the cause, leave it out \
                     for one run with {}",
                    fields.iter().map(|field| format!("--omit '{field}'")).collect::<Vec<_>>().join(" or ")
                )];
                hints.extend(error.hints());
                hints
            }
            Self::Stopped => vec!["run the same command again".to_owned()],
            Self::Backup(_) => vec!["name a writable folder with --backup-dir DIR".to_owned()],
            Self::StrictUnknown { .. } => vec![
                "without --strict-unknown they are sent back unchanged, and the read-back proves that they did not change"
                    .to_owned(),
            ],
            Self::CreationUnseen { .. } => {
                vec!["wait a minute and run `zerodrift plan`: zerodrift does not repeat a creation".to_owned()]
            }
            Self::Moved(_) => vec!["run apply again and review the new plan".to_owned()],
            Self::Exists { .. } => vec![
                "run `zerodrift plan` to see the existing organization, and have its update reviewed"
                    .to_owned(),
            ],
        }
    }
}

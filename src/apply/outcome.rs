//! How an apply ended, as a value: what was sent, what is known of live, and what to do next.

use super::backup::BackupError;
use super::ending::Known;
use super::verify::Mismatch;
use crate::cloudflare::{self, Call};
use crate::ending::{End, Exit, FailureKind};
use crate::live::Difference;
use crate::plan::StaleReason;

/// How an apply ended.
#[derive(Debug)]
pub struct Outcome {
    /// The end in one word.
    pub end: End,
    /// How many write requests were sent, repetitions included.
    pub writes: usize,
    /// Whether a read-back proved that live is as wanted and nothing else changed.
    pub verified: bool,
    /// What is known of the live state after the last write. What was written before that one is proved.
    pub known: Known,
    /// How many writes a read-back has proved.
    pub proved: usize,
    /// The paths that are not what they should be. Empty unless the end is [`End::Conflict`].
    pub mismatches: Vec<Mismatch>,
    /// What failed, where something did.
    pub failure: Option<Failure>,
    /// The write requests, in order, each with the ids that Cloudflare's support and audit log know it by.
    pub calls: Vec<Call>,
}

impl Outcome {
    /// The outcome of a plan that changes nothing.
    pub fn in_sync() -> Self {
        Self {
            end: End::InSync,
            writes: 0,
            verified: true,
            known: Known::AsWanted,
            proved: 0,
            mismatches: Vec::new(),
            failure: None,
            calls: Vec::new(),
        }
    }

    /// The kind of failure that it ended with. `None` if everything is as wanted.
    pub fn kind(&self) -> Option<FailureKind> {
        match self.end {
            End::Applied | End::InSync => None,
            // Whatever failed beside it: the live state is not the one that was approved.
            End::Conflict => Some(FailureKind::Conflict),
            End::Refused | End::Failed => Some(self.failure.as_ref().map_or(FailureKind::Api, Failure::kind)),
        }
    }

    /// The exit code of a run that ends with it.
    pub fn exit(&self) -> Exit {
        self.kind().map_or(Exit::Success, FailureKind::exit)
    }

    /// What is known of the live state, in a sentence with what to do next.
    pub fn sentence(&self) -> String {
        let known = self.known.sentence();
        match self.known {
            Known::AsBefore if self.writes == 0 => "nothing was written".to_owned(),
            Known::AsBefore | Known::AsWanted | Known::Partly => known.to_owned(),
            _ if self.proved == 0 => known.to_owned(),
            _ => format!("what was written before the last write is as wanted; {known}"),
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
    /// The API refused a body that carries fields which this version does not know.
    #[error("{error}")]
    UnknownFields {
        /// What the API said.
        error: cloudflare::Error,
        /// The fields, as paths.
        fields: Vec<String>,
    },
    /// The state from before could not be kept, so nothing was written.
    #[error("the state from before could not be kept, so nothing was written: {0}")]
    Backup(#[from] BackupError),
    /// Live has fields that this version does not know, and `strict_unknown` was asked for.
    #[error("live has fields that this version does not know: {}", fields.join(", "))]
    StrictUnknown {
        /// The fields, as paths.
        fields: Vec<String>,
    },
    /// A creation was sent, its answer was lost, and no organization is to be seen. It is not repeated.
    #[error("the answer to the creation was lost, and no organization is to be seen yet: {error}")]
    CreationUnseen {
        /// What happened to the answer.
        error: cloudflare::Error,
    },
    /// The live state moved between the read that the plan is made from and the read directly before the write, which was
    /// not sent.
    #[error("the write was not sent, because the live state moved since the plan was made{}", lines(.0))]
    Moved(Vec<Difference>),
    /// The plan creates an organization, and one exists. An approval to create approves nothing else.
    #[error("an organization exists, and only its creation was approved{}", reason(.refusal.as_ref()))]
    Exists {
        /// What the API said to the creation; nothing where it was not sent.
        refusal: Option<cloudflare::Error>,
    },
}

/// The paths that moved, each on a line of its own.
fn lines(moved: &[Difference]) -> String {
    moved.iter().map(|moved| format!("\n  {}", StaleReason::Live(moved.clone()))).collect()
}

fn reason(refusal: Option<&cloudflare::Error>) -> String {
    refusal.map_or_else(|| "; the creation was not sent".to_owned(), |error| format!(": {error}"))
}

impl Failure {
    /// What the API or the way to it said, where that is the cause.
    pub fn error(&self) -> Option<&cloudflare::Error> {
        match self {
            Self::Request(error) | Self::UnknownFields { error, fields: _ } | Self::CreationUnseen { error } => {
                Some(error)
            }
            Self::Exists { refusal } => refusal.as_ref(),
            Self::Backup(_) | Self::StrictUnknown { .. } | Self::Moved(_) => None,
        }
    }

    /// Its kind, from which the exit code and the outcome follow.
    pub fn kind(&self) -> FailureKind {
        match self {
            Self::Request(error) | Self::UnknownFields { error, fields: _ } | Self::CreationUnseen { error } => {
                error.into()
            }
            Self::Backup(_) => FailureKind::Backup,
            Self::StrictUnknown { fields: _ } => FailureKind::StrictUnknown,
            Self::Moved(_) | Self::Exists { refusal: _ } => FailureKind::Conflict,
        }
    }

    /// What to do next.
    pub fn hints(&self) -> Vec<String> {
        match self {
            Self::Request(error) => error.hints(),
            Self::UnknownFields { error, fields } => {
                let mut hints = vec![format!(
                    "the body echoed fields that this version does not know; if one of them is to blame, leave it out \
                     for one run with {}",
                    fields.iter().map(|field| format!("--omit '{field}'")).collect::<Vec<_>>().join(" or ")
                )];
                hints.extend(error.hints());
                hints
            }
            Self::Backup(_) => vec!["name a folder that can be written with --backup-dir DIR".to_owned()],
            Self::StrictUnknown { .. } => vec![
                "without --strict-unknown they are echoed as they are, and the read-back proves that they did not move"
                    .to_owned(),
            ],
            Self::CreationUnseen { .. } => {
                vec!["wait a minute and run plan: a creation is never sent twice without a look".to_owned()]
            }
            Self::Moved(_) => vec!["run apply again and look at the new plan".to_owned()],
            Self::Exists { .. } => vec![
                "run `zerodrift plan` to see what the existing organization has, and have its update reviewed"
                    .to_owned(),
            ],
        }
    }
}

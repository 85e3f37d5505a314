//! How an apply ended, as a value: what was sent, what is known of live, and what to do next.

use crate::cloudflare::{self, Call};

use super::backup::BackupError;
use super::verify::Mismatch;

/// How an apply ended.
#[derive(Debug)]
pub struct Outcome {
    /// The end in one word.
    pub end: End,
    /// How many write requests were sent, repetitions included.
    pub writes: usize,
    /// Whether a read-back proved that live is as wanted and nothing else moved.
    pub verified: bool,
    /// What is known of live.
    pub known: Known,
    /// The paths that are not what they should be. Empty unless the end is [`End::Conflict`].
    pub mismatches: Vec<Mismatch>,
    /// What failed, where something did.
    pub failure: Option<Failure>,
    /// The write requests, in order, each with the ids that Cloudflare's support and audit log know it by.
    pub calls: Vec<Call>,
}

/// How an apply ended, in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum End {
    /// Everything was written and read back.
    Applied,
    /// There was nothing to write.
    InSync,
    /// Live is neither as before nor as wanted.
    Conflict,
    /// A request failed.
    Failed,
}

/// What is known of live at the end of an apply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Known {
    /// Everything is as it was before.
    AsBefore,
    /// Everything is as wanted.
    AsWanted,
    /// Some writes did what was wanted, the others did nothing.
    Partly,
    /// Something else is there: see the mismatches.
    Otherwise,
    /// A write may or may not have been acted on, and nobody could read what became of it.
    Unknown,
}

impl Known {
    /// The sentence for it, with what to do next.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::AsBefore => "nothing was changed: live is as it was before",
            Self::AsWanted => "live is as wanted",
            Self::Partly => {
                "what was written so far is as wanted, the rest as before: running apply again writes what is left"
            }
            Self::Otherwise => "live is not what was wanted: compare the values above, then run plan",
            Self::Unknown => "it is not known whether the write was acted on: run plan to see, then apply again",
        }
    }
}

/// Why an apply failed.
#[derive(Debug, thiserror::Error)]
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
}

impl Failure {
    /// What the API or the way to it said, where that is the cause.
    pub fn error(&self) -> Option<&cloudflare::Error> {
        match self {
            Self::Request(error) | Self::UnknownFields { error, fields: _ } | Self::CreationUnseen { error } => {
                Some(error)
            }
            _ => None,
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
        }
    }
}

//! The client that writes, and what is known after a write that failed.
//!
//! A write that failed either provably did nothing, or nobody knows. The second case is never repeated here: a fresh read has to say what
//! became of it, and that is the work of whoever holds a [`Reader`](super::Reader) as well.

use std::sync::Arc;

use serde_json::Value as Json;

use super::envelope::ApiMessage;
use super::error::{Call, ConfigError, Error};
pub(crate) use super::exchange::Step;
use super::exchange::{Answered, Attempts, Exchange};
use super::reader::mismatch;
use super::request::{self, Revocation};
use super::retry::Policy;
use super::transport::{ApiRequest, Reached, Transport};
use crate::json::JsonText;
use crate::settings::{Scope, Target};

/// Writes organizations: each method sends one write, and sends it again only where the server provably did not act. It reads nothing.
pub struct Writer {
    exchange: Exchange,
}

/// A write that the API reports as done. What became of it, a read has to prove.
#[derive(Debug, Clone, PartialEq)]
pub struct Written {
    /// What was asked, the status and the ids that Cloudflare's support asks for.
    pub call: Call,
    /// What the API returned for it, as [`JsonText::view`] shows it; null where it returned nothing.
    pub result: Json,
    /// What else the API had to say. Untrusted text; `Display` escapes it.
    pub messages: Vec<ApiMessage>,
}

/// A write that failed, by what is known of the outcome.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The server did not act, by its own word or because nothing reached it: the live state is as it was. A server that answers a
    /// status of 400 and acts all the same breaks HTTP; only a read would show it.
    #[error(transparent)]
    Refused(Error),
    /// The server may have acted: only a fresh read can tell. The error is a part of this text, so that it is no source of it.
    #[error("it is not known whether the API acted: {0}")]
    Uncertain(Error),
}

impl WriteError {
    /// The error itself.
    pub fn error(&self) -> &Error {
        match self {
            Self::Refused(error) | Self::Uncertain(error) => error,
        }
    }

    /// The error itself, without what is known of the outcome.
    pub fn into_error(self) -> Error {
        match self {
            Self::Refused(error) | Self::Uncertain(error) => error,
        }
    }

    /// Whether the server may have acted.
    pub fn is_uncertain(&self) -> bool {
        matches!(self, Self::Uncertain(_))
    }
}

impl From<Error> for WriteError {
    /// Sorts an error of a write by what is known of the outcome.
    fn from(error: Error) -> Self {
        if provably_undone(&error) { Self::Refused(error) } else { Self::Uncertain(error) }
    }
}

/// Whether an error of a write proves that the server did not act. In doubt it does not: a needless read is cheap, a lost write is not.
fn provably_undone(error: &Error) -> bool {
    match error {
        // Nothing was sent; attempts before a passed deadline were repeated only because they did nothing.
        Error::Config(_) | Error::Deadline { .. } => true,
        Error::Transport { failure, .. } => failure.reached == Reached::Nothing,
        // With or without an envelope: a 4xx is decided before anything is done, by the API or by the edge in front of it. Whoever
        // wants proof reads once; sending it again would be refused again.
        Error::Api { call, .. } | Error::Body { call, .. } => call.status.is_some_and(refuses),
        // Whoever redirects is not the API, and 303 even means that the request was acted on.
        Error::Redirect { .. } => false,
        // The API says that it acted.
        Error::Result { .. } => false,
    }
}

/// Whether a "no" with this status means that nothing was done.
fn refuses(status: u16) -> bool {
    match status {
        // A timeout, or the note of a proxy that its client went away: what was received may still be carried out.
        408 | 499 => false,
        400..=499 => true,
        // 5xx: failed somewhere on the way. 2xx with `success: false`: status and envelope contradict each other.
        _ => false,
    }
}

/// A write that may take several attempts, because the server provably did not act on the earlier ones.
pub(crate) struct WriteAttempts<'a>(Attempts<'a>);

impl WriteAttempts<'_> {
    /// Makes the next attempt.
    pub(crate) async fn next(&mut self) -> Step<Written, WriteError> {
        match self.0.next().await {
            Step::Done(outcome) => Step::Done(written(outcome)),
            Step::Again(wait) => Step::Again(wait),
        }
    }

    /// What is known after the attempts so far, where none follows.
    pub(crate) fn give_up(self) -> Result<Written, WriteError> {
        written(self.0.give_up())
    }
}

fn written(outcome: Result<Answered, Error>) -> Result<Written, WriteError> {
    let Answered { call, envelope, server_time: _ } = outcome?;
    let result = envelope.result.map(|result| result.view()).unwrap_or_default();
    Ok(Written { call, result, messages: envelope.messages })
}

impl Writer {
    /// A writer on a transport.
    pub fn new(transport: Arc<dyn Transport>, policy: Policy) -> Self {
        Self { exchange: Exchange::new(transport, policy) }
    }

    /// The base URL that it writes to.
    pub fn base_url(&self) -> &str {
        self.exchange.base_url()
    }

    /// Creates the organization with one POST. The body needs `name` and `auth_domain`.
    ///
    /// # Errors
    /// [`WriteError::Refused`] where nothing was created, [`WriteError::Uncertain`] where only a read can tell.
    pub async fn create_organization(&self, target: &Target, body: impl Into<JsonText>) -> Result<Written, WriteError> {
        self.write(&request::create(target, body)).await
    }

    /// Updates the organization with one PUT. The body is the whole document as wanted.
    ///
    /// # Errors
    /// [`WriteError::Refused`] where nothing was changed, [`WriteError::Uncertain`] where only a read can tell.
    pub async fn update_organization(&self, target: &Target, body: impl Into<JsonText>) -> Result<Written, WriteError> {
        self.write(&request::update(target, body)).await
    }

    /// Updates the DoH settings with one PUT.
    ///
    /// # Errors
    /// [`WriteError::Refused`] where nothing was changed (a zone has no such settings), [`WriteError::Uncertain`] where only a read can tell.
    pub async fn update_doh(&self, target: &Target, body: impl Into<JsonText>) -> Result<Written, WriteError> {
        if target.scope == Scope::Zone {
            return Err(Error::from(ConfigError::NoDohInZones).into());
        }
        self.write(&request::update_doh(target, body)).await
    }

    /// Revokes the Access tokens of a user with one POST, and returns what the API says of it: whether it did.
    ///
    /// Tokens die within half a minute; the user can sign in again after about one.
    ///
    /// # Errors
    /// [`WriteError::Refused`] where nothing was revoked. [`WriteError::Uncertain`] where nobody knows; revoking again is harmless.
    pub async fn revoke_user(&self, target: &Target, revocation: &Revocation) -> Result<bool, WriteError> {
        let Written { call, result, messages: _ } = self.write(&request::revoke_user(target, revocation)).await?;
        let found = JsonText::from(&result);
        result.as_bool().ok_or_else(|| mismatch(call, Some(&found), "true or false").into())
    }

    async fn write(&self, request: &ApiRequest) -> Result<Written, WriteError> {
        written(self.exchange.call(request).await)
    }

    /// The attempts at a write, one by one: between two of them there is a wait, in which somebody else may write.
    pub(crate) fn attempts<'a>(&'a self, request: &'a ApiRequest) -> WriteAttempts<'a> {
        WriteAttempts(self.exchange.attempts(request))
    }
}

#[cfg(test)]
#[path = "tests/writer.rs"]
mod tests;

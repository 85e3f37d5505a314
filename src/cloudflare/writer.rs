//! The client that writes, and what is known after a write that failed.
//!
//! A write that failed either provably did nothing, or nobody knows. The second case is never repeated here: a fresh read has to say what
//! became of it, and that is the work of whoever holds a [`Reader`](super::Reader) as well.

use std::sync::Arc;

use serde_json::Value as Json;

use super::envelope::Message;
use super::error::{Call, ConfigError, Error};
use super::exchange::{Answered, Exchange};
use super::reader::mismatch;
use super::request::{self, Revocation};
use super::retry::Policy;
use super::transport::{Reached, Request, Transport};
use crate::json::JsonText;
use crate::organization::{Scope, Target};

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
    pub messages: Vec<Message>,
}

/// A write that failed, by what is known of the outcome.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The server provably did not act: live is as it was.
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
        Error::Api { call, .. } => call.status.is_some_and(refuses),
        // Rate limits are answered by the edge, with or without an envelope, before anything is done. Any other body that is not the
        // API's (HTML, text, nothing) comes from something in between, which does not know what happened behind it.
        Error::Body { call, .. } => call.status == Some(429),
        // Whoever redirects is not the API, and 303 even means that the request was acted on.
        Error::Redirect { .. } => false,
        // The API says that it acted.
        Error::Result { .. } => false,
    }
}

/// Whether the API's own "no" with this status means that nothing was done.
fn refuses(status: u16) -> bool {
    match status {
        // A timeout, or the note of a proxy that its client went away: what was received may still be carried out.
        408 | 499 => false,
        // Live is not what we read, or another write is under way, perhaps a copy of this one that the edge sent twice: read first.
        409 => false,
        400..=499 => true,
        // 5xx: failed somewhere on the way. 2xx with `success: false`: status and envelope contradict each other.
        _ => false,
    }
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

    async fn write(&self, request: &Request) -> Result<Written, WriteError> {
        let Answered { call, envelope, server_time: _ } = self.exchange.call(request).await?;
        Ok(Written {
            call,
            result: envelope.result.map(|result| result.view()).unwrap_or_default(),
            messages: envelope.messages,
        })
    }
}

#[cfg(test)]
#[path = "tests/writer.rs"]
mod tests;

//! The client that writes, and the outcome of a failed write.
//!
//! A failed write either provably had no effect, or its outcome is uncertain. An uncertain write is never repeated here: the caller
//! reads the live state with a [`Reader`](super::Reader) to find out.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value as Json;

use super::envelope::ApiMessage;
use super::error::{Call, ConfigError, Error};
pub(crate) use super::exchange::Turn;
use super::exchange::{Answered, Attempts, Exchange};
use super::pace::Pace;
use super::reader::mismatch;
use super::request::{self, Revocation};
use super::retry::Policy;
use super::transport::{ApiRequest, Reached, Transport};
use crate::json::JsonText;
use crate::settings::{Scope, Target};

/// Writes organizations. Each method sends one write, and repeats it only if the server provably did not act. It does not read.
pub struct Writer {
    exchange: Exchange,
}

/// A write that the API reports as successful. Only a read proves its effect.
#[derive(Debug, Clone, PartialEq)]
pub struct Written {
    /// The request, the status, and the ids that Cloudflare support asks for.
    pub call: Call,
    /// The result, as returned by [`JsonText::view`]; null if there is none.
    pub result: Json,
    /// Further messages of the API. Untrusted text; `Display` escapes it.
    pub messages: Vec<ApiMessage>,
}

/// A failed write, by its outcome.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The server did not act, because it refused the request or did not receive it. The live state is unchanged. (A server that
    /// answers 400 and acts nevertheless violates HTTP; only a read would show that.)
    #[error(transparent)]
    Refused(Error),
    /// The server may have acted; only a read can tell. The message contains that of the error, so it is not the `source`.
    #[error("it is not known whether the API acted: {0}")]
    Uncertain(Error),
}

impl WriteError {
    /// Returns the error.
    pub fn error(&self) -> &Error {
        match self {
            Self::Refused(error) | Self::Uncertain(error) => error,
        }
    }

    /// Returns the error, without the outcome.
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
    /// Classifies the error of a write by its outcome.
    fn from(error: Error) -> Self {
        if proves_no_effect(&error) { Self::Refused(error) } else { Self::Uncertain(error) }
    }
}

/// Whether an error proves that the server did not act. In doubt it returns false: a needless read is cheap, a lost write is not.
fn proves_no_effect(error: &Error) -> bool {
    match error {
        // Nothing was sent. Attempts before the deadline had no effect, or there would not have been another one.
        Error::Config(_) | Error::Deadline { .. } => true,
        Error::Transport { failure, .. } => failure.reached == Reached::Nothing,
        // A 4xx, with or without an envelope, means that the API or the edge in front of it refused the request before acting.
        Error::Api { call, .. } | Error::Body { call, .. } => call.status.is_some_and(is_refusal),
        // The API does not redirect, so another server answered; and a 303 means that it acted.
        Error::Redirect { .. } => false,
        // The API reports success.
        Error::Result { .. } => false,
    }
}

/// Whether an error with this status means that the server did not act.
fn is_refusal(status: u16) -> bool {
    match status {
        // A timeout, or a proxy whose client disconnected: the server may still process the request.
        408 | 499 => false,
        400..=499 => true,
        // 5xx: the failure may come after the effect. 2xx with `success: false`: status and envelope contradict each other.
        _ => false,
    }
}

/// The attempts of a write. The server provably did not act on an attempt that is repeated.
pub(crate) struct WriteAttempts<'a>(Attempts<'a>);

impl WriteAttempts<'_> {
    /// Makes the next attempt. Breaks with a final outcome; otherwise the write may be sent again after the returned wait.
    pub(crate) async fn next(&mut self, turn: Turn) -> ControlFlow<Result<Written, WriteError>, Duration> {
        self.0.next(turn).await.map_break(written)
    }

    /// Returns the outcome of the attempts so far, without another one.
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
    /// Creates a writer that uses a transport.
    pub fn new(transport: Arc<dyn Transport>, policy: Policy) -> Self {
        Self { exchange: Exchange::new(transport, policy) }
    }

    /// Returns it with a share in the budget of the process: a request waits until the budget allows it.
    #[must_use]
    pub fn paced(self, pace: &Pace) -> Self {
        Self { exchange: self.exchange.paced(pace) }
    }

    /// Creates the organization with one POST. The body needs `name` and `auth_domain`.
    ///
    /// # Errors
    /// Returns [`WriteError::Refused`] if nothing was created, and [`WriteError::Uncertain`] if only a read can tell.
    pub async fn create_organization(&self, target: &Target, body: impl Into<JsonText>) -> Result<Written, WriteError> {
        self.write(&request::create(target, body)).await
    }

    /// Updates the organization with one PUT. The body is the complete desired document.
    ///
    /// # Errors
    /// Returns [`WriteError::Refused`] if nothing was changed, and [`WriteError::Uncertain`] if only a read can tell.
    pub async fn update_organization(&self, target: &Target, body: impl Into<JsonText>) -> Result<Written, WriteError> {
        self.write(&request::update(target, body)).await
    }

    /// Updates the DoH settings with one PUT.
    ///
    /// # Errors
    /// Returns [`WriteError::Refused`] if nothing was changed, for example because the target is a zone, and
    /// [`WriteError::Uncertain`] if only a read can tell.
    pub async fn update_doh(&self, target: &Target, body: impl Into<JsonText>) -> Result<Written, WriteError> {
        if target.scope == Scope::Zone {
            return Err(Error::from(ConfigError::NoDohInZones).into());
        }
        self.write(&request::update_doh(target, body)).await
    }

    /// Revokes the Access tokens of a user with one POST. Returns whether the API says that it revoked them.
    ///
    /// The tokens become invalid within half a minute. The user can sign in again after about a minute.
    ///
    /// # Errors
    /// Returns [`WriteError::Refused`] if nothing was revoked, and [`WriteError::Uncertain`] if the outcome is unknown. Revoking again
    /// is harmless.
    pub async fn revoke_user(&self, target: &Target, revocation: &Revocation) -> Result<bool, WriteError> {
        let Written { call, result, messages: _ } = self.write(&request::revoke_user(target, revocation)).await?;
        let found = JsonText::from(&result);
        result.as_bool().ok_or_else(|| mismatch(call, Some(&found), "true or false").into())
    }

    async fn write(&self, request: &ApiRequest) -> Result<Written, WriteError> {
        written(self.exchange.call(request).await)
    }

    /// Waits until the budget of the process allows a write.
    pub(crate) async fn turn(&self) -> Turn {
        self.exchange.turn().await
    }

    /// Returns the attempts of a write, one by one: somebody else may write during the wait between two attempts.
    pub(crate) fn attempts<'a>(&'a self, request: &'a ApiRequest) -> WriteAttempts<'a> {
        WriteAttempts(self.exchange.attempts(request))
    }
}

#[cfg(test)]
mod tests;

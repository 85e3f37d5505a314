//! When to send a request again, and after which wait: a pure decision, without sleeping.
//!
//! Reads are repeated after 408, 429, 5xx and connection failures. A write is repeated only if the server provably did not act:
//! after 429, and if no connection was made. The caller starts each repetition of a write, so that it can read first. Any other
//! outcome of a write is final or uncertain; the caller settles an uncertain one with a read.
//!
//! A failure that would occur again in the same way is not repeated: see
//! [`TransportErrorKind::is_lasting`](super::TransportErrorKind::is_lasting).
//!
//! The wait is exponential with full jitter: a random part of `base · 2ⁿ⁻¹`, at most `cap`, so that runs that failed together do
//! not retry together. If the server asks for a longer wait (`Retry-After`, `Ratelimit`), that one applies.
//!
//! A patient policy leaves a requested wait to the budget of the process: it holds back all requests, and the wait does not
//! count towards the deadline.

use std::time::{Duration, SystemTime};

use http::{Method, StatusCode};
use tokio::time::Instant;

use super::rate_limit::requested_wait;
use super::transport::{AnswerFailure, Reached, Response, TransportError, TransportErrorKind};

/// The longest wait without a deadline. The API blocks for five minutes after too many requests; one minute is slack.
pub(super) const MAX_WAIT: Duration = Duration::from_secs(360);

/// The limits for attempts, waits and time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// The maximum number of attempts; 0 counts as 1.
    pub attempts: u32,
    /// The maximum first wait. It doubles with each attempt.
    pub base: Duration,
    /// The longest wait that is not requested by the server.
    pub cap: Duration,
    /// The timeout of one exchange, including connecting and reading the body.
    pub timeout: Duration,
    /// The end of the whole run. Nothing is sent after it, and no wait extends past it.
    pub deadline: Option<Instant>,
    /// Whether the time in which requests wait for the [`Budget`](super::Budget) does not count towards the deadline, for runs
    /// that work on many organizations. Only for readers and writers that have a [`Pace`](super::Pace).
    pub patient: bool,
}

impl Default for Policy {
    /// Returns a policy of five attempts with about fifteen seconds of waiting, and 30 seconds each. Of Cloudflare's own clients, one
    /// makes three attempts with waits from 1 to 30 seconds, and another one makes ten.
    fn default() -> Self {
        Self {
            attempts: 5,
            base: Duration::from_secs(1),
            cap: Duration::from_secs(30),
            timeout: Duration::from_secs(30),
            deadline: None,
            patient: false,
        }
    }
}

impl Policy {
    /// Returns a policy of one attempt, for checks that report the first outcome.
    pub fn once() -> Self {
        Self { attempts: 1, ..Self::default() }
    }

    /// Returns this policy with a timeout for one exchange.
    #[must_use]
    pub fn timeout(self, timeout: Duration) -> Self {
        Self { timeout, ..self }
    }

    /// Returns this policy with a deadline after this duration.
    #[must_use]
    pub fn deadline_in(self, limit: Duration) -> Self {
        // A deadline that the clock cannot express is no deadline.
        Self { deadline: Instant::now().checked_add(limit), ..self }
    }

    /// Returns the time left until the deadline; `None` without one.
    pub(super) fn left(&self, now: Instant) -> Option<Duration> {
        Some(self.deadline?.saturating_duration_since(now))
    }
}

/// The outcome of an attempt, and the other inputs of the decision.
#[derive(Debug, Clone, Copy)]
pub(super) struct AttemptResult<'a> {
    /// The number of the attempt, from 1.
    pub(super) attempt: u32,
    /// The outcome.
    pub(super) outcome: Result<&'a Response, &'a TransportError>,
    /// The failure of the attempt before it, if that got no answer.
    pub(super) previous: Option<&'a TransportError>,
    /// The time left until the deadline; `None` without one.
    pub(super) left: Option<Duration>,
    /// The current time, for a `Retry-After` that is a date.
    pub(super) now: SystemTime,
    /// A random number from 0 up to 1.
    pub(super) jitter: f64,
}

/// What to do after an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Decision {
    /// Send it again after this wait.
    Retry(Duration),
    /// Do not send it again.
    Stop(StopReason),
}

/// Why a request is not sent again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StopReason {
    /// The outcome is final: a success, a refusal, or a write whose outcome is uncertain.
    Final,
    /// All attempts of the policy are used up.
    Attempts,
    /// The server asks for a wait that extends past the deadline or is too long.
    Wait {
        /// The requested wait.
        wait: Duration,
        /// The end of the wait, if the clock can express it.
        until: Option<SystemTime>,
    },
    /// The deadline leaves no time for the wait before another attempt.
    Deadline,
}

/// Decides what to do after an attempt.
pub(super) fn decide(policy: &Policy, method: &Method, result: &AttemptResult<'_>) -> Decision {
    if !may_repeat(method, result) {
        return Decision::Stop(StopReason::Final);
    }
    let max_wait = result.left.filter(|_| !policy.patient).unwrap_or(MAX_WAIT);
    let requested = result.outcome.ok().and_then(|response| requested_wait(response, result.now)).unwrap_or_default();
    if requested >= max_wait && !requested.is_zero() {
        return Decision::Stop(StopReason::Wait { wait: requested, until: result.now.checked_add(requested) });
    }
    if result.attempt >= policy.attempts {
        return Decision::Stop(StopReason::Attempts);
    }
    let backoff = backoff(policy, result.attempt, result.jitter);
    let (wait, max_wait) = match result.left {
        // The budget holds the request back for the rest of the wait.
        Some(left) if policy.patient => (backoff, left),
        _ => (requested.max(backoff), max_wait),
    };
    if wait >= max_wait { Decision::Stop(StopReason::Deadline) } else { Decision::Retry(wait) }
}

fn may_repeat(method: &Method, result: &AttemptResult<'_>) -> bool {
    match result.outcome {
        Ok(response) if response.status() == StatusCode::TOO_MANY_REQUESTS => true,
        Err(error) if error.kind.is_lasting() || is_truncated_again(error, result.previous) => false,
        Err(error) if error.reached == Reached::Nothing => true,
        _ if *method != Method::GET => false,
        Ok(response) => response.status() == StatusCode::REQUEST_TIMEOUT || response.status().as_u16() >= 500,
        Err(_) => true,
    }
}

/// Whether an answer ended at the same byte as the one before it: then a proxy or VPN probably truncates every answer.
fn is_truncated_again(error: &TransportError, previous: Option<&TransportError>) -> bool {
    let truncated = error.kind == TransportErrorKind::Answer(AnswerFailure::Truncated);
    truncated && previous.is_some_and(|previous| error.is_like(previous))
}

fn backoff(policy: &Policy, attempt: u32, jitter: f64) -> Duration {
    let factor = 2_u32.saturating_pow(attempt.saturating_sub(1));
    policy.base.saturating_mul(factor).min(policy.cap).mul_f64(jitter.clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests;

//! When a request is sent again, and after how long: a pure decision, apart from the sleeping.
//!
//! Reads are repeated after 408, 429, 5xx and failures of the connection. A write is repeated only when the server provably did
//! not act: after 429, which is answered instead of acting, and when no connection came about. A write is asked for
//! again before each repetition, so that the caller can read first. Everything else about a write is final or uncertain; what is uncertain
//! is settled by a read before anybody writes again, which is the caller's work too.
//!
//! Nothing is repeated that would fail in the same way again: see [`TransportErrorKind::is_lasting`](super::TransportErrorKind::is_lasting).
//!
//! Waits are full-jitter exponential: a random part of `base · 2ⁿ⁻¹`, at most `cap`, so that many runs that failed together do
//! not come back together. A longer wait that the server asks for (`Retry-After`, `Ratelimit`) is kept.

use std::time::{Duration, SystemTime};

use http::{Method, StatusCode};
use tokio::time::Instant;

use super::transport::{AnswerFailure, Reached, Response, TransportError, TransportErrorKind, header};

/// The longest wait that is kept without a deadline. The API blocks for five minutes after too many requests; a minute on top is slack.
const PATIENCE: Duration = Duration::from_secs(360);

/// How often and how long a client tries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// How often a request is sent at most; 1 means never again. 0 counts as 1.
    pub attempts: u32,
    /// The upper end of the first wait; it doubles from there.
    pub base: Duration,
    /// The longest wait of our own. What the server asks for may be longer.
    pub cap: Duration,
    /// How long one exchange may take, connection and body included.
    pub timeout: Duration,
    /// When the whole run has to be over. Nothing is sent after it, and no wait goes past it.
    pub deadline: Option<Instant>,
}

impl Default for Policy {
    /// Five attempts within about fifteen seconds of waiting, 30 seconds each: between Cloudflare's own clients, of which one tries
    /// three times at 1 to 30 seconds and another ten times up to 30 seconds.
    fn default() -> Self {
        Self {
            attempts: 5,
            base: Duration::from_secs(1),
            cap: Duration::from_secs(30),
            timeout: Duration::from_secs(30),
            deadline: None,
        }
    }
}

impl Policy {
    /// Tries once: for checks that want to know what happens and not to get through.
    pub fn once() -> Self {
        Self { attempts: 1, ..Self::default() }
    }

    /// This policy with a limit for one exchange.
    #[must_use]
    pub fn timeout(self, timeout: Duration) -> Self {
        Self { timeout, ..self }
    }

    /// This policy with a deadline that far from now.
    #[must_use]
    pub fn deadline_in(self, limit: Duration) -> Self {
        // A limit beyond what the clock can express is none.
        Self { deadline: Instant::now().checked_add(limit), ..self }
    }

    /// How much time is left at this instant; `None` without a deadline.
    pub(super) fn left(&self, now: Instant) -> Option<Duration> {
        Some(self.deadline?.saturating_duration_since(now))
    }
}

/// One attempt that is over, and what the decision needs to know of the world.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tried<'a> {
    /// Which attempt it was, counted from 1.
    pub(super) attempt: u32,
    /// What came of it.
    pub(super) outcome: Result<&'a Response, &'a TransportError>,
    /// How the attempt before it failed, where it got no answer.
    pub(super) previous: Option<&'a TransportError>,
    /// How much time is left until the deadline; `None` without one.
    pub(super) left: Option<Duration>,
    /// The time of day, for a `Retry-After` that is a date.
    pub(super) now: SystemTime,
    /// A random number from 0 up to 1.
    pub(super) jitter: f64,
}

/// What to do after an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Decision {
    /// Send it again after this wait.
    Retry(Duration),
    /// Take the outcome as it is.
    Stop(StopReason),
}

/// Why a request is not sent again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StopReason {
    /// The outcome is final: a success, a refusal, or a write whose outcome is uncertain.
    Final,
    /// It was sent as often as the policy allows.
    Attempts,
    /// The server asks to wait this long, which is past the deadline or past all patience.
    Wait {
        /// How long.
        wait: Duration,
        /// When that is, where the clock can express it.
        until: Option<SystemTime>,
    },
    /// The deadline leaves no time for the wait before another attempt.
    Deadline,
}

/// Decides what to do after an attempt.
pub(super) fn decide(policy: &Policy, method: &Method, tried: &Tried<'_>) -> Decision {
    if !may_repeat(method, tried) {
        return Decision::Stop(StopReason::Final);
    }
    let patience = tried.left.unwrap_or(PATIENCE);
    let asked = tried.outcome.ok().and_then(|response| asked_wait(response, tried.now)).unwrap_or_default();
    if asked >= patience && !asked.is_zero() {
        return Decision::Stop(StopReason::Wait { wait: asked, until: tried.now.checked_add(asked) });
    }
    if tried.attempt >= policy.attempts {
        return Decision::Stop(StopReason::Attempts);
    }
    let wait = asked.max(backoff(policy, tried.attempt, tried.jitter));
    if wait >= patience { Decision::Stop(StopReason::Deadline) } else { Decision::Retry(wait) }
}

fn may_repeat(method: &Method, tried: &Tried<'_>) -> bool {
    match tried.outcome {
        Ok(response) if response.status() == StatusCode::TOO_MANY_REQUESTS => true,
        Err(error) if error.kind.is_lasting() || broke_off_again(error, tried.previous) => false,
        Err(error) if error.reached == Reached::Nothing => true,
        _ if *method != Method::GET => false,
        Ok(response) => response.status() == StatusCode::REQUEST_TIMEOUT || response.status().as_u16() >= 500,
        Err(_) => true,
    }
}

/// Whether an answer ended at the same byte as the one before it: then a proxy or VPN truncates every answer.
fn broke_off_again(error: &TransportError, previous: Option<&TransportError>) -> bool {
    let truncated = error.kind == TransportErrorKind::Answer(AnswerFailure::Truncated);
    truncated && previous.is_some_and(|previous| error.is_like(previous))
}

fn backoff(policy: &Policy, attempt: u32, jitter: f64) -> Duration {
    let factor = 2_u32.saturating_pow(attempt.saturating_sub(1));
    policy.base.saturating_mul(factor).min(policy.cap).mul_f64(jitter.clamp(0.0, 1.0))
}

/// The wait that the server asks for, if it does.
fn asked_wait(response: &Response, now: SystemTime) -> Option<Duration> {
    let after = header(response.headers(), "retry-after").and_then(|text| retry_after(text, now));
    let reset = header(response.headers(), "ratelimit").and_then(exhausted_for);
    after.or(reset)
}

/// `Retry-After`: seconds, or an HTTP date (RFC 9110, 10.2.3). A date in the past is no wait.
fn retry_after(text: &str, now: SystemTime) -> Option<Duration> {
    let text = text.trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        // More seconds than a number can hold is a long wait, and not none.
        return Some(Duration::from_secs(text.parse().unwrap_or(u64::MAX)));
    }
    let date = httpdate::parse_http_date(text).ok()?;
    Some(date.duration_since(now).unwrap_or_default())
}

/// `Ratelimit: "default";r=0;t=30`, one or more policies: the longest reset time of those with nothing left.
fn exhausted_for(text: &str) -> Option<Duration> {
    let exhausted = |policy: &str| {
        let number =
            |name: &str| policy.split(';').find_map(|part| part.trim().strip_prefix(name)?.parse::<u64>().ok());
        if number("r=")? == 0 { number("t=") } else { None }
    };
    text.split(',').filter_map(exhausted).max().map(Duration::from_secs)
}

#[cfg(test)]
#[path = "tests/retry.rs"]
mod tests;

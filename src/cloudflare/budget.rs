//! How many requests may be sent, and when: a pure ledger of the requests, without sleeping.
//!
//! - Until the API reports its limits, at most so many requests are sent in any window of the [`Rate`]. The first ones are not
//!   delayed, so a run of few requests never waits.
//! - `Ratelimit` reports what is left, and replaces that estimate: other programs with the same token count too. A rate that
//!   the user sets applies in any case.
//! - A 429 pauses all requests.

use std::collections::{BTreeSet, VecDeque};
use std::fmt;
use std::time::{Duration, SystemTime};

use http::StatusCode;
use tokio::time::Instant;

use super::rate_limit::{self, Rate};
use super::retry::MAX_WAIT;
use super::transport::Response;

/// The number of limits that are kept: an answer with more is not from the API.
const LIMITS: usize = 8;

/// The part of the window by which requests of one entry of the ledger may differ.
const PRECISION: u32 = 512;

/// The requests of all readers and writers of a process.
#[derive(Debug)]
pub(super) struct Ledger {
    rate: Rate,
    /// Whether the user set the rate.
    is_set: bool,
    /// Whether the API has reported its limits.
    is_reported: bool,
    /// Whether some requests are reserved for those that are urgent.
    has_reserve: bool,
    /// The requests in the last window.
    sent: VecDeque<SentRequests>,
    /// The limits that the API reported.
    limits: Vec<Limit>,
    /// The end of a pause that the API asked for.
    paused: Option<Instant>,
    /// The number of requests that were sent.
    number: u64,
    /// Those that are not answered.
    in_flight: BTreeSet<u64>,
}

/// Requests that were sent at about the same time.
#[derive(Debug)]
struct SentRequests {
    first: Instant,
    last: Instant,
    count: u64,
}

/// A limit that the API reported.
#[derive(Debug)]
struct Limit {
    name: String,
    left: u64,
    resets: Instant,
    /// The request whose answer reported it.
    number: u64,
}

/// A request that may not be sent yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Hold {
    /// When to try again.
    pub(super) until: Instant,
    /// Why.
    pub(super) reason: HoldReason,
}

/// Why a request may not be sent yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum HoldReason {
    /// The API asked for a pause.
    Paused,
    /// The API reports that no requests are left.
    Reported,
    /// The requests of the rate are used up.
    Used(Rate),
}

impl fmt::Display for HoldReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Paused => f.write_str("the API asked for a pause"),
            Self::Reported => f.write_str("the API reports that no requests are left"),
            Self::Used(rate) => write!(f, "{rate} are used up"),
        }
    }
}

impl Ledger {
    /// Creates a ledger with the rate that the user sets, or that of the API.
    pub(super) fn new(rate: Option<Rate>) -> Self {
        Self {
            rate: rate.unwrap_or(Rate::DOCUMENTED),
            is_set: rate.is_some(),
            is_reported: false,
            has_reserve: false,
            sent: VecDeque::new(),
            limits: Vec::new(),
            paused: None,
            number: 0,
            in_flight: BTreeSet::new(),
        }
    }

    /// Reserves some requests for urgent ones from here on.
    pub(super) fn keep_reserve(&mut self) {
        self.has_reserve = true;
    }

    /// Enters a request that is sent now, and returns its number.
    pub(super) fn send(&mut self, now: Instant, is_urgent: bool) -> Result<u64, Hold> {
        self.forget(now);
        if let Some(until) = self.paused {
            return Err(Hold { until, reason: HoldReason::Paused });
        }
        let reserve = if is_urgent { 0 } else { self.reserve() };
        let exhausted = self.limits.iter().filter(|limit| limit.left <= reserve);
        if let Some(until) = exhausted.map(|limit| limit.resets).max() {
            return Err(Hold { until, reason: HoldReason::Reported });
        }
        if self.is_set || !self.is_reported {
            let sent: u64 = self.sent.iter().map(|sent| sent.count).sum();
            let is_used_up = sent + reserve >= u64::from(self.rate.requests.get());
            if let Some(first) = self.sent.front().filter(|_| is_used_up) {
                return Err(Hold { until: first.last + self.rate.per, reason: HoldReason::Used(self.rate) });
            }
        }
        self.limits.iter_mut().for_each(|limit| limit.left = limit.left.saturating_sub(1));
        match self.sent.back_mut().filter(|sent| now - sent.first < self.rate.per / PRECISION) {
            Some(sent) => (sent.last, sent.count) = (now, sent.count + 1),
            None => self.sent.push_back(SentRequests { first: now, last: now, count: 1 }),
        }
        self.number += 1;
        self.in_flight.insert(self.number);
        Ok(self.number)
    }

    /// The number of requests that only urgent ones may use: a twentieth, but enough for the writes that have begun.
    fn reserve(&self) -> u64 {
        let requests = u64::from(self.rate.requests.get());
        if self.has_reserve { (requests / 20).max(12).min(requests / 2) } else { 0 }
    }

    /// Removes what is past.
    fn forget(&mut self, now: Instant) {
        self.paused = self.paused.filter(|until| *until > now);
        self.limits.retain(|limit| limit.resets > now);
        while self.sent.front().is_some_and(|sent| sent.last + self.rate.per <= now) {
            self.sent.pop_front();
        }
    }

    /// Enters the end of a request, with its answer if there is one.
    pub(super) fn ended(&mut self, number: u64, answer: Option<&Response>, now: Instant, clock: SystemTime) {
        self.in_flight.remove(&number);
        let Some(answer) = answer else { return };
        if answer.status() == StatusCode::TOO_MANY_REQUESTS {
            let wait = rate_limit::requested_wait(answer, clock).unwrap_or_default().min(MAX_WAIT);
            self.paused = self.paused.max(Some(now + wait));
        }
        if let Some(rate) = rate_limit::policy(answer.headers()).filter(|_| !self.is_set) {
            self.rate = rate;
        }
        for limit in rate_limit::limits(answer.headers()) {
            self.is_reported = true;
            // The reset has whole seconds, and a request that comes too early is refused.
            let resets_in = limit.resets_in.min(MAX_WAIT);
            let resets = now + resets_in + (resets_in / 50).min(Duration::from_secs(1));
            // The server had not counted the requests after this one, and perhaps not all of those before it.
            let later = self.number - number;
            let earlier = self.in_flight.range(..number).count() as u64;
            let left = limit.left.saturating_sub(later + earlier);
            self.set_limit(Limit { name: limit.name, left, resets, number });
        }
    }

    /// Enters a limit, unless the answer to a later request has reported it.
    fn set_limit(&mut self, limit: Limit) {
        match self.limits.iter().position(|known| known.name == limit.name) {
            Some(index) if self.limits[index].number > limit.number => {}
            Some(index) => self.limits[index] = limit,
            None if self.limits.len() < LIMITS => self.limits.push(limit),
            None => {}
        }
    }
}

#[cfg(test)]
mod tests;

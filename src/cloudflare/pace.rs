//! Waits until a request may be sent. All readers and writers of a process share one [`Budget`].

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use tokio::sync::Notify;
use tokio::time::Instant;

use super::budget::{Hold, Ledger};
use super::rate_limit::Rate;
use super::transport::Response;

/// The number of requests that may be sent in a time, for all readers and writers of a process.
///
/// A request waits only if the budget is used up, or if the API asked for a pause with a 429. The `Ratelimit` headers of the
/// answers correct the budget.
#[derive(Debug)]
pub struct Budget {
    ledger: Mutex<Ledger>,
    /// Notified when a request has ended.
    ended: Notify,
    /// The requests that wait, in the order in which they came.
    ordinary: tokio::sync::Mutex<()>,
    /// Those that may use the reserve.
    urgent: tokio::sync::Mutex<()>,
}

impl Budget {
    /// Creates a budget with this rate; without one, with the rate that the API states or documents.
    pub fn new(rate: Option<Rate>) -> Arc<Self> {
        Arc::new(Self {
            ledger: Mutex::new(Ledger::new(rate)),
            ended: Notify::new(),
            ordinary: tokio::sync::Mutex::default(),
            urgent: tokio::sync::Mutex::default(),
        })
    }

    fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The share of one organization in a [`Budget`], and the time that its requests waited. Copies share both.
#[derive(Debug, Clone)]
pub struct Pace {
    budget: Arc<Budget>,
    waits: Arc<Mutex<Waits>>,
    is_urgent: bool,
}

/// The time that requests waited.
#[derive(Debug)]
struct Waits {
    /// The number of requests that wait.
    waiting: usize,
    /// When the first of them began to wait.
    since: Instant,
    /// The time before that in which at least one request waited.
    total: Duration,
}

impl Pace {
    /// Creates the share of an organization.
    pub fn of(budget: &Arc<Budget>) -> Self {
        let waits = Waits { waiting: 0, since: Instant::now(), total: Duration::ZERO };
        Self { budget: Arc::clone(budget), waits: Arc::new(Mutex::new(waits)), is_urgent: false }
    }

    /// Returns the same share for a write that has begun and its read-back. They may use a reserve that other requests of the
    /// process leave, so that they need not wait.
    #[must_use]
    pub fn urgent(&self) -> Self {
        self.budget.ledger().keep_reserve();
        Self { is_urgent: true, ..self.clone() }
    }

    /// Returns the time in which at least one request of the organization waited.
    pub(crate) fn waited(&self) -> Duration {
        let waits = self.waits();
        waits.total + if waits.waiting > 0 { waits.since.elapsed() } else { Duration::ZERO }
    }

    /// Waits until a request may be sent.
    ///
    /// # Errors
    /// Returns why it may not be sent before the limit.
    pub(super) async fn turn(&self, limit: Option<Instant>) -> Result<SendPermit, Hold> {
        let _waiting = WaitGuard::begin(self);
        let queue = if self.is_urgent { &self.budget.urgent } else { &self.budget.ordinary };
        let _first = queue.lock().await;
        let mut is_logged = false;
        loop {
            let ended = self.budget.ended.notified();
            let entered = self.budget.ledger().send(Instant::now(), self.is_urgent);
            let held = match entered {
                Ok(number) => return Ok(SendPermit { budget: Arc::clone(&self.budget), number }),
                Err(held) if limit.is_some_and(|limit| held.until >= limit) => return Err(held),
                Err(held) => held,
            };
            if !std::mem::replace(&mut is_logged, true) {
                let seconds = held.until.saturating_duration_since(Instant::now()).as_secs_f64();
                tracing::info!("waiting {seconds:.1} s before the next request: {}", held.reason);
            }
            tokio::select! {
                () = tokio::time::sleep_until(held.until) => {}
                () = ended => {}
            }
        }
    }

    fn waits(&self) -> MutexGuard<'_, Waits> {
        self.waits.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A request that waits.
struct WaitGuard<'a>(&'a Pace);

impl<'a> WaitGuard<'a> {
    fn begin(pace: &'a Pace) -> Self {
        let mut waits = pace.waits();
        if waits.waiting == 0 {
            waits.since = Instant::now();
        }
        waits.waiting += 1;
        drop(waits);
        Self(pace)
    }
}

impl Drop for WaitGuard<'_> {
    fn drop(&mut self) {
        let mut waits = self.0.waits();
        waits.waiting = waits.waiting.saturating_sub(1);
        if waits.waiting == 0 {
            waits.total = waits.total.saturating_add(waits.since.elapsed());
        }
    }
}

/// A request that may be sent. Dropping it enters its end without an answer.
pub(super) struct SendPermit {
    budget: Arc<Budget>,
    number: u64,
}

impl SendPermit {
    /// Enters the answer.
    pub(super) fn answered(self, answer: &Response) {
        self.budget.ledger().ended(self.number, Some(answer), Instant::now(), SystemTime::now());
    }
}

impl Drop for SendPermit {
    fn drop(&mut self) {
        self.budget.ledger().ended(self.number, None, Instant::now(), SystemTime::now());
        self.budget.ended.notify_waiters();
    }
}

#[cfg(test)]
mod tests;

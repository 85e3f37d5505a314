//! A budget of requests, as the API counts them for a user: without I/O, over a clock that the caller passes.
//!
//! The first request starts a window. A request after the last one of the budget is refused with 429, and so is every further
//! one for a whole window (API docs, fundamentals/api/reference/limits).

use std::time::Duration;

use tokio::time::Instant;

use crate::cloudflare::Rate;

/// A budget of requests, and the part of it that is used.
#[derive(Debug, Clone)]
pub(super) struct Quota {
    rate: Rate,
    /// The end of the current window.
    end: Instant,
    /// The requests of the current window.
    used: u32,
    /// Whether the current window refuses every request.
    is_blocked: bool,
}

/// What one request leaves of a budget.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Charge {
    /// The requests of a whole window.
    pub(super) requests: u32,
    /// The length of a window in seconds, rounded up.
    pub(super) window: u64,
    /// The requests that are left.
    pub(super) left: u32,
    /// The seconds until all requests are available again, rounded up, so that a client that waits for them is not too early.
    pub(super) resets_in: u64,
    /// Whether the request is beyond the budget.
    pub(super) is_refused: bool,
}

impl Quota {
    /// Creates a budget of which nothing is used.
    pub(super) fn new(rate: Rate, now: Instant) -> Self {
        Self { rate, end: now, used: 0, is_blocked: false }
    }

    /// Charges one request.
    pub(super) fn charge(&mut self, now: Instant) -> Charge {
        let requests = self.rate.requests.get();
        if now >= self.end {
            (self.end, self.used, self.is_blocked) = (now + self.rate.per, 0, false);
        }
        if self.used == requests && !self.is_blocked {
            (self.end, self.is_blocked) = (now + self.rate.per, true);
        }
        if !self.is_blocked {
            self.used += 1;
        }
        Charge {
            requests,
            window: whole_seconds(self.rate.per),
            left: requests - self.used,
            resets_in: whole_seconds(self.end - now),
            is_refused: self.is_blocked,
        }
    }
}

/// Returns a duration in seconds, rounded up.
fn whole_seconds(duration: Duration) -> u64 {
    duration.as_secs() + u64::from(duration.subsec_nanos() > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The charges of requests at these times, in milliseconds after the first.
    fn charges(rate: &str, times: &[u64]) -> Vec<(u32, u64, bool)> {
        let begin = Instant::now();
        let mut quota = Quota::new(rate.parse().unwrap(), begin);
        let charges = times.iter().map(|time| quota.charge(begin + Duration::from_millis(*time)));
        charges.map(|charge| (charge.left, charge.resets_in, charge.is_refused)).collect()
    }

    #[test]
    fn requests_are_counted_from_the_first_until_the_window_ends() {
        let expected = [(2, 10, false), (1, 6, false), (0, 1, false), (2, 10, false)];
        assert_eq!(charges("3/10s", &[0, 4_000, 9_999, 10_000]), expected);
    }

    #[test]
    fn a_request_beyond_the_budget_blocks_all_requests_for_a_whole_window() {
        let expected = [(0, 10, false), (0, 10, true), (0, 1, true), (0, 10, false)];
        assert_eq!(charges("1/10s", &[0, 9_000, 18_500, 19_000]), expected);
    }

    #[test]
    fn a_client_that_waits_as_long_as_it_is_told_is_not_refused() {
        let times = [0, 1, 1_001, 1_002, 2_002];
        let refused: Vec<bool> = charges("1/500ms", &times).iter().map(|(_, _, refused)| *refused).collect();
        assert_eq!(refused, [false, true, false, true, false]);
    }
}

//! Shows how far a run of several organizations is: on a terminal as a bar in its [`StatusLine`], elsewhere with a line every
//! ten seconds on standard error.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::cli::output::status_line::StatusLine;
use crate::cli::output::ui::Ui;
use crate::cli::output::waiting::{DELAY, FRAME, REPORTED, Repeating};

/// The progress of a run of several organizations. Dropping it ends the display.
pub(crate) struct Progress {
    line: StatusLine,
    tally: Arc<Mutex<Tally>>,
    _shown: Repeating,
}

impl Progress {
    /// Begins to show the progress of a run of this many organizations.
    pub(crate) fn several(ui: &Ui, total: usize) -> Self {
        let line = ui.status_line.clone();
        line.set_total(Some(total as u64));
        let tally = Arc::new(Mutex::new(Tally::new(total, Instant::now())));
        let (shown, counted) = (line.clone(), Arc::clone(&tally));
        let shown = if line.is_shown() {
            Repeating::start(DELAY, Some(FRAME), move || {
                let (done, text) = report(&counted);
                shown.draw(done as u64, &text);
            })
        } else {
            let ui = ui.clone();
            Repeating::start(REPORTED, Some(REPORTED), move || ui.progress(&report(&counted).1))
        };
        Self { line, tally, _shown: shown }
    }

    /// Counts an organization whose run has ended.
    pub(crate) fn done(&self, changed: bool, failed: bool) {
        let mut tally = lock(&self.tally);
        tally.done += 1;
        tally.changed += usize::from(changed);
        tally.failed += usize::from(failed);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.line.set_total(None);
    }
}

fn lock(tally: &Mutex<Tally>) -> MutexGuard<'_, Tally> {
    tally.lock().unwrap_or_else(PoisonError::into_inner)
}

fn report(tally: &Mutex<Tally>) -> (usize, String) {
    let tally = lock(tally);
    (tally.done, tally.line(Instant::now()))
}

/// How far a run of several organizations is.
#[derive(Debug, Clone, Copy)]
struct Tally {
    total: usize,
    done: usize,
    changed: usize,
    failed: usize,
    begun: Instant,
}

impl Tally {
    fn new(total: usize, begun: Instant) -> Self {
        Self { total, done: 0, changed: 0, failed: 0, begun }
    }

    /// `120 of 1,000 organizations: 3 changed, 1 failed, 4.1 per second, 4 min left`.
    fn line(&self, now: Instant) -> String {
        let Self { total, done, changed, failed, begun } = *self;
        let counted = format!(
            "{} of {} organizations: {} changed, {} failed",
            thousands(done),
            thousands(total),
            thousands(changed),
            thousands(failed)
        );
        let rate = done as f64 / now.duration_since(begun).as_secs_f64();
        // Without time or an end of a run there is no rate to speak of.
        if done == 0 || !rate.is_finite() {
            return counted;
        }
        let left = Duration::from_secs_f64(total.saturating_sub(done) as f64 / rate);
        format!("{counted}, {}, {} left", per_time(rate), approximate(left))
    }
}

/// Formats a rate per second. A slow one is given per minute.
fn per_time(rate: f64) -> String {
    match rate {
        10.0.. => format!("{rate:.0} per second"),
        1.0.. => format!("{rate:.1} per second"),
        _ => format!("{:.1} per minute", rate * 60.0),
    }
}

/// Formats a time that is only an estimate, rounded up: `40 s`, `4 min`, `1 h 20 min`.
fn approximate(time: Duration) -> String {
    let seconds = time.as_secs_f64().ceil() as u64;
    let minutes = seconds.div_ceil(60);
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3600 => format!("{minutes} min"),
        _ => format!("{} h {} min", minutes / 60, minutes % 60),
    }
}

/// Formats a number with commas: `12,000`.
fn thousands(number: usize) -> String {
    let digits = number.to_string();
    let groups: Vec<&str> =
        digits.as_bytes().rchunks(3).rev().map(|group| std::str::from_utf8(group).unwrap_or_default()).collect();
    groups.join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(done: usize, seconds: u64) -> String {
        let begun = Instant::now();
        let tally = Tally { done, changed: 3, failed: 1, ..Tally::new(1_000, begun) };
        tally.line(begun + Duration::from_secs(seconds))
    }

    #[test]
    fn a_line_has_the_counts_the_rate_and_the_time_left() {
        assert_eq!(line(120, 29), "120 of 1,000 organizations: 3 changed, 1 failed, 4.1 per second, 4 min left");
        assert_eq!(line(980, 70), "980 of 1,000 organizations: 3 changed, 1 failed, 14 per second, 2 s left");
        assert_eq!(line(100, 600), "100 of 1,000 organizations: 3 changed, 1 failed, 10.0 per minute, 1 h 30 min left");
        assert_eq!(line(1_000, 100), "1,000 of 1,000 organizations: 3 changed, 1 failed, 10 per second, 0 s left");
    }

    #[test]
    fn a_rate_is_given_once_an_organization_has_ended() {
        assert_eq!(line(0, 10), "0 of 1,000 organizations: 3 changed, 1 failed");
        assert_eq!(line(10, 0), "10 of 1,000 organizations: 3 changed, 1 failed");
    }

    #[test]
    fn numbers_have_commas() {
        for (number, shown) in [(0, "0"), (999, "999"), (1_000, "1,000"), (12_345_678, "12,345,678")] {
            assert_eq!(thousands(number), shown);
        }
    }
}

//! Shows that a run waits for the API: on a terminal in its [`StatusLine`], elsewhere with a line on standard error.

use std::time::Duration;

use tokio::runtime::Handle;
use tokio::task::AbortHandle;
use tokio::time::sleep;

use crate::cli::output::status_line::StatusLine;
use crate::cli::output::ui::Ui;

/// How long a wait may take until the line is drawn, so that a fast run does not flicker.
pub(super) const DELAY: Duration = Duration::from_millis(500);

/// The time between two frames.
pub(super) const FRAME: Duration = Duration::from_millis(100);

/// The time until a slow answer is reported, and between the reports of a run of several organizations, where the line
/// is not drawn.
pub(super) const REPORTED: Duration = Duration::from_secs(10);

/// Work that repeats until it is dropped. Without a runtime it does nothing.
pub(super) struct Repeating(Option<AbortHandle>);

impl Repeating {
    /// Starts work, which is done after `first` and then again after each `next`.
    pub(super) fn start(first: Duration, next: Option<Duration>, mut work: impl FnMut() + Send + 'static) -> Self {
        let task = async move {
            sleep(first).await;
            work();
            while let Some(next) = next {
                sleep(next).await;
                work();
            }
        };
        Self(Handle::try_current().ok().map(|runtime| runtime.spawn(task).abort_handle()))
    }
}

impl Drop for Repeating {
    fn drop(&mut self) {
        self.0.iter().for_each(AbortHandle::abort);
    }
}

/// A request that is waited for. Dropping it ends the wait.
pub(crate) struct Waiting {
    line: StatusLine,
    _shown: Option<Repeating>,
}

impl Waiting {
    /// Begins a wait for a peer. `activity` is what the run does meanwhile: `Reading account 699d…`. Both may be untrusted.
    pub(crate) fn begin(ui: &Ui, activity: &str, peer: &str) -> Self {
        let line = ui.status_line.clone();
        // A run of several organizations shows its own progress.
        let shown = if line.is_bar() {
            None
        } else if line.is_shown() {
            let (line, text) = (line.clone(), ui.for_status_line(activity));
            Some(Repeating::start(DELAY, Some(FRAME), move || line.draw(0, &text)))
        } else {
            let (ui, text) = (ui.clone(), format!("still waiting for {peer}: {} s", REPORTED.as_secs()));
            Some(Repeating::start(REPORTED, None, move || ui.progress(&text)))
        };
        Self { line, _shown: shown }
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        if !self.line.is_bar() {
            self.line.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use tokio::time::Instant;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn work_repeats_until_it_is_dropped() {
        let begun = Instant::now();
        let times = Arc::new(Mutex::new(Vec::new()));
        let recorded = Arc::clone(&times);
        let work = move || recorded.lock().unwrap().push(begun.elapsed().as_secs());
        let repeating = Repeating::start(REPORTED, Some(REPORTED), work);
        sleep(Duration::from_secs(35)).await;
        drop(repeating);
        sleep(Duration::from_secs(60)).await;
        assert_eq!(*times.lock().unwrap(), [10, 20, 30]);
    }

    #[tokio::test(start_paused = true)]
    async fn work_that_is_dropped_early_is_not_done() {
        let done = Arc::new(Mutex::new(false));
        let recorded = Arc::clone(&done);
        let repeating = Repeating::start(REPORTED, None, move || *recorded.lock().unwrap() = true);
        sleep(REPORTED - FRAME).await;
        drop(repeating);
        sleep(REPORTED).await;
        assert!(!*done.lock().unwrap());
    }
}

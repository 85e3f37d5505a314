//! The line that a terminal shows while a run waits: a spinner, or a bar for several organizations.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// The frames of the spinner. The last one is for a spinner that has ended, which is never shown.
const FRAMES: [&str; 11] = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏", " "];

/// The last line of standard error. Clones draw the same line.
#[derive(Debug, Clone, Default)]
pub(crate) struct StatusLine {
    is_shown: bool,
    state: Arc<Mutex<LineState>>,
}

#[derive(Debug, Default)]
struct LineState {
    /// The number of organizations, while the line is a bar.
    total: Option<u64>,
    drawn: Option<ProgressBar>,
}

impl StatusLine {
    /// Creates the line. One that is not shown draws nothing.
    pub(crate) fn new(is_shown: bool) -> Self {
        Self { is_shown, ..Self::default() }
    }

    /// Returns whether the line is drawn.
    pub(crate) fn is_shown(&self) -> bool {
        self.is_shown
    }

    /// Returns whether the line is a bar.
    pub(crate) fn is_bar(&self) -> bool {
        self.state().total.is_some()
    }

    /// Makes the line a bar of this length, or a spinner again.
    pub(crate) fn set_total(&self, total: Option<u64>) {
        let mut state = self.state();
        clear(&mut state);
        state.total = total;
    }

    /// Draws the next frame. The text is safe for a terminal; that of a spinner stays the same until [`StatusLine::clear`].
    /// `done` is the position of a bar.
    pub(crate) fn draw(&self, done: u64, text: &str) {
        if !self.is_shown {
            return;
        }
        let mut state = self.state();
        let total = state.total;
        let bar = state.drawn.get_or_insert_with(|| new_bar(total, text));
        if total.is_some() {
            bar.set_position(done);
            bar.set_message(text.to_owned());
        }
        bar.tick();
    }

    /// Removes the line before something is printed. The next frame draws it again.
    pub(crate) fn clear(&self) {
        clear(&mut self.state());
    }

    fn state(&self) -> MutexGuard<'_, LineState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn clear(state: &mut LineState) {
    if let Some(bar) = state.drawn.take() {
        bar.finish_and_clear();
    }
}

fn new_bar(total: Option<u64>, text: &str) -> ProgressBar {
    let template = if total.is_some() { "{bar:12} {wide_msg}" } else { "{spinner} {wide_msg}" };
    let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::with_draw_target(total, ProgressDrawTarget::stderr())
        .with_style(style.tick_strings(&FRAMES))
        .with_message(text.to_owned())
}

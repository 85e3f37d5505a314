//! The signals that arrived, and the phase of the command, which decides what a signal does to it.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, OnceLock, PoisonError};

use tokio::sync::{Notify, watch};
use tokio::time::Instant;

/// The signals of this process. Handlers are global to the process, so this is too.
pub(super) static SIGNALS: LazyLock<Signals> = LazyLock::new(Signals::new);

/// The signals of a process, and its phase.
pub(super) struct Signals {
    phase: Mutex<Phase>,
    heard: watch::Sender<Heard>,
}

/// The signals that arrived while the command handled them.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Heard {
    /// Their number.
    pub(super) count: u32,
    /// When the first one arrived.
    pub(super) first: Option<Instant>,
}

/// What a signal does to the command.
#[derive(Clone)]
pub(super) enum Phase {
    /// The command may end at any moment, and does not handle signals itself.
    Unattended,
    /// The command may end at any moment, and handles signals itself.
    Attended {
        /// The number of tasks that handle signals.
        tasks: usize,
        /// The number of signals that arrived before the first of them began.
        before: u32,
    },
    /// A write has begun, and the command handles signals itself.
    Written {
        /// The number of signals that arrived before.
        before: u32,
        /// What to do if the command does not respond, for each of the [`Writes`] that are not dropped.
        hints: BTreeMap<u64, Vec<String>>,
        /// Whether the user was told that writes are finished first.
        is_announced: bool,
    },
    /// The main thread is ending the process.
    Ending,
}

impl Signals {
    fn new() -> Self {
        Self { phase: Mutex::new(Phase::Unattended), heard: watch::Sender::new(Heard::default()) }
    }

    fn phase(&self) -> MutexGuard<'_, Phase> {
        self.phase.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the phase. Blocks for ever if the process is ending.
    fn change<T>(&self, change: impl FnOnce(&mut Phase) -> T) -> T {
        let mut phase = self.phase();
        if matches!(*phase, Phase::Ending) {
            drop(phase);
            loop {
                std::thread::park();
            }
        }
        change(&mut phase)
    }

    /// Delivers a signal to the command if it handles signals; otherwise the process is ending from now on.
    pub(super) fn deliver(&self) -> Phase {
        let mut phase = self.phase();
        if matches!(*phase, Phase::Unattended) {
            *phase = Phase::Ending;
        } else {
            self.heard.send_modify(|heard| {
                heard.count += 1;
                heard.first.get_or_insert_with(Instant::now);
            });
        }
        phase.clone()
    }

    /// Enters the last phase, and returns the one before it.
    pub(super) fn end(&self) -> Phase {
        std::mem::replace(&mut *self.phase(), Phase::Ending)
    }

    /// Returns the signals, for waiting.
    pub(super) fn heard(&self) -> watch::Receiver<Heard> {
        self.heard.subscribe()
    }

    /// Begins to handle signals.
    pub(super) fn attend(&self) -> Attention<'_> {
        // Counted before the phase changes, because from then on every signal is delivered to this command.
        let heard = self.heard();
        let count = heard.borrow().count;
        let before = self.change(|phase| match phase {
            Phase::Written { before, .. } => *before,
            Phase::Attended { tasks, before } => {
                *tasks += 1;
                *before
            }
            Phase::Unattended | Phase::Ending => {
                *phase = Phase::Attended { tasks: 1, before: count };
                count
            }
        });
        Attention { signals: self, heard, before }
    }

    /// Marks a write as begun, with the hints for it.
    fn begin_write(&self, id: u64, hints: Vec<String>) {
        let count = self.heard.borrow().count;
        self.change(|phase| {
            let (before, mut all, is_announced) = match std::mem::replace(phase, Phase::Unattended) {
                Phase::Written { before, hints, is_announced } => (before, hints, is_announced),
                Phase::Attended { tasks: _, before } => (before, BTreeMap::new(), false),
                Phase::Unattended | Phase::Ending => (count, BTreeMap::new(), false),
            };
            all.insert(id, hints);
            *phase = Phase::Written { before, hints: all, is_announced };
        });
    }

    /// Returns whether the caller is the first to tell the user that writes are finished first.
    pub(super) fn announce(&self) -> bool {
        self.change(|phase| match phase {
            Phase::Written { is_announced, .. } => !std::mem::replace(is_announced, true),
            _ => true,
        })
    }
}

/// The writes to one organization, for what is known about them after a signal.
#[derive(Default)]
pub(crate) struct Writes {
    /// The number of these writes, once they have begun.
    id: OnceLock<u64>,
    stopped: Arc<Notify>,
}

impl Writes {
    /// Marks the first write to the API: from here on, a signal leaves time to finish. The hints are shown if the command does
    /// not respond. Does not return if the process is ending, so that no write begins.
    pub(crate) fn begin(&self, hints: Vec<String>) {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let id = *self.id.get_or_init(|| NEXT.fetch_add(1, Ordering::Relaxed));
        SIGNALS.begin_write(id, hints);
    }

    /// Returns whether a write to the API has begun.
    pub(crate) fn have_begun(&self) -> bool {
        self.id.get().is_some()
    }

    /// Stops a write that waits to be sent, now or later.
    pub(super) fn stop_waiting(&self) {
        self.stopped.notify_one();
    }

    /// Completes when a write that waits to be sent must stop.
    pub(crate) fn stopped(&self) -> impl Future<Output = ()> + Send + use<> {
        let stopped = Arc::clone(&self.stopped);
        async move { stopped.notified().await }
    }
}

impl Drop for Writes {
    fn drop(&mut self) {
        if let (Some(id), Phase::Written { hints, .. }) = (self.id.get(), &mut *SIGNALS.phase()) {
            hints.remove(id);
        }
    }
}

/// Counts the signals that arrive while a task handles them. Tasks may run at once and inside each other; all of them
/// count from the beginning of the first one.
pub(super) struct Attention<'a> {
    signals: &'a Signals,
    heard: watch::Receiver<Heard>,
    /// The number of signals before that.
    before: u32,
}

impl Attention<'_> {
    /// Waits until this number of signals has arrived.
    pub(super) async fn signals(&mut self, count: u32) {
        let until = self.before + count;
        if self.heard.wait_for(|heard| heard.count >= until).await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    /// Stops handling signals, and returns whether one arrived.
    pub(super) fn end(self) -> bool {
        let (heard, before) = (self.heard.clone(), self.before);
        // Read after the phase has changed: a signal in between is delivered to this command, or ends it.
        drop(self);
        heard.borrow().count > before
    }
}

impl Drop for Attention<'_> {
    /// Stops handling signals, unless another task handles them or a write has begun.
    fn drop(&mut self) {
        self.signals.change(|phase| {
            if let Phase::Attended { tasks, before: _ } = phase {
                *tasks = tasks.saturating_sub(1);
                if *tasks == 0 {
                    *phase = Phase::Unattended;
                }
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signal_ends_a_command_unless_a_task_handles_it() {
        let signals = Signals::new();
        let attention = signals.attend();
        signals.deliver();
        assert!(attention.end());
        assert!(!signals.attend().end(), "a signal counts once");
        assert!(matches!(signals.deliver(), Phase::Ending));
    }

    #[test]
    fn a_task_that_ends_leaves_the_signals_to_the_others() {
        let signals = Signals::new();
        let (all, one) = (signals.attend(), signals.attend());
        assert!(!one.end());
        assert!(matches!(signals.deliver(), Phase::Attended { .. }));
        assert!(all.end());
    }

    #[tokio::test]
    async fn a_task_that_begins_after_a_signal_handles_it_too() {
        let signals = Signals::new();
        let _all = signals.attend();
        signals.deliver();
        let mut late = signals.attend();
        late.signals(1).await;
        assert!(late.end());
    }

    #[test]
    fn after_a_write_has_begun_a_signal_never_ends_the_command() {
        let signals = Signals::new();
        let attention = signals.attend();
        signals.begin_write(1, vec!["run plan".to_owned()]);
        signals.begin_write(2, vec!["read the backup".to_owned()]);
        signals.deliver();
        assert!(attention.end());
        assert!(signals.announce() && !signals.announce(), "the message appears once");
        let Phase::Written { hints, .. } = signals.end() else { panic!("not written") };
        assert_eq!(hints.into_values().flatten().collect::<Vec<_>>(), ["run plan", "read the backup"]);
    }
}

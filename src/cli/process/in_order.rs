//! Runs one task for each item, several at once, and delivers the results in the order of the items.
//!
//! All tasks run on the thread of the caller. A slow task does not hold up the others: up to [`WAITING`] results wait
//! behind it. After a signal, or when [`Stop`] says so, no further task begins. Those that have begun run to their end:
//! a task that may be abandoned handles the signal itself, with
//! [`abandonable`](crate::cli::process::interrupt::abandonable).

use std::cell::Cell;
use std::collections::VecDeque;
use std::num::NonZeroUsize;

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;

use crate::cli::process::signals::SIGNALS;

/// The number of results that may wait behind a slow task before no further task begins.
const WAITING: usize = 1024;

/// Says that no further task may begin, such as after the first failure of an apply.
#[derive(Debug, Default)]
pub(crate) struct Stop(Cell<bool>);

impl Stop {
    /// Lets no further task begin. A task may call this as soon as it knows, before its result is delivered.
    pub(crate) fn stop(&self) {
        self.0.set(true);
    }

    /// Whether no further task may begin.
    fn is_set(&self) -> bool {
        self.0.get()
    }
}

/// What happened to an item.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Turn<T, R> {
    /// Its task ended with this result.
    Ended(R),
    /// Its task did not begin, because of [`Stop`] or a signal.
    NotBegun(T),
}

/// Runs a task for each item, at most `parallel` at once, and delivers what happened to each item in the order of the
/// items. Returns whether a signal arrived.
///
/// Items are taken from the iterator when their task begins. A panic of a task is a panic of this function.
pub(crate) async fn in_order<T, R, F: Future<Output = R>>(
    items: impl IntoIterator<Item = T>,
    parallel: NonZeroUsize,
    stop: &Stop,
    begin: impl FnMut(T) -> F,
    deliver: impl FnMut(Turn<T, R>),
) -> bool {
    let mut tasks = Tasks { parallel: parallel.get(), waiting: WAITING, stop, begin, deliver };
    let mut attention = SIGNALS.attend();
    tasks.run(items, attention.signals(1)).await;
    attention.end()
}

/// The tasks of the items.
struct Tasks<'a, B, D> {
    parallel: usize,
    waiting: usize,
    stop: &'a Stop,
    begin: B,
    deliver: D,
}

impl<B, D> Tasks<'_, B, D> {
    /// Runs all tasks. No further task begins once `signal` has completed.
    async fn run<T, R, F: Future<Output = R>>(
        &mut self,
        items: impl IntoIterator<Item = T>,
        signal: impl Future<Output = ()>,
    ) where
        B: FnMut(T) -> F,
        D: FnMut(Turn<T, R>),
    {
        let mut items = items.into_iter().enumerate();
        let mut running = FuturesUnordered::new();
        // The results of the items that have begun and are not delivered, from the first of them.
        let mut results: VecDeque<Option<R>> = VecDeque::new();
        let mut delivered = 0;
        let mut signal = std::pin::pin!(signal);
        let mut is_interrupted = false;
        loop {
            while running.len() < self.parallel && results.len() < self.parallel.saturating_add(self.waiting) {
                let may_begin = !is_interrupted && !self.stop.is_set();
                let Some((index, item)) = may_begin.then(|| items.next()).flatten() else { break };
                let task = (self.begin)(item);
                running.push(async move { (index, task.await) });
                results.push_back(None);
            }
            let ended = tokio::select! {
                biased;
                () = &mut signal, if !is_interrupted => {
                    is_interrupted = true;
                    continue;
                }
                ended = running.next() => ended,
            };
            let Some((index, result)) = ended else { break };
            if let Some(slot) = results.get_mut(index - delivered) {
                *slot = Some(result);
            }
            while let Some(result) = results.pop_front_if(|result| result.is_some()).flatten() {
                delivered += 1;
                (self.deliver)(Turn::Ended(result));
            }
        }
        items.for_each(|(_, item)| (self.deliver)(Turn::NotBegun(item)));
    }
}

#[cfg(test)]
mod tests;

//! Signals that end the program: SIGINT (Ctrl-C), SIGTERM, SIGHUP and SIGQUIT, all with exit code 130.
//!
//! The command runs on its own thread, and the main thread waits for its end or for a signal. A command that is blocked
//! in a read of standard input, or in a write to a full pipe, can therefore be interrupted too. The handlers are
//! installed before the command starts, because signals have no default action for process 1 of a container.
//!
//! What a signal does depends on the phase of the command:
//! - before the first write to the API, the command ends at once;
//! - from the first write on, it has [`BOUND`] to finish the write and its read-back;
//! - a second signal ends it at once, and the message states what is known.
//!
//! `nohup` works: if SIGHUP is ignored at the start, it stays ignored. Without unsafe code this can be detected only on
//! Linux, in `/proc`. The other signals are always handled: a shell also ignores SIGINT and SIGQUIT for a background
//! job, but a `kill -INT` of that job is intentional.

use std::future::Future;
use std::io;
use std::path::Path;
use std::time::Duration;

use futures_util::FutureExt as _;
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;

use crate::cli::error::CliError;
use crate::cli::output::ui::Ui;
use crate::cli::process::file_size_limit;
use crate::cli::process::signals::{Attention, Phase, SIGNALS, Writes};
use crate::ending::{Exit, FailureKind};
use crate::files;

/// How long a write and its read-back may take after a signal.
pub(crate) const BOUND: Duration = Duration::from_secs(10);

/// The part of [`BOUND`] that is reserved for the audit log and the message.
const CLOSING: Duration = Duration::from_secs(1);

/// How long reporting an interruption may take: the message, and the requested reports.
const REPORTING: Duration = Duration::from_secs(2);

/// The most bytes to read of `/proc/self/status`, more than the kernel writes.
const LARGEST_STATUS: u64 = 64 * 1024;

/// The stack of the command's thread: as much as a main thread usually has.
const STACK_BYTES: usize = 8 * 1024 * 1024;

/// Runs a command until it ends or is interrupted. `report` writes the interruption in the requested formats.
///
/// # Errors
/// Returns an error if the thread of the command cannot start, or the handlers cannot be installed.
pub(crate) fn supervise<W, R>(command: W, report: R) -> Result<Exit, CliError>
where
    W: FnOnce() -> Exit + Send + 'static,
    R: FnOnce(CliError) + Send + 'static,
{
    let failed = |error: io::Error| CliError::new(FailureKind::Io, format!("cannot start the command: {error}"));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(failed)?;
    runtime.block_on(async {
        let mut signals = listen().map_err(failed)?;
        file_size_limit::make_writes_fail();
        let mut ended = start("command", command).map_err(failed)?;
        tokio::select! {
            exit = &mut ended => return Ok(exit_of(exit)),
            () = next(&mut signals) => {}
        }
        let interrupted = match SIGNALS.deliver() {
            Phase::Written { .. } | Phase::Attended { .. } => {
                if let Some(exit) = attended(&mut ended, &mut signals).await {
                    return Ok(exit);
                }
                unresponsive()
            }
            Phase::Unattended | Phase::Ending => CliError::interrupted(NOTHING_WRITTEN),
        };
        // The command may be blocked by its streams, so the report may block too and has its own thread.
        if let Ok(reported) = start("report", move || report(interrupted)) {
            tokio::select! {
                _ = reported => {}
                () = next(&mut signals) => {}
                () = tokio::time::sleep(REPORTING) => {}
            }
        }
        Ok(Exit::Interrupted)
    })
}

/// What is known if no write to the API has begun.
pub(crate) const NOTHING_WRITTEN: &str = "nothing was written to the organization";

/// Waits for a command that handles signals itself: until the bound, or shortly after a second signal.
async fn attended(ended: &mut oneshot::Receiver<Exit>, signals: &mut mpsc::Receiver<()>) -> Option<Exit> {
    let mut until = Instant::now() + BOUND;
    loop {
        tokio::select! {
            exit = &mut *ended => return Some(exit_of(exit)),
            () = next(signals) => {
                SIGNALS.deliver();
                until = until.min(Instant::now() + CLOSING);
            }
            () = tokio::time::sleep_until(until) => return None,
        }
    }
}

/// Returns the error of a command that did not respond to a signal, from its phase.
fn unresponsive() -> CliError {
    match SIGNALS.end() {
        Phase::Written { hints, .. } => {
            hints.into_values().flatten().fold(CliError::interrupted(UNKNOWN), CliError::hint)
        }
        _ => CliError::interrupted(NOTHING_WRITTEN),
    }
}

/// Runs work on its own thread.
fn start<T: Send + 'static>(name: &str, work: impl FnOnce() -> T + Send + 'static) -> io::Result<oneshot::Receiver<T>> {
    let (done, wait) = oneshot::channel();
    let thread = std::thread::Builder::new().name(name.to_owned()).stack_size(STACK_BYTES);
    // The receiver is gone if the process stopped waiting for this thread.
    thread.spawn(move || drop(done.send(work())))?;
    Ok(wait)
}

/// Returns the exit code of a command, or resumes its panic on the main thread.
fn exit_of(ended: Result<Exit, oneshot::error::RecvError>) -> Exit {
    ended.unwrap_or_else(|panicked| std::panic::resume_unwind(Box::new(panicked)))
}

/// Waits for a signal; for ever if the handlers have ended.
async fn next(signals: &mut mpsc::Receiver<()>) {
    if signals.recv().await.is_none() {
        std::future::pending::<()>().await;
    }
}

/// Installs the handlers, which stay for the life of the process.
#[cfg(unix)]
fn listen() -> io::Result<mpsc::Receiver<()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let all = [SignalKind::interrupt(), SignalKind::terminate(), SignalKind::hangup(), SignalKind::quit()];
    let (send, heard) = mpsc::channel(16);
    for kind in all.into_iter().filter(|kind| *kind != SignalKind::hangup() || !is_hangup_ignored()) {
        let (mut arrivals, send) = (signal(kind)?, send.clone());
        tokio::spawn(async move { while arrivals.recv().await.is_some() && send.send(()).await.is_ok() {} });
    }
    Ok(heard)
}

/// Installs the handler of Ctrl-C, the only signal of other platforms.
#[cfg(not(unix))]
fn listen() -> io::Result<mpsc::Receiver<()>> {
    let (send, heard) = mpsc::channel(16);
    tokio::spawn(async move { while tokio::signal::ctrl_c().await.is_ok() && send.send(()).await.is_ok() {} });
    Ok(heard)
}

/// Returns whether this process was started with SIGHUP ignored, as by `nohup`.
#[cfg(unix)]
fn is_hangup_ignored() -> bool {
    let status = files::read(Path::new("/proc/self/status"), LARGEST_STATUS).unwrap_or_default();
    ignores_hangup(&String::from_utf8_lossy(&status))
}

/// Returns whether `/proc/PID/status` (proc_pid_status(5)) lists SIGHUP as ignored: bit 0 of the hexadecimal mask.
#[cfg(unix)]
fn ignores_hangup(status: &str) -> bool {
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).is_some_and(|mask| mask & 1 == 1)
}

/// What is known about a write that did not finish.
const UNKNOWN: &str = "a write was abandoned; whether it took effect is unknown";

/// Runs work that may be abandoned at any time.
///
/// # Errors
/// Returns an error if a signal arrives first.
pub(crate) async fn abandonable<T>(work: impl Future<Output = T>) -> Result<T, CliError> {
    let mut attention = SIGNALS.attend();
    let done = tokio::select! {
        biased;
        () = attention.signals(1) => None,
        done = work => Some(done),
    };
    let interrupted = attention.end();
    done.filter(|_| !interrupted).ok_or_else(|| CliError::interrupted(NOTHING_WRITTEN))
}

/// Runs work after a write that the result does not depend on. Returns `None` if a signal has arrived, or arrives first.
pub(crate) async fn until_signal<T>(work: impl Future<Output = T>) -> Option<T> {
    let mut heard = SIGNALS.heard();
    tokio::select! {
        biased;
        _ = heard.wait_for(|heard| heard.count > 0) => None,
        done = work => Some(done),
    }
}

/// Runs work that may be abandoned until its writes begin, and should finish after that: the first signal then leaves
/// it [`BOUND`], and a second one abandons it.
///
/// # Errors
/// Returns an error if a signal arrives before the first write, or the work does not end in time after one.
pub(crate) async fn finished<T>(ui: &Ui, writes: &Writes, work: impl Future<Output = T>) -> Result<T, CliError> {
    let mut attention = SIGNALS.attend();
    tokio::pin!(work);
    tokio::select! {
        biased;
        () = attention.signals(1) => {}
        done = &mut work => return completed(attention, writes, done),
    }
    if !writes.have_begun() {
        attention.end();
        return Err(CliError::interrupted(NOTHING_WRITTEN));
    }
    writes.stop_waiting();
    // If no write is unanswered, nothing is left to finish.
    if let Some(done) = work.as_mut().now_or_never() {
        return Ok(done);
    }
    if SIGNALS.announce() {
        ui.say(&format!(
            "interrupted: finishing the write and its read-back within {} seconds; a second signal abandons them",
            BOUND.as_secs()
        ));
    }
    tokio::select! {
        biased;
        done = &mut work => Ok(done),
        () = attention.signals(2) => Err(CliError::interrupted(UNKNOWN)),
        () = tokio::time::sleep(BOUND - CLOSING) => Err(CliError::interrupted(UNKNOWN)),
    }
}

/// Returns the result of the work, or an error if a signal arrived before the first write.
fn completed<T>(attention: Attention<'_>, writes: &Writes, done: T) -> Result<T, CliError> {
    let is_interrupted = attention.end() && !writes.have_begun();
    if is_interrupted { Err(CliError::interrupted(NOTHING_WRITTEN)) } else { Ok(done) }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn an_ignored_hangup_is_detected_in_the_status_of_the_process() {
        let status = |mask: &str| format!("Name:\tzerodrift\nSigBlk:\tffffffffffffffff\nSigIgn:\t{mask}\n");
        assert!(ignores_hangup(&status("0000000000000001")));
        assert!(ignores_hangup(&status("0000000000001007")));
        for mask in ["0000000000000000", "0000000000001006", "", "no mask"] {
            assert!(!ignores_hangup(&status(mask)), "{mask}");
        }
        assert!(!ignores_hangup("SigBlk:\tffffffffffffffff\n"));
    }
}

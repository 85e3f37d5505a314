//! Signals that ask the program to end: SIGINT (Ctrl-C), SIGTERM, SIGHUP and SIGQUIT, all with exit code 130.
//!
//! The command runs on a thread of its own, and the main thread waits for its end or for a signal. A command that is
//! blocked, in a read of standard input or in a write to a pipe that nobody reads, therefore ends like any other. The
//! handlers are installed before the command starts: process 1 of a container has no default action to fall back on.
//!
//! What a signal does depends on the phase of the command:
//! - before the first write to the API, the command ends at once;
//! - from the first write on, it has [`BOUND`] to finish the write and its read-back;
//! - a second signal ends it at once, and the message says what is known.
//!
//! `nohup` works: where SIGHUP was ignored at the start, it stays ignored. Only Linux shows that without unsafe code,
//! in `/proc`. The other signals are always heard, because a shell also ignores SIGINT and SIGQUIT for a job in the
//! background, and a `kill -INT` of that job is meant.

use std::future::Future;
use std::io;
use std::path::Path;
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::Instant;

use crate::cli::error::CliError;
use crate::cli::output::ui::Ui;
use crate::cli::process::file_size_limit;
use crate::cloudflare::{Reached, Request, Sending, Transport, TransportError, TransportErrorKind};
use crate::ending::{Exit, FailureKind};
use crate::files;

/// How long a write and its read-back may take after a signal.
pub(crate) const BOUND: Duration = Duration::from_secs(10);

/// How long the answer to a write may take after a signal. After that a read-back has to show what the write did.
const ANSWER: Duration = Duration::from_secs(4);

/// The part of [`BOUND`] that is kept for the audit log and the message.
const CLOSING: Duration = Duration::from_secs(1);

/// How long the end of an interrupted command may take: its message, and the reports that were asked for.
const REPORTING: Duration = Duration::from_secs(2);

/// More than the kernel says of a process, in bytes.
const LARGEST_STATUS: u64 = 64 * 1024;

/// The stack of the command's thread: as much as a main thread usually has.
const STACK_BYTES: usize = 8 * 1024 * 1024;

/// The signals of this process. There is one set of handlers per process, and so one value.
static SIGNALS: LazyLock<Signals> =
    LazyLock::new(|| Signals { phase: Mutex::new(Phase::Unattended), heard: watch::Sender::new(Heard::default()) });

struct Signals {
    phase: Mutex<Phase>,
    heard: watch::Sender<Heard>,
}

/// The signals that came while somebody attended to them.
#[derive(Debug, Clone, Copy, Default)]
struct Heard {
    count: u32,
    /// When the first one came.
    first: Option<Instant>,
}

/// What the command is doing, as far as a signal is concerned.
#[derive(Clone)]
enum Phase {
    /// Something that may end at any moment, and that does not listen.
    Unattended,
    /// Something that may end at any moment, and that listens by itself.
    Attended,
    /// A write has begun; it listens by itself. The hints say what to do if nothing else can be said.
    Written(Vec<String>),
    /// The main thread is ending the process.
    Ending,
}

impl Signals {
    fn phase(&self) -> MutexGuard<'_, Phase> {
        self.phase.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Enters a phase, unless the process is ending: then the caller has nothing left to do.
    fn enter(&self, next: impl FnOnce(&Phase) -> Phase) {
        let mut phase = self.phase();
        if matches!(*phase, Phase::Ending) {
            drop(phase);
            loop {
                std::thread::park();
            }
        }
        *phase = next(&phase);
    }

    /// Hands a signal to the command if it listens. Otherwise the process is ending from now on.
    fn deliver(&self) -> Phase {
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
}

/// Runs a command until it ends or is interrupted. `report` says why it was interrupted, in the formats that were asked for.
///
/// # Errors
/// If the system has no thread for the command, or no handler for the signals.
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
            Phase::Written(_) | Phase::Attended => {
                if let Some(exit) = attended(&mut ended, &mut signals).await {
                    return Ok(exit);
                }
                unresponsive()
            }
            Phase::Unattended | Phase::Ending => CliError::interrupted(NOTHING_WRITTEN),
        };
        // The streams may be what the command is blocked in, so the report must not block the end either.
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

/// What is known wherever no write to the API has begun.
const NOTHING_WRITTEN: &str = "nothing was written to the organization";

/// Waits for a command that attends to signals by itself: until the bound, or shortly after a further signal.
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

/// The end of a command that does not end: what is known is what it left in its phase.
fn unresponsive() -> CliError {
    let mut phase = SIGNALS.phase();
    match std::mem::replace(&mut *phase, Phase::Ending) {
        Phase::Written(hints) => hints.into_iter().fold(CliError::interrupted(UNKNOWN), CliError::hint),
        _ => CliError::interrupted(NOTHING_WRITTEN),
    }
}

/// Runs something on a thread of its own.
fn start<T: Send + 'static>(name: &str, work: impl FnOnce() -> T + Send + 'static) -> io::Result<oneshot::Receiver<T>> {
    let (done, wait) = oneshot::channel();
    let thread = std::thread::Builder::new().name(name.to_owned()).stack_size(STACK_BYTES);
    // Nobody waits for a thread that outlives its end.
    thread.spawn(move || drop(done.send(work())))?;
    Ok(wait)
}

/// The exit code of a command. Where panics unwind, a panic of the command ends the process as one of the main thread does.
fn exit_of(ended: Result<Exit, oneshot::error::RecvError>) -> Exit {
    ended.unwrap_or_else(|panicked| std::panic::resume_unwind(Box::new(panicked)))
}

/// Waits for a signal; for ever, where no handler can be installed any more.
async fn next(signals: &mut mpsc::Receiver<()>) {
    if signals.recv().await.is_none() {
        std::future::pending::<()>().await;
    }
}

/// Installs the handlers. They stay for the life of the process.
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

/// Whether whoever started this process made it ignore SIGHUP, as `nohup` does.
#[cfg(unix)]
fn is_hangup_ignored() -> bool {
    let status = files::read(Path::new("/proc/self/status"), LARGEST_STATUS).unwrap_or_default();
    ignores_hangup(&String::from_utf8_lossy(&status))
}

/// Whether `/proc/PID/status` (proc_pid_status(5)) lists SIGHUP as ignored: bit 0 of the mask, which is hexadecimal.
#[cfg(unix)]
fn ignores_hangup(status: &str) -> bool {
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).is_some_and(|mask| mask & 1 == 1)
}

/// What is known of a write that did not get to its end.
const UNKNOWN: &str = "a write was abandoned, and it is not known whether it was acted on";

/// Marks the first write to the API: from here on a signal leaves [`BOUND`] to finish. Does not return if the process
/// is ending, so that no write begins then.
pub(crate) fn write_begins(hints: Vec<String>) {
    SIGNALS.enter(|_| Phase::Written(hints));
}

/// Whether a write to the API has begun.
pub(crate) fn has_written() -> bool {
    matches!(*SIGNALS.phase(), Phase::Written(_))
}

/// A transport for writes that stops waiting for an answer [`ANSWER`] after a signal, and sends no write after that.
pub(crate) struct ImpatientTransport(pub(crate) Arc<dyn Transport>);

impl Transport for ImpatientTransport {
    fn send<'a>(&'a self, request: &'a Request, timeout: Duration) -> Sending<'a> {
        Box::pin(async move {
            let is_late = SIGNALS.heard.borrow().first.is_some_and(|first| first + ANSWER <= Instant::now());
            if is_late {
                // Not sent. The bound of the whole run ends this wait.
                return std::future::pending().await;
            }
            tokio::select! {
                biased;
                answer = self.0.send(request, timeout) => answer,
                () = answer_is_late() => Err(TransportError::new(
                    TransportErrorKind::Timeout,
                    Reached::Unknown,
                    format!("no answer came within {} seconds after the signal", ANSWER.as_secs()),
                )),
            }
        })
    }

    fn base_url(&self) -> &str {
        self.0.base_url()
    }
}

/// Waits for a signal, and then as long as an answer may take.
async fn answer_is_late() {
    let mut heard = SIGNALS.heard.subscribe();
    let first = heard.wait_for(|heard| heard.first.is_some()).await.ok().and_then(|heard| heard.first);
    match first {
        Some(first) => tokio::time::sleep_until(first + ANSWER).await,
        None => std::future::pending().await,
    }
}

/// Counts the signals that this command attends to.
struct Attention {
    heard: watch::Receiver<Heard>,
    /// How many there were before.
    before: u32,
}

impl Attention {
    fn begin() -> Self {
        // Counted before the phase changes: from then on every signal is for this command.
        let heard = SIGNALS.heard.subscribe();
        let before = heard.borrow().count;
        SIGNALS.enter(|phase| if matches!(phase, Phase::Written(_)) { phase.clone() } else { Phase::Attended });
        Self { heard, before }
    }

    /// Waits until so many signals have come.
    async fn signals(&mut self, count: u32) {
        let until = self.before + count;
        if self.heard.wait_for(|heard| heard.count >= until).await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    /// Stops attending, and says whether a signal came that nobody has attended to.
    fn end(self) -> bool {
        SIGNALS.enter(|phase| if matches!(phase, Phase::Attended) { Phase::Unattended } else { phase.clone() });
        self.heard.borrow().count > self.before
    }
}

/// Runs what may be abandoned at any time.
///
/// # Errors
/// If a signal comes first.
pub(crate) async fn abandonable<T>(work: impl Future<Output = T>) -> Result<T, CliError> {
    let mut attention = Attention::begin();
    let done = tokio::select! {
        biased;
        () = attention.signals(1) => None,
        done = work => Some(done),
    };
    let interrupted = attention.end();
    done.filter(|_| !interrupted).ok_or_else(|| CliError::interrupted(NOTHING_WRITTEN))
}

/// Runs what may be abandoned until [`write_begins`], and should be finished after that: the first signal then leaves
/// it [`BOUND`], and a second one abandons it.
///
/// # Errors
/// If a signal comes before the first write, or the work does not end after one.
pub(crate) async fn finished<T>(ui: &Ui, work: impl Future<Output = T>) -> Result<T, CliError> {
    let mut attention = Attention::begin();
    tokio::pin!(work);
    tokio::select! {
        biased;
        () = attention.signals(1) => {}
        done = &mut work => return done_in(attention, done),
    }
    if !has_written() {
        attention.end();
        return Err(CliError::interrupted(NOTHING_WRITTEN));
    }
    ui.say(&format!(
        "interrupted: finishing the write and its read-back within {} seconds; a second signal abandons them",
        BOUND.as_secs()
    ));
    tokio::select! {
        biased;
        done = &mut work => Ok(done),
        () = attention.signals(2) => Err(CliError::interrupted(UNKNOWN)),
        () = tokio::time::sleep(BOUND - CLOSING) => Err(CliError::interrupted(UNKNOWN)),
    }
}

/// What was done before a signal came, unless one came that would have stopped it.
fn done_in<T>(attention: Attention, done: T) -> Result<T, CliError> {
    if attention.end() && !has_written() { Err(CliError::interrupted(NOTHING_WRITTEN)) } else { Ok(done) }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn the_mask_of_ignored_signals_is_read_as_the_kernel_writes_it() {
        let status = |mask: &str| format!("Name:\tzerodrift\nSigBlk:\tffffffffffffffff\nSigIgn:\t{mask}\n");
        assert!(ignores_hangup(&status("0000000000000001")));
        assert!(ignores_hangup(&status("0000000000001007")));
        for mask in ["0000000000000000", "0000000000001006", "", "no mask"] {
            assert!(!ignores_hangup(&status(mask)), "{mask}");
        }
        assert!(!ignores_hangup("SigBlk:\tffffffffffffffff\n"));
    }
}

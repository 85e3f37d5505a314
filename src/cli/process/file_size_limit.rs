//! The limit on the size of files: without this module, exceeding it would kill the process with a signal.

/// Makes a write beyond the limit of `ulimit -f` fail, as on a full disk, instead of killing the process.
///
/// The handler ignores the signal, and stays installed for the life of the process. If it cannot be installed, the
/// limit kills the process as usual. Must be called within a tokio runtime.
#[cfg(unix)]
pub(crate) fn make_writes_fail() {
    use rustix::process::Signal;
    use tokio::signal::unix::{SignalKind, signal};
    drop(signal(SignalKind::from_raw(Signal::XFSZ.as_raw())));
}

/// Other systems have no such limit.
#[cfg(not(unix))]
pub(crate) fn make_writes_fail() {}

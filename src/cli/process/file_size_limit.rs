//! A limit on the size of files, which would end the process with a signal where a write should only fail.

/// Lets a write beyond the limit of `ulimit -f` fail, as on a full disk, instead of ending the process.
///
/// The signal is received and dropped: the handler stays for as long as the process does. Where it cannot be installed,
/// the process ends as any other one does. Must be called within a tokio runtime.
#[cfg(unix)]
pub(crate) fn make_writes_fail() {
    use rustix::process::Signal;
    use tokio::signal::unix::{SignalKind, signal};
    drop(signal(SignalKind::from_raw(Signal::XFSZ.as_raw())));
}

/// Other systems have no such limit.
#[cfg(not(unix))]
pub(crate) fn make_writes_fail() {}

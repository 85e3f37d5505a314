//! Ctrl-C: reads are abandoned, a write that has begun is finished and proved.

use std::future::Future;

use super::error::CliError;
use super::ui::Ui;

/// Runs what may be abandoned at any time.
///
/// # Errors
/// If Ctrl-C comes first.
pub(super) async fn abandonable<T>(work: impl Future<Output = T>) -> Result<T, CliError> {
    tokio::select! {
        biased;
        done = work => Ok(done),
        () = pressed() => Err(CliError::interrupted("nothing was written")),
    }
}

/// Runs what should be finished: the first Ctrl-C says so, the second one abandons it.
///
/// # Errors
/// If Ctrl-C comes twice.
pub(super) async fn finished<T>(ui: &Ui, work: impl Future<Output = T>) -> Result<T, CliError> {
    tokio::pin!(work);
    tokio::select! {
        biased;
        done = &mut work => return Ok(done),
        () = pressed() => ui.say("interrupted: finishing the write and its read-back; press Ctrl-C again to abandon them"),
    }
    tokio::select! {
        biased;
        done = &mut work => Ok(done),
        () = pressed() => Err(CliError::interrupted("a write was abandoned, and it is not known whether it was acted on")
            .hint("run plan to see, then apply again")),
    }
}

/// Waits for Ctrl-C; for ever, where the platform cannot tell.
async fn pressed() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}

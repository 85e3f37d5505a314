//! Writes after a signal: the answer to one is awaited only for a few seconds.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use crate::cli::process::signals::SIGNALS;
use crate::cloudflare::{Reached, Request, RetryEvent, Sending, Transport, TransportError, TransportErrorKind};

/// How long the answer to a write may take after a signal. After that, the read-back shows what the write did.
const ANSWER: Duration = Duration::from_secs(4);

/// A transport for writes that stops waiting for an answer [`ANSWER`] after a signal, and sends no write after that.
pub(crate) struct ImpatientTransport(pub(crate) Arc<dyn Transport>);

impl Transport for ImpatientTransport {
    fn send<'a>(&'a self, request: &'a Request, timeout: Duration) -> Sending<'a> {
        Box::pin(async move {
            let is_late = SIGNALS.heard().borrow().first.is_some_and(|first| first + ANSWER <= Instant::now());
            if is_late {
                // Not sent; `BOUND` ends this wait.
                return std::future::pending().await;
            }
            tokio::select! {
                biased;
                answer = self.0.send(request, timeout) => answer,
                () = answer_is_late() => Err(TransportError::new(
                    TransportErrorKind::Timeout,
                    Reached::Unknown,
                    format!("no answer within {} seconds of the signal", ANSWER.as_secs()),
                )),
            }
        })
    }

    fn retrying(&self, event: &RetryEvent) {
        self.0.retrying(event);
    }

    fn base_url(&self) -> &str {
        self.0.base_url()
    }

    fn token_variable(&self) -> Option<&str> {
        self.0.token_variable()
    }
}

/// Waits for a signal, and then for [`ANSWER`].
async fn answer_is_late() {
    let mut heard = SIGNALS.heard();
    let first = heard.wait_for(|heard| heard.first.is_some()).await.ok().and_then(|heard| heard.first);
    match first {
        Some(first) => tokio::time::sleep_until(first + ANSWER).await,
        None => std::future::pending().await,
    }
}

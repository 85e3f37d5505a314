//! Says on standard error why a run waits: one line for each retry, once a request has taken two seconds.

use std::sync::Arc;
use std::time::Duration;

use url::Url;

use crate::cli::output::ui::Ui;
use crate::cloudflare::{Request, RetryEvent, Sending, Transport};
use crate::text::visible;

/// How long a request may take without a message.
const SILENT: Duration = Duration::from_secs(2);

/// A transport that reports retries to the user.
pub(crate) struct ReportedTransport {
    /// The transport that sends.
    pub(crate) transport: Arc<dyn Transport>,
    /// Where retries are reported.
    pub(crate) ui: Ui,
}

impl Transport for ReportedTransport {
    fn send<'a>(&'a self, request: &'a Request, timeout: Duration) -> Sending<'a> {
        self.transport.send(request, timeout)
    }

    fn retrying(&self, event: &RetryEvent) {
        if let Some(line) = line(event, self.base_url()) {
            self.ui.progress(&line);
        }
    }

    fn base_url(&self) -> &str {
        self.transport.base_url()
    }
}

/// `429 Too Many Requests from api.cloudflare.com, next try in 8 s (2 of 5)`. `None` for a short wait.
fn line(event: &RetryEvent, base_url: &str) -> Option<String> {
    let RetryEvent { reason, is_answer, elapsed, wait, attempt, attempts } = event;
    if elapsed.saturating_add(*wait) < SILENT {
        return None;
    }
    // The message about a failed connection names the host.
    let host = Url::parse(base_url).ok().filter(|_| *is_answer);
    let from = host.as_ref().and_then(Url::host_str).map(|host| format!(" from {host}")).unwrap_or_default();
    // Rounded up, so that the next try is never later than stated by a whole second.
    let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
    let (reason, from) = (visible(reason), visible(&from));
    Some(format!("{reason}{from}, next try in {seconds} s ({attempt} of {attempts})"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(elapsed: Duration, wait: Duration) -> RetryEvent {
        RetryEvent {
            reason: "429 Too Many Requests".to_owned(),
            is_answer: true,
            elapsed,
            wait,
            attempt: 2,
            attempts: 5,
        }
    }

    #[test]
    fn a_long_wait_is_reported_with_its_reason_and_the_next_try() {
        assert_eq!(
            line(&event(Duration::ZERO, Duration::from_millis(7_200)), "https://api.cloudflare.com/client/v4").unwrap(),
            "429 Too Many Requests from api.cloudflare.com, next try in 8 s (2 of 5)"
        );
    }

    #[test]
    fn a_retry_is_reported_once_the_request_has_taken_two_seconds() {
        let reported = |elapsed, wait| {
            let event = event(Duration::from_millis(elapsed), Duration::from_millis(wait));
            line(&event, "http://127.0.0.1:1").is_some()
        };
        assert!(!reported(0, 1_999));
        assert!(reported(0, 2_000));
        assert!(!reported(1_500, 400));
        assert!(reported(1_500, 500));
    }

    #[test]
    fn the_reason_is_escaped() {
        let hostile = RetryEvent { reason: "\u{1b}[2J".to_owned(), ..event(SILENT, SILENT) };
        assert!(line(&hostile, "http://127.0.0.1:1").unwrap().starts_with(r"\u{1b}[2J from 127.0.0.1"));
    }
}

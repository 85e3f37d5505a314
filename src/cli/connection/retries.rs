//! Shows why a run waits: what it waits for during each request, and one line for each retry, once the request has taken
//! two seconds.

use std::sync::Arc;
use std::time::Duration;

use http::Method;
use url::Url;

use crate::cli::output::ui::Ui;
use crate::cli::output::waiting::Waiting;
use crate::cloudflare::{Request, RetryEvent, Sending, Transport};
use crate::settings::Scope;
use crate::text::visible;

/// How long a request may take without a message.
const SILENT: Duration = Duration::from_secs(2);

/// A transport that shows requests and retries to the user.
pub(crate) struct ReportedTransport {
    /// The transport that sends.
    pub(crate) transport: Arc<dyn Transport>,
    /// Where they are shown.
    pub(crate) ui: Ui,
}

impl Transport for ReportedTransport {
    fn send<'a>(&'a self, request: &'a Request, timeout: Duration) -> Sending<'a> {
        Box::pin(async move {
            let _waiting = Waiting::begin(&self.ui, &activity(request), &host(self.base_url()));
            self.transport.send(request, timeout).await
        })
    }

    fn retrying(&self, event: &RetryEvent) {
        if let Some(line) = line(event, self.base_url()) {
            self.ui.progress(&line);
        }
    }

    fn base_url(&self) -> &str {
        self.transport.base_url()
    }

    fn token_variable(&self) -> Option<&str> {
        self.transport.token_variable()
    }
}

/// `429 Too Many Requests from api.cloudflare.com, next try in 8 s (2 of 5)`. `None` for a short wait.
fn line(event: &RetryEvent, base_url: &str) -> Option<String> {
    let RetryEvent { reason, is_answer, elapsed, wait, attempt, attempts } = event;
    if elapsed.saturating_add(*wait) < SILENT {
        return None;
    }
    // The message about a failed connection names the host.
    let from = if *is_answer { format!(" from {}", host(base_url)) } else { String::new() };
    // Rounded up, so that the next try is never later than stated by a whole second.
    let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
    Some(format!("{}{from}, next try in {seconds} s ({attempt} of {attempts})", visible(reason)))
}

/// Returns the host of the API, safe to print.
fn host(base_url: &str) -> String {
    let url = Url::parse(base_url).ok();
    visible(url.as_ref().and_then(Url::host_str).unwrap_or("the API")).into_owned()
}

/// Describes what a request does: `Reading account 699d98642c564d2e855e9661899b7252`.
fn activity(request: &Request) -> String {
    let segments: Vec<&str> = request.uri().path().split('/').skip(1).collect();
    let scope = |scope: Scope| segments.first() == Some(&scope.plural());
    let target = match ([Scope::Account, Scope::Zone].into_iter().find(|known| scope(*known)), segments.get(1)) {
        (Some(scope), Some(id)) => format!("{scope} {id}"),
        _ => "the API".to_owned(),
    };
    match (segments.last(), request.method()) {
        (Some(&"audit"), _) => format!("Reading the audit log of {target}"),
        (Some(&"verify"), _) => "Verifying the token".to_owned(),
        (Some(&"revoke_user"), _) => format!("Revoking the tokens of a user of {target}"),
        (_, &Method::GET) => format!("Reading {target}"),
        _ => format!("Writing {target}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cloudflare::{Revocation, request};
    use crate::json::JsonText;
    use crate::settings::Target;

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
    fn a_request_is_described_by_what_it_does() {
        let target = Target::account("699d98642c564d2e855e9661899b7252").unwrap();
        let zone = Target::zone("699d98642c564d2e855e9661899b7252").unwrap();
        let now = jiff::Timestamp::UNIX_EPOCH;
        for (request, described) in [
            (request::get(&target), "Reading account 699d98642c564d2e855e9661899b7252"),
            (request::get_doh(&target), "Reading account 699d98642c564d2e855e9661899b7252"),
            (
                request::update(&zone, JsonText::from(&serde_json::Map::new())),
                "Writing zone 699d98642c564d2e855e9661899b7252",
            ),
            (
                request::audit_log(&target.id, now, now, None),
                "Reading the audit log of account 699d98642c564d2e855e9661899b7252",
            ),
            (
                request::revoke_user(&target, &Revocation::of("kim@widget.example")),
                "Revoking the tokens of a user of account 699d98642c564d2e855e9661899b7252",
            ),
            (request::verify_user_token(), "Verifying the token"),
        ] {
            assert_eq!(activity(&request.http), described);
        }
    }

    #[test]
    fn the_reason_is_escaped() {
        let hostile = RetryEvent { reason: "\u{1b}[2J".to_owned(), ..event(SILENT, SILENT) };
        assert!(line(&hostile, "http://127.0.0.1:1").unwrap().starts_with(r"\u{1b}[2J from 127.0.0.1"));
    }
}

//! Helpers for the tests of the client: a transport that returns scripted answers and records the requests.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Map, Value as Json, json};
use tokio::time::Instant;

use super::transport::{
    Reached, Request, Response, RetryEvent, Sending, Transport, TransportError, TransportErrorKind,
};
use crate::settings::Target;

/// The account id of all tests.
pub(super) const ACCOUNT: &str = "699d98642c564d2e855e9661899b7252";

pub(super) type ScriptedOutcome = Result<Response, TransportError>;

/// A transport that answers requests in the order of the script, and panics at a request beyond its end.
pub(super) struct Script {
    outcomes: Mutex<VecDeque<ScriptedOutcome>>,
    requests: Mutex<Vec<Recorded>>,
    retries: Mutex<Vec<(Instant, RetryEvent)>>,
}

/// A recorded request.
#[derive(Debug, Clone)]
pub(super) struct Recorded {
    pub(super) request: Request,
    pub(super) timeout: Duration,
    pub(super) at: Instant,
}

impl Script {
    pub(super) fn new(outcomes: impl IntoIterator<Item = ScriptedOutcome>) -> Arc<Self> {
        let outcomes = Mutex::new(outcomes.into_iter().collect());
        Arc::new(Self { outcomes, requests: Mutex::default(), retries: Mutex::default() })
    }

    pub(super) fn requests(&self) -> Vec<Recorded> {
        self.requests.lock().unwrap().clone()
    }

    /// The retries that were announced, each with its time.
    pub(super) fn retries(&self) -> Vec<(Instant, RetryEvent)> {
        self.retries.lock().unwrap().clone()
    }

    /// The requests as `METHOD path`, in order.
    pub(super) fn lines(&self) -> Vec<String> {
        self.requests().iter().map(|recorded| line(&recorded.request)).collect()
    }

    /// The waits between the requests, in whole milliseconds.
    pub(super) fn waits(&self) -> Vec<u128> {
        self.requests().windows(2).map(|pair| (pair[1].at - pair[0].at).as_millis()).collect()
    }
}

impl Transport for Script {
    fn send<'a>(&'a self, request: &'a Request, timeout: Duration) -> Sending<'a> {
        self.requests.lock().unwrap().push(Recorded { request: request.clone(), timeout, at: Instant::now() });
        let outcome = self
            .outcomes
            .lock()
            .unwrap()
            .pop_front()
            .unwrap_or_else(|| panic!("unexpected request: {}", line(request)));
        Box::pin(async move { outcome })
    }

    fn retrying(&self, event: &RetryEvent) {
        self.retries.lock().unwrap().push((Instant::now(), event.clone()));
    }

    fn base_url(&self) -> &'static str {
        "https://api.example/client/v4"
    }
}

pub(super) fn account() -> Target {
    Target::account(ACCOUNT).unwrap()
}

pub(super) fn zone() -> Target {
    Target::zone(ACCOUNT).unwrap()
}

pub(super) fn document() -> Map<String, Json> {
    let value =
        json!({"auth_domain": "widget.cloudflareaccess.com", "name": "Widget Corps", "session_duration": "24h"});
    value.as_object().unwrap().clone()
}

/// A request as `METHOD path`.
fn line(request: &Request) -> String {
    format!("{} {}", request.method(), request.uri().path())
}

pub(super) fn raw(status: u16, body: impl Into<Vec<u8>>) -> Response {
    http::Response::builder().status(status).header("cf-ray", "8f1e2d3c4b5a6978-FRA").body(body.into()).unwrap()
}

pub(super) fn answer(status: u16, body: &Json) -> ScriptedOutcome {
    Ok(raw(status, body.to_string()))
}

pub(super) fn success(result: &Json) -> ScriptedOutcome {
    answer(200, &json!({"success": true, "errors": [], "messages": [], "result": result}))
}

pub(super) fn refusal(status: u16, code: u32, message: &str) -> ScriptedOutcome {
    let errors = json!([{"code": code, "message": message}]);
    answer(status, &json!({"success": false, "errors": errors, "messages": [], "result": null}))
}

pub(super) fn not_enabled(status: u16) -> ScriptedOutcome {
    refusal(status, 9999, "access.api.error.not_enabled: Access is not enabled. Visit the Access dashboard.")
}

pub(super) fn html(status: u16) -> ScriptedOutcome {
    Ok(raw(status, "<html>\r\n<title>Bad gateway\u{1b}[2J</title></html>"))
}

pub(super) fn with(outcome: ScriptedOutcome, name: &str, value: &str) -> ScriptedOutcome {
    outcome.map(|mut response| {
        response.headers_mut().append(http::HeaderName::try_from(name).unwrap(), value.parse().unwrap());
        response
    })
}

pub(super) fn failure(kind: TransportErrorKind, reached: Reached, message: &str) -> TransportError {
    TransportError::new(kind, reached, message)
}

pub(super) fn unreachable() -> ScriptedOutcome {
    Err(failure(TransportErrorKind::Connect, Reached::Nothing, "cannot connect to api.example:443: connection refused"))
}

pub(super) fn lost() -> ScriptedOutcome {
    Err(failure(
        TransportErrorKind::Lost,
        Reached::Unknown,
        "the connection to api.example:443 was lost: reset by peer",
    ))
}

pub(super) fn timed_out() -> ScriptedOutcome {
    Err(failure(TransportErrorKind::Timeout, Reached::Unknown, "no complete answer from api.example:443 within 30 s"))
}

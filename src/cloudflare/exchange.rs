//! One request with its retries, and the parsing of its answer.
//!
//! [`Reader`](super::Reader) and [`Writer`](super::Writer) both use an [`Exchange`] and do not expose it: it can write.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tokio::time::Instant;
use tracing::Instrument as _;

use super::budget::Hold;
use super::envelope::Envelope;
use super::error::{Call, Error};
use super::pace::{Pace, SendPermit};
use super::retry::{AttemptResult, Decision, Policy, StopReason, decide};
use super::transport::{ApiRequest, Response, RetryEvent, Transport, TransportError, header};
use crate::text::{excerpt, visible};

/// The number of characters that are shown of a body that is not an answer of the API.
const EXCERPT: usize = 120;

/// A transport and its retry policy.
#[derive(Clone)]
pub(super) struct Exchange {
    transport: Arc<dyn Transport>,
    policy: Policy,
    pace: Option<Pace>,
}

/// A request that may take several attempts.
pub(super) struct Attempts<'a> {
    exchange: &'a Exchange,
    request: &'a ApiRequest,
    call: Call,
    begun: Instant,
    /// The outcome of the last attempt.
    last: Option<Result<Response, TransportError>>,
}

/// The turn of an attempt: the permit of the budget, if there is one, or why there is none before the deadline.
pub(crate) struct Turn(Result<Option<SendPermit>, Hold>);

impl Attempts<'_> {
    /// Makes the next attempt. Breaks with a final outcome; otherwise the request may be sent again after the returned wait.
    pub(super) async fn next(&mut self, turn: Turn) -> ControlFlow<Result<Answered, Error>, Duration> {
        let (Ok(permit), Some(timeout)) = (turn.0, self.exchange.attempt_timeout()) else {
            return ControlFlow::Break(Err(Error::Deadline { call: Box::new(self.call.clone()) }));
        };
        self.call.attempts += 1;
        let outcome = self.exchange.send(self.request, self.call.attempts, timeout).await;
        permit.zip(outcome.as_ref().ok()).into_iter().for_each(|(permit, answer)| permit.answered(answer));
        let previous = self.last.as_ref().and_then(|last| last.as_ref().err());
        match self.exchange.decide(self.request, self.call.attempts, outcome.as_ref(), previous) {
            Decision::Stop(stop) => {
                log_stop(self.request, self.call.attempts, stop, outcome.as_ref());
                self.call.stop = stop;
                ControlFlow::Break(conclude(self.call.clone(), outcome))
            }
            Decision::Retry(wait) => {
                log_retry(self.request, wait, outcome.as_ref());
                self.exchange.transport.retrying(&RetryEvent {
                    reason: reason(outcome.as_ref()),
                    is_answer: outcome.is_ok(),
                    elapsed: self.begun.elapsed(),
                    wait,
                    attempt: self.call.attempts + 1,
                    attempts: self.exchange.policy.attempts,
                });
                self.last = Some(outcome);
                ControlFlow::Continue(wait)
            }
        }
    }

    /// Returns the outcome of the attempts so far, without another one.
    pub(super) fn give_up(self) -> Result<Answered, Error> {
        match self.last {
            Some(outcome) => conclude(self.call, outcome),
            None => Err(Error::Deadline { call: Box::new(self.call) }),
        }
    }
}

/// A successful request and its answer.
#[derive(Debug)]
pub(super) struct Answered {
    pub(super) call: Call,
    pub(super) envelope: Envelope,
    /// The server's clock, from its `Date` header.
    pub(super) server_time: Option<SystemTime>,
}

impl Exchange {
    pub(super) fn new(transport: Arc<dyn Transport>, policy: Policy) -> Self {
        Self { transport, policy, pace: None }
    }

    /// Returns this exchange with a share in the budget of the process.
    pub(super) fn paced(self, pace: &Pace) -> Self {
        Self { pace: Some(pace.clone()), ..self }
    }

    pub(super) fn base_url(&self) -> &str {
        self.transport.base_url()
    }

    /// Sends a request, with retries, until its outcome is final.
    pub(super) async fn call(&self, request: &ApiRequest) -> Result<Answered, Error> {
        let mut attempts = self.attempts(request);
        loop {
            match attempts.next(self.turn().await).await {
                ControlFlow::Break(outcome) => return outcome,
                ControlFlow::Continue(wait) => tokio::time::sleep(wait).await,
            }
        }
    }

    /// Returns the attempts of a request, for a caller that acts between them.
    pub(super) fn attempts<'a>(&'a self, request: &'a ApiRequest) -> Attempts<'a> {
        let call = Call {
            operation: request.operation,
            method: request.method().clone(),
            path: request.path().to_owned(),
            attempts: 0,
            stop: StopReason::Final,
            status: None,
            ray: None,
            audit_id: None,
            token_variable: self.transport.token_variable().map(str::to_owned),
        };
        Attempts { exchange: self, request, call, begun: Instant::now(), last: None }
    }

    /// Waits until the budget of the process allows another request.
    pub(super) async fn turn(&self) -> Turn {
        let Some(pace) = &self.pace else { return Turn(Ok(None)) };
        let limit = self.policy.deadline.filter(|_| !self.policy.patient);
        Turn(pace.turn(limit).await.map(Some))
    }

    /// Returns the time left until the deadline; `None` without one.
    fn left(&self) -> Option<Duration> {
        let now = Instant::now();
        let waited = self.pace.as_ref().filter(|_| self.policy.patient).map(Pace::waited).unwrap_or_default();
        self.policy.left(now.checked_sub(waited).unwrap_or(now))
    }

    /// Returns the timeout of the next attempt; `None` after the deadline.
    fn attempt_timeout(&self) -> Option<Duration> {
        let left = self.left();
        left.map_or(Some(self.policy.timeout), |left| (!left.is_zero()).then(|| left.min(self.policy.timeout)))
    }

    fn decide(
        &self,
        request: &ApiRequest,
        attempt: u32,
        outcome: Result<&Response, &TransportError>,
        previous: Option<&TransportError>,
    ) -> Decision {
        let result = AttemptResult {
            attempt,
            outcome,
            previous,
            left: self.left(),
            now: SystemTime::now(),
            jitter: fastrand::f64(),
        };
        decide(&self.policy, request.method(), &result)
    }

    /// Makes one attempt, in its own span.
    async fn send(&self, request: &ApiRequest, attempt: u32, timeout: Duration) -> Result<Response, TransportError> {
        let span = tracing::info_span!(
            "request",
            method = %request.method(),
            path = %visible(request.path()),
            attempt,
            status = tracing::field::Empty,
            cf_ray = tracing::field::Empty,
            elapsed_ms = tracing::field::Empty,
        );
        async {
            let started = Instant::now();
            let outcome = self.transport.send(&request.http, timeout).await;
            log_outcome(started, outcome.as_ref());
            outcome
        }
        .instrument(span)
        .await
    }
}

fn log_outcome(started: Instant, outcome: Result<&Response, &TransportError>) {
    let span = tracing::Span::current();
    span.record("elapsed_ms", u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX));
    match outcome {
        Ok(response) => {
            span.record("status", response.status().as_u16());
            if let Some(ray) = header(response.headers(), "cf-ray") {
                span.record("cf_ray", &*visible(ray));
            }
            tracing::info!(bytes = response.body().len(), "answered");
        }
        Err(error) => {
            tracing::info!(reached = ?error.reached, kind = ?error.kind, "no answer: {}", visible(&error.message))
        }
    }
}

fn log_retry(request: &ApiRequest, wait: Duration, outcome: Result<&Response, &TransportError>) {
    let (reason, seconds) = (reason(outcome), format!("{:.1}", wait.as_secs_f64()));
    let (method, path) = (request.method(), visible(request.path()));
    tracing::warn!("{method} {path}: {}; trying again in {seconds} s", visible(&reason));
}

/// The status of an answer, or why there was none.
fn reason(outcome: Result<&Response, &TransportError>) -> String {
    match outcome {
        // `429 Too Many Requests`, or only the number if the status has no name.
        Ok(response) => response.status().to_string().trim_end_matches(" <unknown status code>").to_owned(),
        Err(error) => error.message.clone(),
    }
}

/// Logs why a failed request is not sent again.
fn log_stop(request: &ApiRequest, attempts: u32, stop: StopReason, outcome: Result<&Response, &TransportError>) {
    let reason = match stop {
        StopReason::Final if outcome.is_ok_and(|response| response.status().as_u16() < 400) => return,
        StopReason::Final if *request.method() == http::Method::GET => "another attempt would fail in the same way",
        StopReason::Final => "a write is repeated only if the server did not act",
        StopReason::Attempts => "all attempts are used up",
        StopReason::Wait { .. } => "the requested wait is too long",
        StopReason::Deadline => "the deadline is too close",
    };
    tracing::debug!(attempts, reason, "not sent again: {} {}", request.method(), visible(request.path()));
}

fn conclude(mut call: Call, outcome: Result<Response, TransportError>) -> Result<Answered, Error> {
    let response = match outcome {
        Ok(response) => response,
        Err(failure) => return Err(Error::Transport { call: Box::new(call), failure: Box::new(failure) }),
    };
    call.status = Some(response.status().as_u16());
    call.ray = header(response.headers(), "cf-ray").map(str::to_owned);
    call.audit_id = header(response.headers(), "cf-auditlog-id").map(str::to_owned);
    let server_time = header(response.headers(), "date").and_then(|date| httpdate::parse_http_date(date).ok());
    let (call, envelope) = parse_answer(call, &response)?;
    log_messages(&envelope);
    Ok(Answered { call, envelope, server_time })
}

/// Parses the envelope of an answer. Any answer but a success is an error.
fn parse_answer(call: Call, response: &Response) -> Result<(Call, Envelope), Error> {
    if response.status().is_redirection() {
        let location = header(response.headers(), "location").map(str::to_owned);
        return Err(Error::Redirect { call: Box::new(call), location });
    }
    let unreadable = |call: Call, problem: String| {
        // Cut before decoding: a body may be several megabytes long.
        let start = &response.body()[..response.body().len().min(EXCERPT * 4)];
        let excerpt = excerpt(&String::from_utf8_lossy(start), EXCERPT);
        Error::Body { call: Box::new(call), problem, excerpt }
    };
    let envelope = match Envelope::parse(response.body()) {
        Ok(envelope) => envelope,
        Err(problem) => return Err(unreadable(call, problem)),
    };
    match (envelope.is_success(), response.status().is_success()) {
        (true, true) => Ok((call, envelope)),
        (false, _) => Err(Error::Api { call: Box::new(call), messages: envelope.errors }),
        (true, false) => Err(unreadable(call, "the body claims success".to_owned())),
    }
}

/// Logs the messages of a success. In samples of the documentation, a success also has errors.
fn log_messages(envelope: &Envelope) {
    for message in &envelope.errors {
        tracing::warn!("the API reports success and an error: {message}");
    }
    for message in &envelope.messages {
        tracing::info!("the API says: {message}");
    }
}

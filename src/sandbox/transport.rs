//! A transport that calls the sandbox in the same process, for fast tests and for `--sandbox`.

use std::time::Duration;

use http::HeaderMap;

use super::exchange::{Answer, Delivery};
use super::instance::Instance;
use super::route::BASE_PATH;
use crate::cloudflare::{
    AnswerFailure, Credentials, Reached, Request, Response, Sending, Transport, TransportError, TransportErrorKind,
};

/// The base URL that the transport reports.
pub const BASE_URL: &str = "sandbox://localhost/client/v4";

/// A transport to a sandbox in the same process.
#[derive(Debug, Clone)]
pub struct SandboxTransport {
    instance: Instance,
    headers: HeaderMap,
}

impl SandboxTransport {
    /// Creates a transport to a sandbox, with a credential that is accepted unless the state lists its tokens.
    pub fn new(instance: impl Into<Instance>) -> Self {
        Self { instance: instance.into(), headers: HeaderMap::new() }.with_token("sandbox")
    }

    /// Sets the API token. The transport sends no credentials if the token is not well-formed.
    #[must_use]
    pub fn with_token(self, token: &str) -> Self {
        let headers = Credentials::token(token).and_then(|credentials| credentials.headers()).unwrap_or_default();
        Self { headers, ..self }
    }

    /// Returns the sandbox.
    pub fn sandbox(&self) -> &Instance {
        &self.instance
    }

    /// Returns the request as a server would receive it.
    fn received(&self, request: &Request) -> Request {
        let mut received = request.clone();
        let below = request.uri().path_and_query().map_or("", |below| below.as_str());
        *received.uri_mut() = format!("{BASE_PATH}{below}").try_into().unwrap_or_default();
        received.headers_mut().extend(self.headers.clone());
        received
    }

    async fn exchange(&self, request: &Request, timeout: Duration) -> Result<Response, TransportError> {
        let answer = self.instance.handle(&self.received(request)).map_err(|error| not_reached(error.to_string()))?;
        let delivery = match answer.delivery {
            Delivery::Slow(delay) if delay >= timeout => Delivery::Hang,
            delivery => delivery,
        };
        match delivery {
            Delivery::Slow(delay) => tokio::time::sleep(delay).await,
            Delivery::Hang => tokio::time::sleep(timeout).await,
            _ => {}
        }
        deliver(Answer { delivery, ..answer })
    }
}

/// Returns the answer, or the error that its delivery causes.
fn deliver(answer: Answer) -> Result<Response, TransportError> {
    let Answer { http, delivery } = answer;
    match delivery {
        Delivery::Normal | Delivery::Slow(_) => Ok(http),
        Delivery::Truncated => Err(lost(
            TransportErrorKind::Answer(AnswerFailure::Truncated),
            "the connection was closed in the middle of the answer",
        )),
        Delivery::ResetBefore | Delivery::ResetAfter => {
            Err(lost(TransportErrorKind::Lost, "the connection was closed before the answer"))
        }
        Delivery::Hang => Err(lost(TransportErrorKind::Timeout, "no answer within the time limit")),
        Delivery::Unreachable => Err(not_reached("the connection was refused".to_owned())),
    }
}

fn lost(kind: TransportErrorKind, message: &str) -> TransportError {
    TransportError::new(kind, Reached::Unknown, message)
}

fn not_reached(message: String) -> TransportError {
    TransportError::new(TransportErrorKind::Connect, Reached::Nothing, message)
}

impl Transport for SandboxTransport {
    fn send<'a>(&'a self, request: &'a Request, timeout: Duration) -> Sending<'a> {
        Box::pin(self.exchange(request, timeout))
    }

    fn base_url(&self) -> &str {
        BASE_URL
    }
}

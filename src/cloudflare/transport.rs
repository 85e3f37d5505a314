//! The seam between what is asked and how it travels: requests and responses as values, and the trait that carries them.
//!
//! Programs use [`HttpTransport`](super::HttpTransport); tests and the sandbox bring their own.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use crate::json::JsonText;

/// The methods that this program uses. There is no DELETE: the API has none, and neither has this program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Method {
    /// Reads.
    Get,
    /// Creates, and acts.
    Post,
    /// Updates.
    Put,
}

impl std::fmt::Display for Method {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
        })
    }
}

/// One request as a value: nothing is sent until a transport gets it, and no credential is in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// The method.
    pub method: Method,
    /// The path below the base URL, with a leading slash.
    pub path: String,
    /// Query parameters, in order.
    pub query: Vec<(&'static str, String)>,
    /// The JSON body of a write.
    pub body: Option<JsonText>,
}

/// One answer as a value.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Response {
    /// The HTTP status.
    pub status: u16,
    /// The headers, names in lower case. Values that are no visible ASCII are left out.
    pub headers: Vec<(String, String)>,
    /// The body, decompressed.
    pub body: Vec<u8>,
}

impl Response {
    /// The first header of this lower-case name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
    }
}

/// How far a request got before it failed: this decides whether a write may be repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reached {
    /// The server provably saw nothing: no connection, no TLS session, no name.
    Nothing,
    /// The request may have been acted on: the connection was lost, or nobody answered in time.
    Unknown,
}

/// Why no answer came.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct TransportError {
    /// How far the request got.
    pub reached: Reached,
    /// Whether time ran out.
    pub timed_out: bool,
    /// What happened, in a sentence without a final full stop. Never holds a credential.
    pub message: String,
}

/// What a transport's method returns.
pub type Sending<'a> = Pin<Box<dyn Future<Output = Result<Response, TransportError>> + Send + 'a>>;

/// Something that carries a request to the API and brings the answer back, once. Retries are decided above it.
pub trait Transport: Send + Sync {
    /// Sends one request. `timeout` bounds the whole exchange.
    fn send<'a>(&'a self, request: &'a Request, timeout: Duration) -> Sending<'a>;

    /// The base URL, for plans and messages: `https://api.cloudflare.com/client/v4`.
    fn base_url(&self) -> &str;
}

//! Requests and responses as values, and the trait that sends them.
//!
//! Programs use [`HttpTransport`](super::HttpTransport); the tests and the sandbox have their own implementations.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

/// A request. Its path is relative to the base URL. Its body is JSON, or empty for a request without a body.
pub type Request = http::Request<Vec<u8>>;

/// An answer, with its body decompressed.
pub type Response = http::Response<Vec<u8>>;

/// The user agent of this program.
pub(crate) const USER_AGENT: &str = concat!("zerodrift/", env!("CARGO_PKG_VERSION"));

/// The operation of a request. Hints depend on it: an error code has different causes in different operations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Operation {
    /// Reads the organization.
    ReadOrganization,
    /// Creates the organization.
    CreateOrganization,
    /// Updates the organization.
    UpdateOrganization,
    /// Reads the DoH settings.
    ReadDoh,
    /// Updates the DoH settings.
    UpdateDoh,
    /// Revokes the Access tokens of a user.
    RevokeUser,
    /// Verifies the API token.
    VerifyToken,
    /// Reads the audit log of the account.
    ReadAuditLog,
}

impl Operation {
    /// Every operation.
    pub const ALL: [Self; 8] = [
        Self::ReadOrganization,
        Self::CreateOrganization,
        Self::UpdateOrganization,
        Self::ReadDoh,
        Self::UpdateDoh,
        Self::RevokeUser,
        Self::VerifyToken,
        Self::ReadAuditLog,
    ];
}

/// A request and its operation. It contains no credentials; the transport adds them.
#[derive(Debug, Clone)]
pub struct ApiRequest {
    /// The operation.
    pub operation: Operation,
    /// The HTTP request.
    pub http: Request,
}

impl ApiRequest {
    /// Returns the method.
    pub fn method(&self) -> &http::Method {
        self.http.method()
    }

    /// Returns the path below the base URL, without the query.
    pub fn path(&self) -> &str {
        self.http.uri().path()
    }
}

/// Returns the first header with this name; `None` if its value is not visible ASCII.
pub(crate) fn header<'a>(headers: &'a http::HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// How far a request got before it failed. This determines whether a write may be repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reached {
    /// The server provably received nothing: there was no connection or no TLS session.
    Nothing,
    /// The server may have acted: the connection was lost, or there was no answer in time.
    Unknown,
}

/// Why there is no answer.
///
/// [`Display`](std::fmt::Display) is the message; [`source`](std::error::Error::source) is the error of the layer that failed.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct TransportError {
    /// What failed.
    pub kind: TransportErrorKind,
    /// How far the request got.
    pub reached: Reached,
    /// The host and port of the peer that failed: the API or the proxy. `None` without a socket.
    pub peer: Option<String>,
    /// What failed, with host and port, without a final full stop. It never contains a credential.
    pub message: String,
    /// The cause, if any.
    pub source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

/// The kind of a transport failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TransportErrorKind {
    /// The host name has no address.
    Dns,
    /// The host refuses the connection or cannot be reached.
    Connect,
    /// The TLS handshake failed.
    Tls(TlsFailure),
    /// The server's certificate is not accepted.
    Certificate(CertificateFailure),
    /// The proxy does not connect to the API.
    Proxy(ProxyFailure),
    /// There was no answer in time.
    Timeout,
    /// The connection was lost before the answer began.
    Lost,
    /// The answer cannot be used.
    Answer(AnswerFailure),
}

/// Why a TLS handshake failed, except for certificates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TlsFailure {
    /// No protocol version or cipher in common.
    Version,
    /// The server does not speak TLS on this port.
    PlainText,
    /// The server refuses the handshake: it requires a client certificate, or does not know the host name.
    Refused,
    /// The connection was closed or broken during the handshake.
    Interrupted,
}

/// Why a certificate is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CertificateFailure {
    /// No trusted authority signed it.
    Untrusted,
    /// It has expired.
    Expired,
    /// It is not valid yet.
    NotYetValid,
    /// It is for another host.
    OtherName,
    /// It is not for servers: it belongs to an authority, or has another purpose.
    NotForServers,
    /// It was revoked.
    Revoked,
    /// It is malformed, or its signature is not supported.
    Unacceptable,
    /// No root certificates were found, so no authority is trusted.
    NoRoots,
}

/// Why a proxy does not connect to the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ProxyFailure {
    /// The proxy's name has no address, or the proxy refuses the connection.
    Unreachable,
    /// The proxy requires credentials, and none are set.
    CredentialsMissing,
    /// The proxy refuses the credentials.
    CredentialsRefused,
    /// The proxy refuses with another status, or is not an HTTP proxy.
    Refused,
    /// The proxy closed the connection without an answer.
    Interrupted,
}

/// Why an answer cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AnswerFailure {
    /// It is larger than the maximum.
    TooLarge,
    /// It is not HTTP.
    NotHttp,
    /// It cannot be decompressed.
    Undecodable,
    /// It is truncated.
    Truncated,
}

impl TransportErrorKind {
    /// Whether another attempt would fail in the same way, until the configuration, the proxy or the server changes.
    pub fn is_lasting(self) -> bool {
        match self {
            Self::Certificate(_) => true,
            Self::Tls(TlsFailure::Version | TlsFailure::PlainText | TlsFailure::Refused) => true,
            // A proxy may lock the account after several wrong passwords. The HTTP client hides the status of other refusals, so
            // a 503 is treated like the more common 403.
            Self::Proxy(
                ProxyFailure::CredentialsMissing | ProxyFailure::CredentialsRefused | ProxyFailure::Refused,
            ) => true,
            Self::Answer(AnswerFailure::TooLarge | AnswerFailure::NotHttp | AnswerFailure::Undecodable) => true,
            Self::Dns | Self::Connect | Self::Timeout | Self::Lost => false,
            Self::Tls(TlsFailure::Interrupted) => false,
            Self::Proxy(ProxyFailure::Unreachable | ProxyFailure::Interrupted) => false,
            Self::Answer(AnswerFailure::Truncated) => false,
        }
    }
}

impl TransportError {
    /// Creates an error without a peer and a cause, for transports in memory.
    pub fn new(kind: TransportErrorKind, reached: Reached, message: impl Into<String>) -> Self {
        Self { kind, reached, peer: None, message: message.into(), source: None }
    }

    /// Whether this error and another one have the same kind and message.
    pub fn is_like(&self, other: &Self) -> bool {
        (self.kind, &self.message) == (other.kind, &other.message)
    }
}

/// The future of an answer.
pub type Sending<'a> = Pin<Box<dyn Future<Output = Result<Response, TransportError>> + Send + 'a>>;

/// A request that will be sent again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RetryEvent {
    /// The status of the last answer, or why there was none. Untrusted text.
    pub reason: String,
    /// Whether the API answered.
    pub is_answer: bool,
    /// The time since the first attempt began.
    pub elapsed: Duration,
    /// The time until the next attempt.
    pub wait: Duration,
    /// The number of the next attempt, from 1.
    pub attempt: u32,
    /// The maximum number of attempts.
    pub attempts: u32,
}

/// Sends requests to the API, without retries.
pub trait Transport: Send + Sync {
    /// Sends one request. `timeout` is the limit for the whole exchange.
    fn send<'a>(&'a self, request: &'a Request, timeout: Duration) -> Sending<'a>;

    /// Called before the wait for another attempt at a request.
    fn retrying(&self, _event: &RetryEvent) {}

    /// Returns the base URL, for plans and messages: `https://api.cloudflare.com/client/v4`.
    fn base_url(&self) -> &str;

    /// Returns the environment variable that holds the token, for the hints of errors, if it is known.
    fn token_variable(&self) -> Option<&str> {
        None
    }
}

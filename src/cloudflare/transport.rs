//! The seam between what is asked and how it travels: requests and responses as values, and the trait that carries them.
//!
//! Programs use [`HttpTransport`](super::HttpTransport); tests and the sandbox bring their own.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

/// A request as it is sent: the path is the one below the base URL, and a body is JSON. An empty body is none.
pub type Request = http::Request<Vec<u8>>;

/// An answer as it came, with its body decompressed.
pub type Response = http::Response<Vec<u8>>;

/// What a request does. The same error code has different causes in different operations, so hints depend on it.
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
    /// Checks the API token.
    VerifyToken,
}

/// A request and what it does. It is a value: nothing is sent until a transport gets it, and it holds no credential.
#[derive(Debug, Clone)]
pub struct ApiRequest {
    /// What it does.
    pub operation: Operation,
    /// What is sent.
    pub http: Request,
}

impl ApiRequest {
    /// The method.
    pub fn method(&self) -> &http::Method {
        self.http.method()
    }

    /// The path below the base URL, without the query.
    pub fn path(&self) -> &str {
        self.http.uri().path()
    }
}

/// The first header of this name; none where its value is not visible ASCII.
pub(crate) fn header<'a>(headers: &'a http::HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// How far a request got before it failed: this decides whether a write may be repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reached {
    /// The server provably saw nothing: no connection, no TLS session, no name.
    Nothing,
    /// The request may have been acted on: the connection was lost, or nobody answered in time.
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
    /// The host and port that the failure is about: of the API, or of the proxy. `None` where no socket is involved.
    pub peer: Option<String>,
    /// What happened, with host and port, in a sentence without a final full stop. Never holds a credential.
    pub message: String,
    /// The error behind it, where there is one.
    pub source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

/// What failed on the way to an answer.
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
    /// Time ran out.
    Timeout,
    /// The connection was lost before the answer began.
    Lost,
    /// The answer cannot be used.
    Answer(AnswerFailure),
}

/// Why a TLS handshake failed, certificates aside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TlsFailure {
    /// No protocol version or cipher in common.
    Version,
    /// The server does not speak TLS on this port.
    PlainText,
    /// The server refuses the handshake: it wants a client certificate, or does not know the host name.
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
    /// It is not for a server: a certificate of an authority, or for another purpose.
    NotForServers,
    /// It was revoked.
    Revoked,
    /// It is broken or signed in a way that is not supported.
    Unacceptable,
    /// No authority is trusted at all, because no root certificate was found.
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
    /// The proxy refuses to connect with any other status, or is not an HTTP proxy.
    Refused,
    /// The proxy closed the connection without an answer.
    Interrupted,
}

/// Why an answer cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AnswerFailure {
    /// It is larger than any answer of the API.
    TooLarge,
    /// It is not HTTP.
    NotHttp,
    /// It cannot be decompressed.
    Undecodable,
    /// It is truncated.
    Truncated,
}

impl TransportErrorKind {
    /// Whether the next attempt would fail in the same way, so that repeating is of no use: only a change of the configuration,
    /// of the proxy or of the server helps.
    pub fn is_lasting(self) -> bool {
        match self {
            Self::Certificate(_) => true,
            Self::Tls(TlsFailure::Version | TlsFailure::PlainText | TlsFailure::Refused) => true,
            // A proxy counts wrong passwords and locks the account. The HTTP client hides the status of any other refusal, so
            // that a 503 counts as the 403 that it more often is.
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
    /// A failure without a socket or an error behind it, for transports in memory.
    pub fn new(kind: TransportErrorKind, reached: Reached, message: impl Into<String>) -> Self {
        Self { kind, reached, peer: None, message: message.into(), source: None }
    }

    /// Whether this failure and another one have the same kind and message: what failed twice in the same way fails again.
    pub fn is_like(&self, other: &Self) -> bool {
        (self.kind, &self.message) == (other.kind, &other.message)
    }
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

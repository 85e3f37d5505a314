//! Classifies failures of the HTTP client as [`TransportErrorKind`], with a message each.

use std::error::Error as StdError;
use std::time::Duration;

use rustls::{AlertDescription, CertificateError};

use super::moment::{limit, utc};
use super::transport::{
    AnswerFailure, CertificateFailure, ProxyFailure, Reached, TlsFailure, TransportError, TransportErrorKind,
};

/// What the client attempted. The message and the peer of a failure depend on it.
pub(super) struct Attempt<'a> {
    /// The host and port of the API.
    pub(super) api: &'a str,
    /// The host and port of the proxy, and whether its URL has credentials.
    pub(super) proxy: Option<(&'a str, bool)>,
    /// The timeout of the connection.
    pub(super) connect: Duration,
    /// The timeout of the exchange.
    pub(super) timeout: Duration,
}

/// The kind of a failure, and its message.
type Classified = (TransportErrorKind, String);

impl Attempt<'_> {
    /// Returns the error for a request without an answer. The URL is removed: it is known, and a proxy URL holds credentials.
    pub(super) fn no_answer(&self, error: reqwest::Error) -> TransportError {
        let error = error.without_url();
        // Only a failure of the connector proves that nothing was sent. After any other failure the API may have acted.
        let reached = if error.is_connect() || error.is_builder() { Reached::Nothing } else { Reached::Unknown };
        let (peer, (kind, message)) = match reached {
            Reached::Nothing => self.connecting(&error),
            Reached::Unknown => (self.api, self.exchanging(&error)),
        };
        TransportError { kind, reached, peer: Some(peer.to_owned()), message, source: Some(error.into()) }
    }

    /// Returns the error for an answer whose body is incomplete or cannot be decoded. `received` is in bytes.
    pub(super) fn broken_answer(&self, error: reqwest::Error, received: usize, whole: Option<u64>) -> TransportError {
        let error = error.without_url();
        let api = self.api;
        let incomplete = causes(&error).any(<dyn StdError>::is::<hyper::Error>);
        let (kind, message) = if error.is_timeout() {
            (TransportErrorKind::Timeout, self.timed_out())
        } else if causes(&error).any(is_undecodable) && !incomplete {
            let message = format!("the answer from {api} cannot be decompressed: {}", chain(&error));
            (TransportErrorKind::Answer(AnswerFailure::Undecodable), message)
        } else {
            let of = whole.map(|whole| format!(" of {whole}")).unwrap_or_default();
            let message = format!("the answer from {api} ended after {received}{of} bytes: {}", chain(&error));
            (TransportErrorKind::Answer(AnswerFailure::Truncated), message)
        };
        self.unusable_answer(kind, message, Some(error.into()))
    }

    /// Returns the error for an answer larger than this number of bytes.
    pub(super) fn too_large(&self, limit: usize) -> TransportError {
        let message = format!("the answer from {} is larger than {} MiB", self.api, limit / 1024 / 1024);
        self.unusable_answer(TransportErrorKind::Answer(AnswerFailure::TooLarge), message, None)
    }

    fn unusable_answer(
        &self,
        kind: TransportErrorKind,
        message: String,
        source: Option<Box<dyn StdError + Send + Sync>>,
    ) -> TransportError {
        TransportError { kind, reached: Reached::Unknown, peer: Some(self.api.to_owned()), message, source }
    }

    /// Classifies a failure before the request was sent. Returns the peer that failed as well.
    fn connecting(&self, error: &reqwest::Error) -> (&str, Classified) {
        let tunnel = causes(error).find_map(tunnel_failure);
        let peer = match (self.proxy, tunnel) {
            (Some((proxy, _)), Some(_)) => proxy,
            _ => self.api,
        };
        let shown = if tunnel.is_some() { format!("the proxy {peer}") } else { peer.to_owned() };
        let classified = if let Some(tls) = causes(error).find_map(tls_error) {
            of_tls(tls, &shown)
        } else if error.is_timeout() {
            let through = self.proxy.map(|(proxy, _)| format!(" through the proxy {proxy}")).unwrap_or_default();
            let message = format!("no connection to {}{through} within {}", self.api, limit(self.connect));
            (TransportErrorKind::Timeout, message)
        } else if let Some(failure) = tunnel {
            self.of_tunnel(failure, error, peer)
        } else if error.is_dns() {
            (TransportErrorKind::Dns, format!("cannot resolve the host name of {shown}: {}", chain(error)))
        } else if causes(error).any(is_cut_handshake) {
            let message = format!("{shown} closed the connection during the TLS handshake");
            (TransportErrorKind::Tls(TlsFailure::Interrupted), message)
        } else {
            (TransportErrorKind::Connect, format!("cannot connect to {shown}: {}", chain(error)))
        };
        (peer, classified)
    }

    fn of_tunnel(&self, failure: ProxyFailure, error: &reqwest::Error, peer: &str) -> Classified {
        let api = self.api;
        let has_credentials = self.proxy.is_some_and(|(_, has_credentials)| has_credentials);
        let (failure, message) = match failure {
            ProxyFailure::CredentialsRefused if !has_credentials => {
                (ProxyFailure::CredentialsMissing, format!("the proxy {peer} requires a user name and password (407)"))
            }
            ProxyFailure::CredentialsMissing | ProxyFailure::CredentialsRefused => {
                (failure, format!("the proxy {peer} rejects the user name or password (407)"))
            }
            ProxyFailure::Unreachable if error.is_dns() => {
                (failure, format!("cannot resolve the host name of the proxy {peer}: {}", chain(error)))
            }
            ProxyFailure::Unreachable => (failure, format!("cannot connect to the proxy {peer}: {}", chain(error))),
            ProxyFailure::Refused => (failure, format!("the proxy {peer} did not connect to {api}")),
            ProxyFailure::Interrupted => {
                (failure, format!("the proxy {peer} closed the connection and did not connect to {api}"))
            }
        };
        (TransportErrorKind::Proxy(failure), message)
    }

    /// Classifies a failure during or after the sending of the request.
    fn exchanging(&self, error: &reqwest::Error) -> Classified {
        let api = self.api;
        if error.is_timeout() {
            return (TransportErrorKind::Timeout, self.timed_out());
        }
        if let Some(tls) = causes(error).find_map(tls_error) {
            // In TLS 1.3 a server rejects a client after the handshake, for example if the client certificate is missing.
            return of_tls(tls, api);
        }
        let of_http = causes(error).find_map(|cause| cause.downcast_ref::<hyper::Error>());
        match of_http {
            Some(http) if http.is_parse() => {
                let message = format!("the answer from {api} is not valid HTTP: {}", chain(error));
                (TransportErrorKind::Answer(AnswerFailure::NotHttp), message)
            }
            _ => (TransportErrorKind::Lost, format!("the connection to {api} was lost: {}", chain(error))),
        }
    }

    fn timed_out(&self) -> String {
        format!("no complete answer from {} within {}", self.api, limit(self.timeout))
    }
}

/// Returns the error for a client that could not be built: the only thing it loads is the root certificates.
pub(super) fn not_built(error: reqwest::Error, api: &str) -> TransportError {
    let kind = TransportErrorKind::Certificate(CertificateFailure::NoRoots);
    let message = "no root certificates found, so the API's certificate cannot be checked".to_owned();
    TransportError { kind, reached: Reached::Nothing, peer: Some(api.to_owned()), message, source: Some(error.into()) }
}

fn of_tls(error: &rustls::Error, shown: &str) -> Classified {
    use TlsFailure::{Interrupted, PlainText, Refused, Version};
    let (failure, message) = match error {
        rustls::Error::InvalidCertificate(error) => return of_certificate(error, shown),
        rustls::Error::PeerIncompatible(_) | rustls::Error::AlertReceived(AlertDescription::ProtocolVersion) => {
            (Version, format!("{shown} does not offer TLS 1.2 or 1.3 in a form that zerodrift supports"))
        }
        rustls::Error::AlertReceived(AlertDescription::HandshakeFailure | AlertDescription::InsufficientSecurity) => {
            (Version, format!("{shown} has no TLS cipher in common with zerodrift"))
        }
        rustls::Error::AlertReceived(AlertDescription::InternalError | AlertDescription::UserCanceled) => {
            (Interrupted, format!("{shown} aborted the TLS handshake"))
        }
        rustls::Error::AlertReceived(AlertDescription::CertificateRequired) => {
            (Refused, format!("{shown} requires a client certificate, which zerodrift does not support"))
        }
        rustls::Error::AlertReceived(AlertDescription::UnrecognisedName) => {
            (Refused, format!("{shown} does not know the requested host name"))
        }
        rustls::Error::AlertReceived(alert) => {
            (Refused, format!("{shown} refused the TLS connection: {}", words(&format!("{alert:?}"))))
        }
        rustls::Error::InvalidMessage(_) => (PlainText, format!("{shown} does not speak TLS")),
        other => (Interrupted, format!("the TLS handshake with {shown} failed: {}", words(&other.to_string()))),
    };
    (TransportErrorKind::Tls(failure), message)
}

fn of_certificate(error: &CertificateError, shown: &str) -> Classified {
    use CertificateFailure::{Expired, NotForServers, NotYetValid, OtherName, Revoked, Unacceptable, Untrusted};
    let (failure, problem) = match error {
        CertificateError::UnknownIssuer => (Untrusted, "is not signed by an authority that this machine trusts".into()),
        CertificateError::Expired => (Expired, "has expired".into()),
        CertificateError::ExpiredContext { time: _, not_after } => {
            (Expired, format!("expired at {}", date(not_after.as_secs())))
        }
        CertificateError::NotValidYet => (NotYetValid, "is not valid yet".into()),
        CertificateError::NotValidYetContext { time: _, not_before } => {
            (NotYetValid, format!("is not valid before {}", date(not_before.as_secs())))
        }
        CertificateError::NotValidForName => (OtherName, "is for another host".into()),
        CertificateError::NotValidForNameContext { expected, presented } => {
            let expected = expected.to_str();
            (OtherName, format!("is not for {expected}{}", presented_names(presented)))
        }
        CertificateError::InvalidPurpose | CertificateError::InvalidPurposeContext { .. } => {
            (NotForServers, "is not for servers".into())
        }
        CertificateError::Revoked => (Revoked, "was revoked".into()),
        CertificateError::BadSignature => (Unacceptable, "has an invalid signature".into()),
        CertificateError::BadEncoding => (Unacceptable, "is malformed".into()),
        // The types of these errors are not public, and their text is the name of the variant.
        CertificateError::Other(other) => match other.0.to_string().as_str() {
            "CaUsedAsEndEntity" => (NotForServers, "belongs to an authority, not to a server".into()),
            // The platform verifier's message for a wrong extended key usage.
            "certificate had invalid extensions" => (NotForServers, "is not for servers".into()),
            text => (Unacceptable, format!("is not accepted: {}", words(text))),
        },
        other => (Unacceptable, format!("is not accepted: {}", words(&other.to_string()))),
    };
    (TransportErrorKind::Certificate(failure), format!("the certificate of {shown} {problem}"))
}

/// Returns the first names in a certificate: a shared certificate may have a hundred. The library shows a name as
/// `DnsName("a.example")`.
fn presented_names(presented: &[String]) -> String {
    const SHOWN: usize = 3;
    let bare = |name: &String| name.split('"').nth(1).unwrap_or(name).to_owned();
    let names: Vec<String> = presented.iter().take(SHOWN).map(bare).collect();
    match (names.is_empty(), presented.len().saturating_sub(SHOWN)) {
        (true, _) => " and names no host".to_owned(),
        (false, 0) => format!(", only for {}", names.join(", ")),
        (false, more) => format!(", only for {} and {more} more", names.join(", ")),
    }
}

fn date(seconds: u64) -> String {
    let moment = i64::try_from(seconds).ok().and_then(|seconds| jiff::Timestamp::from_second(seconds).ok());
    moment.map_or_else(|| "an unknown time".to_owned(), utc)
}

/// Returns the name of a variant as words: `BadDerTime` becomes `bad der time`. Any other text is unchanged.
fn words(text: &str) -> String {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return text.to_owned();
    }
    let mut words = String::new();
    for (index, character) in text.char_indices() {
        if character.is_ascii_uppercase() && index > 0 && !words.ends_with(' ') {
            words.push(' ');
        }
        words.push(character.to_ascii_lowercase());
    }
    words
}

/// Returns why a tunnel failed. The type of the error is private, so this reads its message: hyper-util 0.1,
/// `client::legacy::connect::proxy::tunnel`. A test with real proxies fails if the messages change.
fn tunnel_failure(cause: &(dyn StdError + 'static)) -> Option<ProxyFailure> {
    Some(match cause.to_string().strip_prefix("tunnel error: ")? {
        "proxy authorization required" => ProxyFailure::CredentialsRefused,
        "unsuccessful" | "proxy response headers too long" => ProxyFailure::Refused,
        "failed to create underlying connection" => ProxyFailure::Unreachable,
        _ => ProxyFailure::Interrupted,
    })
}

/// Returns the TLS error of a cause, even inside an I/O error, which `source` skips.
fn tls_error<'a>(cause: &'a (dyn StdError + 'static)) -> Option<&'a rustls::Error> {
    if let Some(tls) = cause.downcast_ref::<rustls::Error>() {
        return Some(tls);
    }
    let inner = cause.downcast_ref::<std::io::Error>()?.get_ref()?;
    tls_error(inner)
}

/// Whether the connection was closed during the TLS handshake. TCP alone does not read yet, so it has no such error.
fn is_cut_handshake(cause: &(dyn StdError + 'static)) -> bool {
    let Some(io) = cause.downcast_ref::<std::io::Error>() else { return false };
    // `source` skips the error inside an I/O error.
    io.kind() == std::io::ErrorKind::UnexpectedEof || io.get_ref().is_some_and(|inner| is_cut_handshake(inner))
}

fn is_undecodable(cause: &(dyn StdError + 'static)) -> bool {
    use std::io::ErrorKind::{InvalidData, InvalidInput, UnexpectedEof};
    let io = cause.downcast_ref::<std::io::Error>();
    io.is_some_and(|io| matches!(io.kind(), InvalidData | InvalidInput | UnexpectedEof))
}

fn causes(error: &reqwest::Error) -> impl Iterator<Item = &(dyn StdError + 'static)> {
    std::iter::successors(error.source(), |&cause| cause.source())
}

/// Returns the causes of an error as text, outermost first, without repetitions and without the client's internal stages.
fn chain(error: &reqwest::Error) -> String {
    let own = |text: &String| {
        text.starts_with("client error (")
            || text.starts_with("tunnel error: ")
            || ["tcp connect error", "dns error", "error trying to connect", "request or response body error"]
                .contains(&text.as_str())
    };
    let mut texts: Vec<String> = Vec::new();
    for text in causes(error).map(ToString::to_string).filter(|text| !own(text)) {
        if !texts.iter().any(|known| known.contains(&text)) {
            texts.push(text);
        }
    }
    if texts.is_empty() { error.to_string() } else { texts.join(": ") }
}

//! The transport of every day: HTTPS through reqwest, with every convenience that could leak a credential turned off.

use std::error::Error as _;
use std::time::Duration;

use reqwest::{Certificate, Client, ClientBuilder};
use tokio::sync::OnceCell;

use super::base_url::BaseUrl;
use super::credentials::Credentials;
use super::error::ConfigError;
use super::hints;
use super::transport::{Method, Reached, Request, Response, Sending, Transport, TransportError};

/// The largest answer that is read. A real one has a few kilobytes; this is what a broken or hostile server can make us hold.
const MAX_BODY: usize = 8 * 1024 * 1024;

/// How long a connection may take to come about. Within the timeout of the exchange, and shorter, because a failure here proves that nothing was sent.
const CONNECT: Duration = Duration::from_secs(10);

/// Who asks, as the API's logs see it.
const USER_AGENT: &str = concat!("zerodrift/", env!("CARGO_PKG_VERSION"));

/// What an [`HttpTransport`] is made of. Nothing in here is read from the environment; that is the caller's work.
#[derive(Debug, Clone)]
pub struct HttpConfig {
    /// Where the API is.
    pub base_url: BaseUrl,
    /// Who asks.
    pub credentials: Credentials,
    /// Root certificates to trust beside the platform's, as PEM: what `SSL_CERT_FILE` names.
    pub extra_roots: Option<Vec<u8>>,
}

/// Carries requests over HTTPS.
///
/// - The client is built by the first request: a program that sends nothing loads no certificates.
/// - Redirects are not followed, nothing is repeated, and plain http goes to loopback alone, past every proxy. Elsewhere the
///   system's proxy settings (`HTTPS_PROXY`, `NO_PROXY`) apply.
/// - The credentials are in the headers of a request and nowhere else: not in logs, errors or `Debug`.
#[derive(Debug)]
pub struct HttpTransport {
    config: HttpConfig,
    headers: reqwest::header::HeaderMap,
    roots: Vec<Certificate>,
    client: OnceCell<Client>,
}

impl HttpTransport {
    /// A transport that has not connected yet.
    ///
    /// # Errors
    /// If the credentials cannot be put into headers, or the extra roots are no PEM.
    pub fn new(config: HttpConfig) -> Result<Self, ConfigError> {
        let headers = config.credentials.headers()?;
        let roots = config.extra_roots.as_deref().map(parse_roots).transpose()?.unwrap_or_default();
        Ok(Self { config, headers, roots, client: OnceCell::new() })
    }

    /// A transport with this API token, to Cloudflare unless there is another base URL. An empty base URL counts as none, as an empty
    /// environment variable does.
    ///
    /// # Errors
    /// If the token cannot be put into a header, or must not be sent to the base URL.
    pub fn with_token(base_url: Option<&str>, token: &str) -> Result<Self, ConfigError> {
        let base_url = base_url.filter(|url| !url.is_empty()).map(BaseUrl::parse).transpose()?.unwrap_or_default();
        Self::new(HttpConfig { base_url, credentials: Credentials::token(token)?, extra_roots: None })
    }

    async fn client(&self) -> Result<&Client, TransportError> {
        let build = async || self.builder().build().map_err(|error| not_built(&error));
        self.client.get_or_try_init(build).await
    }

    fn builder(&self) -> ClientBuilder {
        let builder = Client::builder()
            .user_agent(USER_AGENT)
            .default_headers(self.headers.clone())
            .redirect(reqwest::redirect::Policy::none())
            // Repeating is decided above, where it is known whether a request is a write.
            .retry(reqwest::retry::never())
            .referer(false)
            .gzip(true)
            .connect_timeout(CONNECT)
            .tls_certs_merge(self.roots.clone());
        if self.config.base_url.is_loopback() {
            // `localhost` is what it says, whatever the resolver thinks; port 0 stands for the URL's own.
            let loopback = [([127, 0, 0, 1], 0).into(), (std::net::Ipv6Addr::LOCALHOST, 0).into()];
            return builder.no_proxy().resolve_to_addrs("localhost", &loopback);
        }
        builder.https_only(true)
    }

    async fn exchange(&self, request: &Request, timeout: Duration) -> Result<Response, TransportError> {
        let Request { method, path, query, body } = request;
        let client = self.client().await?;
        let method = match method {
            Method::Get => reqwest::Method::GET,
            Method::Post => reqwest::Method::POST,
            Method::Put => reqwest::Method::PUT,
        };
        let mut outgoing = client
            .request(method, self.config.base_url.join(path, query))
            .header(reqwest::header::ACCEPT, "application/json")
            .timeout(timeout);
        if let Some(body) = body {
            let header = reqwest::header::CONTENT_TYPE;
            outgoing = outgoing.header(header, "application/json").body(body.to_string());
        }
        let incoming = outgoing.send().await.map_err(|error| failed(error, timeout))?;
        receive(incoming, timeout).await
    }
}

impl Transport for HttpTransport {
    fn send<'a>(&'a self, request: &'a Request, timeout: Duration) -> Sending<'a> {
        Box::pin(self.exchange(request, timeout))
    }

    fn base_url(&self) -> &str {
        self.config.base_url.as_str()
    }
}

async fn receive(mut incoming: reqwest::Response, timeout: Duration) -> Result<Response, TransportError> {
    let status = incoming.status().as_u16();
    let headers = incoming.headers().iter();
    let headers =
        headers.filter_map(|(name, value)| Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned()))).collect();
    let mut body = Vec::new();
    while let Some(chunk) = incoming.chunk().await.map_err(|error| failed(error, timeout))? {
        if body.len() + chunk.len() > MAX_BODY {
            let message = format!("the answer is larger than {} MiB", MAX_BODY / 1024 / 1024);
            return Err(TransportError { reached: Reached::Unknown, timed_out: false, message });
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Response { status, headers, body })
}

fn parse_roots(pem: &[u8]) -> Result<Vec<Certificate>, ConfigError> {
    let roots = Certificate::from_pem_bundle(pem).map_err(|error| ConfigError::Roots(chain(&error)))?;
    if roots.is_empty() {
        return Err(ConfigError::Roots("there is no certificate in them".to_owned()));
    }
    Ok(roots)
}

fn not_built(error: &reqwest::Error) -> TransportError {
    // The one thing that is loaded from outside is what to trust.
    let message = format!("{}: {}", hints::CERTIFICATE, chain(error));
    TransportError { reached: Reached::Nothing, timed_out: false, message }
}

/// How far a failed request got, and why it failed. A URL is taken out of the message: it is known, and proxies put credentials there.
fn failed(error: reqwest::Error, timeout: Duration) -> TransportError {
    let error = error.without_url();
    let timed_out = error.is_timeout();
    // Only the connector proves that nothing was sent; whatever fails behind it may have been acted on.
    let reached = if error.is_connect() || error.is_builder() { Reached::Nothing } else { Reached::Unknown };
    let causes = chain(&error);
    let message = match reached {
        Reached::Nothing if error.is_dns() => format!("{}: {causes}", hints::DNS),
        Reached::Nothing if causes.contains("tunnel") || causes.contains("proxy") => {
            format!("{}: {causes}", hints::PROXY)
        }
        Reached::Nothing if causes.contains("peer certificate") => format!("{}: {causes}", hints::CERTIFICATE),
        Reached::Nothing if is_tls(&error) => format!("{}: {causes}", hints::TLS),
        Reached::Nothing if timed_out => {
            format!("no connection came about within {} s", CONNECT.min(timeout).as_secs_f64())
        }
        Reached::Nothing => format!("the connection failed: {causes}"),
        Reached::Unknown if timed_out => format!("no whole answer came within {} s", timeout.as_secs_f64()),
        Reached::Unknown => format!("the connection was lost: {causes}"),
    };
    TransportError { reached, timed_out, message }
}

/// Whether a connection failed while TLS was set up: rustls reports it as invalid data, a peer that hangs up by name alone.
fn is_tls(error: &reqwest::Error) -> bool {
    causes(error).any(|cause| {
        let io = cause.downcast_ref::<std::io::Error>();
        io.is_some_and(is_invalid_data) || cause.to_string().contains("tls handshake")
    })
}

/// An I/O error may wrap another one, which `source` skips.
fn is_invalid_data(error: &std::io::Error) -> bool {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<std::io::Error>());
    error.kind() == std::io::ErrorKind::InvalidData || inner.is_some_and(is_invalid_data)
}

fn causes(error: &reqwest::Error) -> impl Iterator<Item = &(dyn std::error::Error + 'static)> {
    std::iter::successors(error.source(), |&cause| cause.source())
}

/// The causes of an error as text, outermost first, each once, without the client's word for "while connecting".
fn chain(error: &reqwest::Error) -> String {
    let mut texts: Vec<String> = Vec::new();
    for text in causes(error).map(ToString::to_string).filter(|text| !text.starts_with("client error (")) {
        if !texts.iter().any(|known| known.contains(&text)) {
            texts.push(text);
        }
    }
    if texts.is_empty() { error.to_string() } else { texts.join(": ") }
}

#[cfg(test)]
#[path = "tests/http.rs"]
mod tests;

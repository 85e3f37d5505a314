//! The transport over HTTPS with reqwest, without the features that could leak a credential.

use std::error::Error as _;
use std::sync::Arc;
use std::time::Duration;

use ::http::header::{ACCEPT, CONTENT_TYPE};
use reqwest::{Certificate, Client, ClientBuilder};
use tokio::sync::OnceCell;

use super::base_url::BaseUrl;
use super::credentials::Credentials;
use super::error::ConfigError;
use super::failure::{Attempt, not_built};
use super::proxy::ProxyRoute;
use super::transport::{Request, Response, Sending, Transport, TransportError, USER_AGENT};
use crate::settings::CLOUDFLARE;

/// The maximum size of an answer in bytes. Real answers have a few kilobytes; the limit is for broken or hostile servers.
const MAX_BODY: usize = 8 * 1024 * 1024;

/// The timeout for connecting. It is shorter than that of the exchange, because its failure proves that nothing was sent.
const CONNECT: Duration = Duration::from_secs(10);

/// The configuration of an [`HttpTransport`]. It does not read the environment; the caller does.
#[derive(Debug, Clone)]
pub struct HttpConfig {
    /// The address of the API.
    pub base_url: BaseUrl,
    /// The credentials.
    pub credentials: Credentials,
    /// Root certificates to trust in addition to those of the platform, as PEM: the file in `SSL_CERT_FILE`.
    pub extra_roots: Option<Vec<u8>>,
    /// The proxy, or none.
    pub proxy: ProxyRoute,
}

/// Sends requests over HTTPS.
///
/// - The first request builds the client, so a program that sends nothing loads no certificates.
/// - [`HttpTransport::with_credentials`] shares the client and its connections, for organizations with tokens of their own.
/// - It follows no redirects and does not retry. It uses plain http only for loopback, without a proxy.
/// - The credentials are only in the request headers: not in logs, errors or `Debug`.
#[derive(Debug, Clone)]
pub struct HttpTransport {
    shared: Arc<SharedClient>,
    /// The headers of the credentials, marked as sensitive.
    headers: ::http::HeaderMap,
    token_variable: Option<String>,
}

/// The HTTP client and its connections.
#[derive(Debug)]
struct SharedClient {
    base_url: BaseUrl,
    roots: Vec<Certificate>,
    proxy: ProxyRoute,
    client: OnceCell<Client>,
}

impl HttpTransport {
    /// Creates a transport. It connects on the first request.
    ///
    /// # Errors
    /// Returns a [`ConfigError`] if the credentials are not valid in a header, or the extra roots are not PEM certificates.
    pub fn new(config: HttpConfig) -> Result<Self, ConfigError> {
        let HttpConfig { base_url, credentials, extra_roots, proxy } = config;
        let headers = credentials.headers()?;
        let roots = extra_roots.as_deref().map(parse_roots).transpose()?.unwrap_or_default();
        let shared = Arc::new(SharedClient { base_url, roots, proxy, client: OnceCell::new() });
        Ok(Self { shared, headers, token_variable: credentials.variable().map(str::to_owned) })
    }

    /// Returns a transport with other credentials, which shares the connections of this one.
    ///
    /// # Errors
    /// Returns a [`ConfigError`] if the credentials are not valid in a header.
    pub fn with_credentials(&self, credentials: &Credentials) -> Result<Self, ConfigError> {
        let token_variable = credentials.variable().map(str::to_owned);
        Ok(Self { shared: Arc::clone(&self.shared), headers: credentials.headers()?, token_variable })
    }

    /// Creates a transport with an API token. Without a base URL, or with an empty one, it connects to Cloudflare. It uses the proxy
    /// that the environment names.
    ///
    /// # Errors
    /// Returns a [`ConfigError`] if the token, the base URL or a proxy variable cannot be used.
    pub fn with_token(base_url: Option<&str>, token: &str) -> Result<Self, ConfigError> {
        let base_url = BaseUrl::parse(base_url.filter(|url| !url.is_empty()).unwrap_or(CLOUDFLARE))?;
        let proxy = ProxyRoute::of_process(&base_url)?;
        Self::new(HttpConfig { base_url, credentials: Credentials::token(token)?, extra_roots: None, proxy })
    }

    async fn exchange(&self, request: &Request, timeout: Duration) -> Result<Response, TransportError> {
        let SharedClient { base_url, proxy, .. } = &*self.shared;
        let client = self.shared.client().await?;
        let url = base_url.join(request.uri().path(), request.uri().query());
        let mut outgoing = client
            .request(request.method().clone(), url)
            .headers(self.headers.clone())
            .headers(request.headers().clone())
            .header(ACCEPT, "application/json")
            .timeout(timeout);
        if !request.body().is_empty() {
            outgoing = outgoing.header(CONTENT_TYPE, "application/json").body(request.body().clone());
        }
        let address = base_url.address();
        let proxy = proxy.server().map(|server| (server.address(), server.has_credentials()));
        let attempt = Attempt { api: &address, proxy, connect: CONNECT.min(timeout), timeout };
        let incoming = outgoing.send().await.map_err(|error| attempt.no_answer(error))?;
        receive(incoming, &attempt).await
    }
}

impl SharedClient {
    async fn client(&self) -> Result<&Client, TransportError> {
        let not_built = |error| not_built(error, &self.base_url.address());
        let build = async || self.builder().and_then(ClientBuilder::build).map_err(not_built);
        self.client.get_or_try_init(build).await
    }

    fn builder(&self) -> reqwest::Result<ClientBuilder> {
        let builder = Client::builder()
            .user_agent(USER_AGENT)
            .redirect(reqwest::redirect::Policy::none())
            // The exchange decides about retries: it knows which requests are writes.
            .retry(reqwest::retry::never())
            .referer(false)
            .gzip(true)
            .connect_timeout(CONNECT);
        // Plain HTTP needs no certificates, and loading those of the system takes longer than a request.
        let builder = if self.base_url.is_https() {
            builder.tls_certs_merge(self.roots.clone())
        } else {
            builder.tls_certs_only([])
        };
        if self.base_url.is_loopback() {
            // `localhost` is always loopback, whatever the resolver says. Port 0 means the port of the URL.
            let loopback = [([127, 0, 0, 1], 0).into(), (std::net::Ipv6Addr::LOCALHOST, 0).into()];
            return Ok(builder.no_proxy().resolve_to_addrs("localhost", &loopback));
        }
        let builder = builder.https_only(true);
        match &self.proxy {
            ProxyRoute::System => Ok(builder),
            ProxyRoute::Loopback | ProxyRoute::Excepted { variable: _ } => Ok(builder.no_proxy()),
            ProxyRoute::Via(server) => Ok(builder.proxy(server.to_reqwest()?)),
        }
    }
}

impl Transport for HttpTransport {
    fn send<'a>(&'a self, request: &'a Request, timeout: Duration) -> Sending<'a> {
        Box::pin(self.exchange(request, timeout))
    }

    fn base_url(&self) -> &str {
        self.shared.base_url.as_str()
    }

    fn token_variable(&self) -> Option<&str> {
        self.token_variable.as_deref()
    }
}

async fn receive(mut incoming: reqwest::Response, attempt: &Attempt<'_>) -> Result<Response, TransportError> {
    let mut response = Response::default();
    *response.status_mut() = incoming.status();
    let whole = incoming.content_length();
    let mut body = Vec::new();
    loop {
        let chunk = incoming.chunk().await.map_err(|error| attempt.broken_answer(error, body.len(), whole))?;
        let Some(chunk) = chunk else { break };
        if body.len() + chunk.len() > MAX_BODY {
            return Err(attempt.too_large(MAX_BODY));
        }
        body.extend_from_slice(&chunk);
    }
    *response.headers_mut() = std::mem::take(incoming.headers_mut());
    *response.body_mut() = body;
    Ok(response)
}

fn parse_roots(pem: &[u8]) -> Result<Vec<Certificate>, ConfigError> {
    let roots = Certificate::from_pem_bundle(pem)
        .map_err(|error| ConfigError::Roots(error.source().map_or_else(|| error.to_string(), ToString::to_string)))?;
    if roots.is_empty() {
        return Err(ConfigError::Roots("there are no certificates in the file".to_owned()));
    }
    Ok(roots)
}

#[cfg(test)]
mod tests;

//! The choice of a proxy: the one that the environment names, or none.
//!
//! zerodrift chooses it, and not the HTTP client, because the client ignores a variable that it cannot parse and connects directly.

use std::env::VarError;
use std::fmt;

use hyper_util::client::proxy::matcher::Matcher;
use secrecy::{ExposeSecret as _, SecretString};
use url::{ParseError, Url};

use super::base_url::BaseUrl;
use super::error::ConfigError;

/// The variables for https, in order of precedence. The API is always https, except on loopback.
const FOR_HTTPS: [&str; 4] = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];
/// The variables for plain http, which no request uses. They are still checked, because a user who sets one expects it to work.
const FOR_HTTP: [&str; 2] = ["HTTP_PROXY", "http_proxy"];
/// The variables with the hosts to reach directly.
const EXCEPTIONS: [&str; 2] = ["NO_PROXY", "no_proxy"];

/// How to connect to the API.
#[derive(Debug, Clone, Default)]
pub enum ProxyRoute {
    /// No variable names a proxy: on macOS and Windows the system settings apply, elsewhere the connection is direct.
    #[default]
    System,
    /// Directly, because the API is on this machine.
    Loopback,
    /// Directly, because this variable excludes the host of the API.
    Excepted {
        /// `NO_PROXY` or `no_proxy`.
        variable: &'static str,
    },
    /// Through this proxy.
    Via(ProxyServer),
}

/// A proxy, and the variable that names it. `Debug` does not show its credentials.
#[derive(Clone)]
pub struct ProxyServer {
    variable: &'static str,
    address: String,
    has_credentials: bool,
    url: SecretString,
}

impl ProxyServer {
    /// Returns the environment variable that names it.
    pub fn variable(&self) -> &'static str {
        self.variable
    }

    /// Returns its host and port.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Whether its URL contains a user name or a password.
    pub fn has_credentials(&self) -> bool {
        self.has_credentials
    }

    /// Checks the value of a variable.
    ///
    /// # Errors
    /// Returns [`ConfigError::Proxy`] if the HTTP client cannot use the value. The message does not show the value, which may contain
    /// a password.
    fn parse(variable: &'static str, value: &str) -> Result<Self, ConfigError> {
        let refused = |problem: String| ConfigError::Proxy { variable, problem };
        let value = value.trim();
        if value.is_empty() {
            return Err(refused("contains only white space".to_owned()));
        }
        if value.contains(|character: char| character.is_whitespace() || character.is_control()) {
            return Err(refused("contains a space or line break".to_owned()));
        }
        let text = if value.contains("://") { value.to_owned() } else { format!("http://{value}") };
        let url = Url::parse(&text).map_err(|error| refused(problem(error).to_owned()))?;
        match url.scheme() {
            "http" | "https" => {}
            scheme if scheme.starts_with("socks") => {
                return Err(refused("names a SOCKS proxy, which is not supported".to_owned()));
            }
            scheme => return Err(refused(format!("has the scheme {scheme}; only http and https are supported"))),
        }
        let (Some(host), Some(port)) = (url.host_str(), url.port_or_known_default().filter(|port| *port != 0)) else {
            return Err(refused("has no host or no valid port".to_owned()));
        };
        let address = format!("{host}:{port}");
        let has_credentials = !url.username().is_empty() || url.password().is_some();
        // The HTTP client has its own parser, and ignores a URL that it cannot parse.
        if intercepts(url.as_str(), "", "https://api.cloudflare.com/") {
            Ok(Self { variable, address, has_credentials, url: String::from(url).into() })
        } else {
            Err(refused("is not a valid proxy URL".to_owned()))
        }
    }

    /// Returns the proxy for the HTTP client.
    pub(super) fn to_reqwest(&self) -> reqwest::Result<reqwest::Proxy> {
        reqwest::Proxy::all(self.url.expose_secret())
    }
}

impl fmt::Debug for ProxyServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { variable, address, has_credentials, url: _ } = self;
        let mut shown = f.debug_struct("ProxyServer");
        shown.field("variable", variable).field("address", address).field("has_credentials", has_credentials);
        shown.finish_non_exhaustive()
    }
}

impl ProxyRoute {
    /// Returns the variables that may name a proxy. Their values may contain a password.
    pub fn naming() -> impl Iterator<Item = &'static str> {
        FOR_HTTPS.into_iter().chain(FOR_HTTP)
    }

    /// Returns all variables that determine the proxy.
    pub fn variables() -> impl Iterator<Item = &'static str> {
        Self::naming().chain(EXCEPTIONS)
    }

    /// Returns the route that the environment asks for. `get` returns a variable that is set and not empty.
    ///
    /// # Errors
    /// Returns [`ConfigError::Proxy`] if a variable that names a proxy cannot be used. For a loopback address the variables are not
    /// checked.
    pub fn resolve<'a>(base_url: &BaseUrl, get: impl Fn(&str) -> Option<&'a str>) -> Result<Self, ConfigError> {
        let first = |names: &[&'static str]| names.iter().find_map(|name| Some((*name, get(name)?)));
        if base_url.is_loopback() {
            return Ok(Self::Loopback);
        }
        if let Some((variable, value)) = first(&FOR_HTTP) {
            ProxyServer::parse(variable, value)?;
        }
        let Some((variable, value)) = first(&FOR_HTTPS) else { return Ok(Self::System) };
        let server = ProxyServer::parse(variable, value)?;
        match first(&EXCEPTIONS) {
            Some((variable, hosts)) if !intercepts(server.url.expose_secret(), hosts, base_url.as_str()) => {
                Ok(Self::Excepted { variable })
            }
            _ => Ok(Self::Via(server)),
        }
    }

    /// Returns the route that the environment of this process asks for.
    ///
    /// # Errors
    /// Returns [`ConfigError::Proxy`] in the same cases as [`ProxyRoute::resolve`], and if a variable is not valid UTF-8.
    pub fn of_process(base_url: &BaseUrl) -> Result<Self, ConfigError> {
        let mut variables: Vec<(&str, String)> = Vec::new();
        for variable in Self::variables() {
            match std::env::var(variable) {
                Ok(value) => variables.push((variable, value)),
                Err(VarError::NotPresent) => {}
                Err(VarError::NotUnicode(_)) => {
                    return Err(ConfigError::Proxy { variable, problem: "is not valid UTF-8".to_owned() });
                }
            }
        }
        Self::resolve(base_url, |variable| {
            let found = variables.iter().find(|(name, _)| *name == variable)?;
            Some(found.1.as_str()).filter(|value| !value.is_empty())
        })
    }

    /// Returns the proxy, if any.
    pub fn server(&self) -> Option<&ProxyServer> {
        match self {
            Self::Via(server) => Some(server),
            Self::System | Self::Loopback | Self::Excepted { variable: _ } => None,
        }
    }
}

/// Whether the HTTP client would use a proxy for a URL, with these exceptions.
fn intercepts(proxy: &str, exceptions: &str, url: &str) -> bool {
    let matcher = Matcher::builder().all(proxy.to_owned()).no(exceptions.to_owned()).build();
    url.parse().is_ok_and(|url| matcher.intercept(&url).is_some())
}

fn problem(error: ParseError) -> &'static str {
    match error {
        ParseError::InvalidPort => "has a port that is not a number from 1 to 65535",
        ParseError::EmptyHost => "has no host",
        _ => "is not a valid proxy URL",
    }
}

#[cfg(test)]
mod tests;

//! The base URL of the API: a URL to which credentials may be sent.

use url::{Host, Url};

use super::error::ConfigError;

/// A checked base URL: https, or http on loopback, with only a host, a port and a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaseUrl(Url);

impl BaseUrl {
    /// Checks a base URL.
    ///
    /// # Errors
    /// Returns [`ConfigError::BaseUrl`] if the URL is not absolute, uses http for a host other than loopback, or contains
    /// credentials, a query or a fragment. The message shows only the scheme and the host: the rest may be a secret.
    pub fn parse(text: &str) -> Result<Self, ConfigError> {
        let refused = |why: &str| Err(ConfigError::BaseUrl(why.to_owned()));
        let Ok(url) = Url::parse(text.trim()) else { return refused("is not an absolute URL") };
        let Some(host) = url.host() else { return refused("has no host") };
        if !url.username().is_empty() || url.password().is_some() {
            return refused("must not contain credentials: set them in the environment");
        }
        if url.query().is_some() || url.fragment().is_some() {
            return refused("must not have a query or a fragment");
        }
        match url.scheme() {
            "https" => {}
            "http" if is_loopback(&host) => {}
            "http" => {
                return refused(&format!("must be https: http would send the credentials unencrypted to {host}"));
            }
            other => return refused(&format!("must be https, not {other}")),
        }
        Ok(Self(url))
    }

    /// Returns the URL without a trailing slash.
    pub fn as_str(&self) -> &str {
        self.0.as_str().trim_end_matches('/')
    }

    /// Whether it is https. The alternative is http on loopback.
    pub(super) fn is_https(&self) -> bool {
        self.0.scheme() == "https"
    }

    /// Whether the host is this machine: `127.0.0.0/8`, `[::1]` or `localhost`.
    pub fn is_loopback(&self) -> bool {
        self.0.host().is_some_and(|host| is_loopback(&host))
    }

    /// Returns the host.
    pub fn host(&self) -> &str {
        self.0.host_str().unwrap_or_default()
    }

    /// Returns the host and port, as in messages: `api.cloudflare.com:443`.
    pub(super) fn address(&self) -> String {
        format!("{}:{}", self.host(), self.0.port_or_known_default().unwrap_or_default())
    }

    /// Returns the URL of a path below the base URL. Path and query are encoded, so they cannot change the host.
    pub(super) fn join(&self, path: &str, query: Option<&str>) -> Url {
        let mut url = self.0.clone();
        url.set_path(&format!("{}{path}", self.0.path().trim_end_matches('/')));
        url.set_query(query);
        url
    }
}

fn is_loopback(host: &Host<&str>) -> bool {
    match host {
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
        Host::Domain(name) => *name == "localhost",
    }
}

#[cfg(test)]
mod tests;

//! Where the API is: a URL that credentials may be sent to.

use url::{Host, Url};

use super::error::ConfigError;

/// Cloudflare's own API.
pub const CLOUDFLARE: &str = "https://api.cloudflare.com/client/v4";

/// A base URL that was checked: https, or http on loopback, and nothing in it but host, port and path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaseUrl {
    url: Url,
    text: String,
}

impl BaseUrl {
    /// Checks a base URL. A slash at its end is taken off.
    ///
    /// # Errors
    /// If it is no absolute URL, is http to anything but a loopback address, or holds credentials, a query or a fragment.
    /// No message shows more of it than scheme and host: the rest may be a secret.
    pub fn parse(text: &str) -> Result<Self, ConfigError> {
        let refused = |why: &str| Err(ConfigError::BaseUrl(why.to_owned()));
        let Ok(url) = Url::parse(text.trim()) else { return refused("is not an absolute URL") };
        let Some(host) = url.host() else { return refused("has no host") };
        if !url.username().is_empty() || url.password().is_some() {
            return refused("must not hold credentials: they belong into the environment");
        }
        if url.query().is_some() || url.fragment().is_some() {
            return refused("must not have a query or a fragment");
        }
        match url.scheme() {
            "https" => {}
            "http" if is_loopback(&host) => {}
            "http" => {
                return refused(&format!(
                    "must be https, because http would show the credentials on the way to {host}"
                ));
            }
            other => return refused(&format!("must be https and is {other}")),
        }
        let text = url.as_str().trim_end_matches('/').to_owned();
        Ok(Self { url, text })
    }

    /// The URL as text, without a slash at its end.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether it leads to this machine: `127.0.0.0/8`, `[::1]` or `localhost`.
    pub fn is_loopback(&self) -> bool {
        self.url.host().is_some_and(|host| is_loopback(&host))
    }

    /// Its host.
    pub fn host(&self) -> &str {
        self.url.host_str().unwrap_or_default()
    }

    /// Its host and port, as messages name them: `api.cloudflare.com:443`.
    pub(super) fn address(&self) -> String {
        let host = self.url.host_str().unwrap_or_default();
        format!("{host}:{}", self.url.port_or_known_default().unwrap_or_default())
    }

    /// The URL of a path below it. Path and query are encoded, so that they cannot lead to another host.
    pub(super) fn join(&self, path: &str, query: Option<&str>) -> Url {
        let mut url = self.url.clone();
        url.set_path(&format!("{}{path}", self.url.path().trim_end_matches('/')));
        url.set_query(query);
        url
    }
}

impl Default for BaseUrl {
    fn default() -> Self {
        Self::parse(CLOUDFLARE).expect("a constant that a test parses")
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
mod tests {
    use super::*;

    #[test]
    fn the_default_is_cloudflares_own_api() {
        assert_eq!(BaseUrl::default().as_str(), CLOUDFLARE);
        assert!(!BaseUrl::default().is_loopback());
    }

    #[test]
    fn https_anywhere_and_http_on_loopback_are_taken() {
        let table = [
            ("https://api.cloudflare.com/client/v4/", "https://api.cloudflare.com/client/v4", false),
            ("https://gateway.example:8443", "https://gateway.example:8443", false),
            ("http://127.0.0.1:8080/client/v4", "http://127.0.0.1:8080/client/v4", true),
            ("http://127.9.9.9/", "http://127.9.9.9", true),
            ("http://[::1]:1", "http://[::1]:1", true),
            ("http://LOCALHOST:8080", "http://localhost:8080", true),
            ("https://localhost", "https://localhost", true),
        ];
        for (text, expected, loopback) in table {
            let url = BaseUrl::parse(text).unwrap();
            assert_eq!((url.as_str(), url.is_loopback()), (expected, loopback));
        }
    }

    #[test]
    fn everything_that_could_leak_credentials_is_refused_and_no_message_shows_it() {
        let refused = [
            "",
            "api.cloudflare.com",
            "/client/v4",
            "http://api.cloudflare.com/client/v4",
            "http://localhost.evil.example",
            "http://127.0.0.1.evil.example",
            "http://[::ffff:127.0.0.1]",
            "http://0.0.0.0",
            "http://10.0.0.1",
            "https://user:S3CRET@api.cloudflare.com",
            "https://S3CRET@api.cloudflare.com",
            "http://127.0.0.1@evil.example",
            "https://api.cloudflare.com/client/v4?key=S3CRET",
            "https://api.cloudflare.com/client/v4#S3CRET",
            "ftp://127.0.0.1",
            "file:///etc/passwd",
            "data:text/plain,S3CRET",
        ];
        for text in refused {
            let error = BaseUrl::parse(text).expect_err(text).to_string();
            assert!(!error.contains("S3CRET"), "{error}");
        }
    }

    #[test]
    fn a_path_cannot_lead_to_another_host() {
        for base in ["https://api.cloudflare.com", "https://api.cloudflare.com/client/v4"] {
            let base = BaseUrl::parse(base).unwrap();
            for path in ["@evil.example/x", ".evil.example", "//evil.example", "/../../x", "/a?b#c", ":99/x"] {
                let url = base.join(path, Some("devices=a%26b%3Dc"));
                assert_eq!(url.origin(), base.url.origin(), "{path}");
                assert_eq!(url.query(), Some("devices=a%26b%3Dc"), "{path}");
            }
        }
    }
}

//! Which way requests go: through a proxy that the environment names, or directly.
//!
//! The decision is made here, once, and not by the HTTP client: the client skips a variable that it cannot parse, and connects directly.

use std::env::VarError;
use std::fmt;

use hyper_util::client::proxy::matcher::Matcher;
use secrecy::{ExposeSecret as _, SecretString};
use url::{ParseError, Url};

use super::base_url::BaseUrl;
use super::error::ConfigError;

/// The variables for the API, which is always https elsewhere than on loopback. Upper case comes first, and `HTTPS_PROXY` before `ALL_PROXY`.
const FOR_HTTPS: [&str; 4] = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];
/// The variables for plain http, which no request uses. They are checked all the same: whoever sets one expects it to work.
const FOR_HTTP: [&str; 2] = ["HTTP_PROXY", "http_proxy"];
/// The variables of hosts that are reached directly.
const EXCEPTIONS: [&str; 2] = ["NO_PROXY", "no_proxy"];

/// The way to the API.
#[derive(Debug, Clone, Default)]
pub enum ProxyRoute {
    /// No variable names a proxy: the settings of macOS or Windows apply, and elsewhere the connection is direct.
    #[default]
    System,
    /// Directly, because the API is on this machine.
    Loopback,
    /// Directly, because this variable excepts the host of the API.
    Excepted {
        /// `NO_PROXY` or `no_proxy`.
        variable: &'static str,
    },
    /// Through this proxy.
    Via(ProxyServer),
}

/// A proxy, and the variable that names it. `Debug` shows no credentials.
#[derive(Clone)]
pub struct ProxyServer {
    variable: &'static str,
    address: String,
    has_credentials: bool,
    url: SecretString,
}

impl ProxyServer {
    /// The environment variable that names it.
    pub fn variable(&self) -> &'static str {
        self.variable
    }

    /// Its host and port.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Whether its URL holds a user name or a password.
    pub fn has_credentials(&self) -> bool {
        self.has_credentials
    }

    /// Checks the value of a variable.
    ///
    /// # Errors
    /// If the HTTP client could not use it. The message names the variable and never shows its value, which may hold a password.
    fn parse(variable: &'static str, value: &str) -> Result<Self, ConfigError> {
        let refused = |problem: String| ConfigError::Proxy { variable, problem };
        let value = value.trim();
        if value.is_empty() {
            return Err(refused("holds nothing but white space".to_owned()));
        }
        if value.contains(|character: char| character.is_whitespace() || character.is_control()) {
            return Err(refused("has a space or line break inside".to_owned()));
        }
        let text = if value.contains("://") { value.to_owned() } else { format!("http://{value}") };
        let url = Url::parse(&text).map_err(|error| refused(problem(error).to_owned()))?;
        match url.scheme() {
            "http" | "https" => {}
            scheme if scheme.starts_with("socks") => {
                return Err(refused("names a SOCKS proxy, which is not supported".to_owned()));
            }
            scheme => return Err(refused(format!("has the scheme {scheme}, which is not a kind of proxy"))),
        }
        let (Some(host), Some(port)) = (url.host_str(), url.port_or_known_default().filter(|port| *port != 0)) else {
            return Err(refused("has no host or no usable port".to_owned()));
        };
        let address = format!("{host}:{port}");
        let has_credentials = !url.username().is_empty() || url.password().is_some();
        // The client parses the URL by rules of its own, and ignores what it cannot parse.
        if intercepts(url.as_str(), "", "https://api.cloudflare.com/") {
            Ok(Self { variable, address, has_credentials, url: String::from(url).into() })
        } else {
            Err(refused("is not the URL of a proxy".to_owned()))
        }
    }

    /// As the HTTP client wants it.
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
    /// Every variable that says which way requests go.
    pub const VARIABLES: [&str; 8] =
        ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "HTTP_PROXY", "http_proxy", "NO_PROXY", "no_proxy"];

    /// The way that the environment asks for. `get` returns a variable that is set and not empty.
    ///
    /// # Errors
    /// If a variable that names a proxy cannot be used. A loopback address needs none, so they are not looked at.
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

    /// As [`ProxyRoute::resolve`], from the environment of this process.
    ///
    /// # Errors
    /// As [`ProxyRoute::resolve`]; a variable that is not Unicode cannot be used either.
    pub fn of_process(base_url: &BaseUrl) -> Result<Self, ConfigError> {
        let mut variables: Vec<(&str, String)> = Vec::new();
        for variable in Self::VARIABLES {
            match std::env::var(variable) {
                Ok(value) => variables.push((variable, value)),
                Err(VarError::NotPresent) => {}
                Err(VarError::NotUnicode(_)) => {
                    return Err(ConfigError::Proxy { variable, problem: "is not valid UTF-8".to_owned() });
                }
            }
        }
        Self::resolve(base_url, |wanted| {
            let found = variables.iter().find(|(name, _)| *name == wanted)?;
            Some(found.1.as_str()).filter(|value| !value.is_empty())
        })
    }

    /// The proxy, where there is one.
    pub fn server(&self) -> Option<&ProxyServer> {
        match self {
            Self::Via(server) => Some(server),
            Self::System | Self::Loopback | Self::Excepted { variable: _ } => None,
        }
    }
}

/// Whether the HTTP client would use this proxy for this URL, given these exceptions.
fn intercepts(proxy: &str, exceptions: &str, url: &str) -> bool {
    let matcher = Matcher::builder().all(proxy.to_owned()).no(exceptions.to_owned()).build();
    url.parse().is_ok_and(|url| matcher.intercept(&url).is_some())
}

fn problem(error: ParseError) -> &'static str {
    match error {
        ParseError::InvalidPort => "has a port that is not a number from 1 to 65535",
        ParseError::EmptyHost => "has no host",
        _ => "is not the URL of a proxy",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Variables of an environment.
    type Set = [(&'static str, &'static str)];

    fn route(base_url: &str, variables: &Set) -> Result<ProxyRoute, ConfigError> {
        let get = |wanted: &str| variables.iter().find(|(name, _)| *name == wanted).map(|(_, value)| *value);
        ProxyRoute::resolve(&BaseUrl::parse(base_url).unwrap(), get)
    }

    fn to_cloudflare(variables: &Set) -> Result<ProxyRoute, ConfigError> {
        route(crate::cloudflare::CLOUDFLARE, variables)
    }

    #[test]
    fn the_first_variable_for_https_names_the_proxy() {
        let table: &[(&Set, Option<(&str, &str)>)] = &[
            (&[], None),
            (&[("HTTP_PROXY", "http://h:1")], None),
            (&[("HTTPS_PROXY", "http://a:1"), ("https_proxy", "http://b:2")], Some(("HTTPS_PROXY", "a:1"))),
            (&[("https_proxy", "b:2"), ("ALL_PROXY", "http://c:3")], Some(("https_proxy", "b:2"))),
            (&[("ALL_PROXY", "http://c:3"), ("all_proxy", "http://d:4")], Some(("ALL_PROXY", "c:3"))),
            (&[("all_proxy", "https://d")], Some(("all_proxy", "d:443"))),
            (&[("HTTPS_PROXY", "  http://a:1/\r\n")], Some(("HTTPS_PROXY", "a:1"))),
            (&[("HTTPS_PROXY", "http://[::1]:3128")], Some(("HTTPS_PROXY", "[::1]:3128"))),
            (&[("HTTPS_PROXY", "proxy.example")], Some(("HTTPS_PROXY", "proxy.example:80"))),
        ];
        for (variables, expected) in table {
            let route = to_cloudflare(variables).unwrap();
            let found = route.server().map(|server| (server.variable(), server.address()));
            assert_eq!(found, *expected, "{variables:?}");
        }
    }

    #[test]
    fn a_host_that_is_excepted_is_reached_directly() {
        let proxy = ("HTTPS_PROXY", "http://a:1");
        for hosts in ["*", "cloudflare.com", ".cloudflare.com", "x.example, api.cloudflare.com"] {
            let route = to_cloudflare(&[proxy, ("NO_PROXY", hosts)]).unwrap();
            assert!(matches!(route, ProxyRoute::Excepted { variable: "NO_PROXY" }), "{hosts}: {route:?}");
        }
        for hosts in ["example.com", "flare.com", "api.cloudflare.co"] {
            assert!(to_cloudflare(&[proxy, ("no_proxy", hosts)]).unwrap().server().is_some(), "{hosts}");
        }
        // As with the proxies themselves, upper case comes first.
        let both = to_cloudflare(&[proxy, ("NO_PROXY", "example.com"), ("no_proxy", "*")]).unwrap();
        assert!(both.server().is_some());
    }

    #[test]
    fn a_variable_that_cannot_be_used_is_named_and_its_password_is_not() {
        let values = [
            "ftp://user:S3CRET@127.0.0.1:1",
            "socks5://user:S3CRET@127.0.0.1:1",
            "socks5h://127.0.0.1:1080",
            ":::",
            " ",
            "\t\r\n",
            "http://",
            "http://:3128",
            "http://user:S3CRET@",
            "http://user:S3CRET@proxy:port",
            "http://user:S3CRET@proxy:99999",
            "http://user:S3CRET@proxy:0",
            "http://user:S3 CRET@proxy:1",
            "http://pro xy:1",
            "http://proxy:1 http://other:2",
            "http://[::1",
            "file:///S3CRET",
            "http://pro\u{0}xy:1",
        ];
        for variable in ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"] {
            for value in values {
                let error = to_cloudflare(&[(variable, value)]).expect_err(value);
                let shown = format!("{error} {error:?}");
                assert!(shown.contains(variable) && !shown.contains("S3") && !shown.contains("CRET"), "{shown}");
            }
        }
    }

    #[test]
    fn a_password_with_reserved_characters_arrives_and_is_not_shown() {
        for value in ["http://user:p%40ss@proxy:1", "http://user:p@ss@proxy:1", "user:p%ss@proxy:1"] {
            let route = to_cloudflare(&[("HTTPS_PROXY", value)]).unwrap();
            let server = route.server().unwrap();
            assert_eq!((server.address(), server.has_credentials()), ("proxy:1", true), "{value}");
            assert!(!format!("{route:?}").contains("ss@") && !format!("{route:?}").contains("user"), "{route:?}");
            assert!(server.to_reqwest().is_ok());
        }
    }

    #[test]
    fn loopback_needs_no_proxy() {
        let route = route("http://127.0.0.1:1/", &[("HTTPS_PROXY", "ftp://x"), ("HTTP_PROXY", ":::")]).unwrap();
        assert!(matches!(route, ProxyRoute::Loopback), "{route:?}");
    }
}

use super::*;

/// The variables of an environment.
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
fn an_excluded_host_is_reached_directly() {
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
fn an_invalid_variable_is_rejected_by_name_without_its_value() {
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
fn a_password_with_reserved_characters_is_accepted_and_not_shown() {
    for value in ["http://user:p%40ss@proxy:1", "http://user:p@ss@proxy:1", "user:p%ss@proxy:1"] {
        let route = to_cloudflare(&[("HTTPS_PROXY", value)]).unwrap();
        let server = route.server().unwrap();
        assert_eq!((server.address(), server.has_credentials()), ("proxy:1", true), "{value}");
        assert!(!format!("{route:?}").contains("ss@") && !format!("{route:?}").contains("user"), "{route:?}");
        assert!(server.to_reqwest().is_ok());
    }
}

#[test]
fn loopback_uses_no_proxy_and_ignores_the_variables() {
    let route = route("http://127.0.0.1:1/", &[("HTTPS_PROXY", "ftp://x"), ("HTTP_PROXY", ":::")]).unwrap();
    assert!(matches!(route, ProxyRoute::Loopback), "{route:?}");
}

use super::*;
use crate::settings::CLOUDFLARE;

#[test]
fn the_api_of_cloudflare_is_a_base_url() {
    let cloudflare = BaseUrl::parse(CLOUDFLARE).unwrap();
    assert_eq!((cloudflare.as_str(), cloudflare.is_loopback()), (CLOUDFLARE, false));
}

#[test]
fn https_and_http_on_loopback_are_accepted() {
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
fn a_url_that_could_leak_credentials_is_rejected_without_showing_them() {
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
fn a_path_cannot_change_the_host() {
    for base in ["https://api.cloudflare.com", "https://api.cloudflare.com/client/v4"] {
        let base = BaseUrl::parse(base).unwrap();
        for path in ["@evil.example/x", ".evil.example", "//evil.example", "/../../x", "/a?b#c", ":99/x"] {
            let url = base.join(path, Some("devices=a%26b%3Dc"));
            assert_eq!(url.origin(), base.0.origin(), "{path}");
            assert_eq!(url.query(), Some("devices=a%26b%3Dc"), "{path}");
        }
    }
}

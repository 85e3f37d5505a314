//! The transport with a server on loopback that answers, truncates its answer, or sends nothing.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use serde_json::json;

use super::*;
use crate::cloudflare::tests::{account, document};
use crate::cloudflare::{AnswerFailure, Reached, TlsFailure, TransportErrorKind, request};

const TOKEN: &str = "Sn3lZJTBX6kkg7OdcBUAxOO963GEIyGQqnFTOFYY";
const LONG: Duration = Duration::from_secs(20);

/// What the server does after it has read a request.
#[derive(Clone)]
enum Behavior {
    /// Sends these bytes and closes.
    Send(Vec<u8>),
    /// Sends nothing until the client disconnects.
    Hang,
    /// Sends these bytes before it reads anything, and closes when the client does.
    Interrupt(Vec<u8>),
}

/// A server on loopback that records what it received.
struct LoopbackServer {
    url: String,
    received: Arc<Mutex<Vec<String>>>,
}

impl LoopbackServer {
    fn start(behavior: Behavior) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/client/v4", listener.local_addr().unwrap());
        let received = Arc::<Mutex<Vec<String>>>::default();
        let recorded = received.clone();
        // The thread ends with the test process; it holds nothing but its socket.
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                serve(stream.unwrap(), &behavior, &recorded);
            }
        });
        Self { url, received }
    }

    fn sending(head: &str, body: &[u8]) -> Self {
        let mut bytes = format!("HTTP/1.1 {head}\r\nConnection: close\r\n\r\n").into_bytes();
        bytes.extend_from_slice(body);
        Self::start(Behavior::Send(bytes))
    }

    /// The requests so far, each with head and body.
    fn received(&self) -> Vec<String> {
        self.received.lock().unwrap().clone()
    }

    fn transport(&self) -> HttpTransport {
        transport(&self.url)
    }
}

fn serve(mut stream: TcpStream, behavior: &Behavior, received: &Mutex<Vec<String>>) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    if let Behavior::Interrupt(bytes) = behavior {
        stream.write_all(bytes).unwrap();
        return drop(reader.read_to_end(&mut Vec::new()));
    }
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") && reader.read_line(&mut head).is_ok_and(|read| read > 0) {}
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    received.lock().unwrap().push(head + &String::from_utf8(body).unwrap());
    match behavior {
        // Fails if the client has already disconnected.
        Behavior::Send(bytes) => drop(stream.write_all(bytes)),
        Behavior::Hang | Behavior::Interrupt(_) => drop(reader.read_to_end(&mut Vec::new())),
    }
}

fn config(url: &str) -> HttpConfig {
    let credentials = Credentials::token(TOKEN).unwrap();
    HttpConfig { base_url: BaseUrl::parse(url).unwrap(), credentials, extra_roots: None, proxy: ProxyRoute::System }
}

fn transport(url: &str) -> HttpTransport {
    HttpTransport::new(config(url)).unwrap()
}

async fn get(transport: &HttpTransport) -> Result<Response, TransportError> {
    transport.send(&request::get(&account()).http, LONG).await
}

/// The URL of a port that refuses connections, because its listener is closed.
fn refusing_url() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}

#[tokio::test]
async fn a_request_has_the_token_in_one_header() {
    let server = LoopbackServer::sending("200 OK\r\nContent-Length: 2\r\nCF-Ray: 8f1e-FRA", b"{}");
    let response = get(&server.transport()).await.unwrap();
    assert_eq!((response.status().as_u16(), response.body().as_slice()), (200, b"{}".as_slice()));
    assert_eq!(response.headers()["cf-ray"], "8f1e-FRA");
    let received = server.received();
    let port = server.url.split([':', '/']).nth(4).unwrap();
    let shown = received[0].replace(port, "PORT").replace(env!("CARGO_PKG_VERSION"), "VERSION").replace('\r', "");
    insta::assert_snapshot!(shown, @"
    GET /client/v4/accounts/699d98642c564d2e855e9661899b7252/access/organizations HTTP/1.1
    authorization: Bearer Sn3lZJTBX6kkg7OdcBUAxOO963GEIyGQqnFTOFYY
    accept: application/json
    user-agent: zerodrift/VERSION
    accept-encoding: gzip
    host: 127.0.0.1:PORT
    ");
    assert_eq!(received.len(), 1);
}

#[tokio::test]
async fn a_request_with_a_key_has_the_email_address_and_no_authorization_header() {
    let server = LoopbackServer::sending("200 OK\r\nContent-Length: 2", b"{}");
    let credentials = Credentials::key("user@example.com", "144c9defac04969c7bfad8efaa8ea194").unwrap();
    let transport = HttpTransport::new(HttpConfig { credentials, ..config(&server.url) }).unwrap();
    get(&transport).await.unwrap();
    let received = server.received().concat();
    assert_eq!(received.matches("x-auth-email: user@example.com\r\n").count(), 1);
    assert_eq!(received.matches("x-auth-key: 144c9defac04969c7bfad8efaa8ea194\r\n").count(), 1);
    assert!(!received.to_lowercase().contains("authorization"));
}

#[tokio::test]
async fn transports_with_different_credentials_share_one_client() {
    let server = LoopbackServer::sending("200 OK\r\nContent-Length: 2", b"{}");
    let first = server.transport();
    let other = Credentials::token("another-token").unwrap().of_variable("CLOUDFLARE_API_TOKEN_X");
    let second = first.with_credentials(&other).unwrap();
    get(&second).await.unwrap();
    get(&first).await.unwrap();
    let received = server.received();
    assert!(received[0].contains("authorization: Bearer another-token\r\n"), "{received:?}");
    assert!(received[1].contains(&format!("authorization: Bearer {TOKEN}\r\n")), "{received:?}");
    assert!(Arc::ptr_eq(&first.shared, &second.shared), "one pool");
    assert_eq!((first.token_variable(), second.token_variable()), (None, Some("CLOUDFLARE_API_TOKEN_X")));
    assert!(!format!("{second:?}").contains("another-token"), "{second:?}");
}

#[tokio::test]
async fn a_write_has_a_json_body_and_its_query() {
    let server = LoopbackServer::sending("200 OK\r\nContent-Length: 2", b"{}");
    let revocation = request::Revocation { devices: Some(true), ..request::Revocation::of("user@example.com") };
    server.transport().send(&request::revoke_user(&account(), &revocation).http, LONG).await.unwrap();
    let received = server.received().concat();
    assert!(received.starts_with("POST /client/v4/accounts/699d98642c564d2e855e9661899b7252/access/organizations/revoke_user?devices=true HTTP/1.1\r\n"));
    assert!(received.contains("content-type: application/json\r\n"));
    assert!(received.ends_with("\r\n\r\n{\"email\":\"user@example.com\",\"devices\":true}"), "{received}");
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    for status in ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"] {
        let other = LoopbackServer::sending("200 OK\r\nContent-Length: 2", b"{}");
        let server =
            LoopbackServer::sending(&format!("{status}\r\nLocation: {}/x\r\nContent-Length: 0", other.url), b"");
        let transport = Arc::new(server.transport());
        let reader = crate::cloudflare::Reader::new(transport, crate::cloudflare::Policy::once());
        let error = reader.organization(&account()).await.unwrap_err();
        assert!(error.to_string().contains("redirect to 127.0.0.1, which is not followed"), "{error}");
        assert_eq!((server.received().len(), other.received().len()), (1, 0), "{status}");
    }
}

#[tokio::test]
async fn a_refused_connection_reached_nothing() {
    let error = get(&transport(&refusing_url())).await.unwrap_err();
    assert_eq!((error.reached, error.kind), (Reached::Nothing, TransportErrorKind::Connect));
    let peer = error.peer.as_deref().unwrap();
    let expected = format!("cannot connect to {peer}: ");
    assert!(peer.starts_with("127.0.0.1:") && error.message.starts_with(&expected), "{error}");
    assert!(std::error::Error::source(&error).is_some());
}

#[tokio::test]
async fn localhost_resolves_to_loopback() {
    let server = LoopbackServer::sending("200 OK\r\nContent-Length: 2", b"{}");
    let response = get(&transport(&server.url.replace("127.0.0.1", "localhost"))).await.unwrap();
    assert_eq!(response.status(), 200);
}

/// Runs another test of this file in a separate process, whose environment names an unreachable proxy.
#[test]
fn loopback_ignores_the_proxy_of_the_environment() {
    let proxy = refusing_url();
    let run = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "cloudflare::http::tests::sockets::localhost_resolves_to_loopback"])
        .envs(["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY"].map(|name| (name, &proxy)))
        .env_remove("NO_PROXY")
        .env_remove("no_proxy")
        .output()
        .unwrap();
    let output = String::from_utf8_lossy(&run.stdout);
    assert!(run.status.success() && output.contains("1 passed"), "{output}");
}

#[tokio::test]
async fn a_connection_lost_after_the_request_has_an_unknown_outcome() {
    let server = LoopbackServer::start(Behavior::Send(Vec::new()));
    let error = server.transport().send(&request::update(&account(), &document()).http, LONG).await.unwrap_err();
    assert_eq!((error.reached, error.kind), (Reached::Unknown, TransportErrorKind::Lost));
    assert_eq!(server.received().len(), 1, "a lost write is not repeated");
    assert!(error.message.starts_with("the connection to 127.0.0.1:"), "{error}");
}

#[tokio::test]
async fn a_timeout_has_an_unknown_outcome() {
    let server = LoopbackServer::start(Behavior::Hang);
    let error = server.transport().send(&request::get(&account()).http, Duration::from_millis(300)).await.unwrap_err();
    assert_eq!((error.reached, error.kind), (Reached::Unknown, TransportErrorKind::Timeout));
    assert!(error.message.ends_with(" within 0.3 s"), "{error}");
}

#[tokio::test]
async fn an_html_page_is_returned_as_an_answer() {
    let server = LoopbackServer::sending(
        "502 Bad Gateway\r\nContent-Type: text/html\r\nContent-Length: 16",
        b"<html>502</html>",
    );
    let response = get(&server.transport()).await.unwrap();
    assert_eq!((response.status().as_u16(), response.body().as_slice()), (502, b"<html>502</html>".as_slice()));
}

#[tokio::test]
async fn a_truncated_body_is_an_error() {
    let server = LoopbackServer::sending("200 OK\r\nContent-Length: 500", b"{\"success\":true,\"result\":{");
    let error = get(&server.transport()).await.unwrap_err();
    let truncated = TransportErrorKind::Answer(AnswerFailure::Truncated);
    assert_eq!((error.reached, error.kind), (Reached::Unknown, truncated));
    assert!(error.message.contains(" ended after 26 of 500 bytes: "), "{error}");
}

#[tokio::test]
async fn an_answer_that_is_not_http_or_not_gzip_is_not_requested_again() {
    let table = [
        (LoopbackServer::start(Behavior::Send(b"SSH-2.0-OpenSSH_9.6\r\n\r\n".to_vec())), AnswerFailure::NotHttp),
        (LoopbackServer::start(Behavior::Send(b"\x15\x03\x01\x00\x02\x02\x46".to_vec())), AnswerFailure::NotHttp),
        (
            LoopbackServer::sending("200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 9", b"not gzip!"),
            AnswerFailure::Undecodable,
        ),
    ];
    for (server, failure) in table {
        let error = get(&server.transport()).await.unwrap_err();
        assert_eq!((error.reached, error.kind), (Reached::Unknown, TransportErrorKind::Answer(failure)), "{error}");
        let reader = crate::cloudflare::Reader::new(Arc::new(server.transport()), crate::cloudflare::Policy::default());
        let error = reader.organization(&account()).await.unwrap_err();
        assert_eq!(error.call().unwrap().attempts, 1, "{error}");
    }
}

#[tokio::test]
async fn a_body_over_the_maximum_size_is_an_error() {
    let server = LoopbackServer::sending("200 OK", &vec![b' '; MAX_BODY + 1]);
    let error = get(&server.transport()).await.unwrap_err();
    assert_eq!((error.reached, error.kind), (Reached::Unknown, TransportErrorKind::Answer(AnswerFailure::TooLarge)));
    assert!(error.message.ends_with(" is larger than 8 MiB"), "{error}");
    let largest = LoopbackServer::sending("200 OK", &vec![b' '; MAX_BODY]);
    assert_eq!(get(&largest.transport()).await.unwrap().body().len(), MAX_BODY);
}

#[tokio::test]
async fn a_gzip_body_is_decompressed() {
    // `{"success":true}`, compressed with gzip -n.
    let compressed = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xab\x56\x2a\x2e\x4d\x4e\x4e\x2d\x2e\x56\xb2\x2a\x29\x2a\x4d\xad\x05\x00\xdf\xf7\xf6\x66\x10\x00\x00\x00";
    let server = LoopbackServer::sending(
        &format!("200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {}", compressed.len()),
        compressed,
    );
    assert_eq!(get(&server.transport()).await.unwrap().body(), b"{\"success\":true}");
}

#[tokio::test]
async fn several_requests_share_one_client() {
    let server = LoopbackServer::sending("200 OK\r\nContent-Length: 2", b"{}");
    let transport = server.transport();
    let (one, two) = tokio::join!(get(&transport), get(&transport));
    assert!(one.is_ok() && two.is_ok());
    assert_eq!(server.received().len(), 2);
}

#[test]
fn the_client_is_built_by_the_first_request() {
    let transport = transport(crate::cloudflare::CLOUDFLARE);
    assert!(transport.shared.client.get().is_none());
    assert_eq!(transport.base_url(), "https://api.cloudflare.com/client/v4");
}

#[test]
fn extra_roots_without_valid_certificates_are_rejected() {
    let broken = b"-----BEGIN CERTIFICATE-----\n%%%\n-----END CERTIFICATE-----\n";
    for pem in [b"".as_slice(), b"not a certificate", broken] {
        let error =
            HttpTransport::new(HttpConfig { extra_roots: Some(pem.to_vec()), ..config(&refusing_url()) }).unwrap_err();
        assert!(matches!(error, ConfigError::Roots(_)), "{error}");
    }
}

#[tokio::test]
async fn errors_and_debug_output_do_not_show_the_token() {
    let transport = transport(&refusing_url());
    let error = get(&transport).await.unwrap_err();
    for shown in [format!("{transport:?}"), format!("{error:?} {error}"), format!("{:?}", config(&refusing_url()))] {
        assert!(!shown.contains(TOKEN) && !shown.contains("Sn3l"), "{shown}");
    }
}

#[tokio::test]
async fn a_reader_reads_an_organization_from_a_server() {
    let body = json!({"success": true, "errors": [], "messages": [], "result": document()}).to_string();
    let server = LoopbackServer::sending(&format!("200 OK\r\nContent-Length: {}", body.len()), body.as_bytes());
    let reader = crate::cloudflare::Reader::new(Arc::new(server.transport()), crate::cloudflare::Policy::once());
    let live = reader.organization(&account()).await.unwrap();
    assert_eq!(live.document().unwrap().fields, document());
}

#[tokio::test]
async fn a_plain_http_server_at_an_https_url_is_a_tls_failure() {
    let server = LoopbackServer::start(Behavior::Interrupt(b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec()));
    let error = get(&transport(&server.url.replace("http:", "https:"))).await.unwrap_err();
    assert_eq!((error.reached, error.kind), (Reached::Nothing, TransportErrorKind::Tls(TlsFailure::PlainText)));
    assert!(error.message.ends_with(" does not speak TLS"), "{error}");
}

/// A writer that keeps the log.
#[cfg(feature = "cli")]
#[derive(Clone, Default)]
struct CapturedLog(Arc<Mutex<Vec<u8>>>);

#[cfg(feature = "cli")]
impl std::io::Write for CapturedLog {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[cfg(feature = "cli")]
#[tokio::test]
async fn the_trace_log_has_a_span_per_request_and_no_token() {
    let body = r#"{"success":true,"messages":[{"code":1,"message":"old\u001b[31m"}],"result":{"name":"W"}}"#;
    let server = LoopbackServer::sending(
        &format!("200 OK\r\nCF-Ray: 8f1e-FRA\r\nContent-Length: {}", body.len()),
        body.as_bytes(),
    );
    let log = CapturedLog::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    let guard = tracing::subscriber::set_default(subscriber);
    let reader = crate::cloudflare::Reader::new(Arc::new(server.transport()), crate::cloudflare::Policy::once());
    reader.organization(&account()).await.unwrap();
    drop(guard);
    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    let answered = log.lines().find(|line| line.contains("answered")).expect("an event per answer");
    for part in [
        "request{method=GET path=/accounts/699d98642c564d2e855e9661899b7252/access/organizations attempt=1",
        "status=200",
        "cf_ray=\"8f1e-FRA\"",
        "elapsed_ms=",
    ] {
        assert!(answered.contains(part), "{part}: {answered}");
    }
    assert!(log.contains(r"the API says: old\u{1b}[31m (code 1)") && !log.contains('\u{1b}'), "{log}");
    assert!(!log.contains("Sn3l"), "{log}");
}

#[test]
fn a_transport_without_a_base_url_connects_to_cloudflare() {
    for base_url in [None, Some("")] {
        let transport = HttpTransport::with_token(base_url, TOKEN).unwrap();
        assert_eq!(transport.base_url(), crate::cloudflare::CLOUDFLARE);
    }
    let elsewhere = HttpTransport::with_token(Some("http://127.0.0.1:1/client/v4"), TOKEN).unwrap();
    assert_eq!(elsewhere.base_url(), "http://127.0.0.1:1/client/v4");
    let plain = HttpTransport::with_token(Some("http://api.example/client/v4"), TOKEN);
    assert!(matches!(plain, Err(ConfigError::BaseUrl(_))));
    assert!(matches!(HttpTransport::with_token(None, ""), Err(ConfigError::Credentials(_))));
}

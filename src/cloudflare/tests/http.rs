//! The transport over real sockets: a server of a few lines on loopback that answers, truncates its answer, or sends nothing.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use serde_json::json;

use super::*;
use crate::cloudflare::script::{account, document};
use crate::cloudflare::{AnswerFailure, Reached, TlsFailure, TransportErrorKind, request};

const TOKEN: &str = "Sn3lZJTBX6kkg7OdcBUAxOO963GEIyGQqnFTOFYY";
const LONG: Duration = Duration::from_secs(20);

/// What the server does with a connection once it has read a request.
#[derive(Clone)]
enum Act {
    /// Sends these bytes and closes.
    Send(Vec<u8>),
    /// Says nothing until the client goes away.
    Hang,
    /// Sends these bytes before it has read anything, and closes once the client does.
    Interrupt(Vec<u8>),
}

/// A server on loopback that keeps what it received.
struct Server {
    url: String,
    received: Arc<Mutex<Vec<String>>>,
}

impl Server {
    fn start(act: Act) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/client/v4", listener.local_addr().unwrap());
        let received = Arc::<Mutex<Vec<String>>>::default();
        let kept = received.clone();
        // The thread ends with the test process; it holds nothing but its socket.
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                serve(stream.unwrap(), &act, &kept);
            }
        });
        Self { url, received }
    }

    fn sending(head: &str, body: &[u8]) -> Self {
        let mut bytes = format!("HTTP/1.1 {head}\r\nConnection: close\r\n\r\n").into_bytes();
        bytes.extend_from_slice(body);
        Self::start(Act::Send(bytes))
    }

    /// The requests so far: head and body as one text each.
    fn received(&self) -> Vec<String> {
        self.received.lock().unwrap().clone()
    }

    fn transport(&self) -> HttpTransport {
        transport(&self.url)
    }
}

fn serve(mut stream: TcpStream, act: &Act, received: &Mutex<Vec<String>>) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    if let Act::Interrupt(bytes) = act {
        stream.write_all(bytes).unwrap();
        return drop(reader.read_to_end(&mut Vec::new()));
    }
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") && reader.read_line(&mut head).is_ok_and(|read| read > 0) {}
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    received.lock().unwrap().push(head + &String::from_utf8(body).unwrap());
    match act {
        // The client may have gone away already; that is its right.
        Act::Send(bytes) => drop(stream.write_all(bytes)),
        Act::Hang | Act::Interrupt(_) => drop(reader.read_to_end(&mut Vec::new())),
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

/// An address that refuses connections: its listener is gone.
fn closed() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}

#[tokio::test]
async fn a_request_carries_the_token_once_and_exactly() {
    let server = Server::sending("200 OK\r\nContent-Length: 2\r\nCF-Ray: 8f1e-FRA", b"{}");
    let response = get(&server.transport()).await.unwrap();
    assert_eq!((response.status().as_u16(), response.body().as_slice()), (200, b"{}".as_slice()));
    assert_eq!(response.headers()["cf-ray"], "8f1e-FRA");
    let received = server.received();
    let port = server.url.split([':', '/']).nth(4).unwrap();
    let shown = received[0].replace(port, "PORT").replace(env!("CARGO_PKG_VERSION"), "VERSION").replace('\r', "");
    insta::assert_snapshot!(shown, @"
    GET /client/v4/accounts/699d98642c564d2e855e9661899b7252/access/organizations HTTP/1.1
    accept: application/json
    user-agent: zerodrift/VERSION
    authorization: Bearer Sn3lZJTBX6kkg7OdcBUAxOO963GEIyGQqnFTOFYY
    accept-encoding: gzip
    host: 127.0.0.1:PORT
    ");
    assert_eq!(received.len(), 1);
}

#[tokio::test]
async fn a_key_travels_with_its_email_address_and_without_authorization() {
    let server = Server::sending("200 OK\r\nContent-Length: 2", b"{}");
    let credentials = Credentials::key("user@example.com", "144c9defac04969c7bfad8efaa8ea194").unwrap();
    let transport = HttpTransport::new(HttpConfig { credentials, ..config(&server.url) }).unwrap();
    get(&transport).await.unwrap();
    let received = server.received().concat();
    assert_eq!(received.matches("x-auth-email: user@example.com\r\n").count(), 1);
    assert_eq!(received.matches("x-auth-key: 144c9defac04969c7bfad8efaa8ea194\r\n").count(), 1);
    assert!(!received.to_lowercase().contains("authorization"));
}

#[tokio::test]
async fn a_write_carries_its_body_as_json_and_its_query() {
    let server = Server::sending("200 OK\r\nContent-Length: 2", b"{}");
    let revocation = request::Revocation { devices: Some(true), ..request::Revocation::of("user@example.com") };
    server.transport().send(&request::revoke_user(&account(), &revocation).http, LONG).await.unwrap();
    let received = server.received().concat();
    assert!(received.starts_with("POST /client/v4/accounts/699d98642c564d2e855e9661899b7252/access/organizations/revoke_user?devices=true HTTP/1.1\r\n"));
    assert!(received.contains("content-type: application/json\r\n"));
    assert!(received.ends_with("\r\n\r\n{\"email\":\"user@example.com\",\"devices\":true}"), "{received}");
}

#[tokio::test]
async fn a_redirect_is_not_followed_and_the_other_server_never_sees_the_token() {
    for status in ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"] {
        let other = Server::sending("200 OK\r\nContent-Length: 2", b"{}");
        let server = Server::sending(&format!("{status}\r\nLocation: {}/x\r\nContent-Length: 0", other.url), b"");
        let transport = Arc::new(server.transport());
        let reader = crate::cloudflare::Reader::new(transport, crate::cloudflare::Policy::once());
        let error = reader.organization(&account()).await.unwrap_err();
        assert!(error.to_string().contains("redirect to 127.0.0.1, which is not followed"), "{error}");
        assert_eq!((server.received().len(), other.received().len()), (1, 0), "{status}");
    }
}

#[tokio::test]
async fn a_refused_connection_reached_nothing() {
    let error = get(&transport(&closed())).await.unwrap_err();
    assert_eq!((error.reached, error.kind), (Reached::Nothing, TransportErrorKind::Connect));
    let peer = error.peer.as_deref().unwrap();
    let said = format!("cannot connect to {peer}: ");
    assert!(peer.starts_with("127.0.0.1:") && error.message.starts_with(&said), "{error}");
    assert!(std::error::Error::source(&error).is_some());
}

#[tokio::test]
async fn localhost_is_this_machine_on_the_port_of_the_url() {
    let server = Server::sending("200 OK\r\nContent-Length: 2", b"{}");
    let response = get(&transport(&server.url.replace("127.0.0.1", "localhost"))).await.unwrap();
    assert_eq!(response.status(), 200);
}

/// Runs another test of this file in a process of its own, where the environment names a proxy that does not exist.
#[test]
fn a_proxy_of_the_environment_is_not_asked_for_loopback() {
    let proxy = closed();
    let run = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "cloudflare::http::tests::localhost_is_this_machine_on_the_port_of_the_url"])
        .envs(["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY"].map(|name| (name, &proxy)))
        .env_remove("NO_PROXY")
        .env_remove("no_proxy")
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&run.stdout);
    assert!(run.status.success() && told.contains("1 passed"), "{told}");
}

#[tokio::test]
async fn a_connection_that_is_lost_after_the_request_leaves_the_outcome_unknown() {
    let server = Server::start(Act::Send(Vec::new()));
    let error = server.transport().send(&request::update(&account(), &document()).http, LONG).await.unwrap_err();
    assert_eq!((error.reached, error.kind), (Reached::Unknown, TransportErrorKind::Lost));
    assert_eq!(server.received().len(), 1, "a lost write is not repeated");
    assert!(error.message.starts_with("the connection to 127.0.0.1:"), "{error}");
}

#[tokio::test]
async fn silence_is_a_timeout_with_an_unknown_outcome() {
    let server = Server::start(Act::Hang);
    let error = server.transport().send(&request::get(&account()).http, Duration::from_millis(300)).await.unwrap_err();
    assert_eq!((error.reached, error.kind), (Reached::Unknown, TransportErrorKind::Timeout));
    assert!(error.message.ends_with(" within 0.3 s"), "{error}");
}

#[tokio::test]
async fn a_page_of_html_is_an_answer_like_any_other_here() {
    let server =
        Server::sending("502 Bad Gateway\r\nContent-Type: text/html\r\nContent-Length: 16", b"<html>502</html>");
    let response = get(&server.transport()).await.unwrap();
    assert_eq!((response.status().as_u16(), response.body().as_slice()), (502, b"<html>502</html>".as_slice()));
}

#[tokio::test]
async fn a_body_that_breaks_off_is_no_answer() {
    let server = Server::sending("200 OK\r\nContent-Length: 500", b"{\"success\":true,\"result\":{");
    let error = get(&server.transport()).await.unwrap_err();
    let truncated = TransportErrorKind::Answer(AnswerFailure::Truncated);
    assert_eq!((error.reached, error.kind), (Reached::Unknown, truncated));
    assert!(error.message.contains(" broke off after 26 of 500 bytes: "), "{error}");
}

#[tokio::test]
async fn an_answer_that_is_not_http_or_not_gzip_is_final() {
    let table = [
        (Server::start(Act::Send(b"SSH-2.0-OpenSSH_9.6\r\n\r\n".to_vec())), AnswerFailure::NotHttp),
        (Server::start(Act::Send(b"\x15\x03\x01\x00\x02\x02\x46".to_vec())), AnswerFailure::NotHttp),
        (
            Server::sending("200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 9", b"not gzip!"),
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
async fn a_huge_body_is_not_read_to_its_end() {
    let server = Server::sending("200 OK", &vec![b' '; MAX_BODY + 1]);
    let error = get(&server.transport()).await.unwrap_err();
    assert_eq!((error.reached, error.kind), (Reached::Unknown, TransportErrorKind::Answer(AnswerFailure::TooLarge)));
    assert!(error.message.ends_with(" is larger than 8 MiB"), "{error}");
    let largest = Server::sending("200 OK", &vec![b' '; MAX_BODY]);
    assert_eq!(get(&largest.transport()).await.unwrap().body().len(), MAX_BODY);
}

#[tokio::test]
async fn a_compressed_body_is_unpacked() {
    // `{"success":true}` as gzip -n makes it.
    let packed = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xab\x56\x2a\x2e\x4d\x4e\x4e\x2d\x2e\x56\xb2\x2a\x29\x2a\x4d\xad\x05\x00\xdf\xf7\xf6\x66\x10\x00\x00\x00";
    let server =
        Server::sending(&format!("200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {}", packed.len()), packed);
    assert_eq!(get(&server.transport()).await.unwrap().body(), b"{\"success\":true}");
}

#[tokio::test]
async fn several_requests_share_one_client() {
    let server = Server::sending("200 OK\r\nContent-Length: 2", b"{}");
    let transport = server.transport();
    let (one, two) = tokio::join!(get(&transport), get(&transport));
    assert!(one.is_ok() && two.is_ok());
    assert_eq!(server.received().len(), 2);
}

#[test]
fn nothing_is_built_before_the_first_request() {
    let transport = transport(crate::cloudflare::CLOUDFLARE);
    assert!(transport.client.get().is_none());
    assert_eq!(transport.base_url(), "https://api.cloudflare.com/client/v4");
}

#[test]
fn roots_that_are_no_certificates_are_refused_before_anything_is_sent() {
    let broken = b"-----BEGIN CERTIFICATE-----\n%%%\n-----END CERTIFICATE-----\n";
    for pem in [b"".as_slice(), b"no certificate", broken] {
        let error =
            HttpTransport::new(HttpConfig { extra_roots: Some(pem.to_vec()), ..config(&closed()) }).unwrap_err();
        assert!(matches!(error, ConfigError::Roots(_)), "{error}");
    }
}

#[tokio::test]
async fn no_error_and_no_debug_output_shows_the_token() {
    let transport = transport(&closed());
    let error = get(&transport).await.unwrap_err();
    for shown in [format!("{transport:?}"), format!("{error:?} {error}"), format!("{:?}", config(&closed()))] {
        assert!(!shown.contains(TOKEN) && !shown.contains("Sn3l"), "{shown}");
    }
}

#[tokio::test]
async fn the_whole_way_from_reader_to_socket_and_back_works() {
    let body = json!({"success": true, "errors": [], "messages": [], "result": document()}).to_string();
    let server = Server::sending(&format!("200 OK\r\nContent-Length: {}", body.len()), body.as_bytes());
    let reader = crate::cloudflare::Reader::new(Arc::new(server.transport()), crate::cloudflare::Policy::once());
    let live = reader.organization(&account()).await.unwrap();
    assert_eq!(live.document().unwrap().fields, document());
}

#[tokio::test]
async fn plain_http_where_tls_is_spoken_is_a_tls_failure_that_reached_nothing() {
    let server = Server::start(Act::Interrupt(b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec()));
    let error = get(&transport(&server.url.replace("http:", "https:"))).await.unwrap_err();
    assert_eq!((error.reached, error.kind), (Reached::Nothing, TransportErrorKind::Tls(TlsFailure::PlainText)));
    assert!(error.message.ends_with(" does not speak TLS"), "{error}");
}

/// What is logged goes to this text.
#[cfg(feature = "cli")]
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

#[cfg(feature = "cli")]
impl std::io::Write for Log {
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
async fn the_most_talkative_log_has_a_span_per_request_and_never_the_token() {
    let body = r#"{"success":true,"messages":[{"code":1,"message":"old\u001b[31m"}],"result":{"name":"W"}}"#;
    let server =
        Server::sending(&format!("200 OK\r\nCF-Ray: 8f1e-FRA\r\nContent-Length: {}", body.len()), body.as_bytes());
    let log = Log::default();
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
fn a_token_alone_makes_a_transport_to_cloudflare_and_an_empty_base_url_counts_as_none() {
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

//! The transport against real TLS servers and proxies on loopback.
//!
//! The certificates in `certificates/` are valid until 2220 unless their name says otherwise. `ca.pem` signed all except
//! `authority.pem`, which is self-signed. All have the key `server.key`.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use serde_json::json;

use super::*;
use crate::cloudflare::tests::{account, document};
use crate::cloudflare::{
    CertificateFailure, Error, Policy, ProxyFailure, Reached, Reader, TlsFailure, TransportErrorKind, Writer,
};

const CA: &[u8] = include_bytes!("certificates/ca.pem");
const KEY: &[u8] = include_bytes!("certificates/server.key");
const SERVER: &[u8] = include_bytes!("certificates/server.pem");

/// What a server does with a connection.
type Serve = Arc<dyn Fn(TcpStream) + Send + Sync>;

/// A server on loopback that counts its connections.
struct Peer {
    address: String,
    connections: Arc<AtomicUsize>,
}

impl Peer {
    fn start(serve: Serve) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let connections = Arc::<AtomicUsize>::default();
        let counted = connections.clone();
        // The thread ends with the test process; it holds nothing but its socket.
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                counted.fetch_add(1, Ordering::SeqCst);
                serve(stream.unwrap());
            }
        });
        Self { address, connections }
    }

    fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    /// Reads the organization from here, without a proxy.
    async fn read(&self) -> Result<(), Error> {
        read(&format!("https://{}", self.address), ProxyRoute::System).await
    }
}

fn tls(certificate: &[u8]) -> Arc<ServerConfig> {
    let chain = vec![CertificateDer::from_pem_slice(certificate).unwrap()];
    let key = PrivateKeyDer::from_pem_slice(KEY).unwrap();
    Arc::new(ServerConfig::builder().with_no_client_auth().with_single_cert(chain, key).unwrap())
}

/// A server that answers with an organization over TLS.
fn speaking_tls(config: Arc<ServerConfig>) -> Serve {
    Arc::new(move |stream| {
        let mut stream = StreamOwned::new(ServerConnection::new(config.clone()).unwrap(), stream);
        let mut reader = BufReader::new(&mut stream);
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") && reader.read_line(&mut head).is_ok_and(|read| read > 0) {}
        let body = json!({"success": true, "result": document()}).to_string();
        let answer = format!("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}", body.len());
        // Fails if the client refused the certificate, as it does in some tests.
        drop(stream.write_all(answer.as_bytes()).and_then(|()| stream.flush()));
    })
}

/// A server that reads the first bytes of the client, sends these bytes, and waits until the client disconnects.
fn sending(bytes: &'static [u8]) -> Serve {
    Arc::new(move |mut stream| {
        let mut first = [0; 16 * 1024];
        let read = stream.read(&mut first);
        if read.is_ok_and(|read| read > 0) && stream.write_all(bytes).is_ok() && !bytes.is_empty() {
            drop(stream.shutdown(std::net::Shutdown::Write));
            drop(stream.read_to_end(&mut Vec::new()));
        }
    })
}

/// A proxy that records the CONNECT requests and answers them with this status line. After a 200 it serves the connection with `then`.
fn proxying(status: &'static str, kept: Arc<Mutex<Vec<String>>>, then: Serve) -> Serve {
    Arc::new(move |mut stream| {
        let mut head = Vec::new();
        let mut byte = [0];
        // Byte by byte, because the following bytes are for the server.
        while !head.ends_with(b"\r\n\r\n") && stream.read_exact(&mut byte).is_ok() {
            head.push(byte[0]);
        }
        kept.lock().unwrap().push(String::from_utf8(head).unwrap());
        stream.write_all(format!("HTTP/1.1 {status}\r\n\r\n").as_bytes()).unwrap();
        if status.starts_with("200") {
            then(stream);
        }
    })
}

fn transport(base_url: &str, proxy: ProxyRoute) -> HttpTransport {
    let credentials = Credentials::token("Sn3lZJTBX6kkg7OdcBUAxOO963GEIyGQqnFTOFYY").unwrap();
    let base_url = BaseUrl::parse(base_url).unwrap();
    HttpTransport::new(HttpConfig { base_url, credentials, extra_roots: Some(CA.to_vec()), proxy }).unwrap()
}

/// The default number of attempts, with short waits.
fn policy() -> Policy {
    Policy { base: Duration::from_millis(1), ..Policy::default() }
}

async fn read(base_url: &str, proxy: ProxyRoute) -> Result<(), Error> {
    let reader = Reader::new(Arc::new(transport(base_url, proxy)), policy());
    reader.organization(&account()).await.map(drop)
}

/// The route for this value of `HTTPS_PROXY`.
fn via(value: &str) -> ProxyRoute {
    let base_url = BaseUrl::parse("https://api.test").unwrap();
    ProxyRoute::resolve(&base_url, |name| (name == "HTTPS_PROXY").then_some(value)).unwrap()
}

/// The kind of a failure and its message, with the addresses replaced.
fn kind_and_message(error: &Error, peers: &[&str]) -> (TransportErrorKind, String) {
    let Error::Transport { failure, .. } = error else { panic!("{error}") };
    assert_eq!(failure.reached, Reached::Nothing, "{error}");
    assert!(failure.peer.as_deref().is_some_and(|peer| failure.message.contains(peer)), "{failure:?}");
    assert!(std::error::Error::source(failure).is_some(), "{failure:?}");
    let message = peers.iter().fold(failure.message.clone(), |message, peer| message.replace(peer, "PEER"));
    (failure.kind, message)
}

#[tokio::test]
async fn a_certificate_signed_by_an_extra_root_is_trusted() {
    let server = Peer::start(speaking_tls(tls(SERVER)));
    server.read().await.unwrap();
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn a_rejected_certificate_is_reported_with_its_reason_after_one_attempt() {
    use CertificateFailure::{Expired, NotForServers, NotYetValid, OtherName};
    let table: &[(&[u8], CertificateFailure, &str)] = &[
        (
            include_bytes!("certificates/expired.pem"),
            Expired,
            "the certificate of PEER expired at 2021-02-03 04:05:06 UTC",
        ),
        (
            include_bytes!("certificates/future.pem"),
            NotYetValid,
            "the certificate of PEER is not valid before 2219-01-01 00:00:00 UTC",
        ),
        (
            include_bytes!("certificates/other-name.pem"),
            OtherName,
            "the certificate of PEER is not for 127.0.0.1, only for a.example, b.example",
        ),
        (include_bytes!("certificates/client.pem"), NotForServers, "the certificate of PEER is not for servers"),
        (
            include_bytes!("certificates/authority.pem"),
            NotForServers,
            "the certificate of PEER belongs to an authority, not to a server",
        ),
    ];
    for (certificate, failure, message) in table {
        let server = Peer::start(speaking_tls(tls(certificate)));
        let error = server.read().await.unwrap_err();
        assert_eq!(
            kind_and_message(&error, &[&server.address]),
            (TransportErrorKind::Certificate(*failure), (*message).to_owned())
        );
        assert_eq!(server.connections(), 1, "{message}");
    }
}

#[tokio::test]
async fn an_untrusted_certificate_fails_a_write_after_one_attempt() {
    let server = Peer::start(speaking_tls(tls(SERVER)));
    let credentials = Credentials::token("Sn3lZJTBX6kkg7OdcBUAxOO963GEIyGQqnFTOFYY").unwrap();
    let base_url = BaseUrl::parse(&format!("https://{}", server.address)).unwrap();
    // Another root, so that the test does not depend on the trust store of this machine.
    let extra_roots = Some(include_bytes!("certificates/authority.pem").to_vec());
    let config = HttpConfig { base_url, credentials, extra_roots, proxy: ProxyRoute::System };
    let writer = Writer::new(Arc::new(HttpTransport::new(config).unwrap()), policy());
    let error = writer.update_organization(&account(), &document()).await.unwrap_err();
    assert!(!error.is_uncertain());
    let error = error.into_error();
    let expected = "the certificate of PEER is not signed by an authority that this machine trusts";
    let untrusted = TransportErrorKind::Certificate(CertificateFailure::Untrusted);
    assert_eq!(kind_and_message(&error, &[&server.address]), (untrusted, expected.to_owned()));
    assert!(error.hints()[0].contains("SSL_CERT_FILE"), "{:?}", error.hints());
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn a_failed_handshake_is_reported_with_its_reason_and_only_an_interrupted_one_is_repeated() {
    use TlsFailure::{Interrupted, PlainText, Refused, Version};
    // Alerts as servers send them: TLS record 0x15, version 3.1, length 2, fatal, description.
    let table: &[(&[u8], TlsFailure, &str, usize)] = &[
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", PlainText, "PEER does not speak TLS", 1),
        (b"220 mail.example ESMTP\r\n", PlainText, "PEER does not speak TLS", 1),
        (
            b"\x15\x03\x01\x00\x02\x02\x46",
            Version,
            "PEER does not offer TLS 1.2 or 1.3 in a form that zerodrift supports",
            1,
        ),
        (b"\x15\x03\x01\x00\x02\x02\x28", Version, "PEER has no TLS cipher in common with zerodrift", 1),
        (b"\x15\x03\x01\x00\x02\x02\x70", Refused, "PEER does not know the requested host name", 1),
        (b"\x15\x03\x01\x00\x02\x02\x31", Refused, "PEER refused the TLS connection: access denied", 1),
        (b"\x15\x03\x01\x00\x02\x02\x50", Interrupted, "PEER aborted the TLS handshake", 5),
        (b"", Interrupted, "PEER closed the connection during the TLS handshake", 5),
    ];
    for (bytes, failure, message, attempts) in table {
        let server = Peer::start(sending(bytes));
        let error = server.read().await.unwrap_err();
        assert_eq!(
            kind_and_message(&error, &[&server.address]),
            (TransportErrorKind::Tls(*failure), (*message).to_owned())
        );
        assert_eq!(server.connections(), *attempts, "{message}");
    }
}

#[tokio::test]
async fn a_server_that_requires_a_client_certificate_is_not_tried_again() {
    let mut roots = rustls::RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(CA).unwrap()).unwrap();
    let verifier = WebPkiClientVerifier::builder(Arc::new(roots)).build().unwrap();
    let chain = vec![CertificateDer::from_pem_slice(SERVER).unwrap()];
    let key = PrivateKeyDer::from_pem_slice(KEY).unwrap();
    let config = ServerConfig::builder().with_client_cert_verifier(verifier).with_single_cert(chain, key).unwrap();
    let server = Peer::start(speaking_tls(Arc::new(config)));
    let Error::Transport { failure, .. } = server.read().await.unwrap_err() else { panic!("no transport failure") };
    assert_eq!(failure.kind, TransportErrorKind::Tls(TlsFailure::Refused), "{failure}");
    assert!(failure.message.ends_with("requires a client certificate, which zerodrift does not support"), "{failure}");
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn a_proxy_receives_the_credentials_of_its_variable_and_not_the_token() {
    let kept = Arc::<Mutex<Vec<String>>>::default();
    let proxy = Peer::start(proxying("200 Connection established", kept.clone(), speaking_tls(tls(SERVER))));
    read("https://api.test:8443", via(&format!("http://user:p%40ss@{}", proxy.address))).await.unwrap();
    let received = kept.lock().unwrap().concat();
    // `user:p@ss`, as Base64.
    assert!(received.starts_with("CONNECT api.test:8443 HTTP/1.1\r\n"), "{received}");
    assert!(received.to_lowercase().contains("proxy-authorization: basic dxnlcjpwqhnz\r\n"), "{received}");
    assert!(!received.contains("Sn3l"), "{received}");
}

#[tokio::test]
async fn a_refusing_proxy_is_named_after_one_attempt() {
    use ProxyFailure::{CredentialsMissing, CredentialsRefused, Interrupted, Refused};
    let table = [
        ("403 Forbidden", "", Refused, "the proxy PEER did not connect to api.test:8443", 1),
        ("400 Bad Request", "", Refused, "the proxy PEER did not connect to api.test:8443", 1),
        ("405 Method Not Allowed", "user:pw@", Refused, "the proxy PEER did not connect to api.test:8443", 1),
        ("407 No", "", CredentialsMissing, "the proxy PEER requires a user name and password (407)", 1),
        ("407 No", "user:pw@", CredentialsRefused, "the proxy PEER rejects the user name or password (407)", 1),
        ("", "", Refused, "the proxy PEER did not connect to api.test:8443", 1),
    ];
    let closing: Serve = Arc::new(drop);
    for (status, credentials, failure, message, attempts) in table {
        let proxy = Peer::start(proxying(status, Arc::default(), closing.clone()));
        let error = read("https://api.test:8443", via(&format!("http://{credentials}{}", proxy.address))).await;
        let error = error.unwrap_err();
        assert_eq!(
            kind_and_message(&error, &[&proxy.address]),
            (TransportErrorKind::Proxy(failure), message.to_owned())
        );
        assert_eq!(proxy.connections(), attempts, "{status}");
        assert!(!format!("{error} {error:?} {:?}", error.hints()).contains("pw"), "{error:?}");
    }
    let silent = Peer::start(sending(b""));
    let error = read("https://api.test", via(&format!("http://{}", silent.address))).await.unwrap_err();
    let message = "the proxy PEER closed the connection and did not connect to api.test:443";
    assert_eq!(
        kind_and_message(&error, &[&silent.address]),
        (TransportErrorKind::Proxy(Interrupted), message.to_owned())
    );
}

#[tokio::test]
async fn an_unreachable_proxy_is_named_with_its_port() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let error = read("https://api.test", via(&format!("http://{closed}"))).await.unwrap_err();
    let (kind, message) = kind_and_message(&error, &[&closed]);
    assert_eq!(kind, TransportErrorKind::Proxy(ProxyFailure::Unreachable));
    assert!(message.starts_with("cannot connect to the proxy PEER: "), "{message}");
}

#[tokio::test]
async fn a_certificate_error_names_the_api_or_the_https_proxy() {
    let expired = speaking_tls(tls(include_bytes!("certificates/expired.pem")));
    let proxy = Peer::start(proxying("200 OK", Arc::default(), expired.clone()));
    let error = read("https://api.test", via(&format!("http://{}", proxy.address))).await.unwrap_err();
    let (_, message) = kind_and_message(&error, &[&proxy.address]);
    assert_eq!(message, "the certificate of api.test:443 expired at 2021-02-03 04:05:06 UTC");
    let proxy = Peer::start(expired);
    let error = read("https://api.test", via(&format!("https://{}", proxy.address))).await.unwrap_err();
    let (_, message) = kind_and_message(&error, &[&proxy.address]);
    assert_eq!(message, "the certificate of the proxy PEER expired at 2021-02-03 04:05:06 UTC");
    assert_eq!(proxy.connections(), 1);
}

/// A label of a host name has at most 63 characters, so a resolver rejects this one without a query.
#[tokio::test]
async fn a_proxy_whose_host_name_cannot_be_resolved_is_named_with_its_port() {
    let peer = format!("{}.test:8443", "a".repeat(64));
    let error = read("https://api.test", via(&format!("http://{peer}"))).await.unwrap_err();
    let (kind, message) = kind_and_message(&error, &[&peer]);
    assert_eq!(kind, TransportErrorKind::Proxy(ProxyFailure::Unreachable));
    assert!(message.starts_with("cannot resolve the host name of the proxy PEER: "), "{message}");
}

#[tokio::test]
async fn plain_http_to_a_tls_port_is_not_tried_again() {
    let server = Peer::start(speaking_tls(tls(SERVER)));
    let error = read(&format!("http://{}", server.address), ProxyRoute::Loopback).await.unwrap_err();
    assert_eq!(server.connections(), 1, "{error}");
}

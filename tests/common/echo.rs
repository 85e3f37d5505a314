//! A server or proxy that repeats a text in some part of its answers.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};

/// The part of an answer that repeats the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// The message, chain, link and pointer of an error.
    ErrorMessage,
    /// A web page instead of JSON, cut in the middle of the text.
    Page,
    /// A web page with an error status.
    RefusalPage,
    /// The headers that the client reads.
    Headers,
    /// The host and path of a redirect.
    Redirect,
    /// Settings, and the name and value of an unknown field.
    LiveValue,
    /// The status line.
    Status,
    /// The whole answer, which is not HTTP.
    Garbage,
}

/// All parts.
pub const PLACES: [Place; 8] = [
    Place::ErrorMessage,
    Place::Page,
    Place::RefusalPage,
    Place::Headers,
    Place::Redirect,
    Place::LiveValue,
    Place::Status,
    Place::Garbage,
];

/// Answers every request on a loopback port until the test ends. Returns the address.
pub fn serve(place: Place, text: String) -> String {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let address = listener.local_addr().unwrap().to_string();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let text = text.clone();
            std::thread::spawn(move || answer(stream, place, &text));
        }
    });
    address
}

/// Reads one request and answers it. Ignores a client that closes the connection early.
fn answer(mut stream: TcpStream, place: Place, text: &str) {
    let mut request = Vec::new();
    let mut chunk = [0; 4096];
    while !is_whole(&request) {
        match stream.read(&mut chunk) {
            Ok(length) if length > 0 => request.extend_from_slice(&chunk[..length]),
            _ => return,
        }
    }
    let _ = stream.write_all(&response(place, text));
}

fn is_whole(request: &[u8]) -> bool {
    let request = String::from_utf8_lossy(request);
    let Some((head, body)) = request.split_once("\r\n\r\n") else { return false };
    let length =
        head.to_ascii_lowercase().lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok());
    body.len() >= length.unwrap_or(0)
}

fn response(place: Place, text: &str) -> Vec<u8> {
    let json = serde_json::to_string(text).unwrap();
    let error = format!(
        r#"{{"success": false, "result": null, "messages": [{{"code": 1, "message": {json}}}], "errors": [{{"code": 12130, "message": {json},
        "documentation_url": {json}, "source": {{"pointer": {json}}}, "error_chain": [{{"code": 7, "message": {json}}}]}}]}}"#
    );
    let live = format!(
        r#"{{"success": true, "result": {{"name": {json}, "auth_domain": "widget.cloudflareaccess.com", "session_duration": {json},
        "login_design": {{"header_text": {json}, "footer_text": {json}}}, "doh_jwt_duration": {json}, {json}: [{json}]}}}}"#
    );
    let page = format!("<html><head><title>{text}</title></head><body>{}{text}</body></html>", "x".repeat(60));
    let (status, headers, body) = match place {
        Place::ErrorMessage => ("400 Bad Request".to_owned(), String::new(), error),
        Place::Page => ("200 OK".to_owned(), String::new(), page),
        Place::RefusalPage => ("403 Forbidden".to_owned(), String::new(), page),
        Place::Headers => {
            let headers =
                format!("cf-ray: {text}\r\ncf-auditlog-id: {text}\r\nserver: {text}\r\nx-{}: 1\r\n", plain(text));
            ("400 Bad Request".to_owned(), headers, error.replace(&json, "\"x\""))
        }
        Place::Redirect => {
            let location = format!("location: https://{}.example/{text}?{text}#{text}\r\n", plain(text));
            ("302 Found".to_owned(), location, String::new())
        }
        Place::LiveValue => ("200 OK".to_owned(), String::new(), live),
        Place::Status => (format!("400 {text}"), String::new(), error.replace(&json, "\"x\"")),
        Place::Garbage => return format!("{text}\r\n\r\n{text}").into_bytes(),
    };
    format!("HTTP/1.1 {status}\r\n{headers}content-length: {}\r\nconnection: close\r\n\r\n{body}", body.len())
        .into_bytes()
}

/// The characters of a text that are valid in the name of a host or header.
fn plain(text: &str) -> String {
    text.chars().filter(|character| character.is_ascii_alphanumeric() || *character == '-').collect()
}

//! A transport with the same answer for every request.

use std::time::Duration;

use zerodrift::cloudflare::{Policy, Reader, Request, Response, Sending, Transport, Writer};

/// A transport with one answer.
pub struct Canned(pub Response);

/// Creates an answer.
pub fn response(status: u16, headers: &[(String, String)], body: impl Into<Vec<u8>>) -> Response {
    let builder = http::Response::builder().status(status);
    headers.iter().fold(builder, |builder, (name, value)| builder.header(name, value)).body(body.into()).unwrap()
}

impl Canned {
    /// A reader that gets this answer and does not retry.
    pub fn reader(answer: Response) -> Reader {
        Reader::new(std::sync::Arc::new(Self(answer)), Policy::once())
    }

    /// A writer that gets this answer and does not retry.
    pub fn writer(answer: Response) -> Writer {
        Writer::new(std::sync::Arc::new(Self(answer)), Policy::once())
    }
}

impl Transport for Canned {
    fn send<'a>(&'a self, _: &'a Request, _: Duration) -> Sending<'a> {
        Box::pin(std::future::ready(Ok(self.0.clone())))
    }

    fn base_url(&self) -> &'static str {
        "https://api.example/client/v4"
    }
}

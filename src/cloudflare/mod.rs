//! The API: reader, writer, envelope, errors and retries; every operation of the organization and DoH objects.
//!
//! - [`request`]: what can be asked, as pure values
//! - `transport`: the seam between what is asked and how it travels
//! - `http`: the transport over HTTPS; `proxy` decides its way, `failure` sorts what can go wrong on it
//! - `reader`, `writer`: two types, so that a plan cannot write
//! - `retry`: when a request is sent again, as a pure decision
//! - `envelope`, `error`, `hints`: what came back, what it means, what to do
//! - `credentials`, `base_url`: who asks, and whom; checked before anything is sent
//!
//! Reading an organization and changing one setting of it:
//!
//! ```no_run
//! use std::sync::Arc;
//!
//! use zerodrift::cloudflare::{HttpTransport, Policy, Reader, Writer};
//! use zerodrift::settings::Target;
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let transport = Arc::new(HttpTransport::with_token(None, "the-token")?);
//! let target = Target::account("699d98642c564d2e855e9661899b7252")?;
//!
//! let live = Reader::new(transport.clone(), Policy::default()).organization(&target).await?;
//! if let Some(document) = live.document() {
//!     // PUT may replace the object: send everything that was read, less what the server keeps for itself.
//!     let mut fields = document.fields.clone();
//!     fields.shift_remove("created_at");
//!     fields.shift_remove("updated_at");
//!     fields.insert("session_duration".to_owned(), "24h".into());
//!     Writer::new(transport, Policy::default()).update_organization(&target, &fields).await?;
//! }
//! # Ok(())
//! # }
//! ```

mod base_url;
mod credentials;
mod envelope;
mod error;
mod exchange;
mod failure;
mod hints;
mod http;
mod moment;
mod probe;
mod proxy;
mod reader;
pub mod request;
mod retry;
#[cfg(test)]
#[path = "tests/script.rs"]
mod script;
mod transport;
mod writer;

pub use self::http::{HttpConfig, HttpTransport};
pub use base_url::{BaseUrl, CLOUDFLARE};
pub use credentials::{Credentials, CredentialsError, Secret};
pub use envelope::{ApiMessage, Link};
pub use error::{Call, ConfigError, Error, ErrorKind};
pub use hints::known_refusals;
pub use probe::{TokenCheck, TokenOwner, TokenState};
pub use proxy::{ProxyRoute, ProxyServer};
pub use reader::Reader;
pub use request::Revocation;
pub use retry::{Policy, StopReason};
#[cfg(feature = "sandbox")]
pub(crate) use transport::header;
pub use transport::{
    AnswerFailure, ApiRequest, CertificateFailure, Operation, ProxyFailure, Reached, Request, Response, Sending,
    TlsFailure, Transport, TransportError, TransportErrorKind,
};
pub(crate) use writer::Step;
pub use writer::{WriteError, Writer, Written};

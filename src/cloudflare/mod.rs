//! The API client: all operations of the organization and DoH objects.
//!
//! - [`request`]: the requests, as pure values
//! - `transport`: the trait that sends a request, and its errors
//! - `http`: the transport over HTTPS; `proxy` selects its proxy, `failure` classifies its failures
//! - `reader`, `writer`: two types, so that a plan cannot write
//! - `audit_log`: the account's audit log, and its entries about the organization
//! - `pace`, `budget`, `rate_limit`: one budget of requests for a process, corrected by what the API says about its limits
//! - `retry`: when to send a request again, as a pure decision
//! - `envelope`, `error`, `hints`: the answers, the errors and their hints
//! - `credentials`, `base_url`: the credentials and the address of the API, checked before anything is sent
//!
//! This example reads an organization and changes one of its settings:
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
//!     // PUT may replace the object: send all fields that were read, except those that only the server writes.
//!     let mut fields = document.fields.clone();
//!     fields.shift_remove("created_at");
//!     fields.shift_remove("updated_at");
//!     fields.insert("session_duration".to_owned(), "24h".into());
//!     Writer::new(transport, Policy::default()).update_organization(&target, &fields).await?;
//! }
//! # Ok(())
//! # }
//! ```

mod audit_log;
mod base_url;
mod budget;
mod credentials;
mod envelope;
mod error;
mod exchange;
mod failure;
mod hints;
mod http;
mod moment;
mod pace;
mod probe;
mod proxy;
mod rate_limit;
mod reader;
pub mod request;
mod retry;
#[cfg(test)]
mod tests;
mod transport;
mod writer;

pub use self::http::{HttpConfig, HttpTransport};
pub use crate::settings::CLOUDFLARE;
pub use audit_log::{AuditTrail, LogActor, LogEnd, LogEntry, LogSearch};
pub use base_url::BaseUrl;
pub use credentials::{Credentials, CredentialsError, Secret};
pub use envelope::{ApiMessage, Link};
pub use error::{Call, ConfigError, Error, ErrorKind};
pub use hints::known_refusals;
pub use pace::{Budget, Pace};
pub use probe::{TokenCheck, TokenOwner, TokenState};
pub use proxy::{ProxyRoute, ProxyServer};
pub use rate_limit::{Rate, RateError};
pub use reader::Reader;
pub use request::Revocation;
pub use retry::{Policy, StopReason};
pub(crate) use transport::USER_AGENT;
#[cfg(feature = "sandbox")]
pub(crate) use transport::header;
pub use transport::{
    AnswerFailure, ApiRequest, CertificateFailure, Operation, ProxyFailure, Reached, Request, Response, RetryEvent,
    Sending, TlsFailure, Transport, TransportError, TransportErrorKind,
};
pub(crate) use writer::Turn;
pub use writer::{WriteError, Writer, Written};

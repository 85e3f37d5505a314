//! The API: reader, writer, envelope, errors and retries; every operation of the organization and DoH objects.

mod transport;

pub use transport::{Method, Reached, Request, Response, Sending, Transport, TransportError};

//! The connection to the API.
//!
//! - `connect`: base URL, credentials, proxy and sandbox → a connection for reading, or one for writing too
//! - `retries`: messages about retries
//! - `trust`: the trusted certificate authorities

pub(crate) mod connect;
pub(crate) mod retries;
pub(crate) mod trust;

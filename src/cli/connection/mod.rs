//! The connection to the API.
//!
//! - `connect`: base URL, credentials, proxy and sandbox → a connection for reading, or one for writing too
//! - `trust`: the trusted certificate authorities

pub(crate) mod connect;
pub(crate) mod trust;

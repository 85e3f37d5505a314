//! The way to the API.
//!
//! - `connect`: base URL, credentials, proxy and sandbox → a connection that reads, or one that writes too
//! - `trust`: the certificate authorities that are trusted

pub(crate) mod connect;
pub(crate) mod trust;

//! The connection to the API.
//!
//! - `connect`: base URL, credentials, proxy and sandbox → a connection for reading, or one for writing too
//! - `credentials`: the credentials of an organization
//! - `retries`: messages about retries
//! - `trust`: the trusted certificate authorities

pub(crate) mod connect;
pub(crate) mod credentials;
pub(crate) mod retries;
pub(crate) mod trust;

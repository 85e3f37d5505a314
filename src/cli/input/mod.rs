//! What a run takes in.
//!
//! - `env`: the environment as a value
//! - `manifest_file`: the manifest, and the organization it is about
//! - `repository`: the Git repository that a file is in
//! - `secrets`: the credentials that no output shows

pub(crate) mod env;
pub(crate) mod manifest_file;
pub(crate) mod repository;
pub(crate) mod secrets;

//! The inputs of a run.
//!
//! - `env`: the environment as a value
//! - `manifest_file`: the manifest and its target
//! - `repository`: the Git repository that a file is in
//! - `secrets`: the credentials that outputs must not show

pub(crate) mod env;
pub(crate) mod manifest_file;
pub(crate) mod repository;
pub(crate) mod secrets;

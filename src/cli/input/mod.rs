//! The inputs of a run.
//!
//! - `base`: an earlier manifest, from a Git revision or a file
//! - `env`: the environment as a value
//! - `git`: the `git` command
//! - `manifest_file`: the manifest and its target
//! - `parents`: the manifests that it extends
//! - `repository`: the Git repository that a file is in
//! - `secrets`: the credentials that outputs must not show

pub(crate) mod base;
pub(crate) mod env;
pub(crate) mod git;
pub(crate) mod manifest_file;
pub(crate) mod parents;
pub(crate) mod repository;
pub(crate) mod secrets;

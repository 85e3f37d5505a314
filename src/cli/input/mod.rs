//! The inputs of a run.
//!
//! - `base`: an earlier manifest, from a Git revision or a file
//! - `env`: the environment as a value
//! - `git`: the `git` command
//! - `known_files`: the parents and folders that a run remembers
//! - `manifest_file`: the manifest and its target
//! - `manifests`: the manifests that files and folders name
//! - `parents`: the manifests that it extends
//! - `repository`: the Git repository that a file is in
//! - `secrets`: the credentials that outputs must not show
//! - `shard`: the part of the organizations that one of several machines takes
//! - `shared_target`: manifests with the same target

pub(crate) mod base;
pub(crate) mod env;
pub(crate) mod git;
pub(crate) mod known_files;
pub(crate) mod manifest_file;
pub(crate) mod manifests;
pub(crate) mod parents;
pub(crate) mod repository;
pub(crate) mod secrets;
pub(crate) mod shard;
pub(crate) mod shared_target;

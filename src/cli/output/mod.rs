//! The outputs of a run.
//!
//! - `ui`: the only place that prints; `logging`: `-v`
//! - `status_line`, `waiting`, `progress`: what a run shows while it waits
//! - `formats`, `publish`, `publish_set`: a result in the requested formats; `github`: the files of a step on GitHub
//! - `used_files`, `own_file`: the files of a run, and those that an output must not overwrite
//! - `private_folder`: folders for state and backups
//! - `rewrite`: the only place that changes a manifest

pub(crate) mod formats;
pub(crate) mod github;
pub(crate) mod logging;
pub(crate) mod own_file;
pub(crate) mod private_folder;
pub(crate) mod progress;
pub(crate) mod publish;
pub(crate) mod publish_set;
pub(crate) mod rewrite;
pub(crate) mod status_line;
pub(crate) mod ui;
pub(crate) mod used_files;
pub(crate) mod waiting;

//! The only way to open, read, write and append to files.
//!
//! - `read`: inputs: regular files, opened without blocking, and read up to a limit
//! - `write`: outputs: written completely or not at all, never through a symbolic link, and only to regular files
//! - `append`: lines appended to a file, each completely or not at all
//! - `fill`: many new files in one folder
//! - `folder`: folders that nobody else can write to
//! - `identity`: whether two paths lead to the same file
//! - `kind`: the kind of a file system entry
//! - `walk`: the files below a folder; `path_error`: which of several files failed
//!
//! Nothing else in this crate opens a file; `tests/repository/files.rs` looks for other ways.
#![cfg_attr(not(feature = "cli"), allow(dead_code, unused_imports, reason = "the command line uses most of it"))]

mod append;
mod fill;
mod folder;
mod identity;
mod kind;
mod path_error;
mod read;
#[cfg(test)]
mod tests;
mod walk;
mod write;

pub(crate) use append::{append, open_to_append};
pub(crate) use fill::fill_folder;
pub(crate) use folder::{FolderRisk, check_private_folder, delete, make_folder, make_private_folder};
pub(crate) use identity::{FileIdentity, parent};
pub(crate) use kind::check_output;
pub(crate) use path_error::PathError;
pub(crate) use read::{LARGEST_DOCUMENT, LARGEST_SET, bounded, check_size, open, read, read_start, standard_input};
pub(crate) use walk::files_below;
pub(crate) use write::{FileAccess, create, replace, replace_unchanged};

/// Creates an empty file without a name, which the system deletes when it is closed.
///
/// # Errors
/// Returns an error if the folder for temporary files cannot be written.
pub(crate) fn temporary() -> std::io::Result<std::fs::File> {
    tempfile::tempfile()
}

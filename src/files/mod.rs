//! Files: the one way to open, read, write and append to them.
//!
//! - `read`: inputs. A regular file, opened without waiting, and no more of it than a bound
//! - `write`: outputs. Whole or not at all, never through a symbolic link, never over anything but a regular file
//! - `append`: lines at the end of a file, each whole or not at all
//! - `folder`: folders that nobody else can write to
//! - `identity`: whether two names are one file
//! - `kind`: what a file system entry is, in words
//!
//! Nothing else in this crate opens a file; `tests/repository/files.rs` looks for other ways.
#![cfg_attr(not(feature = "cli"), allow(dead_code, unused_imports, reason = "the command line uses the most of it"))]

mod append;
mod folder;
mod identity;
mod kind;
mod read;
#[cfg(test)]
mod tests;
mod write;

pub(crate) use append::{append, open_to_append};
pub(crate) use folder::{FolderRisk, check_private_folder, delete, make_folder, make_private_folder};
pub(crate) use identity::FileIdentity;
pub(crate) use kind::check_output;
pub(crate) use read::{LARGEST_DOCUMENT, bounded, open, read, read_start, standard_input};
pub(crate) use write::{Access, create, replace, replace_unchanged};

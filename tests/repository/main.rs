//! The repository: README, examples, and rules of the source code.

#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used, reason = "a panic fails the test")]

#[path = "../common/mod.rs"]
mod common;

mod examples;
mod files;
#[cfg(unix)]
mod first_pull_request;
mod imports;
#[cfg(unix)]
mod install;
mod output;
mod pictures;
mod readme;
#[cfg(unix)]
mod ready_to_paste;
mod release;
#[cfg(unix)]
mod setup_action;

//! The repository itself: the README, the examples and the rules of the source.

#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "../common/mod.rs"]
mod common;

mod examples;
mod files;
mod output;
mod readme;
#[cfg(unix)]
mod ready_to_paste;
mod release;
#[cfg(unix)]
mod setup_action;

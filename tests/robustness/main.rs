//! The program where something is against it: hostile servers and values, kills, other users' files, full disks.

#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "../common/mod.rs"]
mod common;

mod attacks;
#[cfg(unix)]
mod files;
mod killed;
mod secrets;
mod unknown_fields;
mod untrusted;

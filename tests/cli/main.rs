//! The command line end to end: the real binary, a temporary home, loopback.

#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should say where")]

#[path = "../common/mod.rs"]
mod common;
mod harness;
mod home;
mod server;

mod adopt;
mod apply_many;
mod backups;
#[cfg(unix)]
mod base;
#[cfg(unix)]
mod completions;
mod credentials;
mod endings;
mod environment;
mod every_guard;
mod extends;
mod failures;
mod foreign_flags;
mod formats;
mod generated_organizations;
mod guards;
mod init;
#[cfg(unix)]
mod init_ci;
mod invisible;
mod json;
mod lifecycle;
mod many_manifests;
mod many_organizations;
mod many_story;
mod network;
mod offline_plans;
mod quiet;
mod reference;
mod revoke_user;
mod rollbacks;
mod sandbox;
mod saved_plans;
mod stories;
mod target;
mod terminal;
#[cfg(unix)]
mod two_people;
mod usage;
mod who;
mod widths;

#[cfg(unix)]
mod interrupt;
#[cfg(unix)]
mod interrupt_many;
#[cfg(unix)]
mod prompt;
#[cfg(unix)]
mod retries;
#[cfg(unix)]
mod show;
mod status_line;

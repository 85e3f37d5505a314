//! The command line end to end: the real binary, a temporary home, loopback.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should say where")]

mod harness;
mod server;

mod adopt;
mod credentials;
mod environment;
mod failures;
mod forms;
mod guards;
mod init;
mod invisible;
mod json;
mod network;
mod reference;
mod repository;
mod sandbox;
mod stories;
mod target;
mod terminal;
mod usage;

#[cfg(unix)]
mod interrupt;
#[cfg(unix)]
mod prompt;

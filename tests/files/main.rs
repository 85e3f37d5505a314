//! Files at the edge: what a run reads, what it writes, and what is left where it cannot.
#![cfg(all(unix, feature = "cli"))]
#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "a test fails by panicking, and says what it skips")]

mod desk;
mod disk;
mod inputs;
mod mounts;
mod outputs;
mod source;
mod strangers;

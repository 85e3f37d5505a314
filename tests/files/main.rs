//! Files at the edge: what a run reads, what it writes, and what is left where it cannot.
#![cfg(all(unix, feature = "cli"))]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod desk;
mod disk;
mod inputs;
mod mounts;
mod outputs;
mod source;
mod strangers;

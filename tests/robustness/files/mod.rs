//! Files at the edge: what a run reads, what it writes, and what is left where it cannot.

#![allow(clippy::print_stderr, reason = "a test that skips says why")]

mod desk;
mod disk;
mod inputs;
mod mounts;
mod outputs;
mod strangers;

//! Input and output files: special files, links, permissions, full disks.

#![allow(clippy::print_stderr, reason = "a test that skips says why")]

mod disk;
mod inputs;
mod mounts;
mod other_users;
mod outputs;
mod workspace;

//! The laws: for generated live states and manifests, under every personality of the emulated API and every fault.

#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "../common/mod.rs"]
mod common;

mod adopt;
mod contract;
mod convergence;
mod differences;
mod faults;
mod fuzz;
mod guards;
mod rollback;
mod saved_plans;

//! Properties for generated live states and manifests, under all personalities and faults of the emulated API.

#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used, reason = "a panic fails the test")]

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

//! zerodrift keeps a Cloudflare Zero Trust organization in Git.
//!
//! The modules stand in the order of the pipeline, and arrows run one way.

#![forbid(unsafe_code)]

pub mod organization;

pub mod text;

pub mod manifest;

pub mod cloudflare;

pub mod plan;

pub mod apply;

#[cfg(feature = "cli")]
pub mod report;

#[cfg(feature = "sandbox")]
pub mod sandbox;

#[cfg(feature = "cli")]
pub mod cli;

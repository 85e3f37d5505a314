//! The library in process: planning, applying, findings, formats.

#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "../common/mod.rs"]
mod common;

mod apply;
mod broken_manifests;
mod browser;
mod catalog;
mod conformance;
mod consent_block;
mod corpus;
mod editor_schema;
mod formats;
mod lessons;
mod one_entry;

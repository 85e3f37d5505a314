//! zerodrift keeps a Cloudflare Zero Trust organization in Git.
//!
//! A manifest says what is wanted; what it does not mention keeps its live value. The modules stand in the order of
//! the pipeline, and arrows run one way, from the bottom of this list to its top:
//!
//! | module | what it does |
//! |---|---|
//! | [`diagnostics`] | every rule declared once, and findings with their place |
//! | [`settings`] | every setting declared once, what its values mean, and which the API takes |
//! | [`live`] | live documents and snapshots, read through that table |
//! | [`manifest`] | `org.yaml` → desired state or findings; edits of it; the manifest of a live state |
#![cfg_attr(
    feature = "terraform",
    doc = "| [`terraform`] | a Terraform state, plan or configuration → the settings it declares, and what cannot be carried over |"
)]
//! | [`cloudflare`] | the API: a reader that cannot write, a writer that cannot read, errors, retries |
//! | [`ending`] | how a run ends: outcomes, kinds of failure, exit codes |
//! | [`plan`] | desired × live → plan; pure: no clock, environment, network or terminal |
//! | [`apply`] | plan → one write per object, then the proof that it did what the plan said and nothing else |
#![cfg_attr(
    feature = "documents",
    doc = "| [`document`] | the JSON contract: plans, saved plans, results, findings, errors, snapshots, and their schemas |"
)]
#![cfg_attr(
    feature = "report",
    doc = "| [`report`] | plans, findings and results → text, Markdown, HTML and the formats of code hosts |"
)]
#![cfg_attr(
    feature = "sandbox",
    doc = "| [`sandbox`] | the emulated API, with a personality for everything that is unsettled |"
)]
#![cfg_attr(feature = "cli", doc = "| [`cli`] | one file per command |")]
//!
//! [`text`] stands aside: it makes untrusted text safe to show and to write as YAML, and everybody uses it. So do
//! [`json`], which keeps JSON of unknown shape as it came, and the private module `files`: the one way to open, read and
//! write a file.
//!
//! # Planning without a network
//!
//! ```
//! use zerodrift::diagnostics::Source;
//! use zerodrift::manifest::parse;
//! use zerodrift::live::Snapshot;
//! use zerodrift::settings::{Model, Target};
//! use zerodrift::plan::{Input, plan};
//!
//! let model = Model::current();
//! let text = "organization:\n  session_duration: 24h\n  login_design:\n    header_text: null\n";
//! let manifest = parse(model, &Source { name: "org.yaml".into(), text: text.into() }).manifest.unwrap();
//! let answer = br#"{"success": true, "result": {"session_duration": "12h", "login_design": {"header_text": "Hi"}}}"#;
//! let snapshot = Snapshot::parse(answer)?;
//!
//! let target = Target::account("699d98642c564d2e855e9661899b7252")?;
//! let plan =
//!     plan(&Input { model, manifest: &manifest, target: &target, api: &snapshot.api, live: &snapshot.live, allow: &[] });
//! let changed: Vec<&str> = plan.changes.iter().map(|change| change.setting.path).collect();
//! assert_eq!(changed, ["organization.session_duration", "organization.login_design.header_text"]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The programs in `examples/` read an organization, plan offline, reconcile, and revoke a user.
//!
//! # Features
//!
//! | feature | adds |
//! |---|---|
//! | `cli` (default) | the command line, and all the features below |
//! | `documents` | `document`: saved plans and the other JSON documents |
//! | `report` | `report`: plans and findings as text, Markdown, HTML and more |
//! | `sandbox` | `sandbox`: the emulated API, as a test double |
//! | `terraform` | `terraform`: what a Terraform state, plan or configuration declares |
#![doc = ""]
#![doc = include_str!("guide/stability.md")]
#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod files;

pub mod diagnostics;

pub mod settings;

pub mod live;

pub mod text;

pub mod json;

pub mod manifest;

#[cfg(feature = "terraform")]
pub mod terraform;

pub mod cloudflare;

pub mod ending;

pub mod plan;

pub mod apply;

#[cfg(feature = "documents")]
pub mod document;

#[cfg(feature = "report")]
pub mod report;

#[cfg(feature = "sandbox")]
pub mod sandbox;

#[cfg(feature = "cli")]
pub mod cli;

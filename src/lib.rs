//! zerodrift keeps a Cloudflare Zero Trust organization in Git.
//!
//! A manifest declares the desired state; a setting that it leaves out keeps its live value. The modules are listed in
//! the order of the pipeline. A module imports only modules above it:
//!
//! | module | what it does |
//! |---|---|
//! | [`diagnostics`] | every rule, declared once, and findings with their locations |
//! | [`settings`] | every setting, declared once: what its values mean, and which of them the API accepts |
//! | [`live`] | live documents and snapshots, read through the table of settings |
//! | [`manifest`] | `org.yaml` → desired state or findings; edits of the file; live state → `org.yaml` |
#![cfg_attr(
    feature = "terraform",
    doc = "| [`terraform`] | a Terraform state, plan or configuration → the settings it declares, and what cannot be converted |"
)]
//! | [`cloudflare`] | the API: a reader that cannot write, a writer that cannot read, errors, retries |
//! | [`ending`] | how a run ends: outcomes, kinds of failure, exit codes |
//! | [`plan`] | desired × live → plan; pure: no clock, environment, network or terminal |
//! | [`attribution`] | plan × audit log of the account → who last wrote each value that differs; pure |
//! | [`apply`] | plan → one write per object, then the proof that the plan was written and nothing else changed |
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
    doc = "| [`sandbox`] | the emulated API, with a personality for each behaviour that Cloudflare has not documented |"
)]
#![cfg_attr(feature = "cli", doc = "| [`cli`] | one file per command |")]
//!
//! Three modules are outside the pipeline, and every module may use them. [`text`] makes untrusted text safe to show and
//! to write as YAML. [`json`] preserves JSON of unknown shape. The private module `files` is the only one that opens,
//! reads and writes files.
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
//!
//! There is no release yet, so depend on a checkout:
//!
//! ```toml
//! zerodrift = { path = "../zerodrift", default-features = false }
//! ```
//!
//! The feature `sandbox` serves tests of your own code, too: it imitates each plausible behaviour that Cloudflare has not
//! documented, and injects faults from a script.
//!
//! # The manual
//!
//! [`guide`] is the manual of the program, one chapter for each question. [`guide::stability`] states what stays the same
//! between versions of the program and of this library.
#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod files;

pub mod guide;

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
pub mod attribution;

#[cfg(feature = "documents")]
pub mod document;

#[cfg(feature = "report")]
pub mod report;

#[cfg(feature = "sandbox")]
pub mod sandbox;

#[cfg(feature = "cli")]
pub mod cli;

//! Findings: problems in a file, with their locations.
//!
//! - `rule`, `severity`: every rule, declared once, with its severity
//! - `finding`: one problem, as data for every renderer
//! - `sink`: collects the findings of one run, bounded
//! - `source`: the text that findings are about, and locations in it

mod finding;
mod rule;
mod severity;
mod sink;
mod source;

pub use finding::{Finding, Fix, Location, not_checked};
pub use rule::Rule;
pub use severity::Severity;
pub(crate) use sink::Diagnostics;
#[cfg(feature = "cli")]
pub(crate) use sink::more_findings;
pub use source::Source;
pub(crate) use source::{BOM, Lines};

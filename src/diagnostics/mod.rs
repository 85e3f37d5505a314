//! Findings: what is wrong or doubtful in a file, with its place.
//!
//! - `rule`: every rule, declared once, and `severity`: how bad its findings are
//! - `finding`: one thing to say, as data that every renderer reads
//! - `source`: the text it is about

mod finding;
mod rule;
mod severity;
mod source;

pub use finding::{Finding, Fix, Location, not_checked};
pub use rule::Rule;
pub use severity::Severity;
pub use source::Source;
pub(crate) use source::{BOM, Lines};

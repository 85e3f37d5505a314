//! Findings: what is wrong or doubtful in a file, with its place.
//!
//! - `rule`: every rule, declared once
//! - `finding`: one thing to say, as data that every renderer reads
//! - `source`: the text it is about

mod finding;
mod rule;
mod source;

pub use finding::{Finding, Fix, Location, Severity, not_checked};
pub use rule::{RULES, Rule};
pub use source::Source;
pub(crate) use source::{BOM, Lines};

//! Tests of all reports.

pub(in crate::report) mod hostile;
mod widths;

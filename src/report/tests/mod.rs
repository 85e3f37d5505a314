//! What holds for all reports.

pub(in crate::report) mod hostile;

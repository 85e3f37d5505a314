//! The process: `interrupt` handles the signals that end it; `file_size_limit` handles the limit of `ulimit -f`.

pub(crate) mod file_size_limit;
pub(crate) mod interrupt;

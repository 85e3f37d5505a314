//! The process: `interrupt`, the signals that end it; `file_size_limit`, the limit of `ulimit -f`.

pub(crate) mod file_size_limit;
pub(crate) mod interrupt;

//! The process: its signals, its limits, and the tasks that it runs at once.
//!
//! - `interrupt`: the signals that end it; `signals`: those that arrived, and the phase of the command
//! - `impatient`: writes after a signal
//! - `in_order`: a task for each item, several at once
//! - `file_size_limit`: the limit of `ulimit -f`

pub(crate) mod file_size_limit;
pub(crate) mod impatient;
pub(crate) mod in_order;
pub(crate) mod interrupt;
pub(crate) mod signals;

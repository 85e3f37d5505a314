//! Law 7: after any fault, the live state is as before or as desired.
//!
//! Every fault of the sandbox × every request × every named personality. After each fault, the outcome describes the live
//! state correctly, and the next run converges. One run sends at most one creation.

mod apply;
mod harness;
mod other_requests;

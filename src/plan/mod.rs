//! Desired × live → plan. Pure: no clock, environment, network or terminal.

mod change;

pub use change::{Action, Change, Consent, GuardState, ManifestRef, Op, Plan, PlannedWrite, Unmanaged};

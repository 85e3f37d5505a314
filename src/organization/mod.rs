//! The organization: every setting declared once, what its values mean, and live documents read through that table.
//!
//! - `settings`: the table; one entry is one setting
//! - `setting`, `guard`: the shape of an entry
//! - `direction`: in which direction a value moves, and from what; the axes of the table of guards
//! - `model`: the table as a value that stages ask
//! - `canonical`, `duration`, `color`: when two values are the same
//! - `check`: which values the API takes
//! - `live`: what the API returned
//! - `typed`: the same as Rust structs, for programs that use this crate
//! - `target`: which organization is meant

mod canonical;
mod check;
mod color;
mod direction;
mod duration;
mod guard;
mod live;
mod model;
mod setting;
mod settings;
mod snapshot;
mod target;

pub use canonical::RULES;
pub(crate) use canonical::is_blank;
#[cfg(feature = "sandbox")]
pub(crate) use canonical::structure;
pub use check::Problem;
pub(crate) use check::{nearest, shown};
pub use color::{Color, ColorError};
pub use direction::{Cell, Direction, LiveShape};
pub use duration::{DurationError, GoDuration};
pub use guard::{Condition, Dependence, Guard, Impact, Impacts};
pub use live::{Document, DocumentError, Live, Slot, Unknown, dotted};
pub(crate) use live::{either_side, set_at, sorted};
pub use model::Model;
pub use setting::{Access, Bound, DurationRange, Element, Endpoint, Group, Kind, Scopes, Setting, Unset};
pub use snapshot::{Snapshot, SnapshotError};
pub use target::{Scope, Target, TargetId, TargetIdError};

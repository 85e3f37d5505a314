//! Every setting, declared once: what it takes, what its values mean, and what its changes call for.
//!
//! - `table`: the settings; one entry is one setting
//! - `kind`, `guard`, `setting`: the parts of an entry
//! - `direction`, `ranking`: in which direction a value moves
//! - `decision`: what a change calls for, by direction and shape of the live value
//! - `model`: the table as a value that stages ask
//! - `canonical`, `duration`, `color`: when two values are the same
//! - `check`: which values the API takes
//! - `tree`: the settings of a section as the file nests them
//! - `describe`: all of this in words
//! - `target`: which organization is meant

mod canonical;
mod check;
mod color;
mod decision;
pub(crate) mod describe;
mod direction;
mod duration;
mod guard;
mod kind;
mod model;
mod ranking;
mod setting;
mod table;
mod target;
pub(crate) mod tree;

pub use canonical::RULES;
pub(crate) use canonical::is_blank;
#[cfg(feature = "sandbox")]
pub(crate) use canonical::structure;
pub use check::Problem;
pub(crate) use check::{nearest, shown};
pub use color::{Color, ColorError};
pub use decision::{Cell, LiveShape};
pub use direction::Direction;
pub use duration::{DurationError, GoDuration};
pub use guard::{Condition, Dependence, Guard, Impact, Impacts};
pub use kind::{Bound, DurationRange, Element, Kind};
pub use model::Model;
pub(crate) use ranking::has_the_type;
pub(crate) use setting::keys;
pub use setting::{Access, Endpoint, Group, Scopes, Setting, Unset};
pub use target::{Scope, Target, TargetId, TargetIdError};

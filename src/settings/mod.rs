//! Every setting, declared once: its values, their meaning, and the impact of its changes.
//!
//! - `table`: the settings; one entry is one setting
//! - `kind`, `guard`, `setting`: the parts of an entry
//! - `direction`, `ranking`: the direction of a change
//! - `decision`: the impact of a change, by direction and shape of the live value
//! - `endpoint`, `path`: the location of a setting
//! - `model`, `tree`: the table as a value: lookup of names, and the content of objects
//! - `canonical`, `duration`, `color`: equality of values
//! - `check`: which values the API accepts
//! - `describe`: descriptions in words
//! - `target`: the address of an organization

mod canonical;
mod check;
mod color;
mod decision;
pub(crate) mod describe;
mod direction;
mod duration;
mod endpoint;
mod guard;
mod kind;
mod model;
mod path;
mod ranking;
mod setting;
mod table;
mod target;
mod tree;

pub use canonical::CANONICAL_RULES;
pub(crate) use canonical::is_blank;
#[cfg(feature = "sandbox")]
pub(crate) use canonical::structure;
pub use check::Problem;
#[cfg(feature = "documents")]
pub(crate) use check::renamed_words;
pub(crate) use check::{nearest, shown};
pub use color::{Color, ColorError};
pub use decision::{Cell, LiveShape};
pub use direction::Direction;
pub use duration::{DurationError, GoDuration};
pub use endpoint::{CLOUDFLARE, Endpoint};
pub use guard::{Condition, Dependence, Guard, Impact, Impacts};
pub use kind::{Bound, DurationRange, Element, Kind};
pub use model::Model;
#[cfg(any(feature = "report", feature = "terraform", feature = "sandbox"))]
pub(crate) use path::joined;
#[cfg(feature = "report")]
pub(crate) use path::last_segment;
#[cfg(feature = "sandbox")]
pub(crate) use path::undotted;
pub use path::{SettingPath, dotted};
pub(crate) use ranking::has_the_type;
pub use setting::{Access, Group, Scopes, Setting, Unset};
pub use target::{Scope, Target, TargetId, TargetIdError};
pub use tree::{Branch, Member, NameKind, Node, Resolved};

//! Edits of a manifest's text that keep comments, order and layout.
//!
//! - `splice`: replaces byte ranges
//! - `fix`: applies safe fixes, for `validate --fix`
//! - `adopt`: writes live values into the file, for `drift --adopt`

mod adopt;
mod fix;
mod splice;

pub use adopt::{Adopted, Adoption, NotAdopted, adopt, with_live_values};
pub use fix::{Fixed, MadeFix, fix};

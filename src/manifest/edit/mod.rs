//! Changes of a manifest's text that keep everything else in it: comments, order and layout.
//!
//! - `splice`: replacements of bytes, applied together
//! - `fix`: what `validate --fix` applies
//! - `adopt`: live values written into the file, for `drift --adopt`

mod adopt;
mod fix;
mod splice;

pub use adopt::{Adopted, Adoption, NotAdopted, adopt, with_live_values};
pub use fix::{Fixed, MadeFix, fix};

//! Values → text. Pure: every function takes values and returns a `String`; nothing here looks at a terminal or prints.
//!
//! - `style`: how wide and how colourful; looked at by the caller
//! - `value`: one value of a setting as a piece of text, untrusted characters made visible
//! - `alike`: texts that look the same and are not
//! - `change`: one change of one setting as lines
//! - `plan`, `drift`: a plan, told forwards and backwards
//! - `run`: what every further form of the two shows
//! - `github`: the log of a job, annotations, outputs
//! - `markdown`: a comment for a pull request
//! - `unified`: two texts as a diff
//! - `explain`: what a setting is
//! - `html`: a plan as one page for a browser, the login page before and after included
//! - `findings`: what is wrong with a manifest, with the lines it is about
//! - `sarif`, `gitlab`: the same, and a plan, for the pages of code hosts
//! - `fingerprint`, `line_hash`, `path`: how hosts tell findings and files apart

pub mod doctor;
pub mod drift;
pub mod error;
pub mod explain;
pub mod findings;
pub mod github;
pub mod gitlab;
pub mod html;
pub mod markdown;
pub mod plan;
pub mod results;
pub mod run;
pub mod sarif;
pub mod style;

mod alike;
mod change;
mod fingerprint;
mod line_hash;
mod path;
mod unified;
mod value;
mod words;

#[cfg(test)]
mod hostile;

pub use change::Wording;
pub use run::{Failure, Run};
pub use style::{ColorLevel, Style};
pub use unified::unified;

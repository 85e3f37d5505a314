//! Values → text. Pure: every function takes values and returns a `String`; nothing here looks at a terminal or prints.
//!
//! - `style`: how wide and how colourful; looked at by the caller
//! - `value`: one value of a setting as a piece of text, untrusted characters made visible
//! - `alike`: texts that look the same and are not
//! - `layout`: wrapping and aligning by display width
//! - `change`: one change of one setting as lines
//! - `plan`, `drift`: a plan, told forwards and backwards
//! - `run`: what every further form of the two shows
//! - `github`: the log of a job, annotations, outputs
//! - `markdown`: a comment for a pull request
//! - `unified`: two texts as a diff
//! - `shell`: what is pasted into a shell
//! - `kind`: what a setting takes, in words
//! - `json`: the documents of `--format json`, which are a contract
//! - `saved`: a plan document as a file that tells when it was edited
//! - `export`: live → `org.yaml`
//! - `import`: another tool's configuration → `org.yaml`
//! - `schema`: the JSON Schemas of all formats
//! - `openapi`: the OpenAPI description of the emulated API
//! - `explain`: what a setting is
//! - `html`: a plan as one page for a browser, the login page before and after included
//! - `findings`: what is wrong with a manifest, with the lines it is about
//! - `sarif`, `gitlab`: the same, and a plan, for the pages of code hosts
//! - `fingerprint`, `line_hash`, `path`: how hosts tell findings and files apart

pub mod doctor;
pub mod drift;
pub mod error;
pub mod explain;
pub mod export;
pub mod findings;
pub mod github;
pub mod gitlab;
pub mod html;
pub mod import;
pub mod json;
pub mod markdown;
pub mod plan;
pub mod results;
pub mod run;
pub mod sarif;
pub mod saved;
pub mod schema;
pub mod style;

mod alike;
mod change;
mod fingerprint;
mod json_text;
mod kind;
mod layout;
mod line_hash;
mod openapi;
mod path;
mod shell;
mod tree;
mod unified;
mod value;
mod words;

#[cfg(test)]
mod hostile;
#[cfg(test)]
mod samples;

use crate::text::yaml;

pub use change::Wording;
pub use export::Detail;
pub use openapi::openapi;
pub use run::{Failure, Run};
pub use schema::{SchemaName, schema};
pub use shell::argument;
pub use style::{ColorLevel, Style};
pub use unified::unified;

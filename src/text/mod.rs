//! Makes untrusted text safe to show, with one module for each output language.
//!
//! | module | text for |
//! |---|---|
//! | `visible` | any output: which characters are never written raw; the basis of all others |
//! | `safe` | the type of safe text, `Safe<L>` for a language `L`, and the macro that joins such texts |
//! | `quote`, `alike` | values inside a sentence; two values that look the same |
//! | `json`, `yaml`, `shell` | documents, manifests and commands to paste |
//! | `style`, `layout` | a terminal: colours and columns |
//! | `markdown`, `workflow` | comments on GitHub and GitLab; logs and annotations of a job on GitHub |
//! | `limit` | how much of a text is shown |
//! | `redact` | everything: credentials are removed |
//! | `hexadecimal` | hashes |
//!
//! HTML has no module: its templates escape `Visible` text.

#[cfg(feature = "report")]
pub(crate) mod alike;
mod hexadecimal;
pub(crate) mod json;
pub(crate) mod layout;
pub(crate) mod limit;
#[cfg(feature = "report")]
pub(crate) mod markdown;
#[cfg(feature = "report")]
pub(crate) mod quote;
mod redact;
pub(crate) mod safe;
mod shell;
#[cfg(feature = "report")]
pub(crate) mod style;
mod visible;
#[cfg(feature = "report")]
pub(crate) mod workflow;
pub(crate) mod yaml;

pub(crate) use hexadecimal::hexadecimal;
pub(crate) use json::visible_json;
pub use redact::{REDACTED, Redactor};
#[cfg(feature = "report")]
pub(crate) use shell::shell_path;
pub use shell::{argument, path_argument};
#[cfg(feature = "report")]
pub(crate) use visible::neutralize;
pub(crate) use visible::{Visible, cut, is_hidden};
pub use visible::{excerpt, path, visible};
pub use yaml::yaml_scalar;

//! Reads, checks, edits and writes `org.yaml`.
//!
//! - `desired`: the desired state that a manifest declares
//! - `parse`: parses strict YAML to the desired state, and reports all findings with file, line and column
//! - `consent_place`: where a file takes another consent
//! - `rules`, `consents`, `scope`: checks across settings
//! - `compose`: a manifest and the parents that it extends → one manifest
//! - `edit`: edits of the text that keep everything else, for `validate --fix` and `drift --adopt`
//! - `write`: writes the manifest of a live state
//! - `restore`: the manifest that restores a backup

mod compose;
mod consent_place;
mod consents;
mod desired;
pub mod edit;
mod parse;
mod restore;
mod rules;
mod scope;
pub mod write;

pub use compose::{Composed, LONGEST_CHAIN, compose, inherit};
pub use consent_place::{ConsentAnchor, ConsentPlace};
pub(crate) use consents::mismatch;
pub use desired::{Allow, Composition, Declared, Extends, ListedSetting, Manifest};
pub use parse::{KEYS, LARGEST, Parsed, is_manifest, is_parent, parse, parse_parent};
pub use restore::{not_restored, restoring, unusable};
pub use rules::cross_check;
#[cfg(feature = "documents")]
pub(crate) use rules::{REQUIREMENTS, Requirement};
pub use scope::beyond_scope;

//! `org.yaml`: read, checked across settings, edited in place, and written from a live state.
//!
//! - `parse`: text → desired state: strict YAML, every finding in one run, each with file, line and column
//! - `rules`, `consents`, `scope`: what no setting can say alone
//! - `edit`: `validate --fix` and `drift --adopt`: changes of a text that keep everything else in it
//! - `write`: the manifest of a live state
//! - `restore`: the manifest that brings a backup back

mod consents;
pub mod edit;
mod parse;
mod restore;
mod rules;
mod scope;
pub mod write;

pub(crate) use consents::mismatch;
pub use parse::{KEYS, LARGEST, Parsed, is_manifest, parse};
pub use restore::{not_restored, restoring, unusable};
pub use rules::cross_check;
pub use scope::beyond_scope;

use serde_json::Value as Json;

use crate::diagnostics::Location;
use crate::settings::{Endpoint, Setting, Target};

/// A manifest that can be planned: it had no error.
#[derive(Debug, Clone, PartialEq)]
pub struct Manifest {
    /// The path as the user gave it.
    pub path: String,
    /// SHA-256 of the file's bytes, in lower-case hexadecimal.
    pub sha256: String,
    /// The account or zone that the file names.
    pub target: Option<Target>,
    /// The sections that the file has, empty ones included: an endpoint without a section is not read.
    pub endpoints: Vec<Endpoint>,
    /// The settings that the file mentions, in the order of the model.
    pub declared: Vec<Declared>,
    /// The consents that the file gives.
    pub allow: Vec<Allow>,
}

/// A setting that a manifest mentions, and therefore owns.
#[derive(Debug, Clone, PartialEq)]
pub struct Declared {
    /// Which setting.
    pub setting: Setting,
    /// The wanted value as written, checked against the setting's kind; `null` unsets, as `[]` does for a set.
    pub value: Json,
    /// Where its value stands; where its group is unset as a whole, the group's `null`.
    pub at: Location,
}

/// Consent to one guarded change, pinned to one value.
#[derive(Debug, Clone, PartialEq)]
pub struct Allow {
    /// The path of the setting. A file consents to settings one by one; a flag may name a group.
    pub setting: String,
    /// The value that the change may lead to; `null` for unset.
    pub to: Json,
    /// Why, for the reader of the file.
    pub reason: Option<String>,
    /// Where it stands.
    pub at: Location,
}

impl Manifest {
    /// What the file wants of a setting, if it mentions it.
    pub fn declared(&self, path: &str) -> Option<&Declared> {
        self.declared.iter().find(|declared| declared.setting.path == path)
    }
}

//! The desired state that a manifest declares.

use serde_json::Value as Json;

use super::consent_place::ConsentPlace;
use crate::diagnostics::Location;
use crate::settings::{Endpoint, Setting, Target};

/// A manifest without errors.
#[derive(Debug, Clone, PartialEq)]
pub struct Manifest {
    /// The path as given by the user.
    pub path: String,
    /// SHA-256 of the file's bytes, in lower-case hexadecimal. After [`compose`](super::compose), of the digests of all
    /// files of the chain.
    pub sha256: String,
    /// The account or zone that the file names.
    pub target: Option<Target>,
    /// The sections of the file, including empty ones. An endpoint without a section is not read.
    pub endpoints: Vec<Endpoint>,
    /// The declared settings, in the order of the model.
    pub declared: Vec<Declared>,
    /// The consents in the file.
    pub allow: Vec<Allow>,
    /// Where the file takes another consent. `None` if its layout is too unusual to describe the place.
    pub consent_place: Option<ConsentPlace>,
    /// The parent of the file, and what the file says about inherited settings.
    pub composition: Composition,
}

/// How a manifest is composed with its parent and its children.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Composition {
    /// The parent; `None` after the manifest is composed.
    pub extends: Option<Extends>,
    /// What children must not give another value.
    pub lock: Vec<ListedSetting>,
    /// The inherited settings that are not managed.
    pub unmanaged: Vec<ListedSetting>,
}

/// The parent of a manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extends {
    /// Its path, relative to the folder of the manifest.
    pub path: String,
    /// The location of the path.
    pub at: Location,
}

/// A setting or group in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedSetting {
    /// The path of the setting or group.
    pub path: String,
    /// The location of the entry.
    pub at: Location,
}

impl ListedSetting {
    /// Whether it names a setting, or a group that contains the setting.
    pub fn covers(&self, setting: &Setting) -> bool {
        let rest = setting.path.strip_prefix(&self.path);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    }
}

/// A setting that a manifest declares and therefore manages.
#[derive(Debug, Clone, PartialEq)]
pub struct Declared {
    /// The setting.
    pub setting: Setting,
    /// The desired value as written, checked against the setting's kind. `null` unsets it, as `[]` does for a set.
    pub value: Json,
    /// The location of its value, or of the `null` that unsets its whole group.
    pub at: Location,
}

/// Consent to one guarded change, pinned to one value.
#[derive(Debug, Clone, PartialEq)]
pub struct Allow {
    /// The path of the setting. Entries in a file name a setting; a flag may name a group.
    pub setting: String,
    /// The value after the change; `null` for unset.
    pub to: Json,
    /// The reason, for readers of the file.
    pub reason: Option<String>,
    /// The location of the entry.
    pub at: Location,
}

impl Manifest {
    /// Returns the declaration of a setting, if there is one.
    pub fn declared(&self, path: &str) -> Option<&Declared> {
        self.declared.iter().find(|declared| declared.setting.path == path)
    }
}

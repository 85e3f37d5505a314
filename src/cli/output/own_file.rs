//! Recognizes the files of zerodrift, so that a mistyped name does not overwrite a file that another run needs.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use serde::de::IgnoredAny;

use crate::manifest;
use crate::text::path_argument;

/// A kind of file that zerodrift reads or writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OwnFile {
    /// An `org.yaml`, by this or any other name.
    Manifest,
    /// A plan that `plan --out` wrote.
    SavedPlan,
    /// A backup of an apply.
    Backup,
    /// The output of `export --format json`, or an answer of the API.
    Snapshot,
    /// The state file of `--sandbox`.
    SandboxState,
    /// An audit log.
    AuditLog,
}

impl OwnFile {
    /// Returns the kind of a file by its content; `None` for other files, including reports of earlier runs. Broken
    /// manifests are recognized by their keys if the file has a YAML extension.
    pub(crate) fn of(path: &Path, bytes: &[u8]) -> Option<Self> {
        if let Some(keys) = keys_of(bytes) {
            return Self::of_json(&keys);
        }
        let text = std::str::from_utf8(bytes).ok()?;
        let first = text.lines().next().unwrap_or_default();
        if keys_of(first.as_bytes()).is_some_and(|keys| keys.contains_key("actor") && keys.contains_key("outcome")) {
            return Some(Self::AuditLog);
        }
        let is_yaml = path.extension().is_some_and(|name| name == "yaml" || name == "yml");
        manifest::is_manifest(text, is_yaml).then_some(Self::Manifest)
    }

    /// Returns the kind of a file that was given as the manifest but is another file of zerodrift.
    pub(crate) fn instead_of_a_manifest(bytes: &[u8]) -> Option<Self> {
        Self::of_json(&keys_of(bytes)?).filter(|kind| *kind != Self::Manifest)
    }

    /// Returns a hint: what to do with a file of this kind.
    pub(crate) fn usage(self, file: &str) -> String {
        let file = path_argument(file);
        match self {
            Self::Manifest => format!("run: zerodrift plan {file}"),
            Self::SavedPlan => format!("run: zerodrift apply --plan {file}"),
            Self::Backup => format!("run: zerodrift rollback {file}"),
            Self::Snapshot => format!("run: zerodrift plan --live {file}"),
            Self::SandboxState => format!("use --sandbox={file}, with = and without a space"),
            Self::AuditLog => format!("run: jq . {file}"),
        }
    }

    fn of_json(keys: &BTreeMap<String, IgnoredAny>) -> Option<Self> {
        let has = |key: &str| keys.contains_key(key);
        match () {
            () if has("sandbox") => Some(Self::SandboxState),
            () if has("actor") && has("outcome") => Some(Self::AuditLog),
            () if has("kept_at") => Some(Self::Backup),
            () if has("saved") => Some(Self::SavedPlan),
            () if has("live") || (has("success") && has("result")) => Some(Self::Snapshot),
            () if manifest::KEYS.iter().any(|key| has(key)) => Some(Self::Manifest),
            () => None,
        }
    }
}

impl fmt::Display for OwnFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Manifest => "a manifest",
            Self::SavedPlan => "a saved plan",
            Self::Backup => "a backup",
            Self::Snapshot => "a snapshot",
            Self::SandboxState => "a sandbox state file",
            Self::AuditLog => "an audit log",
        })
    }
}

/// Returns the keys of a JSON object, at any depth and size of its values.
fn keys_of(bytes: &[u8]) -> Option<BTreeMap<String, IgnoredAny>> {
    serde_json::from_slice(bytes).ok()
}

//! Which of our own files a text is. What somebody else's run needs is not overwritten by a mistyped name.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use serde::de::IgnoredAny;

use crate::manifest;
use crate::text::path_argument;

/// A file that zerodrift reads or keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OwnFile {
    /// An `org.yaml`, by this or any other name.
    Manifest,
    /// What `plan --out` writes.
    SavedPlan,
    /// What an apply keeps.
    Backup,
    /// What `export --format json` prints, or the API answered.
    Snapshot,
    /// What `--sandbox` keeps.
    SandboxState,
    /// The lines about each apply.
    AuditLog,
}

impl OwnFile {
    /// The kind of a file, by its content; nothing for everything else, reports of earlier runs among it. Broken
    /// manifests are known by their keys where the name says that the file is YAML.
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

    /// The kind of a file that was given as the manifest and is another one of ours.
    pub(crate) fn instead_of_a_manifest(bytes: &[u8]) -> Option<Self> {
        Self::of_json(&keys_of(bytes)?).filter(|kind| *kind != Self::Manifest)
    }

    /// What to do with a file of this kind.
    pub(crate) fn usage(self, file: &str) -> String {
        let file = path_argument(file);
        match self {
            Self::Manifest => format!("run: zerodrift plan {file}"),
            Self::SavedPlan => format!("run: zerodrift apply --plan {file}"),
            Self::Backup => format!("run: zerodrift rollback {file}"),
            Self::Snapshot => format!("run: zerodrift plan --live {file}"),
            Self::SandboxState => format!("write --sandbox={file}, with = and without a space"),
            Self::AuditLog => format!("read it with: jq . {file}"),
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
            Self::SandboxState => "a state of the sandbox",
            Self::AuditLog => "an audit log",
        })
    }
}

/// The keys of a JSON object, however deep and large what is below them is.
fn keys_of(bytes: &[u8]) -> Option<BTreeMap<String, IgnoredAny>> {
    serde_json::from_slice(bytes).ok()
}

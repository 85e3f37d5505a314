//! The JSON document of `validate`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::common::VERSION_PATTERN;
use crate::diagnostics::{Finding, Severity};
use crate::live::{FORMAT_VERSION, ZERODRIFT};

/// The output of validate --format json. Within format version 1, fields are only added.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(title = "findings document of zerodrift")]
#[non_exhaustive]
pub struct FindingsDocument {
    /// The version of this format.
    #[schemars(regex(pattern = VERSION_PATTERN))]
    pub format_version: String,
    /// The version of the program that wrote the document.
    pub zerodrift: String,
    /// The manifests, in the order of their paths. The documents of the first versions lack them.
    #[serde(default)]
    pub manifests: Vec<CheckedEntry>,
    /// The findings, in the order of the manifests and of the file.
    pub findings: Vec<FindingEntry>,
    /// The number of findings by severity.
    pub summary: FindingsSummary,
}

/// The number of errors and warnings.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct FindingsSummary {
    /// Findings that make the manifest unusable.
    pub errors: usize,
    /// Findings that are probably mistakes.
    pub warnings: usize,
}

/// A manifest that was checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct CheckedEntry {
    /// The path as the user gave it; - for standard input.
    pub path: String,
    /// The path from the top of the repository. Absent if it is the path as the user gave it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub repository_path: Option<String>,
    /// The number of its findings. A finding about a parent of several manifests belongs to the first of them.
    pub findings: usize,
    /// The severity of its worst finding, also if that belongs to another manifest; null without findings.
    pub worst: Option<Severity>,
}

/// One finding about a manifest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct FindingEntry {
    /// Stable identifier of the rule.
    pub rule: String,
    /// The severity.
    pub severity: Severity,
    /// What is wrong.
    pub message: String,
    /// The path as the user gave it; - for standard input.
    pub file: String,
    /// The line, from 1; null if the finding is about the whole file.
    #[schemars(range(min = 1))]
    pub line: Option<usize>,
    /// The column in characters, from 1; null if the finding is about the whole file.
    #[schemars(range(min = 1))]
    pub column: Option<usize>,
    /// How to fix it; null if nothing needs to be done.
    pub help: Option<String>,
}

/// A manifest that was checked: the input of documents and reports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckedManifest {
    /// The manifest as the user named it.
    pub file: String,
    /// Its path from the top of the repository, as code hosts name it.
    pub repository_file: String,
    /// What was found, in the order of the file. A finding about a parent of several manifests is at the first of them.
    pub findings: Vec<Finding>,
    /// The severity of the worst finding, also if that is at another manifest.
    pub worst: Option<Severity>,
}

/// Returns the document of the findings of some manifests.
pub fn findings_document(manifests: &[CheckedManifest]) -> FindingsDocument {
    let findings: Vec<&Finding> = manifests.iter().flat_map(|manifest| &manifest.findings).collect();
    let of = |severity| findings.iter().filter(|finding| finding.severity == severity).count();
    FindingsDocument {
        format_version: FORMAT_VERSION.to_owned(),
        zerodrift: ZERODRIFT.to_owned(),
        manifests: manifests.iter().map(CheckedEntry::from).collect(),
        findings: findings.iter().copied().map(FindingEntry::from).collect(),
        summary: FindingsSummary { errors: of(Severity::Error), warnings: of(Severity::Warning) },
    }
}

impl From<&CheckedManifest> for CheckedEntry {
    fn from(manifest: &CheckedManifest) -> Self {
        let CheckedManifest { file, repository_file, findings, worst } = manifest;
        Self {
            path: file.clone(),
            repository_path: (repository_file != file).then(|| repository_file.clone()),
            findings: findings.len(),
            worst: *worst,
        }
    }
}

impl From<&Finding> for FindingEntry {
    fn from(finding: &Finding) -> Self {
        // Editors use the fix, and renderers the setting; documents of 1.0 do not contain them.
        let Finding { rule, severity, message, file, at, help, fix: _, setting: _ } = finding;
        Self {
            rule: rule.id().to_owned(),
            severity: *severity,
            message: message.clone(),
            file: file.clone(),
            line: at.as_ref().map(|at| at.line),
            column: at.as_ref().map(|at| at.column),
            help: help.clone(),
        }
    }
}

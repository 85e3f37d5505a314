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
    /// The findings, in the order of the file.
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

/// Returns the document of some findings.
pub fn findings_document<'a>(findings: impl IntoIterator<Item = &'a Finding>) -> FindingsDocument {
    let findings: Vec<&Finding> = findings.into_iter().collect();
    let of = |severity| findings.iter().filter(|finding| finding.severity == severity).count();
    FindingsDocument {
        format_version: FORMAT_VERSION.to_owned(),
        zerodrift: ZERODRIFT.to_owned(),
        findings: findings.iter().copied().map(FindingEntry::from).collect(),
        summary: FindingsSummary { errors: of(Severity::Error), warnings: of(Severity::Warning) },
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

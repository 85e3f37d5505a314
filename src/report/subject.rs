//! The input of reports: a comparison, the validation of a manifest, or a failed run.

use super::{drift, path, phrase, plan};
use std::collections::HashMap;

use crate::diagnostics::{Finding, Source, not_checked};
use crate::document::{CheckedManifest, CiRun, Compared, Comparison, Wording};
use crate::ending::FailureKind;
use crate::plan::Change;
use crate::settings::Target;
use crate::text::Visible;
use crate::text::layout::TerminalText;
use crate::text::safe::safe;
use crate::text::style::Style;

/// The result of `validate`.
#[derive(Debug, Clone, Copy)]
pub struct Validation<'a> {
    /// The manifests, ordered by path.
    pub manifests: &'a [CheckedManifest],
    /// The texts that findings refer to, those of parents included, if lines of them may be shown.
    pub sources: &'a [Source],
}

/// A run without a result.
#[derive(Debug, Clone, Copy)]
pub struct FailedRun<'a> {
    /// The name of the command.
    pub command: &'a str,
    /// The manifest as the user named it.
    pub file: &'a str,
    /// The manifest's path from the top of the repository, as code hosts name it.
    pub repository_file: &'a str,
    /// The run of the pipeline, if the platform's variables describe it.
    pub ci: Option<&'a CiRun>,
    /// The manifest's text, as far as it could be read.
    pub source: Option<&'a Source>,
    /// The organization, as far as it is known.
    pub target: Option<&'a Target>,
    /// The kind of the failure, from which the exit code follows.
    pub kind: FailureKind,
    /// What happened, in a sentence without a final full stop.
    pub message: &'a str,
    /// What to do next.
    pub hints: &'a [String],
    /// The findings of the manifest, if they are the reason.
    pub findings: &'a [Finding],
}

impl Compared<'_> {
    /// Whether a report of several shows more of the organization than its row.
    pub(super) fn has_details(&self) -> bool {
        match self {
            Self::Done(comparison) => !comparison.plan.is_empty() || !comparison.plan.findings.is_empty(),
            Self::Failed(_) => true,
        }
    }
}

impl Comparison<'_> {
    /// The comparison as text for a terminal.
    pub(super) fn text(&self, style: &Style) -> TerminalText {
        match self.wording {
            Wording::Plan => plan::rendered(&self.plan, style),
            Wording::Drift => drift::rendered(&self.plan, style),
        }
    }

    /// The live name of the organization; `None` if it was not read.
    pub(super) fn name(&self) -> Option<Visible> {
        self.plan.live_name().map(phrase::name)
    }

    /// What a headline calls the organization: its live name, or its target if the name was not read.
    pub(super) fn organization(&self) -> Visible {
        self.name().unwrap_or_else(|| safe!("{}", self.plan.target))
    }

    /// The changes that are not guarded.
    pub(super) fn plain(&self) -> Vec<&Change> {
        self.plan.changes.iter().filter(|change| change.guard.is_none()).collect()
    }
}

impl Validation<'_> {
    /// Returns all findings, in order.
    pub(super) fn findings(&self) -> impl Iterator<Item = &Finding> {
        self.manifests.iter().flat_map(|manifest| &manifest.findings)
    }

    /// Returns the findings and the texts that they refer to, under the file names that the code host uses.
    pub(super) fn hosted(&self) -> (Vec<Finding>, Vec<Source>) {
        let mut names: HashMap<&str, String> = HashMap::new();
        for manifest in self.manifests {
            for finding in &manifest.findings {
                names.entry(&finding.file).or_insert_with(|| manifest.hosted(finding));
            }
        }
        let name = |file: &str| names.get(file).cloned();
        let named = |finding: &Finding| Finding { file: name(&finding.file).unwrap_or_default(), ..finding.clone() };
        let source = |source: &Source| Some(Source { name: name(&source.name)?, text: source.text.clone() });
        (self.findings().map(named).collect(), self.sources.iter().filter_map(source).collect())
    }
}

impl CheckedManifest {
    /// Returns the path of a finding's file from the top of the repository.
    pub(super) fn hosted(&self, finding: &Finding) -> String {
        path::hosted(&finding.file, &self.file, &self.repository_file)
    }
}

impl FailedRun<'_> {
    /// Returns the failure as a finding. An empty report of findings would mean that the manifest has no errors.
    pub(super) fn finding(&self) -> Finding {
        not_checked(self.repository_file, self.message, self.hints)
    }
}

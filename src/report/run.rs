//! One run of `plan` or `drift`, as every form shows it.

use super::change::Wording;
use super::{drift, plan};
use crate::diagnostics::{Finding, Source};
use crate::plan::{Change, Plan};
use crate::settings::Target;

/// A comparison that went well.
#[derive(Debug, Clone, Copy)]
pub struct Run<'a> {
    /// From which side it is told.
    pub wording: Wording,
    /// What was compared.
    pub plan: &'a Plan,
    /// The number of settings that the manifest mentions.
    pub declared: usize,
    /// The manifest against itself as it would be if it said what is live, as a unified diff. Empty where they agree.
    pub yaml: &'a str,
}

/// A comparison that could not be made.
#[derive(Debug, Clone, Copy)]
pub struct Failure<'a> {
    /// From which side it would have been told.
    pub wording: Wording,
    /// The manifest as the user named it.
    pub file: &'a str,
    /// The manifest's text, as far as it could be read.
    pub source: Option<&'a Source>,
    /// The organization, as far as it is known.
    pub target: Option<&'a Target>,
    /// What happened, in a sentence without a final full stop.
    pub message: &'a str,
    /// What to do next.
    pub hints: &'a [String],
    /// What is wrong with the manifest, where that is why.
    pub findings: &'a [Finding],
}

impl Run<'_> {
    /// The outcome in one sentence.
    pub fn summary(&self) -> String {
        match self.wording {
            Wording::Plan => plan::summary(self.plan, self.declared),
            Wording::Drift => drift::summary(self.plan, self.declared),
        }
    }

    /// The changes that meet a guard.
    pub(super) fn guarded(&self) -> Vec<&Change> {
        self.plan.changes.iter().filter(|change| change.guard.is_some()).collect()
    }

    /// The changes that meet none.
    pub(super) fn plain(&self) -> Vec<&Change> {
        self.plan.changes.iter().filter(|change| change.guard.is_none()).collect()
    }
}

/// The command that this wording belongs to.
pub(super) fn command(wording: Wording) -> &'static str {
    match wording {
        Wording::Plan => "plan",
        Wording::Drift => "drift",
    }
}

//! What `plan` and `drift` found about one organization.

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::ci_run::CiRun;
use crate::plan::Plan;

/// The command that compared, which decides how a difference is worded.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Wording {
    /// What apply would do: before → after.
    #[default]
    Plan,
    /// What differs: live …, file ….
    Drift,
}

impl Wording {
    /// The command that uses this wording.
    pub fn command(self) -> &'static str {
        match self {
            Self::Plan => "plan",
            Self::Drift => "drift",
        }
    }
}

/// What `plan` or `drift` found about one organization: the input of documents and reports.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison<'a> {
    /// The command that compared.
    pub wording: Wording,
    /// What apply would do.
    pub plan: Cow<'a, Plan>,
    /// The manifest compared with a copy that has the live values, as a unified diff. Empty where they agree, and if no
    /// format shows it.
    pub yaml: String,
    /// The manifest's path from the top of the repository, as code hosts name it.
    pub repository_file: String,
    /// The run of the pipeline, if the platform's variables describe it. Documents do not contain it.
    pub ci: Option<CiRun>,
}

impl<'a> Comparison<'a> {
    /// Returns a plan with the path as the user gave it, without the difference as YAML, and outside of a pipeline.
    pub fn of(wording: Wording, plan: &'a Plan) -> Self {
        let repository_file = plan.manifest.path.clone();
        Self { wording, plan: Cow::Borrowed(plan), yaml: String::new(), repository_file, ci: None }
    }
}

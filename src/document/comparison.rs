//! What `plan` and `drift` found about one organization, as documents contain it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

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

/// What `plan` or `drift` found about one organization.
#[derive(Debug, Clone, Copy)]
pub struct Recorded<'a> {
    /// The command that compared.
    pub wording: Wording,
    /// What apply would do.
    pub plan: &'a Plan,
    /// The manifest compared with a copy that has the live values, as a unified diff. Empty where they agree, and if no
    /// format shows it.
    pub yaml: &'a str,
    /// The manifest's path from the top of the repository, as code hosts name it.
    pub repository_file: &'a str,
}

impl<'a> Recorded<'a> {
    /// Returns a plan with the path as the user gave it, and without the difference as YAML.
    pub fn of(wording: Wording, plan: &'a Plan) -> Self {
        Self { wording, plan, yaml: "", repository_file: &plan.manifest.path }
    }
}

//! What an apply to several organizations is asked to do.

use std::num::NonZeroUsize;
use std::path::Path;
use std::time::Duration;

use clap::Args;

use crate::cli::options::{ApiArgs, SetArgs, TargetArgs, WriteArgs, count};
use crate::plan::SavedPlan;

/// The limits of an apply to several organizations.
#[derive(Debug, Args)]
pub(crate) struct ApplySetArgs {
    /// Apply the first N changed organizations, and go on only if they are verified
    #[arg(
        long,
        value_name = "N",
        value_parser = count,
        allow_negative_numbers = true,
        help_heading = "Several organizations"
    )]
    pub(super) canary: Option<NonZeroUsize>,
    /// Go on after an organization failed, was refused or has a conflict
    #[arg(long, help_heading = "Several organizations")]
    pub(super) keep_going: bool,
    /// Refuse to write if more than N organizations would change
    #[arg(
        long,
        value_name = "N",
        value_parser = count,
        allow_negative_numbers = true,
        help_heading = "Several organizations"
    )]
    pub(super) max_changed: Option<NonZeroUsize>,
    #[command(flatten)]
    pub(crate) set: SetArgs,
}

/// What the user approved before the run.
pub(crate) enum Approval<'a> {
    /// Nothing: the user is asked, unless `--auto-approve` is set.
    None,
    /// Saved plans, and their file.
    Plans(&'a Path, &'a [SavedPlan]),
    /// The digest of all plans, and its maximum age.
    Digest(&'a str, Duration),
}

impl Approval<'_> {
    /// Returns the saved plan of the organization with this number.
    pub(super) fn saved(&self, number: usize) -> Option<(&Path, &SavedPlan)> {
        match self {
            Self::Plans(path, plans) => plans.get(number).map(|plan| (*path, plan)),
            Self::None | Self::Digest(..) => None,
        }
    }
}

/// An apply to several organizations.
pub(crate) struct ApplySetJob<'a> {
    pub(crate) write: &'a WriteArgs,
    pub(crate) limits: &'a ApplySetArgs,
    pub(crate) target: &'a TargetArgs,
    pub(crate) api: &'a ApiArgs,
    pub(crate) approval: Approval<'a>,
    /// Whether writes by others are looked up.
    pub(crate) who: bool,
}

//! Which plans may be applied: those without errors, and with a consent to every guarded change.

use crate::diagnostics::Finding;
use crate::live::Live;
use crate::plan::{Change, Plan};

/// A plan that may be applied, with the live state that it was made from. Only [`Approved::new`] creates one, so an
/// unchecked plan cannot reach the writer.
#[derive(Debug, Clone, Copy)]
pub struct Approved<'a> {
    pub(super) plan: &'a Plan,
    pub(super) live: &'a Live,
}

/// Why a plan may not be applied.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum NotApproved<'a> {
    /// It has errors.
    Findings(Vec<&'a Finding>),
    /// It has guarded changes without consent.
    Guards(Vec<&'a Change>),
}

impl<'a> Approved<'a> {
    /// Checks that a plan may be applied to the live state that it was made from.
    ///
    /// # Errors
    /// Returns [`NotApproved`] if a finding of the plan is an error, or a guarded change has no consent. Then no change of
    /// the plan may be written.
    pub fn new(plan: &'a Plan, live: &'a Live) -> Result<Self, NotApproved<'a>> {
        let errors: Vec<&Finding> = plan.findings.iter().filter(|finding| finding.is_error()).collect();
        if !errors.is_empty() {
            return Err(NotApproved::Findings(errors));
        }
        let refused: Vec<&Change> = plan.refused().collect();
        if !refused.is_empty() {
            return Err(NotApproved::Guards(refused));
        }
        Ok(Self { plan, live })
    }
}

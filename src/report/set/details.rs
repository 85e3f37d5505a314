//! What the formats have in common.

use crate::document::Compared;
use crate::report::overview::Overview;

/// The details of a report of several organizations, in one format.
pub trait SetDetails {
    /// Adds an organization.
    fn add(&mut self, compared: &Compared<'_>);

    /// Returns the report, in at most `limit` bytes if the format has a limit: details are left out, organizations are not.
    fn render(&self, overview: &Overview, limit: usize) -> String;
}

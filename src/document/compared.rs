//! What `plan` and `drift` found about each of several organizations.

use std::cmp::Ordering;
use std::path::Path;

use super::comparison::Comparison;
use super::plan::FailureEntry;

/// What `plan` or `drift` found about one of several organizations.
#[derive(Debug, Clone, PartialEq)]
pub enum Compared<'a> {
    /// It was compared.
    Done(Box<Comparison<'a>>),
    /// It could not be compared.
    Failed(Box<FailureEntry>),
}

impl Compared<'_> {
    /// The path of the manifest as the user gave it.
    pub fn manifest(&self) -> &str {
        match self {
            Self::Done(comparison) => &comparison.plan.manifest.path,
            Self::Failed(failure) => &failure.manifest,
        }
    }

    /// Compares two organizations by the order of reports and documents: that of the paths of their manifests, folder by
    /// folder.
    pub fn order(&self, other: &Self) -> Ordering {
        Path::new(self.manifest()).cmp(Path::new(other.manifest()))
    }
}

impl<'a> From<Comparison<'a>> for Compared<'a> {
    fn from(comparison: Comparison<'a>) -> Self {
        Self::Done(Box::new(comparison))
    }
}

impl From<FailureEntry> for Compared<'_> {
    fn from(failure: FailureEntry) -> Self {
        Self::Failed(Box::new(failure))
    }
}

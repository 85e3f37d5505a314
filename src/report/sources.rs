//! The texts that findings refer to.

use std::collections::HashMap;

use crate::diagnostics::{Finding, Source};

/// Texts by their names.
pub(super) struct Sources<'a>(HashMap<&'a str, &'a Source>);

impl<'a> Sources<'a> {
    /// Of several texts with one name, the first counts.
    pub(super) fn new(sources: impl IntoIterator<Item = &'a Source>) -> Self {
        let mut by_name = HashMap::new();
        for source in sources {
            by_name.entry(source.name.as_str()).or_insert(source);
        }
        Self(by_name)
    }

    /// The text with this name.
    pub(super) fn named(&self, name: &str) -> Option<&'a Source> {
        self.0.get(name).copied()
    }

    /// The text of the file that a finding is about.
    pub(super) fn of(&self, finding: &Finding) -> Option<&'a Source> {
        self.named(&finding.file)
    }
}

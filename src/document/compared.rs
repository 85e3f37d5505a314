//! What `plan` and `drift` found about each of several organizations.

use std::cmp::Ordering;
use std::path::Path;

use super::comparison::Comparison;
use super::plan::FailureEntry;

/// Compares the paths of two manifests, folder by folder. `./` at the start does not count.
pub(crate) fn order_of_paths(one: &str, other: &str) -> Ordering {
    plain(one).cmp(plain(other))
}

/// Returns a path without `./` at its start.
pub(crate) fn plain(file: &str) -> &Path {
    let path = Path::new(file);
    path.strip_prefix(".").unwrap_or(path)
}

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
        order_of_paths(self.manifest(), other.manifest())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_ordered_folder_by_folder_without_the_start() {
        let mut paths = ["b.yaml", "a-b/x.yaml", "./a/x.yaml", "./a.yaml"];
        paths.sort_by(|one, other| order_of_paths(one, other));
        assert_eq!(paths, ["./a/x.yaml", "a-b/x.yaml", "./a.yaml", "b.yaml"]);
    }
}

//! Manifests with the same target: the second would overwrite what the first has set.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use crate::cli::error::CliError;
use crate::diagnostics::{Finding, Location, Rule};
use crate::settings::Target;
use crate::text::visible;

/// The targets of the manifests that were added.
#[derive(Debug, Default)]
pub(crate) struct KnownTargets(HashMap<Target, String>);

/// Two manifests with the same target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SharedTarget {
    /// The manifest that was added first.
    first: String,
    /// The other manifest.
    second: String,
    /// The target of both.
    target: Target,
}

impl KnownTargets {
    /// Adds the target of a manifest.
    ///
    /// # Errors
    /// Returns `SharedTarget` if an earlier manifest has the same target.
    pub(crate) fn add(&mut self, file: &str, target: &Target) -> Result<(), SharedTarget> {
        match self.0.entry(target.clone()) {
            Entry::Vacant(entry) => {
                entry.insert(file.to_owned());
                Ok(())
            }
            Entry::Occupied(entry) => {
                Err(SharedTarget { first: entry.get().clone(), second: file.to_owned(), target: target.clone() })
            }
        }
    }
}

impl SharedTarget {
    /// Returns the error of a run that plans or writes.
    pub(crate) fn error(&self) -> CliError {
        let Self { first, second, target } = self;
        let message = format!("{} and {} have the same target: {target}", visible(first), visible(second));
        CliError::usage(message).hint("keep one manifest for each organization, or correct the id in one of them")
    }

    /// Returns the finding about the second manifest, at the id of its target if that is in the file.
    pub(crate) fn finding(&self, at: Option<&Location>) -> Finding {
        let Self { first, second, target } = self;
        let finding = Finding::new(Rule::SharedTarget, second, format!("{target} is also the target of {first}"));
        match at {
            Some(at) => finding.at(at),
            None => finding,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_manifest_with_the_target_of_an_earlier_one_is_named_with_that_one() {
        let ids = ["699d98642c564d2e855e9661899b7252", "023e105f4ecef8ad9ca31a8372d0c353"];
        let [a, b] = ids.map(|id| Target::account(id).unwrap());
        let zone = Target::zone(ids[0]).unwrap();
        let mut known = KnownTargets::default();
        for (file, target) in [("a.yaml", &a), ("b.yaml", &b), ("zone.yaml", &zone)] {
            assert_eq!(known.add(file, target), Ok(()));
        }
        for file in ["c.yaml", "d.yaml"] {
            let shared = known.add(file, &a).unwrap_err();
            let error = shared.error();
            assert_eq!(error.message, format!("a.yaml and {file} have the same target: account {}", ids[0]));
            assert_eq!(error.exit().code(), 64);
            let finding = shared.finding(None);
            assert_eq!((finding.file.as_str(), finding.rule), (file, Rule::SharedTarget));
            assert!(finding.message.ends_with("is also the target of a.yaml"), "{finding:?}");
        }
    }
}

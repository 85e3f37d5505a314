//! Manifests with the same target: the second would overwrite what the first has set.

use std::collections::HashMap;

use crate::cli::error::CliError;
use crate::settings::Target;
use crate::text::visible;

/// Two manifests with the same target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SharedTarget<'a> {
    /// The manifest that comes first.
    pub(crate) first: &'a str,
    /// The other manifest.
    pub(crate) second: &'a str,
    /// The target of both.
    pub(crate) target: &'a Target,
}

/// Returns each manifest whose target an earlier manifest has too, in order.
pub(crate) fn shared_targets<'a>(manifests: impl IntoIterator<Item = (&'a str, &'a Target)>) -> Vec<SharedTarget<'a>> {
    let mut firsts: HashMap<&Target, &str> = HashMap::new();
    let shared = |(second, target)| {
        let first = *firsts.entry(target).or_insert(second);
        (first != second).then_some(SharedTarget { first, second, target })
    };
    manifests.into_iter().filter_map(shared).collect()
}

impl SharedTarget<'_> {
    /// Returns the error of a run that plans or writes.
    pub(crate) fn error(&self) -> CliError {
        let Self { first, second, target } = self;
        let message = format!("{} and {} have the same target: {target}", visible(first), visible(second));
        CliError::usage(message).hint("keep one manifest for each organization, or correct the id in one of them")
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
        assert_eq!(shared_targets([("a.yaml", &a), ("b.yaml", &b), ("zone.yaml", &zone)]), []);
        let shared = shared_targets([("a.yaml", &a), ("b.yaml", &b), ("c.yaml", &a), ("d.yaml", &a)]);
        let files: Vec<_> = shared.iter().map(|one| (one.first, one.second)).collect();
        assert_eq!(files, [("a.yaml", "c.yaml"), ("a.yaml", "d.yaml")]);
        let error = shared[0].error();
        assert_eq!(error.message, format!("a.yaml and c.yaml have the same target: account {}", ids[0]));
        assert_eq!(error.exit().code(), 64);
    }
}

//! Several plan documents as one, such as those of all shards.

use std::collections::{BTreeMap, HashSet};

use super::compared::Compared;
use super::plan::ShardEntry;
use super::read::RecordedPlans;
use crate::plan::digest_time;

/// Why documents cannot be merged.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MergeError {
    /// One is of `plan`, another one of `drift`.
    #[error("some documents are of plan and others of drift")]
    Commands,
    /// One is of a shard, and another one of a run without shards.
    #[error("some documents are of shards and others are not")]
    NotAllShards,
    /// They are shards of different runs.
    #[error("the documents are of different sets: {0} manifests in {1} shards, and {2} manifests in {3} shards")]
    Sets(usize, usize, usize, usize),
    /// Two are of the same shard.
    #[error("two documents are of shard {0}")]
    SameShard(usize),
    /// Shards are missing: their numbers, and the number of all shards.
    #[error("missing {}", missing(.0, *.1))]
    Missing(Vec<usize>, usize),
    /// Two plans are of the same organization.
    #[error("two documents contain {0}")]
    SameTarget(String),
}

fn missing(numbers: &[usize], of: usize) -> String {
    let noun = if numbers.len() == 1 { "shard" } else { "shards" };
    let numbers: Vec<String> = numbers.iter().map(usize::to_string).collect();
    format!("{noun} {} of {of}", numbers.join(", "))
}

/// Merges documents of one command into the result of a run of all their organizations, in the order of the paths of the
/// manifests. The documents of shards must be complete; a single one stays the document of a shard.
///
/// # Errors
/// Returns an error if the documents do not belong together, or if a shard is missing.
pub fn merge(documents: Vec<RecordedPlans>) -> Result<Option<RecordedPlans>, MergeError> {
    let is_one = documents.len() == 1;
    let mut documents = documents.into_iter();
    let Some(mut merged) = documents.next() else { return Ok(None) };
    let mut shards = BTreeMap::new();
    shards.extend(merged.shard.map(|shard| (shard.index, shard)));
    for document in documents {
        if document.wording != merged.wording {
            return Err(MergeError::Commands);
        }
        check_shard(&mut shards, merged.shard, document.shard)?;
        merged.set.extend(document.set);
    }
    if is_one {
        return Ok(Some(merged));
    }
    if let Some(shard) = merged.shard.take() {
        let missing: Vec<usize> = (1..=shard.of).filter(|index| !shards.contains_key(index)).collect();
        if !missing.is_empty() {
            return Err(MergeError::Missing(missing, shard.of));
        }
    }
    check_targets(&merged.set)?;
    merged.set.sort_by(Compared::order);
    stamp_alike(&mut merged.set);
    Ok(Some(merged))
}

fn check_shard(
    shards: &mut BTreeMap<usize, ShardEntry>,
    first: Option<ShardEntry>,
    shard: Option<ShardEntry>,
) -> Result<(), MergeError> {
    match (first, shard) {
        (None, None) => Ok(()),
        (Some(_), None) | (None, Some(_)) => Err(MergeError::NotAllShards),
        (Some(one), Some(two)) if (one.of, one.manifests) != (two.of, two.manifests) => {
            Err(MergeError::Sets(one.manifests, one.of, two.manifests, two.of))
        }
        (Some(_), Some(shard)) => match shards.insert(shard.index, shard) {
            Some(_) => Err(MergeError::SameShard(shard.index)),
            None => Ok(()),
        },
    }
}

fn check_targets(set: &[Compared<'_>]) -> Result<(), MergeError> {
    let mut targets = HashSet::new();
    for compared in set {
        if let Compared::Done(comparison) = compared
            && !targets.insert((&comparison.plan.api, &comparison.plan.target))
        {
            return Err(MergeError::SameTarget(comparison.plan.target.to_string()));
        }
    }
    Ok(())
}

/// Gives all plans the time of the first one, as in a run of all organizations, so that they have a common digest. Plans of
/// another version keep their times, because their digests cannot be computed.
fn stamp_alike(set: &mut [Compared<'_>]) {
    let plans = || {
        set.iter().filter_map(|compared| match compared {
            Compared::Done(comparison) => Some(&comparison.plan),
            Compared::Failed(_) => None,
        })
    };
    let is_ours = plans().all(|plan| (**plan).clone().recognize(&plan.digest));
    let Some(first) = plans().filter_map(|plan| digest_time(&plan.digest)).min().filter(|_| is_ours) else { return };
    for compared in set {
        if let Compared::Done(comparison) = compared {
            comparison.plan.to_mut().stamp(first);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use jiff::Timestamp;

    use super::*;
    use crate::document::{Comparison, Wording};
    use crate::plan::Plan;
    use crate::plan::tests::samples::in_sync;
    use crate::settings::Target;

    /// The plan of the account with this digit, made so many seconds after 1970.
    fn plan(digit: u8, seconds: i64) -> Plan {
        let target = Target::account(&digit.to_string().repeat(32)).unwrap();
        let mut plan = Plan { target, ..in_sync() };
        plan.manifest.path = format!("orgs/{digit}.yaml");
        plan.stamp(Timestamp::from_second(seconds).unwrap());
        plan
    }

    fn document(shard: Option<(usize, usize)>, plans: &[Plan]) -> RecordedPlans {
        let compared = |plan: &Plan| -> Compared<'static> {
            let repository_file = plan.manifest.path.clone();
            let plan = Cow::Owned(plan.clone());
            Comparison { wording: Wording::Plan, plan, yaml: String::new(), repository_file, ci: None }.into()
        };
        let set = plans.iter().map(compared);
        let shard = shard.map(|(index, of)| ShardEntry { index, of, manifests: 9 });
        RecordedPlans { wording: Wording::Plan, shard, set: set.collect() }
    }

    #[test]
    fn all_shards_are_the_document_of_the_whole_run() {
        let merged =
            merge(vec![document(Some((2, 2)), &[plan(1, 150), plan(3, 150)]), document(Some((1, 2)), &[plan(2, 100)])]);
        assert_eq!(merged, Ok(Some(document(None, &[plan(1, 100), plan(2, 100), plan(3, 100)]))));
    }

    #[test]
    fn one_document_is_not_changed() {
        let one = document(Some((2, 3)), &[plan(1, 150)]);
        assert_eq!(merge(vec![one.clone()]), Ok(Some(one)));
        assert_eq!(merge(Vec::new()), Ok(None));
    }

    #[test]
    fn documents_that_do_not_belong_together_are_refused() {
        let shard = |index, of| document(Some((index, of)), &[plan(u8::try_from(index).unwrap(), 1)]);
        let drift = RecordedPlans { wording: Wording::Drift, ..document(None, &[plan(2, 1)]) };
        for (documents, error) in [
            (vec![document(None, &[plan(1, 1)]), drift], "some documents are of plan and others of drift"),
            (vec![document(None, &[plan(1, 1)]), shard(2, 2)], "some documents are of shards and others are not"),
            (
                vec![shard(1, 2), shard(2, 3)],
                "the documents are of different sets: 9 manifests in 2 shards, and 9 manifests in 3 shards",
            ),
            (vec![shard(1, 2), shard(1, 2)], "two documents are of shard 1"),
            (vec![shard(1, 4), shard(3, 4)], "missing shards 2, 4 of 4"),
            (
                vec![document(None, &[plan(1, 1)]), document(None, &[plan(1, 2)])],
                "two documents contain account 11111111111111111111111111111111",
            ),
        ] {
            assert_eq!(merge(documents).unwrap_err().to_string(), error);
        }
    }

    #[test]
    fn plans_of_another_version_keep_their_times() {
        let other = Plan { digest: format!("sha256:{}00000096", "0".repeat(56)), ..plan(2, 150) };
        let merged = merge(vec![document(None, &[plan(1, 100)]), document(None, std::slice::from_ref(&other))]);
        assert_eq!(merged, Ok(Some(document(None, &[plan(1, 100), other]))));
    }
}

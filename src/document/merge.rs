//! Several documents as one, such as those of all shards.

use std::collections::HashSet;

use super::common::TargetEntry;
use super::compared::{Compared, order_of_paths};
use super::plan::{FailureEntry, ShardEntry};
use super::read::{RecordedPlans, RecordedResults};
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
    /// They are shards of sets with other manifests: the numbers of two such shards.
    #[error("shards {0} and {1} are of different sets: the paths or targets of their manifests differ")]
    OtherManifests(usize, usize),
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

/// Merges documents of `plan` or of `drift` into the result of a run of all their organizations, in the order of the paths of
/// the manifests. The documents of shards must be complete; a single one stays the document of a shard.
///
/// # Errors
/// Returns an error if the documents do not belong together, or if a shard is missing.
pub fn merge(mut documents: Vec<RecordedPlans>) -> Result<Option<RecordedPlans>, MergeError> {
    if documents.len() <= 1 {
        return Ok(documents.pop());
    }
    let wording = documents.first().map(|document| document.wording).unwrap_or_default();
    if documents.iter().any(|document| document.wording != wording) {
        return Err(MergeError::Commands);
    }
    check_shards(documents.iter().map(|document| document.shard))?;
    let mut set: Vec<Compared<'_>> = documents.into_iter().flat_map(|document| document.set).collect();
    check_targets(set.iter().filter_map(|compared| match compared {
        Compared::Done(comparison) => Some(TargetEntry::new(&comparison.plan.target, &comparison.plan.api)),
        Compared::Failed(failure) => failure.target.clone(),
    }))?;
    set.sort_by(Compared::order);
    stamp_alike(&mut set);
    Ok(Some(RecordedPlans { wording, shard: None, set }))
}

/// Merges documents of `apply` in the same way.
///
/// # Errors
/// Returns an error like [`merge`].
pub fn merge_results(mut documents: Vec<RecordedResults>) -> Result<Option<RecordedResults>, MergeError> {
    if documents.len() <= 1 {
        return Ok(documents.pop());
    }
    check_shards(documents.iter().map(|document| document.shard))?;
    let (mut results, mut failures) = (Vec::new(), Vec::new());
    for document in documents {
        results.extend(document.results);
        failures.extend(document.failures);
    }
    let failed = failures.iter().filter_map(|failure: &FailureEntry| failure.target.clone());
    check_targets(results.iter().map(|result| result.entry.target.clone()).chain(failed))?;
    results.sort_by(|one, other| order_of_paths(&one.entry.manifest, &other.entry.manifest));
    failures.sort_by(|one, other| order_of_paths(&one.manifest, &other.manifest));
    Ok(Some(RecordedResults { shard: None, results, failures }))
}

/// Checks that either all documents are of the shards of one set, each once and none missing, or none is of a shard.
fn check_shards(shards: impl Iterator<Item = Option<ShardEntry>>) -> Result<(), MergeError> {
    let shards: Vec<Option<ShardEntry>> = shards.collect();
    let known: Vec<ShardEntry> = shards.iter().copied().flatten().collect();
    let Some(first) = known.first() else { return Ok(()) };
    if known.len() < shards.len() {
        return Err(MergeError::NotAllShards);
    }
    let mut seen = HashSet::new();
    for shard in &known {
        if (shard.of, shard.manifests) != (first.of, first.manifests) {
            return Err(MergeError::Sets(first.manifests, first.of, shard.manifests, shard.of));
        }
        if shard.set != first.set {
            return Err(MergeError::OtherManifests(first.index, shard.index));
        }
        if !seen.insert(shard.index) {
            return Err(MergeError::SameShard(shard.index));
        }
    }
    let missing: Vec<usize> = (1..=first.of).filter(|index| !seen.contains(index)).collect();
    if missing.is_empty() { Ok(()) } else { Err(MergeError::Missing(missing, first.of)) }
}

/// Checks that no organization is in two documents, also if it failed in one of them.
fn check_targets(targets: impl Iterator<Item = TargetEntry>) -> Result<(), MergeError> {
    let mut seen = HashSet::new();
    for target in targets {
        let name = format!("{} {}", target.scope, target.id);
        if !seen.insert(target) {
            return Err(MergeError::SameTarget(name));
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
    use crate::apply::End;
    use crate::document::read::RecordedResult;
    use crate::document::tests::failure;
    use crate::document::{Comparison, ErrorEntry, ResultEntry, SetFingerprint, Wording};
    use crate::ending::FailureKind;
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
        let shard = shard.map(|(index, of)| ShardEntry { index, of, manifests: 9, set: None });
        RecordedPlans { wording: Wording::Plan, shard, set: set.collect() }
    }

    /// The same document as that of a set of other manifests.
    fn of_other_manifests(document: RecordedPlans) -> RecordedPlans {
        let set = Some(SetFingerprint::of(["orgs/other.yaml".to_owned()]));
        RecordedPlans { shard: document.shard.map(|shard| ShardEntry { set, ..shard }), ..document }
    }

    /// A document in which the account with this digit failed.
    fn failed(digit: u8) -> RecordedPlans {
        let plan = plan(digit, 1);
        let error = ErrorEntry::new(FailureKind::Network, "no answer".to_owned(), Vec::new());
        let target = Some(TargetEntry::new(&plan.target, &plan.api));
        RecordedPlans { set: vec![FailureEntry { target, ..failure(error) }.into()], ..document(None, &[]) }
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
            (
                vec![shard(1, 2), of_other_manifests(shard(2, 2))],
                "shards 1 and 2 are of different sets: the paths or targets of their manifests differ",
            ),
            (vec![shard(1, 2), shard(1, 2)], "two documents are of shard 1"),
            (vec![shard(1, 4), shard(3, 4)], "missing shards 2, 4 of 4"),
            (
                vec![document(None, &[plan(1, 1)]), document(None, &[plan(1, 2)])],
                "two documents contain account 11111111111111111111111111111111",
            ),
            (
                vec![document(None, &[plan(1, 1)]), failed(1)],
                "two documents contain account 11111111111111111111111111111111",
            ),
        ] {
            assert_eq!(merge(documents).unwrap_err().to_string(), error);
        }
    }

    #[test]
    fn results_of_all_shards_are_those_of_the_whole_run() {
        let results = |shard: Option<usize>, digits: &[u8]| {
            let entry = |digit: &u8| {
                let plan = plan(*digit, 1);
                let entry = ResultEntry {
                    manifest: plan.manifest.path.clone(),
                    name: None,
                    target: TargetEntry::new(&plan.target, &plan.api),
                    outcome: End::InSync,
                    writes: 0,
                    verified: true,
                    backup: None,
                    changes: Vec::new(),
                    error: None,
                };
                RecordedResult { entry, target: plan.target, changes: Vec::new() }
            };
            let shard = shard.map(|index| ShardEntry { index, of: 2, manifests: 9, set: None });
            let error = ErrorEntry::new(FailureKind::Network, "no answer".to_owned(), Vec::new());
            let failures = vec![FailureEntry { target: None, ..failure(error) }];
            RecordedResults { shard, results: digits.iter().map(entry).collect(), failures }
        };
        let merged = merge_results(vec![results(Some(2), &[1, 3]), results(Some(1), &[2])]).unwrap().unwrap();
        assert_eq!((merged.shard, merged.failures.len()), (None, 2));
        assert_eq!(merged.results, results(None, &[1, 2, 3]).results);
        let missing = merge_results(vec![results(Some(2), &[1]), results(None, &[2])]);
        assert_eq!(missing, Err(MergeError::NotAllShards));
        let same_target = |documents| matches!(merge_results(documents), Err(MergeError::SameTarget(_)));
        assert!(same_target(vec![results(None, &[1]), results(None, &[1])]));
        let target = Some(results(None, &[1]).results[0].entry.target.clone());
        let mut failed = results(None, &[]);
        failed.failures[0].target = target;
        assert!(same_target(vec![results(None, &[1]), failed]), "it failed in one of them");
        let one = results(Some(2), &[3]);
        assert_eq!(merge_results(vec![one.clone()]), Ok(Some(one)));
    }

    #[test]
    fn plans_of_another_version_keep_their_times() {
        let other = Plan { digest: format!("sha256:{}00000096", "0".repeat(56)), ..plan(2, 150) };
        let merged = merge(vec![document(None, &[plan(1, 100)]), document(None, std::slice::from_ref(&other))]);
        assert_eq!(merged, Ok(Some(document(None, &[plan(1, 100), other]))));
    }
}

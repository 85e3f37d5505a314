//! Results of an apply or a rollback, with their changes.

use super::error::ReadError;
use super::plan;
#[cfg(any(feature = "report", test))]
use crate::document::results_document;
use crate::document::{FailureEntry, ResultEntry, ResultsDocument, ShardEntry};
use crate::plan::Change;
use crate::settings::Target;

/// The results of a document.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct RecordedResults {
    /// The shard that the run applied; `None` if it applied all organizations.
    pub shard: Option<ShardEntry>,
    /// The results, in the order of the paths of the manifests.
    pub results: Vec<RecordedResult>,
    /// The organizations that could not be planned, in the order of the paths.
    pub failures: Vec<FailureEntry>,
}

impl RecordedResults {
    /// Returns the document, with its seal.
    #[cfg(any(feature = "report", test))]
    pub(crate) fn document(&self) -> ResultsDocument {
        let Self { shard, results, failures } = self;
        results_document(*shard, results.iter().map(|result| result.entry.clone()).collect(), failures.clone())
    }
}

/// The result for one organization.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct RecordedResult {
    /// The entry of the document.
    pub entry: ResultEntry,
    /// Its organization.
    pub target: Target,
    /// Its changes.
    pub changes: Vec<Change>,
}

pub(super) fn recorded(document: ResultsDocument) -> Result<RecordedResults, ReadError> {
    let ResultsDocument { shard, results, failures, .. } = document;
    let result = |entry: ResultEntry| {
        let (target, changes) = (plan::target(&entry.target)?, plan::changes(entry.changes.clone())?);
        Ok(RecordedResult { entry, target, changes })
    };
    let results = results.into_iter().map(result).collect::<Result<_, _>>()?;
    failures.iter().filter_map(|failure| failure.target.as_ref()).try_for_each(|one| plan::target(one).map(|_| ()))?;
    Ok(RecordedResults { shard, results, failures })
}

//! Plans as entries of the [plan document](super::PlanDocument).

use super::common::TargetEntry;
use super::comparison::Comparison;
use super::findings::FindingEntry;
use super::plan::{
    AttributionEntry, BaseEntry, ChangeEntry, FailureEntry, GuardEntry, InSyncEntry, ManifestEntry, OriginCounts,
    PlanDocument, PlanEntry, PlanSummary, UnmanagedEntry, WriteEntry,
};
use crate::live::{FORMAT_VERSION, ZERODRIFT};
use crate::plan::{Attribution, Base, Change, GuardState, ManifestRef, Origin, Plan, PlannedWrite, Unmanaged, seal};

/// Returns the document of some comparisons by one command, and of the organizations that could not be compared.
pub fn plan_document(runs: &[Comparison<'_>], failures: Vec<FailureEntry>) -> PlanDocument {
    let document = unsealed(runs, failures);
    PlanDocument { seal: Some(seal(&serde_json::json!(document))), ..document }
}

/// As [`plan_document`], without the seal.
pub(super) fn unsealed(runs: &[Comparison<'_>], failures: Vec<FailureEntry>) -> PlanDocument {
    let in_sync = runs.iter().filter(|run| run.plan.is_empty()).count();
    PlanDocument {
        format_version: FORMAT_VERSION.to_owned(),
        zerodrift: ZERODRIFT.to_owned(),
        command: runs.first().map(|run| run.wording).unwrap_or_default(),
        plans: runs.iter().map(PlanEntry::from).collect(),
        summary: PlanSummary {
            in_sync,
            changed: runs.len() - in_sync,
            failed: failures.len(),
            unconsented: runs.iter().map(|run| run.plan.refused().count()).sum(),
            origins: origins(runs),
        },
        failures,
        saved: None,
        seal: None,
    }
}

fn origins(runs: &[Comparison<'_>]) -> Option<OriginCounts> {
    let count = |origin| runs.iter().map(|run| run.plan.count(origin)).sum();
    runs.iter().any(|run| run.plan.base.is_some()).then(|| OriginCounts {
        file: count(Origin::File),
        live: count(Origin::Live),
        both: count(Origin::Both),
    })
}

impl From<&Comparison<'_>> for PlanEntry {
    fn from(run: &Comparison<'_>) -> Self {
        let Comparison { wording: _, plan, yaml, repository_file, ci: _ } = run;
        let Plan {
            manifest,
            target,
            api,
            action,
            changes,
            declared_empty,
            in_sync,
            unmanaged,
            writes,
            findings,
            base,
            live_sha256,
            digest,
        } = &**plan;
        let ManifestRef { path, sha256, consent_place } = manifest.clone();
        Self {
            manifest: ManifestEntry {
                repository_path: (path != *repository_file).then(|| repository_file.clone()),
                path,
                sha256,
                consent_place,
            },
            target: TargetEntry::new(target, api),
            action: *action,
            changes: changes.iter().map(ChangeEntry::from).collect(),
            declared_empty: declared_empty.iter().map(ChangeEntry::from).collect(),
            in_sync: in_sync
                .iter()
                .map(|(setting, value)| InSyncEntry { setting: setting.path.to_owned(), value: value.clone() })
                .collect(),
            unmanaged: unmanaged.iter().map(UnmanagedEntry::from).collect(),
            writes: writes.iter().map(WriteEntry::from).collect(),
            findings: findings.iter().map(FindingEntry::from).collect(),
            base: base.as_ref().map(BaseEntry::from),
            live_sha256: live_sha256.clone(),
            difference: yaml.clone(),
            digest: digest.clone(),
        }
    }
}

impl From<&Change> for ChangeEntry {
    fn from(change: &Change) -> Self {
        let Change { setting, op, before, after, at, annotations, context, guard, notice, origin, attribution } =
            change;
        let guard = guard.map(|GuardState { guard, allowed_by }| GuardEntry {
            reason: guard.consequence.to_owned(),
            check_first: guard.check_first.to_owned(),
            allowed_by,
        });
        Self {
            setting: setting.path.to_owned(),
            op: *op,
            before: before.clone(),
            after: after.clone(),
            line: at.line,
            column: at.column,
            file: at.file.as_deref().map(str::to_owned),
            guard,
            origin: *origin,
            annotations: annotations.iter().map(|(one, value)| (one.path.to_owned(), value.clone())).collect(),
            context: context.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect(),
            notice: notice.map(str::to_owned),
            attribution: attribution.as_ref().map(AttributionEntry::from),
        }
    }
}

impl From<&Attribution> for AttributionEntry {
    fn from(attribution: &Attribution) -> Self {
        let Attribution { confidence, actor, means, token_name, time, ray } = attribution.clone();
        let time = time.map(|time| time.to_string());
        Self { confidence, actor, means, token_name, time, ray }
    }
}

impl From<&Base> for BaseEntry {
    fn from(base: &Base) -> Self {
        let Base { name, no_longer_managed } = base;
        let no_longer_managed = no_longer_managed.iter().map(|setting| setting.path.to_owned()).collect();
        Self { name: name.clone(), no_longer_managed }
    }
}

impl From<&Unmanaged> for UnmanagedEntry {
    fn from(unmanaged: &Unmanaged) -> Self {
        let Unmanaged { path, value, known, read_only } = unmanaged.clone();
        Self { setting: path, value, known, read_only }
    }
}

impl From<&PlannedWrite> for WriteEntry {
    fn from(write: &PlannedWrite) -> Self {
        let PlannedWrite { method, endpoint: _, path } = write.clone();
        Self { method, endpoint: path }
    }
}

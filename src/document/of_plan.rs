//! Plans as entries of the [plan document](super::PlanDocument).

use super::common::TargetEntry;
use super::compared::Compared;
use super::comparison::{Comparison, Wording};
use super::findings::FindingEntry;
use super::plan::{
    AttributionEntry, BaseEntry, ChangeEntry, FailureEntry, GuardEntry, InSyncEntry, ManifestEntry, PlanDocument,
    PlanEntry, PlanSummary, ShardEntry, UnmanagedEntry, WriteEntry,
};
use crate::live::{FORMAT_VERSION, ZERODRIFT};
use crate::plan::{
    Attribution, Base, Change, GuardState, ManifestRef, Origin, Plan, PlannedWrite, SetDigest, Unmanaged, seal,
};

/// Returns the document of what one command found about some organizations, of a shard if it compared only a part of them.
pub fn plan_document(wording: Wording, shard: Option<ShardEntry>, set: &[Compared<'_>]) -> PlanDocument {
    let (mut totals, mut plans, mut failures) = (Totals::default(), Vec::new(), Vec::new());
    for compared in set {
        totals.add(compared);
        match compared {
            Compared::Done(comparison) => plans.push(PlanEntry::from(&**comparison)),
            Compared::Failed(failure) => failures.push((**failure).clone()),
        }
    }
    let document = PlanDocument { plans, ..frame(wording, shard, &totals, failures) };
    PlanDocument { seal: Some(seal(&serde_json::json!(document))), ..document }
}

/// Returns a document without its plans.
pub(super) fn frame(
    wording: Wording,
    shard: Option<ShardEntry>,
    totals: &Totals,
    failures: Vec<FailureEntry>,
) -> PlanDocument {
    PlanDocument {
        format_version: FORMAT_VERSION.to_owned(),
        zerodrift: ZERODRIFT.to_owned(),
        command: wording,
        shard,
        plans: Vec::new(),
        digest: totals.digest(),
        summary: totals.summary,
        failures,
        saved: None,
        seal: None,
    }
}

/// What is counted over all organizations of a run.
#[derive(Debug, Clone, Default)]
pub(crate) struct Totals {
    /// The numbers of the document.
    pub(crate) summary: PlanSummary,
    digest: SetDigest,
}

impl Totals {
    /// Counts an organization.
    pub(crate) fn add(&mut self, compared: &Compared<'_>) {
        let Compared::Done(run) = compared else {
            self.summary.failed += 1;
            return;
        };
        let plan = &run.plan;
        self.digest.add(plan);
        *(if plan.is_empty() { &mut self.summary.in_sync } else { &mut self.summary.changed }) += 1;
        self.summary.unconsented += plan.refused().count();
        if plan.base.is_some() {
            let origins = self.summary.origins.get_or_insert_default();
            origins.file += plan.count(Origin::File);
            origins.live += plan.count(Origin::Live);
            origins.both += plan.count(Origin::Both);
        }
    }

    /// Returns the digest that approves all plans. `None` if an organization failed, or if the plans were made at different
    /// times.
    pub(crate) fn digest(&self) -> Option<String> {
        if self.summary.failed > 0 { None } else { self.digest.finish() }
    }
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
            inputs: None,
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

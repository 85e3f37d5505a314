//! Entries of a plan document as plans.

use std::borrow::Cow;

use super::error::ReadError;
use super::findings::finding;
use crate::diagnostics::{Finding, Location};
use crate::document::interned::interned;
use crate::document::{
    AttributionEntry, BaseEntry, ChangeEntry, Compared, Comparison, ErrorEntry, FailureEntry, GuardEntry, InSyncEntry,
    ManifestEntry, PlanDocument, PlanEntry, ResultEntry, ShardEntry, TargetEntry, UnmanagedEntry, Wording, WriteEntry,
};
use crate::plan::{Attribution, Base, Change, GuardState, ManifestRef, Plan, PlannedWrite, Unmanaged, digest_time};
use crate::settings::{Endpoint, Guard, Kind, Model, Scope, Setting, SettingPath, Target};

/// The comparisons of a document.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct RecordedPlans {
    /// The command that wrote the document.
    pub wording: Wording,
    /// The shard that it compared; `None` if it compared all organizations.
    pub shard: Option<ShardEntry>,
    /// What it found, in the order of the paths of the manifests.
    pub set: Vec<Compared<'static>>,
}

pub(super) fn recorded(document: PlanDocument) -> Result<RecordedPlans, ReadError> {
    let PlanDocument { command: wording, shard, plans, failures, .. } = document;
    let mut set = plans
        .into_iter()
        .map(|entry| comparison(wording, entry).map(Compared::from))
        .chain(failures.into_iter().map(|failure| Ok(failure.into())))
        .collect::<Result<Vec<_>, _>>()?;
    set.sort_by(Compared::order);
    Ok(RecordedPlans { wording, shard, set })
}

fn comparison(wording: Wording, entry: PlanEntry) -> Result<Comparison<'static>, ReadError> {
    let ManifestEntry { path, sha256, repository_path, consent_place } = entry.manifest;
    let repository_file = repository_path.unwrap_or_else(|| path.clone());
    let (target, api) = (target(&entry.target)?, entry.target.api);
    if digest_time(&entry.digest).is_none() {
        return Err(ReadError::value("digest", entry.digest));
    }
    let writes = entry.writes.into_iter().map(|one| write(&target, one)).collect::<Result<_, _>>()?;
    let plan = Plan {
        manifest: ManifestRef { path, sha256, consent_place },
        target,
        api,
        action: entry.action,
        changes: changes(entry.changes)?,
        declared_empty: changes(entry.declared_empty)?,
        in_sync: entry.in_sync.into_iter().map(in_sync).collect::<Result<_, _>>()?,
        unmanaged: entry.unmanaged.into_iter().map(unmanaged).collect(),
        writes,
        findings: entry.findings.into_iter().map(finding).collect(),
        base: entry.base.map(base).transpose()?,
        live_sha256: entry.live_sha256,
        digest: entry.digest,
    };
    Ok(Comparison { wording, plan: Cow::Owned(plan), yaml: entry.difference, repository_file, ci: None })
}

/// Returns the address of an entry.
pub(in crate::document) fn target(entry: &TargetEntry) -> Result<Target, ReadError> {
    organization(entry.scope, &entry.id)
}

/// Returns the organization with this scope and id.
pub(super) fn organization(scope: Scope, id: &str) -> Result<Target, ReadError> {
    id.parse().map(|parsed| Target { scope, id: parsed }).map_err(|_| ReadError::value("id", id))
}

pub(super) fn changes(entries: Vec<ChangeEntry>) -> Result<Vec<Change>, ReadError> {
    entries.into_iter().map(change).collect()
}

fn change(entry: ChangeEntry) -> Result<Change, ReadError> {
    let annotation = |(path, value): (String, _)| Ok((setting(&path)?, value));
    let guard = |GuardEntry { reason, check_first, allowed_by }| GuardState {
        guard: Guard { consequence: interned(&reason), check_first: interned(&check_first) },
        allowed_by,
    };
    Ok(Change {
        setting: setting(&entry.setting)?,
        op: entry.op,
        before: entry.before,
        after: entry.after,
        at: Location { file: entry.file.map(Into::into), line: entry.line, column: entry.column, span: 0..0 },
        annotations: entry.annotations.into_iter().map(annotation).collect::<Result<_, _>>()?,
        context: entry.context.into_iter().map(|(name, value)| (interned(&name), value)).collect(),
        guard: entry.guard.map(guard),
        notice: entry.notice.as_deref().map(interned),
        origin: entry.origin,
        attribution: entry.attribution.map(attribution),
    })
}

fn attribution(entry: AttributionEntry) -> Attribution {
    let AttributionEntry { confidence, actor, means, token_name, time, ray } = entry;
    Attribution { confidence, actor, means, token_name, time: time.and_then(|time| time.parse().ok()), ray }
}

/// Returns the setting with this path; one that only another version knows has no kind.
fn setting(path: &str) -> Result<Setting, ReadError> {
    if let Some(setting) = Model::current().setting(path) {
        return Ok(*setting);
    }
    let segments: Vec<&str> = path.split('.').collect();
    let has_section = Endpoint::ALL.iter().any(|endpoint| segments.first() == Some(&endpoint.section()));
    let is_path = has_section && (2..=SettingPath::DEEPEST + 1).contains(&segments.len());
    if !is_path || segments.iter().any(|segment| segment.is_empty()) {
        return Err(ReadError::value("setting", path));
    }
    Ok(Setting::new(interned(path), Kind::Opaque))
}

fn in_sync(entry: InSyncEntry) -> Result<(Setting, serde_json::Value), ReadError> {
    Ok((setting(&entry.setting)?, entry.value))
}

fn unmanaged(entry: UnmanagedEntry) -> Unmanaged {
    let UnmanagedEntry { setting, value, known, read_only } = entry;
    Unmanaged { path: setting, value, known, read_only }
}

fn write(target: &Target, entry: WriteEntry) -> Result<PlannedWrite, ReadError> {
    let WriteEntry { method, endpoint: path } = entry;
    match Endpoint::ALL.into_iter().find(|endpoint| target.path(*endpoint) == path) {
        Some(endpoint) => Ok(PlannedWrite { method, endpoint, path }),
        None => Err(ReadError::value("endpoint", path)),
    }
}

fn base(entry: BaseEntry) -> Result<Base, ReadError> {
    let BaseEntry { name, no_longer_managed } = entry;
    let no_longer_managed = no_longer_managed.iter().map(|path| setting(path)).collect::<Result<_, _>>()?;
    Ok(Base { name, no_longer_managed })
}

impl FailureEntry {
    /// Returns the organization, if it is known.
    pub fn target(&self) -> Option<Target> {
        self.target.as_ref().and_then(|entry| target(entry).ok())
    }
}

impl ErrorEntry {
    /// Returns the findings about the manifest.
    pub fn findings(&self) -> Vec<Finding> {
        self.findings.iter().cloned().map(finding).collect()
    }
}

impl ResultEntry {
    /// Returns the organization, if its address is valid.
    pub fn target(&self) -> Option<Target> {
        target(&self.target).ok()
    }
}

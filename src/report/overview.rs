//! The organizations of a report of several: a row for each, and the outcome of all in a few sentences.

use super::phrase::{count_in, guards_sentence};
use crate::document::{Compared, Comparison, FailureEntry, ShardEntry, Totals, Wording};
use crate::plan::{Action, DIGEST_MAX_AGE, Origin, digest_time};
use crate::settings::Target;
use crate::text::Visible;
use crate::text::safe::{Safe, safe};

/// All organizations of a report of several.
#[derive(Debug, Clone)]
pub struct Overview {
    pub(super) wording: Wording,
    pub(super) rows: Vec<OverviewRow>,
    pub(super) totals: Totals,
    shard: Option<ShardEntry>,
    guarded: usize,
}

/// One organization.
#[derive(Debug, Clone)]
pub(super) struct OverviewRow {
    pub(super) manifest: Visible,
    /// Its live name; `None` if it was not read.
    pub(super) name: Option<Visible>,
    /// `None` if it is not known.
    pub(super) target: Option<Target>,
    pub(super) state: RowState,
}

/// The outcome for one organization.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RowState {
    InSync,
    Differs(RowCounts),
    Failed(&'static str),
}

/// The changes of one organization.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct RowCounts {
    pub(super) is_new: bool,
    pub(super) changes: usize,
    pub(super) guarded: usize,
    pub(super) unconsented: usize,
    /// Those that were made outside Git; `None` without a base.
    pub(super) outside: Option<usize>,
}

impl Overview {
    /// Returns an overview without organizations, of a shard if the run compares only a part of them.
    pub fn new(wording: Wording, shard: Option<ShardEntry>) -> Self {
        Self { wording, rows: Vec::new(), totals: Totals::default(), shard, guarded: 0 }
    }

    /// Adds an organization.
    pub fn add(&mut self, compared: &Compared<'_>) {
        self.totals.add(compared);
        self.rows.push(match compared {
            Compared::Done(comparison) => {
                self.guarded += comparison.plan.guarded().count();
                OverviewRow::compared(comparison)
            }
            Compared::Failed(failure) => OverviewRow::failed(failure),
        });
    }

    /// Whether something changes, the number of guarded changes, and of those without consent.
    pub(super) fn figures(&self) -> (bool, usize, usize) {
        let summary = &self.totals.summary;
        (summary.changed > 0, self.guarded, summary.unconsented)
    }

    /// The outcome as a headline: `2 of 5 organizations would change`.
    pub(super) fn headline<L>(&self) -> Safe<L> {
        let (all, summary) = (self.rows.len(), &self.totals.summary);
        let verb = match self.wording {
            Wording::Plan => "would change",
            Wording::Drift if summary.changed == 1 => "differs",
            Wording::Drift => "differ",
        };
        match (summary.changed, summary.failed) {
            (0, 0) if all == 1 => "the one organization is in sync".into(),
            (0, 0) => safe!("all {} organizations are in sync", all),
            (0, failed) => safe!("{} of {} failed", failed, count_in::<L>(all, "organization")),
            (changed, 0) => safe!("{} of {} {}", changed, count_in::<L>(all, "organization"), verb),
            (changed, failed) => {
                safe!("{} of {} {}, and {} failed", changed, count_in::<L>(all, "organization"), verb, failed)
            }
        }
    }

    /// What to know first after the headline.
    pub(super) fn details<L>(&self) -> Safe<L> {
        let (summary, in_sync) = (&self.totals.summary, self.totals.summary.in_sync);
        let synced = (in_sync > 0 && in_sync < self.rows.len()).then(|| {
            let verb = if in_sync == 1 { "is" } else { "are" };
            safe!("{} {} in sync.", count_in::<L>(in_sync, "organization"), verb)
        });
        let guarded = (self.wording == Wording::Plan && summary.changed > 0)
            .then(|| guards_sentence(self.guarded, summary.unconsented));
        let outside = summary.origins.filter(|origins| origins.live + origins.both > 0).map(|origins| {
            let (conflicts, reverted) = (origins.both, origins.live);
            match (self.wording, reverted, conflicts) {
                (_, 0, _) => safe!("{} changed in the file and outside Git.", count_in::<L>(conflicts, "setting")),
                (Wording::Plan, _, 0) => {
                    safe!("{} made outside Git would be reverted.", count_in::<L>(reverted, "change"))
                }
                (Wording::Drift, _, 0) => safe!("{} made outside Git.", count_in::<L>(reverted, "change")),
                (Wording::Plan, ..) => safe!(
                    "{} made outside Git would be reverted; {} changed in the file and outside Git.",
                    count_in::<L>(reverted, "change"),
                    count_in::<L>(conflicts, "setting")
                ),
                (Wording::Drift, ..) => safe!(
                    "{} made outside Git, {} changed on both sides.",
                    count_in::<L>(reverted, "change"),
                    count_in::<L>(conflicts, "setting")
                ),
            }
        });
        let shard = self.shard.map(|shard| {
            safe!(
                "This is shard {} of {}: {} of {}.",
                shard.index,
                shard.of,
                self.rows.len(),
                count_in::<L>(shard.manifests, "manifest")
            )
        });
        Safe::join::<Safe<L>>([synced, guarded, outside, shard].into_iter().flatten(), " ")
    }

    /// Returns the digest of all plans. `None` if an organization failed, or if the plans were made at different times.
    pub fn set_digest(&self) -> Option<String> {
        self.totals.digest()
    }

    /// The digest of all plans, and until when it is valid.
    pub(super) fn digest(&self) -> Option<(Visible, Option<jiff::Timestamp>)> {
        let digest = self.set_digest().filter(|_| self.totals.summary.changed > 0)?;
        let until = digest_time(&digest).and_then(|made_at| made_at.checked_add(DIGEST_MAX_AGE).ok());
        Some((Visible::of(&digest), until))
    }

    /// `2/7` for a shard.
    pub(super) fn shard_name(&self) -> Visible {
        self.shard.map(|shard| safe!("{}/{}", shard.index, shard.of)).unwrap_or_default()
    }
}

/// `Acme EU, account 699d…`, as far as it is known.
pub(super) fn organization(name: Option<&Visible>, target: Option<&Target>) -> Visible {
    match (name, target) {
        (Some(name), Some(target)) => safe!("{}, {}", name, target),
        (None, Some(target)) => safe!("{}", target),
        (Some(name), None) => name.clone(),
        (None, None) => Visible::new(),
    }
}

impl OverviewRow {
    fn compared(comparison: &Comparison<'_>) -> Self {
        let plan = &comparison.plan;
        let counts = || RowCounts {
            is_new: plan.action == Action::Create,
            changes: plan.changes.len(),
            guarded: plan.guarded().count(),
            unconsented: plan.refused().count(),
            outside: plan.base.as_ref().map(|_| plan.count(Origin::Live) + plan.count(Origin::Both)),
        };
        Self {
            manifest: Visible::of(&plan.manifest.path),
            name: comparison.name(),
            target: Some(plan.target.clone()),
            state: if plan.is_empty() { RowState::InSync } else { RowState::Differs(counts()) },
        }
    }

    fn failed(failure: &FailureEntry) -> Self {
        Self {
            manifest: Visible::of(&failure.manifest),
            name: None,
            target: failure.target(),
            state: RowState::Failed(failure.error.kind.as_str()),
        }
    }

    /// `Acme EU, account 699d…`, as far as it is known.
    pub(super) fn organization(&self) -> Visible {
        organization(self.name.as_ref(), self.target.as_ref())
    }

    /// The outcome in a few words: `2 changes, 1 guarded without consent`.
    pub(super) fn outcome<L>(&self, wording: Wording) -> Safe<L> {
        let counts = match self.state {
            RowState::InSync => return "in sync".into(),
            RowState::Failed(kind) => return safe!("failed ({})", kind),
            RowState::Differs(counts) => counts,
        };
        let first = match (wording, counts.is_new) {
            (Wording::Plan, true) => safe!("would be created with {}", count_in::<L>(counts.changes, "setting")),
            (Wording::Drift, true) => "does not exist".into(),
            (Wording::Plan, false) => count_in::<L>(counts.changes, "change"),
            (Wording::Drift, false) => count_in::<L>(counts.changes, "difference"),
        };
        let guarded = (wording == Wording::Plan && counts.guarded > 0).then(|| match counts.unconsented {
            0 => safe!("{} guarded with consent", counts.guarded),
            open if open == counts.guarded => safe!("{} guarded without consent", open),
            open => safe!("{} guarded, {} without consent", counts.guarded, open),
        });
        let outside =
            counts.outside.filter(|outside| *outside > 0).map(|outside| safe!("{} made outside Git", outside));
        Safe::join::<Safe<L>>([Some(first), guarded, outside].into_iter().flatten(), ", ")
    }
}

//! Changes by origin: the groups and the sentences of every format. Without a base there is one group, without a title.

use super::phrase::{count, source_word};
use crate::document::Wording;
use crate::plan::{Change, Origin, Plan};
use crate::text::Visible;
use crate::text::safe::safe;

/// Changes with the same origin.
pub(super) struct OriginGroup<'c> {
    /// The heading; `None` without a base.
    pub(super) title: Option<&'static str>,
    /// The changes, in the order of the plan.
    pub(super) changes: Vec<&'c Change>,
}

/// Groups changes by their origin: conflicts, changes of the live state, changes of the file.
pub(super) fn groups<'c>(wording: Wording, changes: &[&'c Change]) -> Vec<OriginGroup<'c>> {
    let of = |origin: Option<Origin>| {
        let changes: Vec<_> = changes.iter().filter(|change| change.origin == origin).copied().collect();
        let title = origin.map(|origin| title(wording, origin));
        (!changes.is_empty()).then_some(OriginGroup { title, changes })
    };
    [None, Some(Origin::Both), Some(Origin::Live), Some(Origin::File)].into_iter().filter_map(of).collect()
}

fn title(wording: Wording, origin: Origin) -> &'static str {
    match (origin, wording) {
        (Origin::Both, _) => "Conflicts: changed in the file and outside Git",
        (Origin::Live, Wording::Plan) => "Drift: changed outside Git, apply would revert this",
        (Origin::Live, Wording::Drift) => "Drift: changed outside Git",
        (Origin::File, Wording::Plan) => "This change",
        (Origin::File, Wording::Drift) => "Pending: changed in the file, not applied yet",
    }
}

/// The origin of one change, as a sentence without a final stop; `None` without a base.
pub(super) fn of_change(wording: Wording, change: &Change) -> Option<&'static str> {
    Some(match (change.origin?, wording) {
        (Origin::Both, Wording::Plan) => "changed in the file and outside Git; apply would replace the live value",
        (Origin::Both, Wording::Drift) => "changed in the file and outside Git",
        (Origin::Live, Wording::Plan) => "changed outside Git; apply would revert this",
        (Origin::Live, Wording::Drift) => "changed outside Git",
        (Origin::File, Wording::Plan) => "changed in the file",
        (Origin::File, Wording::Drift) => "changed in the file, not applied yet",
    })
}

/// What a plan changes and reverts, or which changes are drift and which are pending, as a sentence without a final stop.
/// `None` without a base, or without changes.
pub(super) fn outcome(wording: Wording, plan: &Plan) -> Option<Visible> {
    if plan.base.is_none() || plan.changes.is_empty() {
        return None;
    }
    let counts = [Origin::File, Origin::Both, Origin::Live].map(|origin| plan.count(origin));
    Some(match wording {
        Wording::Plan => planned(counts),
        Wording::Drift => drifted(counts, &source_word(&plan.manifest.path)),
    })
}

/// The heading of a plan that only reverts, and of a comparison without drift. `None` for any other, and without a base.
pub(super) fn headline(wording: Wording, plan: &Plan) -> Option<&'static str> {
    let all_are = |origin: Origin| plan.base.is_some() && plan.count(origin) == plan.changes.len();
    match wording {
        Wording::Plan if all_are(Origin::Live) => Some("only changes made outside Git, which apply would revert"),
        Wording::Drift if all_are(Origin::File) => Some("no drift, but changes to apply"),
        Wording::Plan | Wording::Drift => None,
    }
}

fn planned([file, both, live]: [usize; 3]) -> Visible {
    let changed = match file {
        0 => None,
        1 => Some("1 setting changes".into()),
        _ => Some(safe!("{} settings change", file)),
    };
    let conflicts = match both {
        0 => None,
        1 => Some("1 setting conflicts with a change made outside Git".into()),
        _ => Some(safe!("{} settings conflict with changes made outside Git", both)),
    };
    let reverted = (live > 0).then(|| safe!("{} made outside Git would be reverted", count(live, "change")));
    if file + both == 0 {
        return safe!("the file changes no setting, but {}", reverted.unwrap_or_default());
    }
    listed([changed, conflicts, reverted])
}

fn drifted([file, both, live]: [usize; 3], name: &Visible) -> Visible {
    let was = |number: usize| if number == 1 { "was" } else { "were" };
    let outside = (live > 0).then(|| safe!("{} {} changed outside Git", count(live, "setting"), was(live)));
    let conflicts = (both > 0).then(|| safe!("{} {} changed on both sides", count(both, "setting"), was(both)));
    let is = if file == 1 { "is" } else { "are" };
    let pending = (file > 0).then(|| safe!("{} of {} {} not applied yet", count(file, "change"), name, is));
    listed([outside, conflicts, pending])
}

/// Joins clauses: `a`, `a, and b`, `a, b, and c`.
fn listed(clauses: [Option<Visible>; 3]) -> Visible {
    let clauses: Vec<Visible> = clauses.into_iter().flatten().collect();
    match clauses.split_last() {
        None => Visible::new(),
        Some((last, [])) => safe!("{}", last),
        Some((last, others)) => safe!("{}, and {}", Visible::join(others, ", "), last),
    }
}

/// The paths of the settings that are no longer managed.
pub(super) fn no_longer_managed(plan: &Plan) -> Vec<&'static str> {
    plan.base.iter().flat_map(|base| &base.no_longer_managed).map(|setting| setting.path).collect()
}

/// The heading of [`no_longer_managed`].
pub(super) fn no_longer_managed_title(number: usize) -> Visible {
    let keep = if number == 1 { "keeps its live value" } else { "keep their live values" };
    safe!("No longer managed: {} {}", count(number, "setting"), keep)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::tests::samples::{busy, with_origins};

    /// The outcome of so many changes of the file, of both sides, and of the live state.
    fn outcome_of(wording: Wording, counts: [usize; 3]) -> Visible {
        let origins = [Origin::File, Origin::Both, Origin::Live];
        let origins = origins.into_iter().zip(counts).flat_map(|(origin, count)| std::iter::repeat_n(origin, count));
        let change = busy().changes.remove(1);
        let changes = origins.map(|origin| Change { origin: Some(origin), ..change.clone() }).collect();
        outcome(wording, &Plan { changes, ..with_origins() }).unwrap()
    }

    #[test]
    fn a_plan_says_what_it_changes_and_what_it_reverts() {
        for (counts, expected) in [
            ([2, 0, 1], "2 settings change, and 1 change made outside Git would be reverted"),
            ([1, 0, 0], "1 setting changes"),
            ([0, 1, 0], "1 setting conflicts with a change made outside Git"),
            (
                [1, 2, 2],
                "1 setting changes, 2 settings conflict with changes made outside Git, and 2 changes made outside Git \
                 would be reverted",
            ),
            ([0, 0, 2], "the file changes no setting, but 2 changes made outside Git would be reverted"),
        ] {
            assert_eq!(outcome_of(Wording::Plan, counts), expected);
        }
    }

    #[test]
    fn drift_says_what_is_drift_and_what_is_pending() {
        for (counts, expected) in [
            ([0, 0, 1], "1 setting was changed outside Git"),
            ([2, 0, 0], "2 changes of org.yaml are not applied yet"),
            (
                [1, 1, 2],
                "2 settings were changed outside Git, 1 setting was changed on both sides, and 1 change of org.yaml is \
                 not applied yet",
            ),
        ] {
            assert_eq!(outcome_of(Wording::Drift, counts), expected);
        }
    }

    #[test]
    fn without_a_base_there_is_one_group_and_no_other_wording() {
        let plan = busy();
        let changes: Vec<_> = plan.changes.iter().collect();
        let groups = groups(Wording::Plan, &changes);
        assert_eq!(groups.len(), 1);
        assert_eq!((groups[0].title, groups[0].changes.len()), (None, plan.changes.len()));
        assert_eq!(outcome(Wording::Plan, &plan), None);
        assert_eq!(of_change(Wording::Plan, &plan.changes[0]), None);
    }

    #[test]
    fn every_change_is_in_the_group_of_its_origin() {
        let plan = with_origins();
        let changes: Vec<_> = plan.changes.iter().collect();
        for wording in [Wording::Plan, Wording::Drift] {
            let groups = groups(wording, &changes);
            let sizes: Vec<_> = groups.iter().map(|group| group.changes.len()).collect();
            assert_eq!(sizes, [Origin::Both, Origin::Live, Origin::File].map(|origin| plan.count(origin)));
        }
    }
}

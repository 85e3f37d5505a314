//! The outcome of a comparison in one sentence.

use super::origins;
use super::phrase::{Wording, count, source};
use crate::plan::{Action, Change, Plan, PlannedWrite};
use crate::text::Visible;
use crate::text::safe::safe;

/// Summarizes a comparison in one sentence.
pub(super) fn summary(wording: Wording, plan: &Plan) -> Visible {
    match wording {
        Wording::Plan => plan_summary(plan),
        Wording::Drift => drift_summary(plan),
    }
}

fn plan_summary(plan: &Plan) -> Visible {
    let (target, writes) = (&plan.target, writes(&plan.writes));
    match plan.action {
        Action::None => safe!("In sync: {}; {}.", matching(plan.in_sync.len()), unmanaged(plan.unmanaged.len())),
        Action::Create => safe!(
            "Plan: {} has no Zero Trust organization; apply would create it{} with {}.",
            target,
            guards(&plan.changes),
            writes
        ),
        Action::Update => {
            let guards = guards(&plan.changes);
            match origins::outcome(Wording::Plan, plan) {
                Some(outcome) => safe!("Plan for {}: {}{}, with {}.", target, outcome, guards, writes),
                None => {
                    let changed = count(plan.changes.len(), "setting");
                    safe!("Plan: {} of {} would change{}, with {}.", changed, target, guards, writes)
                }
            }
        }
    }
}

fn drift_summary(plan: &Plan) -> Visible {
    let (target, file) = (&plan.target, source(&plan.manifest.path));
    let differ = if plan.changes.len() == 1 { "differs" } else { "differ" };
    match plan.action {
        Action::None => safe!("No drift: {}; {}.", matching(plan.in_sync.len()), unmanaged(plan.unmanaged.len())),
        Action::Create => safe!("Drift: {} has no Zero Trust organization, but {} declares one.", target, file),
        Action::Update => match origins::outcome(Wording::Drift, plan) {
            Some(outcome) if plan.has_drift() => safe!("Drift of {}: {}.", target, outcome),
            Some(outcome) => safe!("No drift of {}: {}.", target, outcome),
            None => safe!("Drift: {} of {} {} from {}.", count(plan.changes.len(), "setting"), target, differ, file),
        },
    }
}

fn matching(declared: usize) -> Visible {
    match declared {
        0 => "the file declares no setting".into(),
        1 => "the one declared setting matches".into(),
        many => safe!("{} declared settings match", many),
    }
}

fn unmanaged(number: usize) -> Visible {
    match number {
        0 => "no live setting is unmanaged".into(),
        1 => "1 live setting is not managed".into(),
        many => safe!("{} live settings are not managed", many),
    }
}

fn guards(changes: &[Change]) -> Visible {
    let states: Vec<_> = changes.iter().filter_map(|change| change.guard).collect();
    let without = states.iter().filter(|state| state.allowed_by.is_none()).count();
    match (states.len(), without) {
        (0, _) => Visible::new(),
        (all, 0) => safe!(" ({} guarded, with consent)", all),
        (all, without) if without == all => safe!(" ({} guarded, no consent yet)", all),
        (all, without) => safe!(" ({} guarded, {} without consent)", all, without),
    }
}

fn writes(writes: &[PlannedWrite]) -> Visible {
    let methods: Vec<String> = writes.iter().map(|write| write.method.to_string()).collect();
    match (methods.iter().map(String::as_str).collect::<Vec<_>>().as_slice(), writes) {
        ([], _) => "no request".into(),
        ([_], [write, ..]) => safe!("one {}", write.method),
        (["POST", "PUT"], _) => "a POST and then a PUT".into(),
        (["POST", puts @ ..], _) => safe!("a POST and then {} PUTs", puts.len()),
        (_, [.., last]) => safe!("{} {}s", writes.len(), last.method),
        (_, []) => Visible::new(),
    }
}

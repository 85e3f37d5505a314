//! The outcome of a comparison in one sentence, or as a headline with the details that follow it.

use super::origins;
use super::phrase::{count, count_in, guards_sentence, source_word};
use crate::document::Wording;
use crate::plan::{Action, Plan, PlannedWrite};
use crate::text::Visible;
use crate::text::safe::{Safe, safe};

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
            guards(plan),
            writes
        ),
        Action::Update => {
            let guards = guards(plan);
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
    let (target, file) = (&plan.target, source_word(&plan.manifest.path));
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

/// The outcome of a comparison as a headline that names the organization.
pub(super) fn headline<L>(wording: Wording, plan: &Plan, organization: Safe<L>) -> Safe<L> {
    let settings = count_in::<L>(plan.changes.len(), "setting");
    match (wording, plan.action) {
        (_, Action::None) => safe!("{} is in sync", organization),
        (Wording::Plan, Action::Create) => safe!("a new organization for {}", organization),
        (Wording::Drift, Action::Create) => safe!("no organization in {}", organization),
        (_, Action::Update) if let Some(outcome) = origins::headline(wording, plan) => {
            safe!("{} has {}", organization, outcome)
        }
        (Wording::Plan, Action::Update) => safe!("{} of {} would change", settings, organization),
        (Wording::Drift, Action::Update) => {
            let differ = if plan.changes.len() == 1 { "differs" } else { "differ" };
            safe!("{} of {} {}", settings, organization, differ)
        }
    }
}

/// What a reader needs to know first after the [`headline`], in a few sentences.
pub(super) fn details(wording: Wording, plan: &Plan) -> Visible {
    let origins = origins::outcome(wording, plan).map(|outcome| safe!("By origin: {}. ", outcome)).unwrap_or_default();
    match (wording, plan.action) {
        (_, Action::None) => safe!("{}; {}.", all_match(plan.in_sync.len()), unmanaged(plan.unmanaged.len())),
        (Wording::Plan, Action::Create) => safe!("Apply would create it with {}.", writes(&plan.writes)),
        (Wording::Drift, Action::Create) => safe!("The file {} declares one.", source_word(&plan.manifest.path)),
        (Wording::Plan, Action::Update) => {
            let guards: Visible = guards_sentence(plan.guarded().count(), plan.refused().count());
            safe!("{}{} Apply would send {}.", origins, guards, writes(&plan.writes))
        }
        (Wording::Drift, Action::Update) => {
            let (guarded, file) = (plan.guarded().count(), source_word(&plan.manifest.path));
            let needs = match guarded {
                0 => "no consent".into(),
                some => safe!("consent to {}", count(some, "guarded change")),
            };
            safe!("{}Applying {} needs {}.", origins, file, needs)
        }
    }
}

/// As [`matching`], at the start of a sentence.
fn all_match(declared: usize) -> Visible {
    match declared {
        0 => "The file declares no setting".into(),
        1 => "The one declared setting matches".into(),
        many => safe!("All {}", matching(many)),
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

fn guards(plan: &Plan) -> Visible {
    match (plan.guarded().count(), plan.refused().count()) {
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

//! Whether a change goes in a direction that its setting's guard or notice speaks of.

use serde_json::Value as Json;

use super::{Input, effective};
use crate::organization::{GoDuration, Setting, When};

/// Whether a change between two canonical values is one that `when` means. Doubt counts as yes.
pub(super) fn applies(input: &Input<'_>, setting: &Setting, when: When, before: &Json, after: &Json) -> bool {
    match when {
        When::Changed => true,
        When::Replaced => !before.is_null(),
        When::ChangedWhile(switch) => effective::is_ever_on(input, switch),
        When::TurnedOff => !before.is_null() && after.is_null(),
        When::Longer => !before.is_null() && (after.is_null() || is_longer(before, after)),
        When::Shorter => !after.is_null() && (before.is_null() || is_longer(after, before)),
        When::Widened => !before.is_null() && (after.is_null() || gains(before, after)),
        When::Lower(ranking) => rank(ranking, after) > rank(ranking, before),
        When::Is(value) => becomes(input, setting, after, value),
    }
}

/// Whether the second duration is longer; a text that is no duration counts as longer, since nobody can tell.
fn is_longer(one: &Json, two: &Json) -> bool {
    let length = |value: &Json| value.as_str()?.parse::<GoDuration>().ok();
    match (length(one), length(two)) {
        (Some(one), Some(two)) => two > one,
        _ => true,
    }
}

/// Whether the second set has an element that the first one lacks.
fn gains(one: &Json, two: &Json) -> bool {
    let (Some(one), Some(two)) = (one.as_array(), two.as_array()) else { return true };
    two.iter().any(|element| !one.contains(element))
}

/// The place in a ranking; unset and unknown values stand behind the last.
fn rank(ranking: &[&str], value: &Json) -> usize {
    ranking.iter().position(|word| value.as_str() == Some(word)).unwrap_or(ranking.len())
}

/// Whether the setting, or another one of its group, will have the value.
fn becomes(input: &Input<'_>, setting: &Setting, after: &Json, value: &str) -> bool {
    let group = setting.group().and_then(|path| input.model.group(path));
    let mut siblings = group.into_iter().flat_map(|group| input.model.members(group));
    after.as_str() == Some(value)
        || siblings.any(|sibling| effective::canonical(input, sibling).as_str() == Some(value))
}

//! The guard and note of a change: the declared impact of its direction, with conditions on other settings evaluated.

use serde_json::Value as Json;

use super::effective;
use super::input::Input;
use crate::settings::{Condition, Direction, Guard, Impact, LiveShape, Setting};

/// The guard and the note of a change.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Consequence {
    /// The guard, if the change needs consent.
    pub(super) guard: Option<Guard>,
    /// The note, if the change does not need consent.
    pub(super) notice: Option<&'static str>,
}

/// Returns the consequence of changing a setting from its live value to `after`.
pub(super) fn consequence(input: &Input<'_>, setting: &Setting, after: Option<&Json>) -> Consequence {
    evaluate(input, setting.impact(of(input, setting, after)))
}

/// The direction of a change of a setting to a value. A live value behind a switch that is off counts as unset.
fn of(input: &Input<'_>, setting: &Setting, after: Option<&Json>) -> Direction {
    let document = input.live.document(setting.endpoint());
    match document.map(|document| LiveShape::of(input.model, document, setting)) {
        Some(LiveShape::OtherCase | LiveShape::UnknownValue | LiveShape::WrongType) => Direction::Unranked,
        None | Some(LiveShape::Absent | LiveShape::Known | LiveShape::FormerName | LiveShape::Hidden) => {
            Direction::of(setting, effective::live(input, input.model, setting), after)
        }
    }
}

fn evaluate(input: &Input<'_>, impact: Impact) -> Consequence {
    match impact {
        Impact::Guarded(guard) => Consequence { guard: Some(guard), notice: None },
        Impact::Noted(notice) => Consequence { guard: None, notice: Some(notice) },
        Impact::Harmless(_) => Consequence::default(),
        Impact::Depends(on) => evaluate(input, if holds(input, on.condition) { on.met } else { on.otherwise }),
    }
}

/// Whether a condition is known to hold.
fn holds(input: &Input<'_>, condition: Condition) -> bool {
    let setting = |path: &str| input.model.setting(path);
    match condition {
        Condition::StaysOff(path) => setting(path)
            .is_some_and(|setting| was_off(input, setting) && effective::canonical(input, setting).is_null()),
        Condition::WasOff(path) => setting(path).is_some_and(|setting| was_off(input, setting)),
        Condition::WillBe(path, value) => setting(path).is_some_and(|setting| {
            !effective::is_inert(input, setting) && effective::raw(input, setting).and_then(Json::as_str) == Some(value)
        }),
    }
}

/// Whether a setting is known to be off or unset now.
fn was_off(input: &Input<'_>, setting: &Setting) -> bool {
    let Some(document) = input.live.document(setting.endpoint()) else { return true };
    matches!(LiveShape::of(input.model, document, setting), LiveShape::Absent | LiveShape::Hidden)
}

//! The table of decisions of one setting: what each change calls for, and why.

use serde::Serialize;

use super::super::style::{Role, Style};
use super::{GuardInfo, NoticeInfo};
use crate::settings::describe;
use crate::settings::{Cell, Condition, Direction, Impact, Impacts, LiveShape, Model, Setting};
use crate::text::layout::hanging;

/// What one kind of change calls for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DecisionEntry {
    /// The direction of the change: `turning it on`.
    pub direction: String,
    /// The live value that it starts from: `nothing is set`.
    pub live: &'static str,
    /// `guarded`, `noted` or `harmless`.
    pub decision: &'static str,
    /// Why: what will happen, or why nothing does.
    pub reason: &'static str,
    /// What to check before consenting, where it is guarded.
    pub check_first: Option<&'static str>,
    /// When this decision applies, where another setting decides.
    pub condition: Option<String>,
}

/// A decision with its condition.
struct Line {
    impact: Impact,
    condition: Option<String>,
}

/// Every cell that can occur.
pub(super) fn entries(model: &Model, setting: &Setting) -> Vec<DecisionEntry> {
    if !setting.is_writable() {
        return Vec::new();
    }
    let cells = model.cells(setting).filter(|(.., cell)| *cell != Cell::Impossible);
    cells
        .flat_map(|(direction, shape, _)| {
            let lines = lines(setting.impact(direction));
            lines.into_iter().map(move |Line { impact, condition }| DecisionEntry {
                direction: describe::direction(setting, direction),
                live: describe::shape(shape),
                decision: word(impact),
                reason: reason(impact),
                check_first: impact.guard().map(|guard| guard.check_first),
                condition,
            })
        })
        .collect()
}

/// The guarded changes, all in one.
pub(super) fn guard(setting: &Setting) -> Option<GuardInfo> {
    let guards: Vec<_> = setting.ranked_guards().map(|(_, guard)| guard).collect();
    (!guards.is_empty()).then(|| GuardInfo {
        when: describe::guarded(setting),
        consequence: joined(guards.iter().map(|guard| guard.consequence), "; "),
        check_first: joined(guards.iter().map(|guard| guard.check_first), "; "),
    })
}

/// The noted changes, all in one.
pub(super) fn notice(setting: &Setting) -> Option<NoticeInfo> {
    let noted = Direction::all_of(setting).into_iter().filter(|_| setting.is_writable());
    let noted: Vec<_> = noted.filter_map(|direction| Some((direction, setting.impact(direction).note()?))).collect();
    (!noted.is_empty()).then(|| NoticeInfo {
        when: noted
            .iter()
            .map(|(direction, _)| describe::direction(setting, *direction))
            .collect::<Vec<_>>()
            .join(", "),
        text: joined(noted.iter().map(|(_, text)| *text), "; "),
    })
}

/// Texts behind one another, each once.
fn joined(texts: impl Iterator<Item = &'static str>, between: &str) -> String {
    let mut once: Vec<&str> = Vec::new();
    for text in texts {
        if !once.contains(&text) {
            once.push(text);
        }
    }
    once.join(between)
}

/// The table as text: guarded, noted and harmless changes, and what the live value has to do with it.
pub(super) fn facts(model: &Model, setting: &Setting, style: &Style) -> String {
    if !setting.is_writable() {
        return String::new();
    }
    if let Impacts::Always(impact) = setting.impacts {
        let text = format!("Every change is {}: {}.\n", word(impact), reason(impact));
        return hanging(0, "", 0, text.trim_end(), style.width);
    }
    let directions: Vec<(String, Line)> = Direction::all_of(setting)
        .into_iter()
        .flat_map(|direction| {
            let lines = lines(setting.impact(direction));
            lines.into_iter().map(move |line| (describe::direction(setting, direction), line))
        })
        .collect();
    let titles = [
        ("guarded", Role::Guarded, "Guarded: needs consent"),
        ("noted", Role::Doubtful, "Noted in the plan"),
        ("harmless", Role::Quiet, "Harmless"),
    ];
    let mut text = String::new();
    for (decision, role, title) in titles {
        let of_it = directions.iter().filter(|(_, line)| word(line.impact) == decision);
        let lines: String = of_it.map(|(direction, line)| fact(direction, line, style)).collect();
        if !lines.is_empty() {
            text.push_str(&format!("{}\n{lines}", style.paint(role, title)));
        }
    }
    text + &live_values(model, setting, style)
}

/// One direction: what happens, and what to check first.
fn fact(direction: &str, line: &Line, style: &Style) -> String {
    let condition = line.condition.as_deref().map(|condition| format!(" {condition}")).unwrap_or_default();
    let head = format!("{direction}{condition}: {}", reason(line.impact));
    let check =
        line.impact.guard().map(|guard| hanging(4, "", 0, &format!("check first: {}", guard.check_first), style.width));
    hanging(2, "-", 2, &head, style.width) + &check.unwrap_or_default()
}

/// What a live value counts as, where it is not simply its value.
fn live_values(model: &Model, setting: &Setting, style: &Style) -> String {
    let occurs =
        |wanted: LiveShape| model.cells(setting).any(|(_, shape, cell)| shape == wanted && cell != Cell::Impossible);
    let counts = [
        (LiveShape::FormerName, "counts as that value"),
        (LiveShape::OtherCase, "is the same value; a change from it cannot be ranked"),
        (LiveShape::UnknownValue, "cannot be ranked"),
        (LiveShape::WrongType, "cannot be ranked"),
        (LiveShape::Hidden, "counts as nothing; turning the switch on puts it into force as its first value"),
    ];
    let lines = counts.into_iter().filter(|(shape, _)| occurs(*shape));
    let lines: String = lines
        .map(|(shape, text)| hanging(2, "-", 2, &format!("{}: {text}", describe::shape(shape)), style.width))
        .collect();
    format!("{}\n{lines}", style.paint(Role::Quiet, "Where the live state has"))
}

/// The decisions that an impact can lead to.
fn lines(impact: Impact) -> Vec<Line> {
    let Impact::Depends(on) = impact else { return vec![Line { impact, condition: None }] };
    let condition = condition(on.condition);
    vec![
        Line { impact: on.met, condition: Some(format!("while {condition}")) },
        Line { impact: on.otherwise, condition: Some(format!("unless {condition}")) },
    ]
}

fn condition(condition: Condition) -> String {
    match condition {
        Condition::StaysOff(path) => format!("{path} is off before and after"),
        Condition::WasOff(path) => format!("{path} is off or unset before"),
        Condition::WillBe(path, value) => format!("{path} is {value} afterwards"),
    }
}

fn word(impact: Impact) -> &'static str {
    match impact {
        Impact::Guarded(_) => "guarded",
        Impact::Noted(_) => "noted",
        Impact::Harmless(_) => "harmless",
        Impact::Depends(on) => word(on.otherwise),
    }
}

fn reason(impact: Impact) -> &'static str {
    match impact {
        Impact::Guarded(guard) => guard.consequence,
        Impact::Noted(text) | Impact::Harmless(text) => text,
        Impact::Depends(on) => reason(on.otherwise),
    }
}

//! The table of decisions of one setting: what each change needs, and why.

use serde::Serialize;

use crate::settings::describe;
use crate::settings::{Cell, Condition, Direction, Impact, Impacts, LiveShape, Model, Setting};
use crate::text::Visible;
use crate::text::layout::{TerminalText, hanging, terminal};
use crate::text::safe::safe;
use crate::text::style::{Role, Style};

/// What one kind of change needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DecisionEntry {
    /// The direction of the change: `turning it on`.
    pub direction: String,
    /// The live value that it starts from: `nothing is set`.
    pub live: &'static str,
    /// `guarded`, `noted` or `harmless`.
    pub decision: &'static str,
    /// The reason: what will happen, or why the change is harmless.
    pub reason: &'static str,
    /// What to check before consenting, if it is guarded.
    pub check_first: Option<&'static str>,
    /// When this decision applies, if another setting decides.
    pub condition: Option<String>,
}

/// The changes of a setting that need consent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct GuardInfo {
    /// Which changes.
    pub when: String,
    /// What will happen.
    pub consequence: String,
    /// What to check before consenting.
    pub check_first: String,
}

/// The changes of a setting that get a notice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NoticeInfo {
    /// Which changes.
    pub when: String,
    /// What will happen.
    pub text: String,
}

/// A decision with its condition.
struct Decided {
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
            lines.into_iter().map(move |Decided { impact, condition }| DecisionEntry {
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

/// The guarded changes, combined.
pub(super) fn guard(setting: &Setting) -> Option<GuardInfo> {
    let guards: Vec<_> = setting.ranked_guards().map(|(_, guard)| guard).collect();
    (!guards.is_empty()).then(|| GuardInfo {
        when: describe::guarded(setting),
        consequence: joined(guards.iter().map(|guard| guard.consequence), "; "),
        check_first: joined(guards.iter().map(|guard| guard.check_first), "; "),
    })
}

/// The noted changes, combined.
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

/// Joins texts, each of them once.
fn joined(texts: impl Iterator<Item = &'static str>, between: &str) -> String {
    let mut once: Vec<&str> = Vec::new();
    for text in texts {
        if !once.contains(&text) {
            once.push(text);
        }
    }
    once.join(between)
}

/// The table as text: guarded, noted and harmless changes, and how unusual live values count.
pub(super) fn facts(model: &Model, setting: &Setting, style: &Style) -> TerminalText {
    if !setting.is_writable() {
        return TerminalText::new();
    }
    if let Impacts::Always(impact) = setting.impacts {
        let text: Visible = safe!("Every change is {}: {}.", word(impact), reason(impact));
        return hanging(0, "", 0, text, style.width);
    }
    let directions: Vec<(String, Decided)> = Direction::all_of(setting)
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
    let mut text = TerminalText::new();
    for (decision, role, title) in titles {
        let of_it = directions.iter().filter(|(_, line)| word(line.impact) == decision);
        let lines: TerminalText = of_it.map(|(direction, line)| fact(direction, line, style)).collect();
        if !lines.is_empty() {
            text.push(terminal!("{}\n{}", style.paint(role, title), lines));
        }
    }
    text + live_values(model, setting, style)
}

/// One direction: what happens, and what to check first.
fn fact(direction: &str, line: &Decided, style: &Style) -> TerminalText {
    let condition = line.condition.as_deref().map(|condition| safe!(" {}", Visible::whole(condition)));
    let condition: Visible = condition.unwrap_or_default();
    let head: Visible = safe!("{}{}: {}", Visible::whole(direction), condition, reason(line.impact));
    let mut text = hanging(2, "-", 2, head, style.width);
    if let Some(guard) = line.impact.guard() {
        let check: Visible = safe!("check first: {}", guard.check_first);
        text.push(hanging(4, "", 0, check, style.width));
    }
    text
}

/// How a live value counts if it cannot be compared as it is.
fn live_values(model: &Model, setting: &Setting, style: &Style) -> TerminalText {
    let occurs =
        |wanted: LiveShape| model.cells(setting).any(|(_, shape, cell)| shape == wanted && cell != Cell::Impossible);
    let counts = [
        (LiveShape::FormerName, "counts as that value"),
        (LiveShape::OtherCase, "is the same value; a change from it cannot be ranked"),
        (LiveShape::UnknownValue, "cannot be ranked"),
        (LiveShape::WrongType, "cannot be ranked"),
        (LiveShape::Hidden, "counts as unset; turning the switch on puts this value into force as the first value"),
    ];
    let lines = counts.into_iter().filter(|(shape, _)| occurs(*shape));
    let line = |shape, text: &'static str| -> Visible { safe!("{}: {}", describe::shape(shape), text) };
    let lines: TerminalText = lines.map(|(shape, text)| hanging(2, "-", 2, line(shape, text), style.width)).collect();
    safe!("{}\n{}", style.paint(Role::Quiet, "If the live state has"), lines)
}

/// The decisions that an impact can lead to.
fn lines(impact: Impact) -> Vec<Decided> {
    let Impact::Depends(on) = impact else { return vec![Decided { impact, condition: None }] };
    let condition = condition(on.condition);
    vec![
        Decided { impact: on.met, condition: Some(format!("while {condition}")) },
        Decided { impact: on.otherwise, condition: Some(format!("unless {condition}")) },
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

//! One change of one setting as lines of text, told as a plan (`12h → 24h`) or as drift (`live has 12h, …`).

use std::collections::HashMap;

use serde_json::Value as Json;

use super::style::{Role, Style};
use super::{value, words};
use crate::plan::{Change, Op};
use crate::settings::Kind;
use crate::text::layout::{hanging, pad, width};

/// From which side a difference is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wording {
    /// What apply would do: before → after.
    Plan,
    /// What somebody did: live has …, the file wants ….
    Drift,
}

/// How far the lines of a change stand in, and how wide the column of names is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Columns {
    /// Spaces before the mark.
    pub(super) indent: usize,
    /// Columns of the names.
    pub(super) name: usize,
}

/// Changes under the paths of their groups, or of their sections, in the order of the plan.
pub(super) fn grouped<'c>(changes: &[&'c Change]) -> Vec<(&'static str, Vec<&'c Change>)> {
    let mut groups: Vec<(&str, Vec<&Change>)> = Vec::new();
    for change in changes {
        let group = change.setting.group().unwrap_or(change.setting.endpoint().section());
        match groups.iter_mut().find(|(known, _)| *known == group) {
            Some((_, members)) => members.push(change),
            None => groups.push((group, vec![change])),
        }
    }
    groups
}

/// The lines of a change in a list: its mark, name and values, and what is worth a word about it.
pub(super) fn row(change: &Change, columns: Columns, wording: Wording, style: &Style) -> String {
    let mark = match wording {
        Wording::Plan => mark(change, style),
        Wording::Drift => style.paint(Role::Changed, "~"),
    };
    let indent = " ".repeat(columns.indent);
    let name = change.setting.name();
    let behind = columns.indent + 2 + columns.name + 3;
    let mut text = match one_line(change, wording, style) {
        Some(line) if behind + width(&line) <= style.width.max(60) => {
            format!("{indent}{mark} {}   {line}\n", pad(name, columns.name))
        }
        _ => format!("{indent}{mark} {name}\n{}", two_lines(change, columns.indent + 4, wording, style)),
    };
    if let (Wording::Plan, Some(notice)) = (wording, change.notice) {
        let label = style.paint(Role::Doubtful, "note:");
        text.push_str(&hanging(columns.indent + 4, &label, 6, notice, style.width));
    }
    text
}

/// The values of a change alone, on one line where they fit.
pub(super) fn values(change: &Change, indent: usize, wording: Wording, style: &Style) -> String {
    match one_line(change, wording, style) {
        Some(line) if indent + width(&line) <= style.width.max(60) => format!("{}{line}\n", " ".repeat(indent)),
        _ => two_lines(change, indent, wording, style),
    }
}

/// `+` where nothing was, `-` where nothing will be, `~` between two values.
fn mark(change: &Change, style: &Style) -> String {
    match change.op {
        Op::Unset => style.paint(Role::Removed, "-"),
        Op::Set if change.before.is_null() => style.paint(Role::Added, "+"),
        Op::Set => style.paint(Role::Changed, "~"),
    }
}

fn one_line(change: &Change, wording: Wording, style: &Style) -> Option<String> {
    if let Some(line) = elements(change, wording, style) {
        return Some(line);
    }
    let (before, after) = value::both(&change.setting, &change.before, &change.after, style);
    Some(match (wording, change.op) {
        (Wording::Plan, Op::Set) if change.before.is_null() => after,
        (Wording::Plan, _) => format!("{before} {} {after}", style.paint(Role::Quiet, "→")),
        (Wording::Drift, _) => format!("live has {before}, the file wants {after}"),
    })
}

fn two_lines(change: &Change, indent: usize, wording: Wording, style: &Style) -> String {
    let (before, after) = match (&change.before, &change.after) {
        (Json::String(before), Json::String(after)) => words::difference(before, after, style),
        (before, after) => value::both(&change.setting, before, after, style),
    };
    let (gone, come) = match wording {
        Wording::Plan => (style.paint(Role::Removed, "-"), style.paint(Role::Added, "+")),
        Wording::Drift => ("live has      ".to_owned(), "the file wants".to_owned()),
    };
    let label = width(&gone) + 1;
    let come = hanging(indent, &come, label, &after, style.width);
    if wording == Wording::Plan && change.before.is_null() {
        return come;
    }
    hanging(indent, &gone, label, &before, style.width) + &come
}

/// A set that moves from one value to another, by its elements.
pub(super) struct Moves {
    /// Those that it loses.
    pub(super) gone: Vec<Json>,
    /// Those that it gains.
    pub(super) come: Vec<Json>,
    /// Those that it keeps.
    pub(super) kept: Vec<Json>,
}

/// What moves in a set, where both values are sets.
pub(super) fn moves(change: &Change) -> Option<Moves> {
    if !matches!(change.setting.kind, Kind::Set(_)) {
        return None;
    }
    let canonical = |value| change.setting.canonical(Some(value));
    let (Json::Array(before), Json::Array(after)) = (canonical(&change.before), canonical(&change.after)) else {
        return None;
    };
    let only = |one: &[Json], two: &[Json]| one.iter().filter(|element| !two.contains(element)).cloned().collect();
    let kept = before.iter().filter(|element| after.contains(element)).cloned().collect();
    Some(Moves { gone: only(&before, &after), come: only(&after, &before), kept })
}

/// How the elements of a set are shown while it moves: two that come and go must not look like each other.
pub(super) fn element_of(moves: &Moves) -> impl Fn(&Json) -> String + use<> {
    let mut looks: HashMap<String, usize> = HashMap::new();
    for element in moves.gone.iter().chain(&moves.come) {
        *looks.entry(value::look(element)).or_default() += 1;
    }
    move |element| {
        let is_unique = looks.get(&value::look(element)).is_none_or(|times| *times < 2);
        if is_unique { value::plain(element) } else { value::written_out(element) }
    }
}

/// A set that moves from one value to another, as the elements that come and go.
fn elements(change: &Change, wording: Wording, style: &Style) -> Option<String> {
    let moves = moves(change)?;
    let element = element_of(&moves);
    let Moves { gone, come, kept } = &moves;
    let list = |elements: &[Json]| value::list(elements, &element);
    let mut parts = Vec::new();
    match wording {
        Wording::Plan => {
            let signed = |sign: char, role, elements: &[Json]| {
                let shown: Vec<_> = elements.iter().take(20).map(|one| format!("{sign}{}", element(one))).collect();
                let more = if elements.len() > 20 {
                    format!(" …(+{} elements)", elements.len() - 20)
                } else {
                    String::new()
                };
                style.paint(role, &(shown.join(" ") + &more))
            };
            parts.extend((!come.is_empty()).then(|| signed('+', Role::Added, come)));
            parts.extend((!gone.is_empty()).then(|| signed('-', Role::Removed, gone)));
        }
        Wording::Drift => {
            parts.extend((!gone.is_empty()).then(|| format!("has also {}", list(gone))));
            parts.extend((!come.is_empty()).then(|| format!("lacks {}", list(come))));
        }
    }
    let keeps = if wording == Wording::Plan { "keeps" } else { "both have" };
    let kept = (!kept.is_empty()).then(|| style.paint(Role::Quiet, &format!("({keeps} {})", list(kept))));
    let parts = match wording {
        Wording::Plan => parts.join("  "),
        Wording::Drift => format!("live {}", parts.join(" and ")),
    };
    Some([Some(parts), kept].into_iter().flatten().collect::<Vec<_>>().join("  "))
}

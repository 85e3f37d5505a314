//! One change of one setting as lines for a terminal, in the wording of a plan (`12h → 24h`) or of drift (`live 12h, file 24h`).

use serde_json::Value as Json;

use super::phrase::Wording;
use super::value::{self, Moves, element_of, moves};
use super::words;
use crate::plan::{Change, Op};
use crate::settings::{Color, Kind, Setting};
use crate::text::Visible;
use crate::text::layout::{TerminalText, hanging, pad, terminal};
use crate::text::limit::ELEMENTS;
use crate::text::safe::safe;
use crate::text::style::{Role, Style};

/// The indentation of the lines of a change, and the width of the column of names.
#[derive(Debug, Clone, Copy)]
pub(super) struct Columns {
    /// Spaces before the mark.
    pub(super) indent: usize,
    /// Columns of the names.
    pub(super) name: usize,
}

/// Renders a change in a list: its mark, name, values and notice.
pub(super) fn row(change: &Change, columns: Columns, wording: Wording, style: &Style) -> TerminalText {
    let mark = match wording {
        Wording::Plan => mark(change, style),
        Wording::Drift => style.paint(Role::Changed, "~"),
    };
    let start = TerminalText::repeat(" ", columns.indent) + mark;
    let name = change.setting.name();
    let behind = columns.indent + 2 + columns.name + 3;
    let mut text = match one_line(change, wording, style) {
        Some(line) if behind + line.width() <= style.width.max(60) => {
            safe!("{} {}   {}\n", start, pad(name, columns.name), line)
        }
        _ => safe!("{} {}\n{}", start, name, two_lines(change, columns.indent + 4, wording, style)),
    };
    if let (Wording::Plan, Some(notice)) = (wording, change.notice) {
        text.push(hanging(columns.indent + 4, style.paint(Role::Doubtful, "note:"), 6, notice, style.width));
    }
    text
}

/// Renders only the values of a change, on one line if they fit.
pub(super) fn values(change: &Change, indent: usize, wording: Wording, style: &Style) -> TerminalText {
    match one_line(change, wording, style) {
        Some(line) if indent + line.width() <= style.width.max(60) => {
            safe!("{}{}\n", TerminalText::repeat(" ", indent), line)
        }
        _ => two_lines(change, indent, wording, style),
    }
}

/// `+` if there was no value, `-` if there will be none, `~` between two values.
fn mark(change: &Change, style: &Style) -> TerminalText {
    match change.op {
        Op::Unset => style.paint(Role::Removed, "-"),
        Op::Set if change.before.is_null() => style.paint(Role::Added, "+"),
        Op::Set => style.paint(Role::Changed, "~"),
    }
}

/// The two values of a change. A colour gets a swatch if the style can show it.
fn both(change: &Change, style: &Style) -> (TerminalText, TerminalText) {
    let (before, after) = value::both(&change.setting, &change.before, &change.after);
    let painted = |value, text| painted(&change.setting, value, text, style);
    (painted(&change.before, before), painted(&change.after, after))
}

fn painted(setting: &Setting, value: &Json, text: Visible, style: &Style) -> TerminalText {
    match (setting.kind, value) {
        (_, Json::Null) => style.paint(Role::Quiet, text),
        (Kind::Color, Json::String(color)) => {
            safe!(
                "{}{}",
                color
                    .parse::<Color>()
                    .map(|color| style.swatch([color.red, color.green, color.blue]))
                    .unwrap_or_default(),
                text
            )
        }
        _ => safe!("{}", text),
    }
}

fn one_line(change: &Change, wording: Wording, style: &Style) -> Option<TerminalText> {
    if let Some(line) = elements(change, wording, style) {
        return Some(line);
    }
    let (before, after) = both(change, style);
    Some(match (wording, change.op) {
        (Wording::Plan, Op::Set) if change.before.is_null() => after,
        (Wording::Plan, _) => safe!("{} {} {}", before, style.paint(Role::Quiet, "→"), after),
        (Wording::Drift, _) => safe!("live {}, file {}", before, after),
    })
}

fn two_lines(change: &Change, indent: usize, wording: Wording, style: &Style) -> TerminalText {
    let (before, after) = match (&change.before, &change.after) {
        (Json::String(before), Json::String(after)) => words::difference(before, after, style),
        _ => both(change, style),
    };
    let (removed, added) = match wording {
        Wording::Plan => (style.paint(Role::Removed, "-"), style.paint(Role::Added, "+")),
        Wording::Drift => ("live".into(), "file".into()),
    };
    let label = removed.width() + 1;
    let added = hanging(indent, added, label, after, style.width);
    if wording == Wording::Plan && change.before.is_null() {
        return added;
    }
    hanging(indent, removed, label, before, style.width) + added
}

/// Renders the change of a set as the elements that are added and removed.
fn elements(change: &Change, wording: Wording, style: &Style) -> Option<TerminalText> {
    let moves = moves(change)?;
    let element = element_of(&moves);
    let Moves { removed, added, kept } = &moves;
    let list = |elements: &[Json]| value::list(elements, &element);
    let kept = |keeps: &'static str| {
        (!kept.is_empty()).then(|| style.paint(Role::Quiet, terminal!("({} {})", keeps, list(kept))))
    };
    let signed = |sign: &'static str, role, elements: &[Json]| {
        let shown = elements.iter().take(ELEMENTS).map(|one| safe!("{}{}", sign, element(one)));
        let shown: Visible = Visible::join::<Visible>(shown.chain(value::more(elements)), " ");
        (!elements.is_empty()).then(|| style.paint(role, shown))
    };
    let labelled = |label: &'static str, elements: &[Json]| {
        (!elements.is_empty()).then(|| -> TerminalText { safe!("{} {}", label, list(elements)) })
    };
    let parts: Vec<TerminalText> = match wording {
        Wording::Plan => {
            let moved = [signed("+", Role::Added, added), signed("-", Role::Removed, removed)];
            moved.into_iter().chain([kept("keeps")]).flatten().collect()
        }
        Wording::Drift => {
            let moved = [labelled("also has", removed), labelled("lacks", added)].into_iter().flatten();
            let moved = safe!("live {}", TerminalText::join::<TerminalText>(moved, " and "));
            [Some(moved), kept("both have")].into_iter().flatten().collect()
        }
    };
    Some(TerminalText::join(parts, "  "))
}

//! One change of one setting as lines for a terminal, in the wording of a plan (`12h → 24h`) or of drift (`live 12h, file 24h`).

use serde_json::Value as Json;

use super::attribution;
use super::lines::{self, LineSide};
use super::phrase;
use super::value::{self, Moves, element_of, moves};
use crate::document::Wording;
use crate::plan::{Change, Op};
use crate::settings::{Color, Kind, Setting};
use crate::text::Visible;
use crate::text::layout::{
    TerminalText, beside_or_below, first_column, hanging, hanging_pieces, one_line_row, terminal,
};
use crate::text::limit::ELEMENTS;
use crate::text::safe::safe;
use crate::text::style::{Role, Style};

/// The indentation of the lines of a change, and the width of the column of names.
#[derive(Debug, Clone, Copy)]
pub(super) struct Columns {
    indent: usize,
    name: usize,
}

impl Columns {
    /// Returns the column of names with which most of the changes fit on one line.
    pub(super) fn of(changes: &[&Change], indent: usize, wording: Wording, style: &Style) -> Self {
        let cells = |change: &&Change| Some((change.setting.name().len(), one_line(change, wording, style)?.width()));
        let rows: Vec<_> = changes.iter().filter_map(cells).collect();
        Self { indent, name: first_column(&rows, style.width.saturating_sub(indent + MARK)) }
    }
}

/// The columns of a mark and the space behind it.
const MARK: usize = 2;

/// Renders a change in a list: its mark, name, values, notice, and place if that is in a parent of the manifest.
pub(super) fn row(change: &Change, columns: Columns, wording: Wording, style: &Style) -> TerminalText {
    let mark = match wording {
        Wording::Plan => mark(change, style),
        Wording::Drift => style.paint(Role::Changed, "~"),
    };
    let name = terminal!("{} {}", mark, change.setting.name());
    let Columns { indent, name: column } = columns;
    let line = one_line(change, wording, style);
    let row = |line: TerminalText| one_line_row(indent, &name, MARK + column, line, style.width);
    let with_who = line
        .as_ref()
        .zip(attribution::of_change(change))
        .and_then(|(line, who)| row(safe!("{}   {}", line, style.paint(Role::Quiet, who))));
    let mut text = with_who.unwrap_or_else(|| {
        let text = line.and_then(row).unwrap_or_else(|| {
            let name = TerminalText::repeat(" ", indent) + &name;
            name.line() + block(change, indent + 4, wording, style)
        });
        text + attribution::line(change, indent + 4, "last write:", 12, style)
    });
    if let (Wording::Plan, Some(notice)) = (wording, change.notice) {
        text.push(hanging(indent + 4, style.paint(Role::Doubtful, "note:"), 6, notice, style.width));
    }
    if let Some(parent) = &change.at.file {
        let place = phrase::place(parent, change);
        text.push(beside_or_below(indent + 4, style.paint(Role::Quiet, "from"), place, style.width));
    }
    text
}

/// Renders only the values of a change, on one line if they fit.
pub(super) fn values(change: &Change, indent: usize, wording: Wording, style: &Style) -> TerminalText {
    match one_line(change, wording, style) {
        Some(line) if indent + line.width() <= style.width => (TerminalText::repeat(" ", indent) + line).line(),
        _ => block(change, indent, wording, style),
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

/// Both values on one line. `None` if one of them has several lines, or if they are texts that are easier to compare one
/// below the other.
fn one_line(change: &Change, wording: Wording, style: &Style) -> Option<TerminalText> {
    if is_multiline(&change.before) || is_multiline(&change.after) || are_long_texts(change) {
        return None;
    }
    if let Some(moves) = moves(change) {
        return Some(elements(&moves, wording, style));
    }
    let (before, after) = both(change, style);
    Some(match (wording, change.op) {
        (Wording::Plan, Op::Set) if change.before.is_null() => after,
        (Wording::Plan, _) => safe!("{} {} {}", before, style.paint(Role::Quiet, "→"), after),
        (Wording::Drift, _) => safe!("live {}, file {}", before, after),
    })
}

fn are_long_texts(change: &Change) -> bool {
    const SHORT: usize = 50;
    match (&change.before, &change.after) {
        (Json::String(before), Json::String(after)) if change.setting.kind == Kind::Text => {
            before.chars().count() + after.chars().count() > SHORT
        }
        _ => false,
    }
}

fn is_multiline(value: &Json) -> bool {
    value.as_str().is_some_and(|text| text.contains('\n'))
}

/// Each value on lines of its own. A value is not broken, except between the lines of a text and the elements of a set.
fn block(change: &Change, indent: usize, wording: Wording, style: &Style) -> TerminalText {
    if let Some(moves) = moves(change) {
        return element_lines(&moves, indent, wording, style);
    }
    if let Kind::Set(_) = change.setting.kind {
        return set_lines(change, indent, wording, style);
    }
    let labelled = |(side, line)| safe!("{}{}{}", TerminalText::repeat(" ", indent), label(side, wording, style), line);
    value_lines(change, wording, style).into_iter().map(labelled).map(TerminalText::line).collect()
}

/// The lines of both values. A plan does not show that a setting had no value.
fn value_lines(change: &Change, wording: Wording, style: &Style) -> Vec<(LineSide, TerminalText)> {
    if let (Json::String(before), Json::String(after)) = (&change.before, &change.after) {
        return lines::difference(before, after, style);
    }
    let (before, after) = both(change, style);
    let side = |side, value: &Json, shown| match value {
        Json::String(text) if is_multiline(value) => lines::one_sided(side, text, style),
        _ => vec![(side, shown)],
    };
    let mut shown = side(LineSide::Before, &change.before, before);
    if wording == Wording::Plan && change.before.is_null() {
        shown.clear();
    }
    shown.extend(side(LineSide::After, &change.after, after));
    shown
}

/// The mark of a line, with the space behind it.
fn label(side: LineSide, wording: Wording, style: &Style) -> TerminalText {
    match (wording, side) {
        (Wording::Plan, LineSide::Before) => style.paint(Role::Removed, "-") + " ",
        (Wording::Plan, LineSide::After) => style.paint(Role::Added, "+") + " ",
        (Wording::Plan, LineSide::Both) => style.paint(Role::Quiet, "=") + " ",
        (Wording::Plan, LineSide::Omitted) => "  ".into(),
        (Wording::Drift, LineSide::Before) => "live ".into(),
        (Wording::Drift, LineSide::After) => "file ".into(),
        (Wording::Drift, LineSide::Both) => "both ".into(),
        (Wording::Drift, LineSide::Omitted) => "     ".into(),
    }
}

/// The change of a set on one line: the elements that are added, removed and kept.
fn elements(moves: &Moves, wording: Wording, style: &Style) -> TerminalText {
    let element = element_of(moves);
    let Moves { removed, added, kept } = moves;
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
    TerminalText::join(parts, "  ")
}

/// The change of a set with a line for the elements that are added, removed and kept, broken between elements.
fn element_lines(moves: &Moves, indent: usize, wording: Wording, style: &Style) -> TerminalText {
    let element = element_of(moves);
    let Moves { removed, added, kept } = moves;
    let rows: [(TerminalText, &Vec<Json>); 3] = match wording {
        Wording::Plan => [
            (style.paint(Role::Added, "+"), added),
            (style.paint(Role::Removed, "-"), removed),
            (style.paint(Role::Quiet, "keeps"), kept),
        ],
        Wording::Drift => [("live also has".into(), removed), ("live lacks".into(), added), ("both have".into(), kept)],
    };
    let row = |(label, elements): (TerminalText, &Vec<Json>)| {
        let width = label.width() + 1;
        hanging_pieces(indent, label, width, &pieces(elements, &element), style.width)
    };
    rows.into_iter().filter(|(_, elements)| !elements.is_empty()).map(row).collect()
}

/// Both values of a set that is empty or unset on one side, broken between elements.
fn set_lines(change: &Change, indent: usize, wording: Wording, style: &Style) -> TerminalText {
    let (before, after) = both(change, style);
    let row = |side, value: &Json, shown: TerminalText| {
        let shown = match value {
            Json::Array(elements) if !elements.is_empty() => pieces(elements, value::plain),
            _ => vec![shown],
        };
        let label = label(side, wording, style);
        let width = label.width();
        hanging_pieces(indent, label, width, &shown, style.width)
    };
    let before = match (wording, &change.before) {
        (Wording::Plan, Json::Null) => TerminalText::new(),
        (_, value) => row(LineSide::Before, value, before),
    };
    before + row(LineSide::After, &change.after, after)
}

/// The elements of a set with commas between them.
fn pieces(elements: &[Json], element: impl Fn(&Json) -> Visible) -> Vec<TerminalText> {
    let mut shown: Vec<TerminalText> =
        elements.iter().take(ELEMENTS).map(element).chain(value::more(elements)).map(|one| safe!("{}", one)).collect();
    let last = shown.len().saturating_sub(1);
    shown.iter_mut().take(last).for_each(|element| element.push(","));
    shown
}

//! Renders values for the page, with added and removed parts marked.

use serde_json::Value as Json;

use super::paint;
use crate::plan::Change;
use crate::report::value::{self, Moves, element_of, moves};
use crate::report::words;
use crate::settings::{Kind, Setting};
use crate::text::Visible;
use crate::text::limit::ELEMENTS;
use crate::text::safe::safe;

/// A part of a value, for the template to escape.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece {
    /// Text on both sides.
    Plain(Visible),
    /// Text before only.
    Removed(Visible),
    /// Text after only.
    Added(Visible),
    /// A colour: its text, and its class.
    Color { text: Visible, class: String },
    /// No value.
    Unset,
}

/// The values of a change, before and after.
pub(super) fn both(change: &Change) -> (Vec<Piece>, Vec<Piece>) {
    if let Some(moves) = moves(change) {
        return sets(&moves);
    }
    match (change.setting.kind, &change.before, &change.after) {
        (Kind::Text, Json::String(before), Json::String(after)) => texts(before, after),
        (_, before, after) => (beside(&change.setting, before, after), beside(&change.setting, after, before)),
    }
}

/// One value of a setting.
pub(super) fn alone(setting: &Setting, value: &Json) -> Vec<Piece> {
    if value.is_null() {
        return vec![Piece::Unset];
    }
    let text = value::of(setting, value);
    vec![match paint::color(setting, value) {
        Some(color) => Piece::Color { text, class: paint::fill(color) },
        None => Piece::Plain(text),
    }]
}

/// Returns one value of a setting, with the characters escaped that make it look like the other value.
pub(super) fn beside(setting: &Setting, value: &Json, other: &Json) -> Vec<Piece> {
    if value.is_null() || other.is_null() || setting.kind == Kind::Color {
        return alone(setting, value);
    }
    vec![Piece::Plain(value::both(setting, value, other).0)]
}

/// Words are quoted, so that no text looks like an unset value.
fn texts(before: &str, after: &str) -> (Vec<Piece>, Vec<Piece>) {
    let (old, new) = words::compare(before, after);
    (side(old, Piece::Removed), side(new, Piece::Added))
}

fn side(side: words::ComparedText, marked: fn(Visible) -> Piece) -> Vec<Piece> {
    let (lead, tail) = (safe!("{}\"", side.lead()), safe!("\"{}", side.tail()));
    let runs = side.runs.into_iter().map(|run| if run.differs { marked(run.text) } else { Piece::Plain(run.text) });
    [Piece::Plain(lead)].into_iter().chain(runs).chain([Piece::Plain(tail)]).collect()
}

fn sets(moves: &Moves) -> (Vec<Piece>, Vec<Piece>) {
    let Moves { removed, added, kept } = moves;
    let element = &element_of(moves);
    (elements(kept, removed, Piece::Removed, element), elements(kept, added, Piece::Added, element))
}

/// Returns the common elements and those of one side, separated by commas.
fn elements(
    kept: &[Json],
    only: &[Json],
    marked: fn(Visible) -> Piece,
    element: &impl Fn(&Json) -> Visible,
) -> Vec<Piece> {
    if kept.is_empty() && only.is_empty() {
        return vec![Piece::Plain("(empty)".into())];
    }
    let shown = |elements: &[Json], piece: fn(Visible) -> Piece| {
        let pieces = elements.iter().take(ELEMENTS).map(|one| piece(element(one)));
        pieces.chain(value::more(elements).map(Piece::Plain)).collect::<Vec<_>>()
    };
    let all = shown(only, marked).into_iter().chain(shown(kept, Piece::Plain));
    let mut pieces: Vec<Piece> = all.flat_map(|piece| [piece, Piece::Plain(", ".into())]).collect();
    pieces.pop();
    pieces
}

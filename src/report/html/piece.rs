//! Values as text for the page, with what came and what went marked.

use serde_json::Value as Json;

use super::paint;
use crate::plan::Change;
use crate::report::change::{Moves, element_of, moves};
use crate::report::style::Style;
use crate::report::{value, words};
use crate::settings::{Color, Kind, Setting};

/// More elements of a set than these are counted, not shown.
const ELEMENTS: usize = 20;

/// A part of a value. The texts are cut, and untrusted characters are visible; the template escapes them for HTML.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece {
    /// As it is on both sides.
    Plain(String),
    /// Before only.
    Gone(String),
    /// After only.
    Come(String),
    /// A colour: how it is spelt, and the class that paints it.
    Color { text: String, class: String },
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
    let text = value::of(setting, value, &Style::plain(80));
    vec![match color(setting, value) {
        Some(color) => Piece::Color { text, class: paint::fill(color) },
        None => Piece::Plain(text),
    }]
}

/// One value of a setting, beside another one that it could be taken for.
pub(super) fn beside(setting: &Setting, value: &Json, other: &Json) -> Vec<Piece> {
    if value.is_null() || other.is_null() || setting.kind == Kind::Color {
        return alone(setting, value);
    }
    vec![Piece::Plain(value::both(setting, value, other, &Style::plain(80)).0)]
}

/// The colour that a value is, where its setting takes colours and it is one.
pub(super) fn color(setting: &Setting, value: &Json) -> Option<Color> {
    if setting.kind == Kind::Color { value.as_str()?.parse().ok() } else { None }
}

/// Quotes stand around the words: no text reads like a value that is not set.
fn texts(before: &str, after: &str) -> (Vec<Piece>, Vec<Piece>) {
    let (old, new) = words::compare(before, after);
    (side(old, Piece::Gone), side(new, Piece::Come))
}

fn side(side: words::Side, marked: fn(String) -> Piece) -> Vec<Piece> {
    let (lead, tail) = (format!("{}\"", side.lead()), format!("\"{}", side.tail()));
    let runs = side.runs.into_iter().map(|run| if run.differs { marked(run.text) } else { Piece::Plain(run.text) });
    [Piece::Plain(lead)].into_iter().chain(runs).chain([Piece::Plain(tail)]).collect()
}

fn sets(moves: &Moves) -> (Vec<Piece>, Vec<Piece>) {
    let Moves { gone, come, kept } = moves;
    let element = &element_of(moves);
    (elements(kept, gone, Piece::Gone, element), elements(kept, come, Piece::Come, element))
}

/// The elements that stay and those of one side only, with commas between them.
fn elements(
    kept: &[Json],
    only: &[Json],
    marked: fn(String) -> Piece,
    element: &impl Fn(&Json) -> String,
) -> Vec<Piece> {
    if kept.is_empty() && only.is_empty() {
        return vec![Piece::Plain("(empty)".to_owned())];
    }
    let shown = |elements: &[Json], piece: fn(String) -> Piece| {
        let mut pieces: Vec<_> = elements.iter().take(ELEMENTS).map(|one| piece(element(one))).collect();
        let more = elements.len().saturating_sub(ELEMENTS);
        pieces.extend((more > 0).then(|| Piece::Plain(format!("…(+{more} elements)"))));
        pieces
    };
    let all = shown(only, marked).into_iter().chain(shown(kept, Piece::Plain));
    let mut pieces: Vec<Piece> = all.flat_map(|piece| [piece, Piece::Plain(", ".to_owned())]).collect();
    pieces.pop();
    pieces
}

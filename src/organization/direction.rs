//! In which direction a change goes, and what kind of live value it starts from.
//!
//! Together they are the axes of the table of decisions: every setting has a cell for each direction and each shape of
//! the live value, and [`Setting::cell`] says what is in it.

use serde_json::Value as Json;

use super::canonical::is_blank;
use super::duration::GoDuration;
use super::guard::{Impact, UNDECIDED};
use super::live::Document;
use super::model::Model;
use super::setting::{Bound, Element, Kind, Setting, Unset};

/// The direction of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// A boolean: from off or unset to on.
    TurnedOn,
    /// A boolean: from on to off.
    TurnedOff,
    /// From nothing to the first value.
    FirstSet,
    /// From nothing to this word.
    FirstWord(&'static str),
    /// From one value to another of the same standing.
    Replaced,
    /// From a value to nothing.
    Removed,
    /// A word: to one that stands before it in the setting's list, which is the stricter one.
    Stricter,
    /// A word: to one that stands behind it.
    Looser,
    /// To a longer duration.
    Longer,
    /// To a shorter duration.
    Shorter,
    /// To a duration beyond the longest documented one, unless it was longer before.
    BeyondLongest,
    /// To a duration below the shortest documented one, unless it was shorter before.
    BelowShortest,
    /// To a larger number.
    Raised,
    /// To a smaller number.
    Lowered,
    /// A set: elements are added, none is taken away.
    Gains,
    /// A set: elements are taken away, some are left.
    Loses,
    /// A set: elements are added, others are taken away.
    Exchanges,
    /// A set: the last element is taken away.
    Emptied,
    /// From or to a value that this version cannot rank.
    Unranked,
}

/// The shape of a live value, as far as it decides what can be said about a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LiveShape {
    /// Nothing is set.
    Absent,
    /// A value that can be ranked, in any spelling that means the same: `24h` or `1440m`.
    Known,
    /// Such a value, under the path that the setting had formerly.
    FormerName,
    /// A known word with other capital letters.
    OtherCase,
    /// The right type, and a value that cannot be ranked: an unknown word, a broken duration.
    UnknownValue,
    /// A type that the setting does not take.
    WrongType,
    /// Any value behind a switch that is off.
    Hidden,
}

/// One cell of the table of decisions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cell {
    /// The combination cannot occur.
    Impossible,
    /// Nobody has decided it.
    Undecided,
    /// What such a change calls for.
    Decided(Impact),
}

impl Direction {
    /// The directions in which a setting can move, in the order of tables.
    pub fn all_of(setting: &Setting) -> Vec<Self> {
        let mut directions = match setting.kind {
            Kind::Boolean => vec![Self::TurnedOn, Self::TurnedOff],
            Kind::Duration(range) => {
                let beyond = range.max.map(|_| Self::BeyondLongest);
                let below = range.min.map(|_| Self::BelowShortest);
                let ordinary = [Self::FirstSet, Self::Longer, Self::Shorter, Self::Removed];
                ordinary.into_iter().chain(beyond).chain(below).collect()
            }
            Kind::Enum(words) => {
                let first = words.iter().map(|word| Self::FirstWord(word));
                first.chain([Self::Stricter, Self::Looser, Self::Removed]).collect()
            }
            Kind::Integer { min: _, max: _ } => vec![Self::FirstSet, Self::Raised, Self::Lowered, Self::Removed],
            Kind::Set(_) => vec![Self::FirstSet, Self::Gains, Self::Loses, Self::Exchanges, Self::Emptied],
            Kind::Text | Kind::Color | Kind::Url | Kind::Host | Kind::Uid | Kind::Opaque => {
                vec![Self::FirstSet, Self::Replaced, Self::Removed]
            }
        };
        directions.retain(|direction| *direction != Self::Removed || !matches!(setting.unset, Unset::Never(_)));
        directions.push(Self::Unranked);
        directions
    }

    /// The direction of a change between two values as they are written; the canonical forms differ.
    pub fn of(setting: &Setting, before: Option<&Json>, after: Option<&Json>) -> Self {
        if !setting.can_rank(before) || !setting.can_rank(after) {
            return Self::Unranked;
        }
        let (before, after) = (setting.canonical(before), setting.canonical(after));
        match (setting.kind, before.is_null(), after.is_null()) {
            (Kind::Boolean, true, _) => Self::TurnedOn,
            (Kind::Boolean, false, _) => Self::TurnedOff,
            (Kind::Duration(range), _, false) => Self::of_durations(range.min, range.max, &before, &after),
            (Kind::Enum(words), true, _) => {
                let word = words.iter().find(|word| after == **word);
                word.map_or(Self::Unranked, |word| Self::FirstWord(word))
            }
            (_, true, _) => Self::FirstSet,
            (Kind::Set(_), _, true) => Self::Emptied,
            (_, _, true) => Self::Removed,
            (Kind::Enum(words), _, _) => {
                let place = |value: &Json| words.iter().position(|word| value == word);
                if place(&after) < place(&before) { Self::Stricter } else { Self::Looser }
            }
            (Kind::Integer { min: _, max: _ }, _, _) => {
                if after.as_i64() > before.as_i64() {
                    Self::Raised
                } else {
                    Self::Lowered
                }
            }
            (Kind::Set(_), _, _) => Self::of_sets(&before, &after),
            (Kind::Text | Kind::Color | Kind::Url | Kind::Host | Kind::Uid | Kind::Opaque, _, _) => Self::Replaced,
        }
    }

    fn of_durations(min: Option<Bound>, max: Option<Bound>, before: &Json, after: &Json) -> Self {
        let (before, after) = (length(before), length(after));
        let bound = |bound: Option<Bound>| bound?.at.parse::<GoDuration>().ok();
        let is_longer = before.is_none_or(|before| after > Some(before));
        let is_shorter = before.is_none_or(|before| after < Some(before));
        if is_longer && bound(max).is_some_and(|max| after > Some(max)) {
            Self::BeyondLongest
        } else if is_shorter && bound(min).is_some_and(|min| after < Some(min)) {
            Self::BelowShortest
        } else if before.is_none() {
            Self::FirstSet
        } else if is_longer {
            Self::Longer
        } else {
            Self::Shorter
        }
    }

    fn of_sets(before: &Json, after: &Json) -> Self {
        let elements = |set: &Json| set.as_array().cloned().unwrap_or_default();
        let (before, after) = (elements(before), elements(after));
        let gains = after.iter().any(|element| !before.contains(element));
        let loses = before.iter().any(|element| !after.contains(element));
        match (gains, loses) {
            (true, true) => Self::Exchanges,
            (false, _) => Self::Loses,
            (true, false) => Self::Gains,
        }
    }

    /// Whether the direction leads from nothing.
    fn can_start_from_nothing(self) -> bool {
        matches!(
            self,
            Self::TurnedOn
                | Self::FirstSet
                | Self::FirstWord(_)
                | Self::BeyondLongest
                | Self::BelowShortest
                | Self::Unranked
        )
    }

    /// Whether the direction leads from a value that can be ranked.
    fn can_start_from_a_value(self) -> bool {
        !matches!(self, Self::TurnedOn | Self::FirstSet | Self::FirstWord(_))
    }
}

/// The length of a canonical duration; `None` for nothing.
fn length(value: &Json) -> Option<GoDuration> {
    value.as_str()?.parse().ok()
}

impl LiveShape {
    /// Every shape, in the order of tables.
    pub const ALL: [Self; 7] = [
        Self::Absent,
        Self::Known,
        Self::FormerName,
        Self::OtherCase,
        Self::UnknownValue,
        Self::WrongType,
        Self::Hidden,
    ];

    /// The shape in which a document holds a setting.
    pub fn of(model: &Model, document: &Document, setting: &Setting) -> Self {
        let raw = document.raw(setting);
        if is_obstructed(document, setting) {
            return Self::WrongType;
        }
        let Some(value) = raw.filter(|value| !setting.is_empty(Some(value))) else { return Self::Absent };
        if document.value(model, setting).is_none() {
            return Self::Hidden;
        }
        if setting.can_rank(Some(value)) {
            let own = setting.live_keys().first().and_then(|keys| document.at(keys));
            return if own == raw { Self::Known } else { Self::FormerName };
        }
        if setting.can_rank(Some(&setting.canonical(Some(value)))) {
            return Self::OtherCase;
        }
        if has_the_type(setting.kind, value) { Self::UnknownValue } else { Self::WrongType }
    }
}

/// Whether something that is not an object stands where the group of a setting should be.
fn is_obstructed(document: &Document, setting: &Setting) -> bool {
    let above = setting.live_keys().into_iter().filter_map(|keys| Some(keys.split_last()?.1.to_vec()));
    let held = above.filter(|keys| !keys.is_empty()).filter_map(|keys| document.at(&keys));
    held.filter(|value| !is_blank(value)).any(|value| !value.is_object())
}

/// Whether a value has the JSON type that a kind takes.
fn has_the_type(kind: Kind, value: &Json) -> bool {
    match kind {
        Kind::Boolean => value.is_boolean(),
        Kind::Integer { min: _, max: _ } => value.is_number(),
        Kind::Set(element) => value.as_array().is_some_and(|elements| {
            elements.iter().all(|value| match element {
                Element::Number(_) => value.is_number(),
                Element::Enum(_) | Element::Host => value.is_string(),
            })
        }),
        Kind::Opaque => true,
        Kind::Text | Kind::Duration(_) | Kind::Color | Kind::Url | Kind::Host | Kind::Uid | Kind::Enum(_) => {
            value.is_string()
        }
    }
}

impl Setting {
    /// Whether a value, as it is written, can be compared in rank with others. Words count only in their exact
    /// spelling: what other capital letters mean to the API is not documented.
    pub fn can_rank(&self, value: Option<&Json>) -> bool {
        let Some(value) = value.filter(|value| !is_blank(value)) else { return true };
        let has_type = has_the_type(self.kind, value);
        has_type
            && match (self.kind, value) {
                (Kind::Duration(_), Json::String(text)) => text.parse::<GoDuration>().is_ok(),
                (Kind::Color, Json::String(text)) => text.parse::<super::color::Color>().is_ok(),
                (Kind::Enum(words), Json::String(text)) => words.contains(&text.as_str()),
                (Kind::Integer { min: _, max: _ }, _) => self.canonical(Some(value)).is_i64(),
                (Kind::Set(Element::Enum(words)), Json::Array(elements)) => {
                    elements.iter().all(|element| element.as_str().is_some_and(|word| words.contains(&word)))
                }
                (Kind::Set(Element::Number(numbers)), Json::Array(_)) => {
                    let whole = self.canonical(Some(value));
                    whole
                        .as_array()
                        .into_iter()
                        .flatten()
                        .all(|one| one.as_i64().is_some_and(|one| numbers.contains(&one)))
                }
                _ => true,
            }
    }

    /// What a change in this direction calls for, when the live value has this shape.
    ///
    /// `is_switched` says whether the setting belongs to a group with a switch.
    pub fn cell(&self, direction: Direction, shape: LiveShape, is_switched: bool) -> Cell {
        let ranks = direction != Direction::Unranked;
        let words = matches!(self.kind, Kind::Enum(_) | Kind::Set(Element::Enum(_)));
        let open = words || matches!(self.kind, Kind::Duration(_) | Kind::Color | Kind::Integer { .. } | Kind::Set(_));
        let occurs = match shape {
            LiveShape::Absent => direction.can_start_from_nothing(),
            LiveShape::Known => direction.can_start_from_a_value(),
            LiveShape::FormerName => self.former.is_some() && direction.can_start_from_a_value(),
            LiveShape::OtherCase => words && !ranks,
            LiveShape::UnknownValue => open && !ranks,
            LiveShape::WrongType => !ranks,
            LiveShape::Hidden => is_switched && direction.can_start_from_nothing(),
        };
        match self.impacts.of(direction) {
            _ if !occurs => Cell::Impossible,
            None => Cell::Undecided,
            Some(impact) => Cell::Decided(impact),
        }
    }

    /// What a change in this direction calls for; guarded where nobody has decided.
    pub fn impact(&self, direction: Direction) -> Impact {
        self.impacts.of(direction).unwrap_or(Impact::Guarded(UNDECIDED))
    }

    /// The directions that need consent, whatever the other settings are, with the reason.
    pub fn guarded(&self) -> impl Iterator<Item = (Direction, super::guard::Guard)> + '_ {
        let directions = Direction::all_of(self).into_iter().filter(|_| self.is_writable());
        directions.filter_map(|direction| Some((direction, self.impact(direction).guard()?)))
    }

    /// The guarded directions between values that can be ranked: what the setting itself is guarded for.
    pub fn ranked_guards(&self) -> impl Iterator<Item = (Direction, super::guard::Guard)> + '_ {
        let general =
            |direction: &Direction| matches!(direction, Direction::Unranked) || (self.is_hard_bound(*direction));
        self.guarded().filter(move |(direction, _)| !general(direction))
    }

    /// Whether a direction crosses a bound that the API enforces, so that no manifest can ask for it.
    fn is_hard_bound(&self, direction: Direction) -> bool {
        let Kind::Duration(range) = self.kind else { return false };
        match direction {
            Direction::BeyondLongest => range.max.is_some_and(|bound| bound.hard),
            Direction::BelowShortest => range.min.is_some_and(|bound| bound.hard),
            _ => false,
        }
    }
}

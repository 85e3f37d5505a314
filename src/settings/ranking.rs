//! Which values can be ranked, and the direction of a change between two values.

use serde_json::Value as Json;

use super::canonical::is_blank;
use super::color::Color;
use super::direction::Direction;
use super::duration::GoDuration;
use super::kind::{Bound, Element, Kind};
use super::setting::{Setting, Unset};

impl Direction {
    /// The directions in which a setting can change, in the order of tables.
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

    /// Returns the direction of a change between two values whose canonical values differ.
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
}

/// The length of a canonical duration; `None` if it is empty.
fn length(value: &Json) -> Option<GoDuration> {
    value.as_str()?.parse().ok()
}

/// Whether a value has the JSON type of a kind.
pub(crate) fn has_the_type(kind: Kind, value: &Json) -> bool {
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
    /// Whether a value can be ranked against others. Words must have their exact spelling: Cloudflare does not document
    /// whether the API ignores case.
    pub fn can_rank(&self, value: Option<&Json>) -> bool {
        let Some(value) = value.filter(|value| !is_blank(value)) else { return true };
        let has_type = has_the_type(self.kind, value);
        has_type
            && match (self.kind, value) {
                (Kind::Duration(_), Json::String(text)) => text.parse::<GoDuration>().is_ok(),
                (Kind::Color, Json::String(text)) => text.parse::<Color>().is_ok(),
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
}

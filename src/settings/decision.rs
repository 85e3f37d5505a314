//! The decision table: every setting has a cell for each direction and each shape of the live value.
//! [`Setting::cell`] returns it.

use super::direction::Direction;
use super::guard::{Guard, Impact, UNDECIDED};
use super::kind::{Element, Kind};
use super::setting::Setting;

/// The shape of a live value, as far as the impact of a change depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LiveShape {
    /// Nothing is set.
    Absent,
    /// A value that can be ranked, in any equal spelling: `24h` or `1440m`.
    Known,
    /// Such a value under the former path of the setting.
    FormerName,
    /// A known word in another case.
    OtherCase,
    /// A value of the right type that cannot be ranked: an unknown word, an invalid duration.
    UnknownValue,
    /// A value of another type.
    WrongType,
    /// Any value in a group whose switch is off.
    Hidden,
}

/// A cell of the decision table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cell {
    /// The combination cannot occur.
    Impossible,
    /// No impact is declared.
    Undecided,
    /// The impact of such a change.
    Decided(Impact),
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
}

impl Setting {
    /// Returns the impact of a change in this direction from a live value of this shape.
    ///
    /// `is_switched` is whether the setting belongs to a group with a switch.
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

    /// Returns the impact of a change in this direction; guarded if none is declared.
    pub fn impact(&self, direction: Direction) -> Impact {
        self.impacts.of(direction).unwrap_or(Impact::Guarded(UNDECIDED))
    }

    /// The directions that can need consent for some values of the other settings, with their guards.
    pub fn guarded(&self) -> impl Iterator<Item = (Direction, Guard)> + '_ {
        let directions = Direction::all_of(self).into_iter().filter(|_| self.is_writable());
        directions.filter_map(|direction| Some((direction, self.impact(direction).guard()?)))
    }

    /// The guarded directions between values that can be ranked.
    pub fn ranked_guards(&self) -> impl Iterator<Item = (Direction, Guard)> + '_ {
        let general =
            |direction: &Direction| matches!(direction, Direction::Unranked) || (self.is_hard_bound(*direction));
        self.guarded().filter(move |(direction, _)| !general(direction))
    }

    /// Whether a direction exceeds a bound that the API enforces, so that no valid manifest can lead to it.
    fn is_hard_bound(&self, direction: Direction) -> bool {
        let Kind::Duration(range) = self.kind else { return false };
        match direction {
            Direction::BeyondLongest => range.max.is_some_and(|bound| bound.hard),
            Direction::BelowShortest => range.min.is_some_and(|bound| bound.hard),
            _ => false,
        }
    }
}

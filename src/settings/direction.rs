//! In which direction a change goes.

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

impl Direction {
    /// Whether the direction leads from nothing.
    pub(super) fn can_start_from_nothing(self) -> bool {
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
    pub(super) fn can_start_from_a_value(self) -> bool {
        !matches!(self, Self::TurnedOn | Self::FirstSet | Self::FirstWord(_))
    }
}

//! The direction of a change.

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
    /// From one value to another, neither of which ranks higher.
    Replaced,
    /// From a value to nothing.
    Removed,
    /// A word: to an earlier, stricter word in the setting's list.
    Stricter,
    /// A word: to a later, weaker word in the setting's list.
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
    /// A set: elements are added, none is removed.
    Gains,
    /// A set: elements are removed, some remain.
    Loses,
    /// A set: elements are added, others are removed.
    Exchanges,
    /// A set: all elements are removed.
    Emptied,
    /// From or to a value that this version cannot rank.
    Unranked,
}

impl Direction {
    /// Whether the live value can be empty.
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

    /// Whether the live value can be one that can be ranked.
    pub(super) fn can_start_from_a_value(self) -> bool {
        !matches!(self, Self::TurnedOn | Self::FirstSet | Self::FirstWord(_))
    }
}

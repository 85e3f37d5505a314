//! The impact of a change: every direction in which a setting can change is guarded, noted or harmless.
//!
//! The declaration of a setting lists the impact of each direction, and the plan looks it up. A direction without an
//! impact is guarded, and a test reports it.

use super::direction::Direction;

/// Why a change needs consent: it can lock people out, give more people access, or delete something permanently.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Guard {
    /// What happens when the change is applied.
    pub consequence: &'static str,
    /// What to check before consenting.
    pub check_first: &'static str,
}

/// The impact of a change in one direction, with the reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Impact {
    /// It needs consent.
    Guarded(Guard),
    /// The plan shows a note about what happens; consent is not needed.
    Noted(&'static str),
    /// The plan shows the change without a note. The text is the reason why that is enough.
    Harmless(&'static str),
    /// It depends on another setting.
    Depends(&'static Dependence),
}

/// An impact that another setting decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dependence {
    /// When the milder impact applies.
    pub condition: Condition,
    /// The impact while the condition holds.
    pub met: Impact,
    /// The impact otherwise, and if the condition cannot be decided.
    pub otherwise: Impact,
}

/// A condition on another setting, given by its path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Condition {
    /// It is off or unset, before and after.
    StaysOff(&'static str),
    /// It is off or unset before.
    WasOff(&'static str),
    /// It has exactly this value afterwards.
    WillBe(&'static str, &'static str),
}

/// The impacts of the changes of a setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Impacts {
    /// Not declared yet: every change is guarded.
    Undecided,
    /// The same impact in every direction and from every live value.
    Always(Impact),
    /// One impact for each direction.
    ByDirection {
        /// The directions between values that can be ranked.
        ranked: &'static [(Direction, Impact)],
        /// Any change from or to a value that cannot be ranked: an unknown word, an invalid duration, a wrong type.
        unranked: Impact,
    },
}

/// The guard of a direction without a declared impact.
pub(super) const UNDECIDED: Guard = Guard {
    consequence: "this version does not know the effects of this change",
    check_first: "Cloudflare's documentation of the setting",
};

/// The guard of a change from or to a value that cannot be ranked.
pub(super) const UNRANKED: Guard = Guard {
    consequence: "this version does not know the value before or after, so the change may weaken a protection or lock people \
                  out",
    check_first: "what the value means in the dashboard or in Cloudflare's documentation, and who relies on it",
};

/// The guard of a duration beyond the longest one that is documented.
pub(super) const BEYOND_LONGEST: Guard = Guard {
    consequence: "the duration is longer than any documented one: a stolen session or token stays useful for \
                  that long",
    check_first: "whether the number and the unit are the ones you mean",
};

/// The guard of a duration below the shortest one that is documented.
pub(super) const BELOW_SHORTEST: Guard = Guard {
    consequence: "the duration is shorter than any documented one: people may be signed out before they can work",
    check_first: "whether the number and the unit are the ones you mean",
};

impl Impacts {
    /// The impact of a change in a direction; `None` if it is not declared.
    pub fn of(&self, direction: Direction) -> Option<Impact> {
        match self {
            Self::Undecided => None,
            Self::Always(impact) => Some(*impact),
            Self::ByDirection { ranked, unranked } => match direction {
                Direction::Unranked => Some(*unranked),
                _ => ranked.iter().find(|(known, _)| *known == direction).map(|(_, impact)| *impact).or(
                    match direction {
                        Direction::BeyondLongest => Some(Impact::Guarded(BEYOND_LONGEST)),
                        Direction::BelowShortest => Some(Impact::Guarded(BELOW_SHORTEST)),
                        _ => None,
                    },
                ),
            },
        }
    }
}

impl Impact {
    /// The guard that the impact can have for some values of the other settings.
    pub fn guard(&self) -> Option<Guard> {
        match self {
            Self::Guarded(guard) => Some(*guard),
            Self::Noted(_) | Self::Harmless(_) => None,
            Self::Depends(on) => on.met.guard().or(on.otherwise.guard()),
        }
    }

    /// The note that the impact can have for some values of the other settings.
    pub fn note(&self) -> Option<&'static str> {
        match self {
            Self::Noted(text) => Some(text),
            Self::Guarded(_) | Self::Harmless(_) => None,
            Self::Depends(on) => on.met.note().or(on.otherwise.note()),
        }
    }
}

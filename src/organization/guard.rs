//! Which changes need consent, as data: the declaration says when, why and what to check; the plan decides.

/// A change that can lock people out, open something up, or destroy something for good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Guard {
    /// Which change of the setting is guarded.
    pub when: When,
    /// What will happen, in plain words.
    pub consequence: &'static str,
    /// What to check before consenting.
    pub check_first: &'static str,
}

/// A change that is worth a word in the plan and needs no consent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Notice {
    /// Which change of the setting is announced.
    pub when: When,
    /// What will happen, in plain words.
    pub text: &'static str,
}

/// The direction in which a change counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// Any change, from or to nothing included.
    Changed,
    /// Any change of a value that exists: the first value of an empty setting is free.
    Replaced,
    /// Any change while the named boolean setting is on, before or after.
    ChangedWhile(&'static str),
    /// From on to off.
    TurnedOff,
    /// To a longer duration, or to none where one was set.
    Longer,
    /// To a shorter duration, or to the first one.
    Shorter,
    /// A set gains an element, or loses its last one.
    Widened,
    /// Further down a ranking, strongest first; unset or unknown counts as weakest.
    Lower(&'static [&'static str]),
    /// To the named value, or any change of the group while it has it.
    Is(&'static str),
}

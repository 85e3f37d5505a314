//! The kinds of settings: their values, units and bounds.

/// The values that a setting accepts.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Kind {
    /// Any text without control characters.
    Text,
    /// `true` or `false`.
    Boolean,
    /// A Go duration such as `24h` or `1h30m`.
    Duration(DurationRange),
    /// `#RGB` or `#RRGGBB`.
    Color,
    /// An absolute `https` or `http` URL.
    Url,
    /// A host name, compared without case.
    Host,
    /// An identifier: a UUID or 32 hexadecimal digits.
    Uid,
    /// One of a few words. The list is open: an unknown word is a warning, since the API may accept it by a later version.
    Enum(&'static [&'static str]),
    /// A whole number within bounds, both included.
    Integer {
        /// The smallest value that the API accepts.
        min: i64,
        /// The largest value that the API accepts.
        max: i64,
    },
    /// Elements without order and duplicates.
    Set(Element),
    /// Any JSON value. Only response-only settings have this kind.
    Opaque,
}

/// The elements of a set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Element {
    /// One of a few words; the list is open, as in [`Kind::Enum`].
    Enum(&'static [&'static str]),
    /// A host name.
    Host,
    /// One of a few numbers; the list is open, as in [`Kind::Enum`].
    Number(&'static [i64]),
}

/// The units and bounds of a duration setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DurationRange {
    /// The units that the API accepts for this setting.
    pub units: &'static [&'static str],
    /// The shortest duration, as Go duration text.
    pub min: Option<Bound>,
    /// The longest duration, as Go duration text.
    pub max: Option<Bound>,
}

/// One end of a range.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bound {
    /// The bound, as Go duration text.
    pub at: &'static str,
    /// Whether only the dashboard enforces the bound. The API refuses values beyond a hard bound.
    pub hard: bool,
}

impl DurationRange {
    /// Every unit of Go, no bounds.
    pub const GO: Self =
        Self { units: &["h", "m", "s", "ms", "us", "\u{b5}s", "\u{3bc}s", "ns"], min: None, max: None };
    /// Minutes and hours only, no bounds.
    pub const MINUTES_AND_HOURS: Self = Self { units: &["m", "h"], min: None, max: None };

    /// The same range with bounds that the API enforces.
    pub const fn within(self, min: &'static str, max: &'static str) -> Self {
        Self { min: Some(Bound { at: min, hard: true }), max: Some(Bound { at: max, hard: true }), ..self }
    }

    /// The same range with an upper bound that the API enforces.
    pub const fn at_most(self, max: &'static str) -> Self {
        Self { max: Some(Bound { at: max, hard: true }), ..self }
    }

    /// The same range with bounds that the dashboard enforces and the API is not known to enforce.
    pub const fn usually_within(self, min: &'static str, max: &'static str) -> Self {
        Self { min: Some(Bound { at: min, hard: false }), max: Some(Bound { at: max, hard: false }), ..self }
    }
}

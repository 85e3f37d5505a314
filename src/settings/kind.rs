//! The kinds of settings: which values a setting takes, with their units and bounds.

/// What values a setting takes.
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
    /// A host name, compared without regard to case.
    Host,
    /// An identifier: a UUID or 32 hexadecimal digits.
    Uid,
    /// One of a few words. The list is open: an unknown word warns, since the API may have learned it since.
    Enum(&'static [&'static str]),
    /// A whole number within bounds, both included.
    Integer {
        /// Smallest value the API takes.
        min: i64,
        /// Largest value the API takes.
        max: i64,
    },
    /// Elements without order or repetition.
    Set(Element),
    /// Whatever the API returns. Only response-only settings have this kind.
    Opaque,
}

/// What the elements of a set are.
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
    /// The units that the API takes for this setting.
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
    /// Who sets it: the API refuses what lies beyond a hard bound, the dashboard alone knows a soft one.
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

    /// The same range with bounds that the dashboard keeps and the API is not known to enforce.
    pub const fn usually_within(self, min: &'static str, max: &'static str) -> Self {
        Self { min: Some(Bound { at: min, hard: false }), max: Some(Bound { at: max, hard: false }), ..self }
    }
}

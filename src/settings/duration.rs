//! Durations in Go's grammar, as the API accepts them.
//!
//! No duration crate agrees with Go on all of `.5h`, `1h1h`, `1d` and `24 h`. A plan must not accept a value that the API
//! then refuses, so the grammar is implemented here.
//!
//! ```
//! use zerodrift::settings::GoDuration;
//! let day: GoDuration = "24h".parse().unwrap();
//! assert_eq!(day, "1440m".parse().unwrap());
//! assert_eq!(day, "24h0m0s".parse().unwrap());
//! assert!("1d".parse::<GoDuration>().is_err());
//! ```

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// A duration in whole nanoseconds, like Go's `time.Duration`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GoDuration(i64);

/// Why a text is not a Go duration (grammar of Go's `time.ParseDuration`).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DurationError {
    /// The text is empty or only a sign.
    #[error("a duration needs a number and a unit, such as 24h")]
    Empty,
    /// A number is missing.
    #[error("expected a number before {0:?}")]
    Number(String),
    /// A number has no unit.
    #[error("the number {0} has no unit; the units are h, m, s, ms, us and ns")]
    MissingUnit(String),
    /// The unit does not exist in Go, such as `d`.
    #[error("unknown unit {0:?}; the units are h, m, s, ms, us and ns")]
    UnknownUnit(String),
    /// The duration exceeds Go's 64-bit nanosecond counter (about 292 years).
    #[error("the duration is longer than the maximum of 292 years")]
    Overflow,
}

/// Go's units with their length in nanoseconds. Both micro signs are Go's: U+00B5 and U+03BC.
const UNITS: [(&str, i128); 8] = [
    ("ns", 1),
    ("us", 1_000),
    ("\u{b5}s", 1_000),
    ("\u{3bc}s", 1_000),
    ("ms", 1_000_000),
    ("s", 1_000_000_000),
    ("m", 60_000_000_000),
    ("h", 3_600_000_000_000),
];

impl GoDuration {
    /// The duration of zero.
    pub const ZERO: Self = Self(0);

    /// The number of nanoseconds; negative for a negative duration.
    pub fn nanoseconds(self) -> i64 {
        self.0
    }

    /// A duration of whole hours; saturates at Go's limit.
    pub fn from_hours(hours: i64) -> Self {
        Self(hours.saturating_mul(3_600_000_000_000))
    }

    /// Returns the duration if it is greater than zero.
    pub fn positive(self) -> Option<Duration> {
        u64::try_from(self.0).ok().filter(|nanoseconds| *nanoseconds > 0).map(Duration::from_nanos)
    }

    /// Spells the duration with only these units; `None` if that is not possible.
    ///
    /// ```
    /// use zerodrift::settings::GoDuration;
    /// let day: GoDuration = "24h0m0s".parse().unwrap();
    /// assert_eq!(day.in_units(&["m", "h"]).as_deref(), Some("24h"));
    /// ```
    pub fn in_units(self, units: &[&str]) -> Option<String> {
        let text = match (self, units.first()) {
            (Self::ZERO, Some(unit)) => format!("0{unit}"),
            _ => self.to_string(),
        };
        Self::units_of(&text).iter().all(|unit| units.contains(unit)).then_some(text)
    }

    /// The units that a text uses, in the order written: `1h30m` uses `h` and `m`. Empty for `0`.
    pub fn units_of(text: &str) -> Vec<&str> {
        text.split(|c: char| c.is_ascii_digit() || matches!(c, '.' | '+' | '-'))
            .filter(|unit| !unit.is_empty())
            .collect()
    }
}

impl FromStr for GoDuration {
    type Err = DurationError;

    fn from_str(text: &str) -> Result<Self, DurationError> {
        let (negative, unsigned) = match text.as_bytes().first() {
            Some(b'-') => (true, &text[1..]),
            Some(b'+') => (false, &text[1..]),
            _ => (false, text),
        };
        if unsigned == "0" {
            return Ok(Self::ZERO);
        }
        if unsigned.is_empty() {
            return Err(DurationError::Empty);
        }
        let mut rest = unsigned;
        let mut total: i128 = 0;
        while !rest.is_empty() {
            let (part, behind) = parse_part(rest)?;
            total = total.checked_add(part).ok_or(DurationError::Overflow)?;
            rest = behind;
        }
        let signed = if negative { -total } else { total };
        i64::try_from(signed).map(Self).map_err(|_| DurationError::Overflow)
    }
}

/// Parses one number with its unit; returns nanoseconds and the rest of the text.
fn parse_part(text: &str) -> Result<(i128, &str), DurationError> {
    let number_end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, behind) = text.split_at(number_end);
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if (whole.is_empty() && fraction.is_empty()) || fraction.contains('.') {
        return Err(DurationError::Number(text.to_owned()));
    }
    let unit_end = behind.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(behind.len());
    let (unit, rest) = behind.split_at(unit_end);
    if unit.is_empty() {
        return Err(DurationError::MissingUnit(number.to_owned()));
    }
    let (_, length) =
        UNITS.iter().find(|(name, _)| *name == unit).ok_or_else(|| DurationError::UnknownUnit(unit.to_owned()))?;
    Ok((scale(whole, fraction, *length)?, rest))
}

/// Returns `whole.fraction` units of `length` nanoseconds, truncated to whole nanoseconds as in Go.
fn scale(whole: &str, fraction: &str, length: i128) -> Result<i128, DurationError> {
    let whole: i128 = match whole {
        "" => 0,
        digits => digits.parse().map_err(|_| DurationError::Overflow)?,
    };
    let mut nanoseconds = whole.checked_mul(length).ok_or(DurationError::Overflow)?;
    // Every unit is at most 3.6e12 ns, so digits after the eighteenth do not change the result.
    let digits = &fraction[..fraction.len().min(18)];
    if let Ok(numerator) = digits.parse::<i128>() {
        nanoseconds += numerator * length / 10_i128.pow(digits.len() as u32);
    }
    if nanoseconds > i128::from(i64::MAX) {
        return Err(DurationError::Overflow);
    }
    Ok(nanoseconds)
}

impl fmt::Display for GoDuration {
    /// The shortest exact spelling in h, m, s, ms, us, ns: `24h`, `1h30m`, `0s`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 == 0 {
            return f.write_str("0s");
        }
        if self.0 < 0 {
            f.write_str("-")?;
        }
        let mut rest = i128::from(self.0).unsigned_abs();
        for unit in ["h", "m", "s", "ms", "us", "ns"] {
            let length = UNITS.iter().find(|(name, _)| *name == unit).map_or(1, |(_, l)| *l as u128);
            if rest >= length {
                write!(f, "{}{unit}", rest / length)?;
                rest %= length;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn nanoseconds(text: &str) -> Result<i64, DurationError> {
        text.parse::<GoDuration>().map(GoDuration::nanoseconds)
    }

    const H: i64 = 3_600_000_000_000;
    const M: i64 = 60_000_000_000;

    #[test]
    fn accepts_what_go_accepts() {
        for (text, expected) in [
            ("0", 0),
            ("+0", 0),
            ("24h", 24 * H),
            ("1440m", 24 * H),
            ("24h0m0s", 24 * H),
            ("1h30m", H + 30 * M),
            (".5h", H / 2),
            ("1.h", H),
            ("1.5h", H + H / 2),
            ("1h1h", 2 * H),
            ("1m1h", H + M),
            ("-1h", -H),
            ("+5m", 5 * M),
            ("10us", 10_000),
            ("10\u{b5}s", 10_000),
            ("10\u{3bc}s", 10_000),
            ("1ns", 1),
            ("0.3333333333333333333h", 1_199_999_999_999),
            ("9223372036854775807ns", i64::MAX),
        ] {
            assert_eq!(nanoseconds(text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn refuses_what_go_refuses() {
        for text in [
            "",
            "-",
            "1",
            "3000",
            "1d",
            "1w",
            "24hours",
            "24 h",
            "24H",
            "1h 30m",
            "PT24H",
            ".",
            "h",
            ".s",
            "1..h",
            "1h-1m",
            "9223372036854775808ns",
            "99999999999999999999999999999999999999999h",
            "2562048h",
        ] {
            assert!(nanoseconds(text).is_err(), "{text}");
        }
    }

    #[test]
    fn names_the_units_a_text_uses() {
        assert_eq!(GoDuration::units_of("1h30m"), ["h", "m"]);
        assert_eq!(GoDuration::units_of("-1.5h"), ["h"]);
        assert!(GoDuration::units_of("0").is_empty());
    }

    #[test]
    fn is_spelled_in_the_units_that_are_allowed() {
        let spelled = |text: &str| text.parse::<GoDuration>().unwrap().in_units(&["m", "h"]);
        for (text, expected) in
            [("48h0m0s", "48h"), ("5400s", "1h30m"), ("0s", "0m"), ("0", "0m"), ("90m", "1h30m"), ("-1h0s", "-1h")]
        {
            assert_eq!(spelled(text).as_deref(), Some(expected), "{text}");
        }
        assert_eq!(spelled("1h1s"), None);
    }

    proptest! {
        #[test]
        fn a_written_duration_parses_back(nanoseconds in (i64::MIN + 1)..=i64::MAX) {
            let duration = GoDuration(nanoseconds);
            prop_assert_eq!(duration.to_string().parse::<GoDuration>(), Ok(duration));
        }

        #[test]
        fn no_text_panics(text in "[-+.0-9hmnus µμ]{0,40}|\\PC{0,20}") {
            let _ = text.parse::<GoDuration>();
            let _ = GoDuration::units_of(&text);
        }
    }
}

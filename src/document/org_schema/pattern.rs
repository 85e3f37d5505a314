//! The values with a grammar, as patterns.
//!
//! The patterns use only what draft-07 recommends of ECMA 262 (section 4.3): characters, classes, quantifiers, groups and
//! anchors, and escapes of one character. Editors and validators in every language read them alike.

use super::digits;
use crate::settings::{Bound, DurationRange, GoDuration};

pub(super) const TARGET_ID: &str = "^[0-9A-Fa-f]{32}$";

pub(super) const COLOR: &str = "^#([0-9A-Fa-f]{3}|[0-9A-Fa-f]{6})$";

pub(super) const UID: &str = "^([0-9A-Fa-f]{32}|[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12})$";

/// A host name of at least two labels (RFC 1123), without the bounds of [`NO_HOST`].
pub(super) const HOST: &str =
    "^([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\\.)+[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\\.?$";

/// What [`HOST`] matches but is not a host name: an IP address, and a name of more than 253 characters.
pub(super) const NO_HOST: &str = "\\.[0-9]+\\.?$|^.{255}|^.{253}[^.]$";

/// A URL with something in the place of its host.
pub(super) fn url() -> String {
    format!("^[Hh][Tt][Tt][Pp][Ss]?://[/\\\\]*[^/\\\\?#{CONTROL}{SPACE}][^{CONTROL}{SPACE}]*$")
}

/// A URL with a user name or a password.
pub(super) const URL_WITH_USER: &str = "^[^:]*://[/\\\\]*[^/\\\\?#]*[^/\\\\?#@:][^/\\\\?#]*@";

/// A path that is relative on every system, with `/` between folders.
pub(super) fn relative_path() -> String {
    format!("^[^/\\\\:{CONTROL}][^\\\\:{CONTROL}]*$")
}

/// The control characters.
const CONTROL: &str = "\\u0000-\\u001f\\u007f-\\u009f";

/// The control characters that a text of several lines must not contain.
const CONTROL_OF_LINES: &str = "\\u0000-\\u0009\\u000b-\\u001f\\u007f-\\u009f";

/// White space that is not a control character.
const SPACE: &str = "\\u0020\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";

/// Text without control characters. A text that is not optional has a character that is not white space.
pub(super) fn text(is_multiline: bool, is_optional: bool) -> String {
    let control = if is_multiline { CONTROL_OF_LINES } else { CONTROL };
    if is_optional { format!("^[^{control}]*$") } else { format!("^[^{control}]*[^{CONTROL}{SPACE}][^{control}]*$") }
}

/// A number of Go's durations.
const NUMBER: &str = "([0-9]+(\\.[0-9]*)?|\\.[0-9]+)";

const FRACTION: &str = "([0-9]+\\.[0-9]*|\\.[0-9]+)";

/// The units whose whole numbers are compared with the bounds.
const COMPARED: [&str; 3] = ["h", "m", "s"];

/// Go's duration grammar with the units of a range, and with the bounds that the API enforces where a pattern can compare
/// them: for one whole number of hours, minutes or seconds.
pub(super) fn duration(range: DurationRange) -> String {
    let units = range.units.join("|");
    let bound = |bound: Option<Bound>| {
        let hard = bound.filter(|bound| bound.hard)?;
        u64::try_from(nanoseconds(hard.at)?).ok()
    };
    let (least, most) = (bound(range.min), bound(range.max));
    if least.is_none() && most.is_none() {
        return format!("^\\+?(0|({NUMBER}({units}))+)$");
    }
    let mut alternatives = vec![format!("({NUMBER}({units})){{2,}}"), format!("{FRACTION}({units})")];
    if least.unwrap_or(0) == 0 {
        alternatives.push("0".to_owned());
    }
    for unit in range.units {
        let length = nanoseconds(&format!("1{unit}")).and_then(|length| u64::try_from(length).ok()).unwrap_or(1);
        if !COMPARED.contains(unit) {
            alternatives.push(format!("[0-9]+{unit}"));
        } else if let Some(numbers) =
            digits::between(least.unwrap_or(0).div_ceil(length), most.map(|most| most / length))
        {
            alternatives.push(format!("{numbers}{unit}"));
        }
    }
    format!("^\\+?({})$", alternatives.join("|"))
}

fn nanoseconds(text: &str) -> Option<i64> {
    text.parse::<GoDuration>().ok().map(GoDuration::nanoseconds)
}

//! What a setting takes and what a guard watches, in words.

use crate::organization::{Access, Bound, DurationRange, Element, Kind, Scopes, Setting, Unset, When};

/// The values that a setting takes: `duration in h, m; 0m to 720h`.
pub(super) fn describe(kind: Kind) -> String {
    match kind {
        Kind::Text => "text".to_owned(),
        Kind::Boolean => "true or false".to_owned(),
        Kind::Duration(range) => format!("duration{}{}", units(range), bounds(range)),
        Kind::Color => "colour, \"#RRGGBB\" or \"#RGB\"".to_owned(),
        Kind::Url => "URL, https or http".to_owned(),
        Kind::Host => "host name".to_owned(),
        Kind::Uid => "id: UUID or 32 hex digits".to_owned(),
        Kind::Enum(words) => format!("one of {}", words.join(", ")),
        Kind::Integer { min, max } => format!("whole number, {min} to {max}"),
        Kind::Set(element) => format!("set of {}", elements(element)),
        Kind::Opaque => "whatever the server returns".to_owned(),
    }
}

/// The kind in one word, for tables and machines.
pub(super) fn name(kind: Kind) -> &'static str {
    match kind {
        Kind::Text => "text",
        Kind::Boolean => "boolean",
        Kind::Duration(_) => "duration",
        Kind::Color => "color",
        Kind::Url => "url",
        Kind::Host => "host",
        Kind::Uid => "uid",
        Kind::Enum(_) => "enum",
        Kind::Integer { min: _, max: _ } => "integer",
        Kind::Set(_) => "set",
        Kind::Opaque => "opaque",
    }
}

/// The range of a kind, where it has one: `0m to 720h`.
pub(super) fn range(kind: Kind) -> Option<String> {
    match kind {
        Kind::Duration(range) => {
            Some(bounds(range).trim_start_matches("; ").to_owned()).filter(|text| !text.is_empty())
        }
        Kind::Integer { min, max } => Some(format!("{min} to {max}")),
        _ => None,
    }
}

/// The units of a duration, where they are not all of Go's.
fn units(range: DurationRange) -> String {
    if range.units == DurationRange::GO.units { String::new() } else { format!(" in {}", range.units.join(", ")) }
}

fn bounds(range: DurationRange) -> String {
    let soft = [range.min, range.max].into_iter().flatten().any(|bound| !bound.hard);
    let usually = if soft { "usually " } else { "" };
    let at = |bound: Bound| bound.at;
    match (range.min.map(at), range.max.map(at)) {
        (None, None) => String::new(),
        (Some(min), None) => format!("; {usually}at least {min}"),
        (None, Some(max)) => format!("; {usually}at most {max}"),
        (Some(min), Some(max)) => format!("; {usually}{min} to {max}"),
    }
}

fn elements(element: Element) -> String {
    match element {
        Element::Enum(words) => words.join(", "),
        Element::Host => "host names".to_owned(),
        Element::Number(numbers) => numbers.iter().map(i64::to_string).collect::<Vec<_>>().join(", "),
    }
}

/// How a setting is emptied, as the reader of a file needs it.
pub(super) fn unset(setting: &Setting) -> String {
    match setting.unset {
        Unset::Null => "null in the file; null is sent".to_owned(),
        Unset::False => "false or null in the file; false is sent".to_owned(),
        Unset::EmptyList => "[] or null in the file; [] is sent".to_owned(),
        Unset::Never(why) => format!("cannot be unset: {why}"),
    }
}

/// Where a setting exists.
pub(super) fn scope(scopes: Scopes) -> &'static str {
    match scopes {
        Scopes::AccountAndZone => "account, zone",
        Scopes::Account => "account",
    }
}

/// Who may write a setting.
pub(super) fn access(access: Access) -> String {
    match access {
        Access::Writable => "writable".to_owned(),
        Access::Annotation(of) => format!("sent with a change of {of}; never drift"),
        Access::ServerManaged => "read-only: kept by the server".to_owned(),
        Access::Volatile => "read-only: moves by itself".to_owned(),
    }
}

/// Which change a guard or notice is about.
pub(super) fn when(when: When) -> String {
    match when {
        When::Changed => "any change".to_owned(),
        When::Replaced => "any change of an existing value".to_owned(),
        When::ChangedWhile(setting) => format!("any change while {setting} is on"),
        When::TurnedOff => "turning it off".to_owned(),
        When::Longer => "a longer duration, or none where one was set".to_owned(),
        When::Shorter => "a shorter duration, or the first one".to_owned(),
        When::Widened => "another element, or an emptied set".to_owned(),
        When::Lower(ranking) => format!("a weaker value ({})", ranking.join(" over ")),
        When::Is(value) => format!("the value {value}, or any change of its group while it has it"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_read_as_their_values_are_written() {
        let go = DurationRange::GO.usually_within("15m", "730h");
        assert_eq!(describe(Kind::Duration(go)), "duration; usually 15m to 730h");
        let capped = DurationRange::MINUTES_AND_HOURS.at_most("2160h");
        assert_eq!(describe(Kind::Duration(capped)), "duration in m, h; at most 2160h");
        assert_eq!(describe(Kind::Integer { min: 30, max: 365 }), "whole number, 30 to 365");
        assert_eq!(describe(Kind::Set(Element::Number(&[256, 384]))), "set of 256, 384");
    }
}

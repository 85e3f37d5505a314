//! Describes settings, their values and their guards in words.
#![cfg_attr(not(feature = "report"), allow(dead_code, reason = "reports use most of it"))]

use super::decision::LiveShape;
use super::direction::Direction;
use super::kind::{Bound, DurationRange, Element, Kind};
use super::setting::{Access, Scopes, Setting, Unset};

/// The accepted values: `duration in h, m; 0m to 720h`.
pub(crate) fn describe(kind: Kind) -> String {
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
        Kind::Opaque => "any value that the server returns".to_owned(),
    }
}

/// Returns the first sentence of a documentation, without its full stop.
pub(crate) fn first_sentence(doc: &'static str) -> &'static str {
    doc.split(". ").next().unwrap_or_default().trim_end_matches('.')
}

/// The kind in one word, for tables and JSON.
pub(crate) fn name(kind: Kind) -> &'static str {
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

/// The range of a kind, if it has one: `0m to 720h`.
pub(crate) fn range(kind: Kind) -> Option<String> {
    match kind {
        Kind::Duration(range) => {
            Some(bounds(range).trim_start_matches("; ").to_owned()).filter(|text| !text.is_empty())
        }
        Kind::Integer { min, max } => Some(format!("{min} to {max}")),
        _ => None,
    }
}

/// The units of a duration, unless they are all of Go's.
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

/// How to unset a setting in a manifest, and what is sent.
pub(crate) fn unset(setting: &Setting) -> String {
    match setting.unset {
        Unset::Null => "null in the file; null is sent".to_owned(),
        Unset::False => "false or null in the file; false is sent".to_owned(),
        Unset::EmptyList => "[] or null in the file; [] is sent".to_owned(),
        Unset::Never(why) => format!("cannot be unset: {why}"),
    }
}

/// Where a setting exists.
pub(crate) fn scope(scopes: Scopes) -> &'static str {
    match scopes {
        Scopes::AccountAndZone => "account, zone",
        Scopes::Account => "account",
    }
}

/// Who may write a setting.
pub(crate) fn access(access: Access) -> String {
    match access {
        Access::Writable => "writable".to_owned(),
        Access::Annotation(of) => format!("sent with a change of {of}; never drift"),
        Access::ServerManaged => "read-only: kept by the server".to_owned(),
        Access::Volatile => "read-only: changes by itself".to_owned(),
    }
}

/// The direction of a change, as a noun: `turning it on`.
pub(crate) fn direction(setting: &Setting, direction: Direction) -> String {
    match direction {
        Direction::TurnedOn => "turning it on".to_owned(),
        Direction::TurnedOff => "turning it off".to_owned(),
        Direction::FirstSet => "the first value".to_owned(),
        Direction::FirstWord(word) => format!("{word} as the first value"),
        Direction::Replaced => "another value".to_owned(),
        Direction::Removed => "unsetting it".to_owned(),
        Direction::Stricter => format!("a stricter value{}", ranking(setting)),
        Direction::Looser => format!("a weaker value{}", ranking(setting)),
        Direction::Longer => "a longer duration".to_owned(),
        Direction::Shorter => "a shorter duration".to_owned(),
        Direction::BeyondLongest => format!("a duration above {}", bound(setting, |range| range.max)),
        Direction::BelowShortest => format!("a duration below {}", bound(setting, |range| range.min)),
        Direction::Raised => "a larger number".to_owned(),
        Direction::Lowered => "a smaller number".to_owned(),
        Direction::Gains => "an added element".to_owned(),
        Direction::Loses => "a removed element".to_owned(),
        Direction::Exchanges => "added and removed elements".to_owned(),
        Direction::Emptied => "an emptied set".to_owned(),
        Direction::Unranked => "a value that cannot be ranked".to_owned(),
    }
}

/// The words of a setting, strictest first.
fn ranking(setting: &Setting) -> String {
    let Kind::Enum(words) = setting.kind else { return String::new() };
    format!(" ({})", words.join(" over "))
}

fn bound(setting: &Setting, of: impl Fn(DurationRange) -> Option<Bound>) -> &'static str {
    let Kind::Duration(range) = setting.kind else { return "" };
    of(range).map_or("", |bound| bound.at)
}

/// The guarded directions of a setting between values that can be ranked, in words; empty if there are none.
pub(crate) fn guarded(setting: &Setting) -> String {
    let guarded: Vec<Direction> = setting.ranked_guards().map(|(direction, _)| direction).collect();
    let is_all = Direction::all_of(setting).into_iter().all(|one| one == Direction::Unranked || guarded.contains(&one));
    if is_all {
        return "any change".to_owned();
    }
    guarded.into_iter().map(|one| direction(setting, one)).collect::<Vec<_>>().join(", ")
}

/// The shape of a live value, in words.
pub(crate) fn shape(shape: LiveShape) -> &'static str {
    match shape {
        LiveShape::Absent => "nothing is set",
        LiveShape::Known => "a known value",
        LiveShape::FormerName => "a known value under the former name",
        LiveShape::OtherCase => "a known word in another case",
        LiveShape::UnknownValue => "a value that this version does not know",
        LiveShape::WrongType => "a value of another type",
        LiveShape::Hidden => "a value in a group that is off",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_described_with_their_bounds() {
        let go = DurationRange::GO.usually_within("15m", "730h");
        assert_eq!(describe(Kind::Duration(go)), "duration; usually 15m to 730h");
        let capped = DurationRange::MINUTES_AND_HOURS.at_most("2160h");
        assert_eq!(describe(Kind::Duration(capped)), "duration in m, h; at most 2160h");
        assert_eq!(describe(Kind::Integer { min: 30, max: 365 }), "whole number, 30 to 365");
        assert_eq!(describe(Kind::Set(Element::Number(&[256, 384]))), "set of 256, 384");
    }
}

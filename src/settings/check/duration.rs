//! Checks durations: Go's grammar, the units and bounds of each setting, and common misspellings.

use serde_json::Value as Json;

use super::problem::{Problem, bare, shown};
use crate::diagnostics::Rule;
use crate::settings::duration::GoDuration;
use crate::settings::kind::{Bound, DurationRange};
use crate::settings::setting::Setting;

/// Common spellings of units that Go does not know, with their length in seconds.
///
/// A month is 730 hours and a year 8760, as Cloudflare's own documentation of seat expiry counts them.
const SPELLINGS: [(&[&str], i64); 7] = [
    (&["s", "sec", "secs", "second", "seconds"], 1),
    (&["m", "min", "mins", "minute", "minutes"], 60),
    (&["h", "hr", "hrs", "hour", "hours"], 3_600),
    (&["d", "day", "days"], 86_400),
    (&["w", "wk", "week", "weeks"], 604_800),
    (&["mo", "month", "months"], 730 * 3_600),
    (&["y", "yr", "year", "years"], 8_760 * 3_600),
];

/// The length in bytes above which a text is never a misspelled duration.
const LONGEST: usize = 40;

/// Returns all problems of a text as a duration of this range.
pub(super) fn check(setting: &Setting, range: DurationRange, text: &str) -> Vec<Problem> {
    let key = setting.name();
    let expected = described(&range);
    let problem = match text.parse::<GoDuration>() {
        Err(_) if text.len() > LONGEST => {
            Problem::refused(Rule::Duration, format!("{key} must be a duration {expected}, not {}", shown(text)))
        }
        Err(error) => Problem::refused(Rule::Duration, format!("{key} is {}: {error}", shown(text))),
        Ok(_) if text.starts_with('-') => Problem::refused(
            Rule::Duration,
            format!("{key} must be a duration {expected}, not the negative {}", bare(text)),
        ),
        Ok(duration) => {
            if let Some(unit) = GoDuration::units_of(text).into_iter().find(|unit| !range.units.contains(unit)) {
                let units = range.units.join(" and ");
                let message = format!("{key} must use {units} as units, not {unit}");
                return vec![suggested(Problem::refused(Rule::DurationUnit, message), &range, text)];
            }
            return out_of_bounds(&range, duration)
                .map(|bound| beyond(setting, &range, bound, text))
                .into_iter()
                .collect();
        }
    };
    vec![suggested(problem, &range, text)]
}

fn beyond(setting: &Setting, range: &DurationRange, bound: Bound, text: &str) -> Problem {
    let (key, expected, text) = (setting.name(), described(range), bare(text));
    if bound.hard {
        return Problem::refused(Rule::DurationRange, format!("{key} must be a duration {expected}, not {text}"));
    }
    let message = format!("{key} is usually a duration {expected}, not {text}");
    Problem::doubtful(Rule::DurationRange, message)
        .help("the dashboard does not offer this value; the API may accept it")
}

fn suggested(problem: Problem, range: &DurationRange, text: &str) -> Problem {
    match meant(range, text) {
        Some(meant) => problem.help(format!("did you mean {meant}?")).suggest(Json::String(meant)),
        None => problem.help(format!("write a duration {}", described(range))),
    }
}

/// Returns the bound that a duration exceeds.
fn out_of_bounds(range: &DurationRange, duration: GoDuration) -> Option<Bound> {
    let beyond = |bound: &Bound, wrong: std::cmp::Ordering| {
        bound.at.parse::<GoDuration>().is_ok_and(|limit| duration.cmp(&limit) == wrong)
    };
    let below = range.min.filter(|bound| beyond(bound, std::cmp::Ordering::Less));
    below.or_else(|| range.max.filter(|bound| beyond(bound, std::cmp::Ordering::Greater)))
}

/// Describes the bounds of a range, to follow the words "a duration".
pub(super) fn described(range: &DurationRange) -> String {
    match (range.min, range.max) {
        (Some(min), Some(max)) => format!("from {} to {}, such as {}", min.at, max.at, sample(range)),
        (Some(min), None) => format!("of at least {}, such as {}", min.at, sample(range)),
        (None, Some(max)) => format!("of at most {}, such as {}", max.at, sample(range)),
        (None, None) => format!("such as {}", sample(range)),
    }
}

/// Returns 24h if it is in the range, else a bound of the range.
fn sample(range: &DurationRange) -> &'static str {
    let day = out_of_bounds(range, GoDuration::from_hours(24)).is_none();
    range.min.or(range.max).filter(|_| !day).map_or("24h", |bound| bound.at)
}

/// Returns the duration meant by `1d`, `24 hours` or `24`, in the units and bounds of the range.
pub(super) fn meant(range: &DurationRange, text: &str) -> Option<String> {
    let seconds = loose_seconds(text)?;
    let spelled = if range.units.contains(&"s") && seconds % 60 != 0 {
        format!("{seconds}s")
    } else if seconds % 3_600 == 0 {
        format!("{}h", seconds / 3_600)
    } else if seconds % 60 == 0 {
        format!("{}m", seconds / 60)
    } else {
        return None;
    };
    let duration = spelled.parse().ok()?;
    let hard = out_of_bounds(range, duration).is_some_and(|bound| bound.hard);
    (!hard && spelled != text).then_some(spelled)
}

/// Parses common spellings of a duration: `1d12h`, `24 hours`, `PT24H`. A number without a unit means hours.
fn loose_seconds(text: &str) -> Option<i64> {
    if text.len() > LONGEST {
        return None;
    }
    let lower: String = text.to_lowercase().chars().filter(|c| !c.is_whitespace() && *c != ',').collect();
    let mut rest = lower.strip_prefix("pt").or_else(|| lower.strip_prefix('p')).unwrap_or(&lower);
    if let Ok(hours) = rest.parse::<i64>() {
        return hours.checked_mul(3_600).filter(|seconds| *seconds >= 0);
    }
    let mut total: i64 = 0;
    while !rest.is_empty() {
        let (number, behind) = rest.split_at(rest.find(|c: char| !c.is_ascii_digit())?);
        let (unit, behind) = behind.split_at(behind.find(|c: char| c.is_ascii_digit()).unwrap_or(behind.len()));
        let (_, length) = SPELLINGS.iter().find(|(spellings, _)| spellings.contains(&unit))?;
        total = total.checked_add(number.parse::<i64>().ok()?.checked_mul(*length)?)?;
        rest = behind;
    }
    (!lower.is_empty()).then_some(total)
}

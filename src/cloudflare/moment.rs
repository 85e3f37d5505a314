//! Times and durations in messages.

use std::time::Duration;

/// Formats a point in time, to the second: `2026-11-22 12:00:00 UTC`.
pub(super) fn utc(moment: jiff::Timestamp) -> String {
    moment.strftime("%Y-%m-%d %H:%M:%S UTC").to_string()
}

/// Formats a wait in the largest exact unit, rounded up to seconds: `90 s`, `5 min`, `2 h`.
pub(super) fn rounded_up(wait: Duration) -> String {
    let seconds = wait.as_secs().saturating_add(u64::from(wait.subsec_nanos() > 0));
    match seconds {
        0 => "0 s".to_owned(),
        _ if seconds % 3600 == 0 => format!("{} h", seconds / 3600),
        _ if seconds % 60 == 0 => format!("{} min", seconds / 60),
        _ => format!("{seconds} s"),
    }
}

/// Formats a limit to a tenth of a second: `30 s`, `0.3 s`. The rest of a deadline has more digits, which do not matter.
pub(super) fn limit(limit: Duration) -> String {
    let tenths = limit.as_millis().div_ceil(100);
    match tenths % 10 {
        0 => format!("{} s", tenths / 10),
        tenth => format!("{}.{tenth} s", tenths / 10),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_rounded_up_and_shown_in_the_largest_exact_unit() {
        let table = [(0, "0 s"), (1, "1 s"), (29_001, "30 s"), (60_000, "1 min"), (90_000, "90 s"), (7_200_000, "2 h")];
        for (milliseconds, expected) in table {
            assert_eq!(rounded_up(Duration::from_millis(milliseconds)), expected);
        }
        assert!(rounded_up(Duration::MAX).ends_with(" s"));
    }

    #[test]
    fn a_limit_has_at_most_one_decimal() {
        let table =
            [(1_999_411_492, "2 s"), (300_000_000, "0.3 s"), (1_450_000_000, "1.5 s"), (30_000_000_000, "30 s")];
        for (nanoseconds, expected) in table {
            assert_eq!(limit(Duration::from_nanos(nanoseconds)), expected);
        }
        assert_eq!(limit(Duration::ZERO), "0 s");
    }
}

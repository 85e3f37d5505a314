//! Ranges of whole numbers as patterns, because a JSON Schema cannot compare numbers in a text.

/// A pattern for the whole numbers from `least` to `most`, with any number of leading zeros. `None` if there are none.
pub(super) fn between(least: u64, most: Option<u64>) -> Option<String> {
    if most.is_some_and(|most| most < least) {
        return None;
    }
    let mut alternatives = Vec::new();
    let lowest = least.to_string();
    let longest = most.map_or(lowest.len(), |most| most.to_string().len());
    for length in lowest.len()..=longest {
        let from = if length == lowest.len() { lowest.clone() } else { format!("1{}", "0".repeat(length - 1)) };
        let to = most.map(|most| most.to_string()).filter(|most| most.len() == length);
        alternatives.extend(of_one_length(from.as_bytes(), to.unwrap_or_else(|| "9".repeat(length)).as_bytes()));
    }
    if most.is_none() {
        alternatives.push(format!("[1-9][0-9]{{{longest},}}"));
    }
    Some(format!("0*({})", alternatives.join("|")))
}

/// Patterns for the numbers between two numbers with the same number of digits, both included.
fn of_one_length(from: &[u8], to: &[u8]) -> Vec<String> {
    let (Some((first, from)), Some((last, to))) = (from.split_first(), to.split_first()) else {
        return vec![String::new()];
    };
    let below = |digit: u8, from: &[u8], to: &[u8]| {
        let rest = of_one_length(from, to);
        rest.into_iter().map(move |rest| format!("{}{rest}", char::from(digit))).collect::<Vec<_>>()
    };
    if first == last {
        return below(*first, from, to);
    }
    let (zeros, nines) = (vec![b'0'; from.len()], vec![b'9'; from.len()]);
    let mut patterns = Vec::new();
    let (mut low, mut high) = (*first, *last);
    if from != zeros {
        patterns.extend(below(low, from, &nines));
        low += 1;
    }
    let upper = if to == nines { Vec::new() } else { below(high, &zeros, to) };
    if !upper.is_empty() {
        high -= 1;
    }
    if low <= high {
        patterns.push(class(low, high) + &any_digits(from.len()));
    }
    patterns.extend(upper);
    patterns
}

fn class(low: u8, high: u8) -> String {
    if low == high { char::from(low).to_string() } else { format!("[{}-{}]", char::from(low), char::from(high)) }
}

fn any_digits(count: usize) -> String {
    match count {
        0 => String::new(),
        1 => "[0-9]".to_owned(),
        _ => format!("[0-9]{{{count}}}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn matches(pattern: &str, text: &str) -> bool {
        let schema = serde_json::json!({"pattern": format!("^{pattern}$")});
        jsonschema::draft7::new(&schema).unwrap().is_valid(&text.into())
    }

    #[test]
    fn a_pattern_is_short_for_round_bounds() {
        assert_eq!(between(0, Some(720)).unwrap(), "0*([0-9]|[1-9][0-9]|[1-6][0-9]{2}|7[0-1][0-9]|720)");
        assert_eq!(between(10, None).unwrap(), "0*([1-9][0-9]|[1-9][0-9]{2,})");
        assert_eq!(between(2, Some(1)), None);
    }

    proptest! {
        #[test]
        fn a_number_matches_if_it_is_in_the_range(
            (one, two) in (0_u64..20_000, 0_u64..20_000),
            number in 0_u64..30_000,
            zeros in 0_usize..3,
            is_open in any::<bool>(),
        ) {
            let (least, most) = (one.min(two), one.max(two));
            let pattern = between(least, (!is_open).then_some(most)).unwrap();
            let in_range = number >= least && (is_open || number <= most);
            prop_assert_eq!(matches(&pattern, &format!("{}{number}", "0".repeat(zeros))), in_range, "{}", pattern);
        }
    }
}

//! The value of a plain scalar by the core schema of YAML 1.2 (section 10.3.2), from its source text alone.
//!
//! Editors and other parsers apply this schema. Numbers that the parser computed are not used: they lose digits
//! (`1.10`), overflow (`1e999`) or change the spelling (`.Inf`).

use std::ops::Range;

use serde_json::{Number, Value as Json};

use super::node::YamlValue;

/// How a scalar is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::manifest::parse) enum ScalarStyle {
    /// Without quotes, on one line. Only this style can have a type other than text.
    Plain,
    /// In quotes, or plain over several lines.
    Text,
    /// A block scalar, with the bytes of its header, such as `|` or `>-`.
    Block(Range<usize>),
}

/// The style of the scalar at some bytes.
pub(in crate::manifest::parse) fn style(text: &str, span: &Range<usize>) -> ScalarStyle {
    let raw = text.get(span.clone()).unwrap_or_default();
    match block_header(text, span.start) {
        Some(header) => ScalarStyle::Block(header),
        None if raw.starts_with(['"', '\'']) || raw.contains('\n') => ScalarStyle::Text,
        None => ScalarStyle::Plain,
    }
}

/// The header of the block scalar whose content starts at a byte: the last word of the last non-blank line before it.
fn block_header(text: &str, start: usize) -> Option<Range<usize>> {
    let before = text.get(..start)?;
    let indentation = before.rsplit('\n').next()?;
    if !indentation.trim().is_empty() {
        return None;
    }
    let above = before[..before.len() - indentation.len()].trim_end();
    let begin = above.rfind('\n').map_or(0, |at| at + 1);
    let line = &above[begin..];
    // A comment needs a space before it.
    let code = line.find(" #").map_or(line, |comment| &line[..comment]).trim_end();
    let word = code.rsplit([' ', '\t']).next()?;
    let indicators = word.strip_prefix(['|', '>'])?;
    let is_header = indicators.len() <= 2 && indicators.bytes().all(|byte| matches!(byte, b'1'..=b'9' | b'+' | b'-'));
    let end = begin + code.len();
    is_header.then(|| end - word.len()..end)
}

/// The value of a plain scalar on one line.
pub(super) fn plain(raw: &str) -> YamlValue {
    match raw {
        "" | "~" | "null" | "Null" | "NULL" => YamlValue::Null,
        "true" | "True" | "TRUE" => YamlValue::Boolean(true),
        "false" | "False" | "FALSE" => YamlValue::Boolean(false),
        number if is_number(number) => YamlValue::Number(exact(number)),
        text => YamlValue::Text(text.to_owned()),
    }
}

fn is_number(raw: &str) -> bool {
    if let Some(digits) = raw.strip_prefix("0o") {
        return !digits.is_empty() && digits.bytes().all(|byte| matches!(byte, b'0'..=b'7'));
    }
    if let Some(digits) = raw.strip_prefix("0x") {
        return !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    }
    if matches!(raw, ".nan" | ".NaN" | ".NAN") {
        return true;
    }
    let unsigned = raw.strip_prefix(['-', '+']).unwrap_or(raw);
    matches!(unsigned, ".inf" | ".Inf" | ".INF") || is_decimal(unsigned)
}

/// `( "." [0-9]+ | [0-9]+ ( "." [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?`
fn is_decimal(unsigned: &str) -> bool {
    let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent.strip_prefix(['-', '+']).unwrap_or(exponent))),
        None => (unsigned, None),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let has_digits = !whole.is_empty() || !fraction.is_empty();
    let exponent_is_one = exponent.is_none_or(|digits| !digits.is_empty() && all_digits(digits));
    has_digits && all_digits(whole) && all_digits(fraction) && exponent_is_one
}

/// A number with its digits as written. A spelling that JSON does not have becomes text, unless it is an integer that
/// all parsers read alike: `010` is 10 for some and 8 for others.
fn exact(raw: &str) -> Json {
    let radix = |prefix: &str, radix: u32| i64::from_str_radix(raw.strip_prefix(prefix)?, radix).ok();
    let positive =
        || raw.strip_prefix('+').filter(|digits| !digits.starts_with('0')).and_then(|digits| digits.parse().ok());
    // serde_json rewrites exponents: 1e999 would become 1e+999.
    if let Some(number) = serde_json::from_str::<Number>(raw).ok().filter(|number| number.to_string() == raw) {
        return Json::Number(number);
    }
    let whole: Option<i64> = radix("0x", 16).or_else(|| radix("0o", 8)).or_else(positive);
    whole.map_or_else(|| Json::from(raw), Json::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The examples of the specification, and common mistakes.
    #[test]
    fn the_core_schema_decides_the_type_from_the_source_text() {
        let number = |raw: &str| matches!(plain(raw), YamlValue::Number(_));
        for raw in [
            "0",
            "-1",
            "+1",
            "0123",
            "0o7",
            "0x3A",
            "0xFFFFFFFFFFFFFFFFFFFF",
            "0.",
            "-0.0",
            ".5",
            "+12e03",
            "-2E+05",
            "1e3",
            "1e999",
            "12345e6789",
            "1.10",
            ".inf",
            "-.Inf",
            "+.INF",
            ".nan",
            ".NaN",
            ".NAN",
            "123456789012345678901234567890123",
        ] {
            assert!(number(raw), "{raw}");
        }
        for raw in [
            "0o8",
            "0x",
            "0xG",
            "-0x1",
            "+.nan",
            ".NAn",
            ".iNF",
            "e3",
            ".",
            "-",
            "+",
            ".e3",
            "1e",
            "1e+",
            "1_000",
            "12:30",
            "2001-01-01",
            "1.2.3",
            "24h",
            "0b11",
            "yes",
            "no",
            "inf",
            "nan",
            "TRue",
            "nULL",
            "~~",
        ] {
            assert!(matches!(plain(raw), YamlValue::Text(_)), "{raw}");
        }
        for raw in ["", "~", "null", "Null", "NULL"] {
            assert_eq!(plain(raw), YamlValue::Null, "{raw}");
        }
    }

    #[test]
    fn a_number_keeps_its_digits() {
        for raw in ["90", "-0", "1.10", "123456789012345678901234567890123", "1e999", "12345e6789"] {
            assert_eq!(exact(raw).to_string().trim_matches('"'), raw);
        }
        for (raw, whole) in [("0x1F", 31), ("0o17", 15), ("+5", 5)] {
            assert_eq!(exact(raw), Json::from(whole), "{raw}");
        }
        for raw in ["0123", "+0123", ".5", "1.", ".inf", "-.Inf", ".nan", "0xFFFFFFFFFFFFFFFFFFFF"] {
            assert_eq!(exact(raw), Json::from(raw));
        }
    }
}

//! Writes values as YAML that YAML 1.1 and YAML 1.2 parsers read as the same value.

use std::borrow::Cow;

use serde_json::Value as Json;

use super::json::{COMMAND, COMMAND_ESCAPED, ascii};
use super::visible::visible;

/// Returns a text as a YAML scalar on one line: plain if all YAML parsers read the same text, else in double quotes.
///
/// ```
/// use zerodrift::text::yaml_scalar;
/// assert_eq!(yaml_scalar("Widget Corp"), "Widget Corp");
/// assert_eq!(yaml_scalar("24h"), "24h");
/// assert_eq!(yaml_scalar("no"), "\"no\"");
/// assert_eq!(yaml_scalar("#c5ed1b"), "\"#c5ed1b\"");
/// ```
pub fn yaml_scalar(text: &str) -> String {
    if is_words(text) || is_duration(text) || is_uid(text) || is_url(text) {
        return text.to_owned();
    }
    double_quoted(text)
}

/// Returns a text in double quotes, with invisible characters escaped.
pub(crate) fn double_quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    text.chars().for_each(|character| push_escaped(&mut quoted, character));
    quoted.push('"');
    quoted.replace(COMMAND, COMMAND_ESCAPED)
}

/// Returns a text in single quotes; `None` if it needs an escape, which single quotes do not support.
pub(crate) fn single_quoted(text: &str) -> Option<String> {
    let needs_no_escape = text.chars().all(is_displayed) && !text.contains(COMMAND);
    needs_no_escape.then(|| format!("'{}'", text.replace('\'', "''")))
}

/// Returns a JSON value as YAML on one line. Objects, which are not values of settings, are written as JSON.
pub(crate) fn flow(value: &Json) -> String {
    match value {
        Json::String(text) => yaml_scalar(text),
        Json::Array(elements) => format!("[{}]", elements.iter().map(flow).collect::<Vec<_>>().join(", ")),
        other => ascii(&other.to_string()),
    }
}

/// Whether a text starts with a letter, has only letters, digits, spaces and `_ . / -`, and is not a reserved word of any
/// YAML version.
fn is_words(text: &str) -> bool {
    const RESERVED: [&str; 13] =
        ["y", "n", "yes", "no", "on", "off", "true", "false", "null", "none", "nan", "inf", "infinity"];
    let inside = |c: char| c.is_ascii_alphanumeric() || matches!(c, ' ' | '_' | '.' | '/' | '-');
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(inside)
        && !text.ends_with(' ')
        && !RESERVED.contains(&text.to_ascii_lowercase().as_str())
}

/// Whether a text looks like `24h` or `1h30m`. Digits followed by time units are not a number in any YAML version.
fn is_duration(text: &str) -> bool {
    let ends_in_unit = text.ends_with(['h', 'm', 's']);
    let starts_in_digit = text.starts_with(|c: char| c.is_ascii_digit());
    ends_in_unit && starts_in_digit && text.chars().all(|c| c.is_ascii_digit() || matches!(c, 'h' | 'm' | 's'))
}

/// Whether a text is a UUID, or 32 hexadecimal digits that cannot be a number.
fn is_uid(text: &str) -> bool {
    let hex = |part: &str| part.bytes().all(|byte| byte.is_ascii_hexdigit());
    // With only digits and e it could be a decimal number; with a leading zero it could be binary or octal.
    let id = text.len() == 32 && hex(text) && !text.starts_with('0') && text.contains(['a', 'b', 'c', 'd', 'f']);
    let parts: Vec<_> = text.split('-').collect();
    let uuid = parts.iter().map(|part| part.len()).eq([8, 4, 4, 4, 12]) && parts.iter().all(|part| hex(part));
    id || uuid
}

/// Whether a text is a URL without YAML syntax: its only colon is not followed by a space.
fn is_url(text: &str) -> bool {
    let Some(rest) = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")) else {
        return false;
    };
    !rest.is_empty() && rest.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '/' | '-'))
}

fn push_escaped(quoted: &mut String, character: char) {
    match character {
        '"' => quoted.push_str("\\\""),
        '\\' => quoted.push_str("\\\\"),
        '\n' => quoted.push_str("\\n"),
        '\t' => quoted.push_str("\\t"),
        _ if is_displayed(character) => quoted.push(character),
        _ if u32::from(character) > 0xffff => quoted.push_str(&format!("\\U{:08X}", u32::from(character))),
        _ => quoted.push_str(&format!("\\u{:04X}", u32::from(character))),
    }
}

/// Whether a character is displayed as itself.
fn is_displayed(character: char) -> bool {
    let printable = matches!(visible(&character.to_string()), Cow::Borrowed(_));
    // U+FFFE and U+FFFF of every plane are not characters, and private ones have no defined glyph.
    printable && u32::from(character) & 0xfffe != 0xfffe && !is_private(character)
}

fn is_private(character: char) -> bool {
    matches!(character, '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..='\u{10ffff}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read_back(text: &str) -> String {
        read_back_as(&yaml_scalar(text))
    }

    fn read_back_as(scalar: &str) -> String {
        let document = format!("key: {scalar}\n");
        let mut map: std::collections::BTreeMap<String, String> =
            serde_yaml::from_str(&document).unwrap_or_else(|error| panic!("{document:?}: {error}"));
        map.remove("key").unwrap()
    }

    /// The value that a YAML 1.1 parser reads without a type hint.
    fn untyped(text: &str) -> Json {
        serde_yaml::from_str(&yaml_scalar(text)).unwrap()
    }

    #[test]
    fn text_that_some_parser_reads_differently_is_quoted() {
        let traps = [
            "no",
            "Yes",
            "on",
            "OFF",
            "y",
            "N",
            "true",
            "null",
            "~",
            "",
            "1_000",
            "0x1",
            "0o17",
            "017",
            "1e3",
            "1:30",
            "2001-01-01",
            ".5",
            ".inf",
            "-.inf",
            " a",
            "a ",
            "a: b",
            "a #b",
            "- a",
            "? a",
            "&a",
            "*a",
            "!a",
            "|",
            ">",
            "%a",
            "@a",
            "`a`",
            "{a}",
            "[a]",
            "a,b",
            "=",
            "<<",
            "---",
            "...",
            "\"",
            "'",
            "\\",
            "a\nb",
            "a\tb",
            "#FFF",
            "12345678901234567890123456789012",
            "1234567890123456789012345678901e",
            "0b010101010101010101010101010101",
            "key:",
            "https://a.example/#x",
            "inf",
            "nan",
            "##[error]forged",
            "###[##[",
        ];
        for trap in traps {
            let scalar = yaml_scalar(trap);
            assert!(scalar.starts_with('"') && scalar.ends_with('"') && scalar.len() > 1, "{trap:?} became {scalar}");
            assert_eq!(untyped(trap), Json::from(trap));
        }
    }

    #[test]
    fn unambiguous_text_stays_plain() {
        let plain = [
            "Widget Corp",
            "widget.cloudflareaccess.com",
            "24h",
            "1h30m",
            "699d98642c564d2e855e9661899b7252",
            "f174e90a-fafe-4643-bbbc-4a0ed4fc8415",
            "https://example.com/logo.png",
            "security_key",
            "not no",
        ];
        for text in plain {
            assert_eq!(yaml_scalar(text), text);
            assert_eq!(untyped(text), Json::from(text));
        }
    }

    #[test]
    fn only_invisible_characters_are_escaped() {
        assert_eq!(yaml_scalar("Grüße 🎉"), "\"Grüße 🎉\"");
        assert_eq!(yaml_scalar("\u{202e}\u{feff}\u{85}\u{2028}\u{e0041}"), r#""\u202E\uFEFF\u0085\u2028\U000E0041""#);
    }

    #[test]
    fn single_quotes_are_used_only_without_escapes() {
        assert_eq!(single_quoted("it's \\ \"so\"").as_deref(), Some("'it''s \\ \"so\"'"));
        for text in ["a\nb", "a\tb", "\u{202e}", "\u{e000}", "\u{85}"] {
            assert_eq!(single_quoted(text), None, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn quoted_text_reads_back(text in any::<String>()) {
            prop_assert_eq!(read_back_as(&double_quoted(&text)), text.clone());
            if let Some(scalar) = single_quoted(&text) {
                prop_assert_eq!(read_back_as(&scalar), text);
            }
        }

        #[test]
        fn any_text_reads_back(text in any::<String>()) {
            prop_assert_eq!(read_back(&text), text.clone());
            let breaks = ['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}'];
            prop_assert!(!yaml_scalar(&text).contains(breaks));
        }

        #[test]
        fn ambiguous_text_reads_back_as_text(text in "[-+~.:#&*!|>%@,{}0-9a-fxoyn_ '\"\\\\hms]{0,12}|[0-9eE.]{32}") {
            prop_assert_eq!(untyped(&text), Json::from(text.as_str()));
        }
    }
}

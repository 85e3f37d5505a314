//! Escapes control and invisible characters in JSON text without changing its meaning.

use super::visible::must_escape;

/// The prefix of a command anywhere in the log of a job on GitHub (actions/runner, `ActionCommand`).
pub(super) const COMMAND: &str = "##[";

/// The same prefix, escaped for quoted JSON and YAML.
pub(super) const COMMAND_ESCAPED: &str = r"##\u005b";

/// Writes control and invisible characters as `\u` escapes, which JSON parsers decode to the same characters.
pub(crate) fn visible_json(json: &str) -> String {
    // JSON is ASCII outside of strings, and serde_json escapes C0 controls in strings.
    escaped(json, |character| character == '\u{7f}' || (!character.is_ascii() && must_escape(character)))
}

/// Writes all characters beyond ASCII as `\u` escapes, for JSON inside a comment, where no line break of any kind may occur.
pub(crate) fn ascii(text: &str) -> String {
    escaped(text, |character| character != ' ' && !character.is_ascii_graphic())
}

fn escaped(text: &str, is_escaped: impl Fn(char) -> bool) -> String {
    let mut escaped = String::with_capacity(text.len() + 1);
    for character in text.chars() {
        if is_escaped(character) {
            let mut units = [0; 2];
            character.encode_utf16(&mut units).iter().for_each(|unit| escaped.push_str(&format!("\\u{unit:04x}")));
        } else {
            escaped.push(character);
        }
    }
    escaped.replace(COMMAND, COMMAND_ESCAPED)
}

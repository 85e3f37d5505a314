//! Documents as JSON text that no terminal obeys.

use std::borrow::Cow;
use std::fmt::Write as _;

use serde::Serialize;

use crate::text::visible;

/// One document as indented text with a final newline. What a terminal obeys or hides is written as `\u` escapes, which
/// JSON readers turn back into the same characters.
pub fn to_text(document: &impl Serialize) -> String {
    // Our documents hold strings, numbers and maps with string keys: there is nothing that serde_json could refuse.
    let text = serde_json::to_string_pretty(document).unwrap_or_else(|error| format!("{{\"error\": \"{error}\"}}"));
    let mut escaped = String::with_capacity(text.len() + 1);
    for character in text.chars() {
        // Outside of strings there is ASCII only, and inside serde_json has escaped C0 itself.
        let acts = character == '\u{7f}'
            || (!character.is_ascii() && matches!(visible(&character.to_string()), Cow::Owned(_)));
        if acts {
            let mut units = [0; 2];
            for unit in character.encode_utf16(&mut units) {
                // Writing to a String cannot fail.
                let _ = write!(escaped, "\\u{unit:04x}");
            }
        } else {
            escaped.push(character);
        }
    }
    escaped.push('\n');
    escaped
}

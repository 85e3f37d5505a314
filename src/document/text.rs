//! Documents as JSON text that no terminal obeys.

use serde::Serialize;

use crate::text::visible_json;

/// One document as indented text with a final newline. What a terminal obeys or hides is written as `\u` escapes, which
/// JSON readers turn back into the same characters.
pub fn to_text(document: &impl Serialize) -> String {
    // Our documents hold strings, numbers and maps with string keys: there is nothing that serde_json could refuse.
    let text = serde_json::to_string_pretty(document).unwrap_or_else(|error| format!("{{\"error\": \"{error}\"}}"));
    visible_json(&text) + "\n"
}

//! Documents as JSON text that is safe to print on a terminal.

use serde::Serialize;

use crate::text::visible_json;

/// Returns a document as indented JSON with a final newline. Control and invisible characters are written as `\u` escapes,
/// which JSON readers decode to the same characters.
pub fn to_text(document: &impl Serialize) -> String {
    // serde_json cannot fail here: documents contain only strings, numbers, and maps with string keys.
    let text = serde_json::to_string_pretty(document).unwrap_or_else(|error| format!("{{\"error\": \"{error}\"}}"));
    visible_json(&text) + "\n"
}

//! The reference of all settings in Markdown, which the guide contains.

use zerodrift::report::explain::{self, SettingEntry};
use zerodrift::settings::Model;

/// Returns the reference of all settings that a manifest may declare: a heading for each group, and a section for each
/// setting.
pub fn reference(model: &Model) -> String {
    let mut text = String::new();
    let mut group = "";
    for setting in model.declarable() {
        let parent = setting.path.rsplit_once('.').map_or("", |(parent, _)| parent);
        if parent != group {
            group = parent;
            text += &format!("\n## `{group}`\n");
        }
        let document = explain::document(model, Some(setting.path)).unwrap();
        text.extend(document.settings.iter().map(section));
    }
    text + "\n"
}

fn section(entry: &SettingEntry) -> String {
    let mut text = format!("\n### `{}`\n\n{}\n\n", entry.setting, backslashed(entry.doc));
    let mut fact = |label: &str, fact: &str| text += &format!("- **{label}:** {}\n", backslashed(fact));
    fact("Accepts", &entry.takes);
    fact("While unset", entry.default);
    fact("To unset", &entry.unset);
    fact("Exists for", entry.scopes);
    if !entry.example.is_empty() {
        let name = entry.setting.rsplit('.').next().unwrap();
        text += &format!("- **Example:** `{name}: {}`\n", entry.example);
    }
    for (label, decision) in [("Guarded", "guarded"), ("Noted in the plan", "noted")] {
        let changes = changes(entry, decision);
        if !changes.is_empty() {
            text += &format!("- **{label}:**\n{changes}");
        }
    }
    text
}

/// The changes between known values that have this decision, each once, with what happens.
fn changes(entry: &SettingEntry, decision: &str) -> String {
    const UNRANKED: &str = "a value that cannot be ranked";
    let mut lines: Vec<String> = Vec::new();
    for change in entry.decisions.iter().filter(|change| change.decision == decision && change.direction != UNRANKED) {
        let condition = change.condition.as_ref().map(|condition| format!(" {condition}")).unwrap_or_default();
        let line = format!("  - {}\n", backslashed(&format!("{}{condition}: {}", change.direction, change.reason)));
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    lines.concat()
}

/// Escapes prose with backslashes, for a Markdown file that people also read as text.
fn backslashed(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        if ['\\', '`', '*', '_', '[', ']', '<', '|', '#'].contains(&character) {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}

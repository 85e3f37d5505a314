//! The reference of all settings in Markdown, for the guide.

use super::entry::SettingEntry;
use crate::settings::{Direction, Model, Setting, describe};
use crate::text::markdown::backslashed;

/// Returns the reference of all settings that a manifest may declare: a heading for each group, and a section for each
/// setting.
pub fn markdown_reference(model: &Model) -> String {
    let mut text = String::new();
    let mut group = "";
    for setting in model.declarable() {
        let parent = setting.path.rsplit_once('.').map_or("", |(parent, _)| parent);
        if parent != group {
            group = parent;
            text += &format!("\n## `{group}`\n");
        }
        text += &section(model, setting);
    }
    text + "\n"
}

fn section(model: &Model, setting: &Setting) -> String {
    let entry = SettingEntry::of(model, setting);
    let (guarded, noted) = (changes(setting, &entry, "guarded"), changes(setting, &entry, "noted"));
    let mut text = format!("\n### `{}`\n\n{}\n\n", entry.setting, backslashed(entry.doc));
    let mut fact = |label: &str, fact: &str| text += &format!("- **{label}:** {}\n", backslashed(fact));
    fact("Accepts", &entry.takes);
    fact("While unset", entry.default);
    fact("To unset", &entry.unset);
    fact("Exists for", entry.scopes);
    if !entry.example.is_empty() {
        text += &format!("- **Example:** `{}: {}`\n", setting.name(), entry.example);
    }
    for (label, changes) in [("Guarded", guarded), ("Noted in the plan", noted)] {
        if !changes.is_empty() {
            text += &format!("- **{label}:**\n{changes}");
        }
    }
    text
}

/// The changes between known values that have this decision, each once, with what happens.
fn changes(setting: &Setting, entry: &SettingEntry, decision: &str) -> String {
    let unranked = describe::direction(setting, Direction::Unranked);
    let mut lines: Vec<String> = Vec::new();
    for change in entry.decisions.iter().filter(|change| change.decision == decision && change.direction != unranked) {
        let condition = change.condition.as_ref().map(|condition| format!(" {condition}")).unwrap_or_default();
        let line = format!("  - {}\n", backslashed(&format!("{}{condition}: {}", change.direction, change.reason)));
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    lines.concat()
}

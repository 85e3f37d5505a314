//! Where a manifest takes another entry under `allow:`, and how the entry is written there.

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::text::yaml::{double_quoted, flow};
use crate::text::{visible, visible_json};

/// The reason that the author completes.
const REASON: &str = "why this is wanted, and who agreed";

/// The longest line that is shown for replacing it, in bytes.
const LONGEST_LINE: usize = 2_000;

/// Where entries under `allow:` are added to a file, in whole lines.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "documents", derive(schemars::JsonSchema))]
pub struct ConsentPlace {
    /// Which line of the file the new lines follow or replace.
    pub anchor: ConsentAnchor,
    /// How the entries are written there.
    layout: Layout,
}

/// Which line of a file new lines follow or replace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "documents", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ConsentAnchor {
    /// The new lines are added at the end of the file.
    End,
    /// The new lines follow this line, counted from 1.
    Below(usize),
    /// The new lines replace this line, counted from 1.
    Replace(usize),
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "documents", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
enum Layout {
    /// Lines that start with a dash after this many spaces, below the line `head` if there is one.
    Lines {
        /// The line before the entries that must be written too; null if the file has it.
        head: Option<String>,
        /// The number of spaces before each dash.
        indent: usize,
    },
    /// Mappings in braces, inside of one line.
    Braces {
        /// The part of the line before the entries.
        before: String,
        /// The part of the line after the entries.
        after: String,
        /// Whether names and values are quoted as in JSON.
        is_json: bool,
    },
}

impl ConsentPlace {
    /// Returns the place of entries on lines with a dash after `indent` spaces, below the line `head` if it must be written
    /// too. `None` if that line cannot be shown as it is.
    pub(super) fn lines(anchor: ConsentAnchor, head: Option<String>, indent: usize) -> Option<Self> {
        let is_shown = head.as_deref().is_none_or(is_shown);
        is_shown.then_some(Self { anchor, layout: Layout::Lines { head, indent } })
    }

    /// Returns the place of entries in braces inside of a line of the file. `None` if that line cannot be shown as it is.
    pub(super) fn braces(line: usize, before: String, after: String, is_json: bool) -> Option<Self> {
        let is_shown = is_shown(&before) && is_shown(&after);
        let anchor = ConsentAnchor::Replace(line);
        is_shown.then_some(Self { anchor, layout: Layout::Braces { before, after, is_json } })
    }

    /// Returns the lines to add for some entries, each a setting and its new value. The lines of one entry are together; the
    /// first group may be the line above the entries.
    pub fn write(&self, entries: &[(&str, &Json)]) -> Vec<Vec<String>> {
        match &self.layout {
            Layout::Lines { head, indent } => {
                let head = head.iter().map(|head| vec![head.clone()]);
                head.chain(entries.iter().map(|entry| dashed(*indent, *entry))).collect()
            }
            Layout::Braces { before, after, is_json } => {
                let entries: Vec<String> = entries.iter().map(|entry| braced(*is_json, *entry)).collect();
                vec![vec![format!("{before}{}{after}", entries.join(", "))]]
            }
        }
    }
}

/// The place in a file whose layout is not known: the end of a file without `allow:`.
impl Default for ConsentPlace {
    fn default() -> Self {
        let layout = Layout::Lines { head: Some("allow:".to_owned()), indent: 2 };
        Self { anchor: ConsentAnchor::End, layout }
    }
}

fn dashed(indent: usize, (setting, to): (&str, &Json)) -> Vec<String> {
    let indent = " ".repeat(indent);
    vec![
        format!("{indent}- setting: {setting}"),
        format!("{indent}  to: {}", flow(to)),
        format!("{indent}  reason: {REASON}"),
    ]
}

fn braced(is_json: bool, (setting, to): (&str, &Json)) -> String {
    let reason = double_quoted(REASON);
    if is_json {
        let to = visible_json(&to.to_string());
        return format!("{{\"setting\": \"{setting}\", \"to\": {to}, \"reason\": {reason}}}");
    }
    format!("{{setting: {setting}, to: {}, reason: {reason}}}", flow(to))
}

/// Whether a line of the file looks as it is, so that it can be copied from a report.
fn is_shown(line: &str) -> bool {
    line.len() <= LONGEST_LINE && visible(line) == line
}

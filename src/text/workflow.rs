//! Workflow commands: lines of a job's log that GitHub executes. Text is escaped for a command, or commands are stopped around
//! it.

use std::borrow::Cow;

use sha2::{Digest as _, Sha256};

use super::layout::TerminalText;
use super::safe::Safe;
use super::visible::Visible;
use super::{COMMAND, hexadecimal};

/// Text for the log of a job, with commands and line breaks of ours.
pub(crate) type CommandText = Safe<Workflow>;

/// The log of a job on GitHub.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Workflow;

/// Text behind the second `::` (actions/toolkit, `escapeData`).
pub(crate) fn data(text: &Visible) -> CommandText {
    CommandText::trusted(encoded(text))
}

fn encoded(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// The value of a property (actions/toolkit, `escapeProperty`).
pub(crate) fn property(text: &Visible) -> CommandText {
    CommandText::trusted(encoded(text).replace(':', "%3A").replace(',', "%2C"))
}

/// Text for the log in which no line is obeyed, whatever live values are in it: commands stop until a word comes that
/// the text cannot contain, for it is made of the text's own hash.
pub(crate) fn fenced(text: &TerminalText) -> CommandText {
    let word = hexadecimal(&Sha256::digest(text.as_bytes()));
    let end = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
    CommandText::trusted(format!("::stop-commands::{word}\n{text}{end}::{word}::\n"))
}

/// The same text with no line in it that is obeyed, for a log without a fence: a command in the newer form starts a
/// line, one in the older form (`##[…]`) may stand anywhere (actions/runner, `ActionCommand`).
///
/// ```
/// assert_eq!(zerodrift::report::github::neutralize_commands("  ::error::x"), r"  \u{3a}:error::x");
/// ```
pub fn neutralize_commands(text: &str) -> Cow<'_, str> {
    let starts_command = |line: &str| line.trim_start().starts_with("::");
    if !text.contains(COMMAND) && !text.lines().any(starts_command) {
        return Cow::Borrowed(text);
    }
    let line = |line: &str| {
        let line = line.replace(COMMAND, r"##\u{5b}");
        if starts_command(&line) { line.replacen(':', r"\u{3a}", 1) } else { line }
    };
    Cow::Owned(text.split_inclusive('\n').map(line).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_can_end_its_own_fence() {
        let text = TerminalText::trusted("::error::forged\n##[error]forged\n");
        let fenced = fenced(&text);
        let word = fenced.lines().next().unwrap().strip_prefix("::stop-commands::").unwrap();
        assert!(!text.contains(word));
        assert_eq!(*fenced, format!("::stop-commands::{word}\n{text}::{word}::\n"));
    }
}

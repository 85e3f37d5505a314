//! Workflow commands: lines in the log of a job that GitHub executes. Escapes text inside commands, and disables commands
//! inside other text.

use std::borrow::Cow;

use sha2::{Digest as _, Sha256};

use super::hexadecimal::hexadecimal;
use super::json::COMMAND;
use super::layout::TerminalText;
use super::safe::Safe;
use super::visible::Visible;

/// Text for the log of a job, with our own commands and line breaks.
pub(crate) type CommandText = Safe<Workflow>;

/// The language of logs of GitHub jobs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Workflow;

/// Escapes the message of a command, after the second `::` (actions/toolkit, `escapeData`).
pub(crate) fn data(text: &Visible) -> CommandText {
    CommandText::trusted(encoded(text))
}

fn encoded(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Escapes the value of a property of a command (actions/toolkit, `escapeProperty`).
pub(crate) fn property(text: &Visible) -> CommandText {
    CommandText::trusted(encoded(text).replace(':', "%3A").replace(',', "%2C"))
}

/// Disables all commands in a text. `stop-commands` is in effect until a word that the text cannot contain, because it is
/// the hash of the text.
pub(crate) fn fenced(text: &TerminalText) -> CommandText {
    let word = hexadecimal(&Sha256::digest(text.as_bytes()));
    let end = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
    CommandText::trusted(format!("::stop-commands::{word}\n{text}{end}::{word}::\n"))
}

/// Escapes all commands in a text, for a log without `stop-commands`. A command in the newer syntax starts a line; one in
/// the older syntax (`##[…]`) may be anywhere (actions/runner, `ActionCommand`).
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
    fn a_text_cannot_end_its_own_fence() {
        let text = TerminalText::trusted("::error::forged\n##[error]forged\n");
        let fenced = fenced(&text);
        let word = fenced.lines().next().unwrap().strip_prefix("::stop-commands::").unwrap();
        assert!(!text.contains(word));
        assert_eq!(*fenced, format!("::stop-commands::{word}\n{text}::{word}::\n"));
    }
}

//! Workflow commands: lines of a job's log that GitHub obeys. Everything untrusted is escaped, or fenced off.

use std::borrow::Cow;

use sha2::{Digest as _, Sha256};

use crate::text::{COMMAND, hexadecimal, visible};

/// How loud an annotation is, most severe first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    /// Red, and the first to be shown.
    Error,
    /// Yellow.
    Warning,
    /// Grey.
    Notice,
}

/// A remark on a line of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Annotation {
    pub(super) level: Level,
    /// Path from the top of the repository.
    pub(super) file: String,
    /// Line and column; nothing where the whole file is meant.
    pub(super) at: Option<(usize, usize)>,
    pub(super) title: String,
    /// Lines of text.
    pub(super) message: String,
}

/// GitHub shows no more than these of each level in a step (GitHub community #26680), and drops the rest unsaid.
const SHOWN: usize = 10;

/// The commands for these annotations, most severe first. What GitHub would drop is left out and counted.
pub(super) fn annotations(mut annotations: Vec<Annotation>) -> String {
    annotations.sort_by_key(|annotation| annotation.level);
    let (mut lines, mut dropped) = (String::new(), 0);
    for level in [Level::Error, Level::Warning, Level::Notice] {
        let of_level: Vec<_> = annotations.iter().filter(|annotation| annotation.level == level).collect();
        // Should anything be dropped, the last place is for saying so.
        let room = if level == Level::Notice && (dropped > 0 || of_level.len() > SHOWN) { SHOWN - 1 } else { SHOWN };
        of_level.iter().take(room).for_each(|annotation| lines.push_str(&annotation.to_command()));
        dropped += of_level.len().saturating_sub(room);
    }
    if dropped > 0 {
        let noun = if dropped == 1 { "annotation is" } else { "annotations are" };
        lines.push_str(&format!(
            "::notice title=zerodrift::{dropped} more {noun} not shown here: the log of this step has them all\n"
        ));
    }
    lines
}

impl Annotation {
    fn to_command(&self) -> String {
        let Self { level, file, at, title, message } = self;
        let command = match level {
            Level::Error => "error",
            Level::Warning => "warning",
            Level::Notice => "notice",
        };
        let place = at.map(|(line, column)| format!(",line={line},col={column}")).unwrap_or_default();
        let message: Vec<String> = message.lines().map(|line| data(&visible(line))).collect();
        format!(
            "::{command} file={}{place},title={}::{}\n",
            property(&visible(file)),
            property(&visible(title)),
            message.join("%0A")
        )
    }
}

/// Text behind the second `::` (actions/toolkit, `escapeData`).
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// The value of a property (actions/toolkit, `escapeProperty`).
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

/// Text for the log in which no line is obeyed, whatever live values are in it: commands stop until a word comes that
/// the text cannot contain, for it is made of the text's own hash.
pub(super) fn fenced(text: &str) -> String {
    let word = hexadecimal(&Sha256::digest(text.as_bytes()));
    let end = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
    format!("::stop-commands::{word}\n{text}{end}::{word}::\n")
}

/// The same text with no line in it that is obeyed, for a log without a fence: a command in the newer form starts a
/// line, one in the older form (`##[…]`) may stand anywhere (actions/runner, `ActionCommand`).
///
/// ```
/// assert_eq!(zerodrift::report::github::unobeyed("  ::error::x"), r"  \u{3a}:error::x");
/// ```
pub fn unobeyed(text: &str) -> Cow<'_, str> {
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

    fn annotation(level: Level, number: usize) -> Annotation {
        let (title, message) = (format!("title {number}"), format!("message {number}"));
        Annotation { level, file: "org.yaml".to_owned(), at: Some((number, 3)), title, message }
    }

    #[test]
    fn what_a_command_is_made_of_is_escaped_where_it_stands() {
        let annotation = Annotation {
            level: Level::Warning,
            file: "a,b:c.yaml".to_owned(),
            at: None,
            title: "100%: really".to_owned(),
            message: "one\ntwo % ::error::three\r".to_owned(),
        };
        assert_eq!(
            annotation.to_command(),
            "::warning file=a%2Cb%3Ac.yaml,title=100%25%3A really::one%0Atwo %25 ::error::three\\u{d}\n"
        );
    }

    #[test]
    fn the_most_severe_come_first() {
        let shown = annotations(vec![annotation(Level::Notice, 1), annotation(Level::Error, 2)]);
        assert_eq!(
            shown,
            "::error file=org.yaml,line=2,col=3,title=title 2::message 2\n\
             ::notice file=org.yaml,line=1,col=3,title=title 1::message 1\n"
        );
    }

    #[test]
    fn no_more_than_github_shows_are_sent_and_the_rest_is_counted() {
        let all: Vec<_> = (0..12).flat_map(|n| [annotation(Level::Error, n), annotation(Level::Notice, n)]).collect();
        let shown = annotations(all);
        assert_eq!(shown.matches("::error ").count(), 10, "{shown}");
        assert_eq!(shown.matches("::notice ").count(), 10, "{shown}");
        let last = shown.lines().last().unwrap();
        assert_eq!(
            last,
            "::notice title=zerodrift::5 more annotations are not shown here: the log of this step has them all"
        );
        let ten = annotations((0..10).map(|n| annotation(Level::Notice, n)).collect());
        assert!(!ten.contains("more annotations"), "{ten}");
    }

    #[test]
    fn no_text_can_end_its_own_fence() {
        let text = "::error::forged\n##[error]forged\n";
        let fenced = fenced(text);
        let word = fenced.lines().next().unwrap().strip_prefix("::stop-commands::").unwrap();
        assert!(!text.contains(word));
        assert_eq!(fenced, format!("::stop-commands::{word}\n{text}::{word}::\n"));
    }
}

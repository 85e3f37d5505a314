//! Errors of the YAML parser → faults: a rule, a message that does not speak of the parser's internals, and bytes.

use std::ops::Range;

use serde_yaml::{Error, budget::BudgetBreach};

use crate::diagnostics::Rule;

/// A part of the text that is not valid YAML, or not allowed in a manifest.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::manifest) struct YamlFault {
    pub(in crate::manifest) rule: Rule,
    pub(in crate::manifest) message: String,
    pub(in crate::manifest) help: &'static str,
    pub(in crate::manifest) span: Range<usize>,
}

/// The bytes of a location.
pub(super) fn bytes(location: &serde_yaml::Location) -> Range<usize> {
    let span = location.span();
    let number = |value: Option<u64>| value.and_then(|value| usize::try_from(value).ok()).unwrap_or(0);
    let start = number(span.byte_offset());
    start..start + number(span.byte_len())
}

/// Converts an error of the parser.
pub(super) fn convert(error: &Error, text: &str) -> YamlFault {
    let at = place(error, text);
    let (rule, message, help, span) = match error {
        Error::Budget { breach, .. } => return over_budget(breach, at, text),
        Error::UnsupportedTag { .. } | Error::TaggedStructFieldName { .. } => {
            let span = token_before(text, '!', at.start).unwrap_or(at);
            (Rule::Tag, TAG.to_owned(), TAG_HELP, span)
        }
        Error::UnknownAnchor { .. } => (Rule::Alias, ALIAS.to_owned(), ALIAS_HELP, token_at(text, at.start)),
        Error::ExternalMessage { msg, .. } if msg.contains("unknown anchor") => {
            (Rule::Alias, ALIAS.to_owned(), ALIAS_HELP, token_at(text, at.start))
        }
        Error::ExternalMessage { msg, .. } => {
            let (rule, message, help) = syntax(msg);
            (rule, message, help, at)
        }
        other => (Rule::Syntax, format!("invalid YAML: {}", first_line(&other.to_string())), CHECK_INDENT, at),
    };
    YamlFault { rule, message, help, span }
}

pub(in crate::manifest) const TAG: &str =
    "tags are not allowed in a manifest; the setting determines the type of its value";
pub(in crate::manifest) const TAG_HELP: &str = "remove the tag, and quote the value if it should be text";
const ALIAS: &str = "aliases are not allowed in a manifest";
const ALIAS_HELP: &str = "write the value in place of the alias";
const CHECK_INDENT: &str = "check the indentation and the quotes on this line and the line before it";

fn over_budget(breach: &BudgetBreach, at: Range<usize>, text: &str) -> YamlFault {
    let (rule, message, help, span) = match breach {
        BudgetBreach::Anchors { .. } => {
            let span = token_before(text, '&', at.start).unwrap_or(at);
            (Rule::Anchor, "anchors are not allowed in a manifest", "remove the anchor", span)
        }
        BudgetBreach::Aliases { .. } => (Rule::Alias, ALIAS, ALIAS_HELP, token_at(text, at.start)),
        BudgetBreach::Documents { .. } => {
            let help = "keep one organization per file, and remove the --- and everything after it";
            (Rule::SecondDocument, "a manifest is one YAML document, but a second one starts here", help, at)
        }
        BudgetBreach::Depth { .. } => (Rule::TooDeep, TOO_DEEP, TOO_DEEP_HELP, at),
        _ => (
            Rule::TooLarge,
            "the file has more values than any manifest needs",
            "check that this is the right file",
            at,
        ),
    };
    YamlFault { rule, message: message.to_owned(), help, span }
}

const TOO_DEEP: &str = "the file is nested deeper than any setting";
const TOO_DEEP_HELP: &str = "settings are nested at most three levels deep; check the indentation and the brackets";

/// Replaces a message of the scanner that speaks of its internals.
fn syntax(message: &str) -> (Rule, String, &'static str) {
    const WORDS: [(&str, Rule, &str, &str); 10] = [
        ("tabs disallowed", Rule::Tab, "YAML is indented with spaces, not tabs", "replace the tab with spaces"),
        ("recursion limit", Rule::TooDeep, TOO_DEEP, TOO_DEEP_HELP),
        ("unclosed bracket", Rule::Syntax, "unclosed bracket", "close the bracket, or quote the text"),
        (
            "unexpected EOF",
            Rule::Syntax,
            "unexpected end of file inside a bracket",
            "close the bracket, or quote the text",
        ),
        ("unclosed quote", Rule::Syntax, "unclosed quote", "close the quote"),
        (
            "mapping values are not allowed",
            Rule::Syntax,
            "unexpected `key: value`; it is the second one on its line, or indented too far",
            "quote a value that contains a colon and a space, or align the line with the lines around it",
        ),
        (
            "unexpected character",
            Rule::Syntax,
            "a value cannot start with this character",
            "quote the value; characters such as @ ` % are reserved in YAML",
        ),
        ("did not find expected key", Rule::Syntax, "this line is not aligned with the keys above it", CHECK_INDENT),
        ("simple key", Rule::Syntax, "expected `key: value`", "write a colon and a space after the key"),
        ("BOM", Rule::Syntax, "unexpected byte-order mark inside the file", "remove the character"),
    ];
    let known = WORDS.iter().find(|(part, ..)| message.contains(part));
    known.map_or_else(
        || (Rule::Syntax, format!("invalid YAML: {}", first_line(message)), CHECK_INDENT),
        |(_, rule, words, help)| (*rule, (*words).to_owned(), *help),
    )
}

/// The start of a message of the parser, with control characters escaped.
fn first_line(message: &str) -> String {
    let line = message.lines().next().unwrap_or_default();
    line.chars().take(120).flat_map(char::escape_debug).collect()
}

/// The bytes of an error. An error of the scanner has only the number of characters before it, a line and a column. The
/// line and the column do not locate a byte: the scanner gives a byte-order mark no column, and reads a lone carriage
/// return as a line break.
fn place(error: &Error, text: &str) -> Range<usize> {
    let Some(location) = error.location() else { return 0..0 };
    if location.span().byte_offset().is_some() {
        return bytes(&location);
    }
    let characters = usize::try_from(location.span().offset()).unwrap_or(usize::MAX);
    let character = text.char_indices().nth(characters);
    character.map_or(text.len()..text.len(), |(start, c)| start..start + c.len_utf8())
}

/// The bytes of the word that starts at a byte, such as an alias.
fn token_at(text: &str, start: usize) -> Range<usize> {
    let rest = text.get(start..).unwrap_or_default();
    let length = rest.find(|c: char| c.is_whitespace() || matches!(c, ',' | ']' | '}')).unwrap_or(rest.len());
    start..start + length
}

/// The bytes of the last word before a byte that starts with a sign: the anchor or the tag of the value there.
fn token_before(text: &str, sign: char, end: usize) -> Option<Range<usize>> {
    let before = text.get(..end)?;
    let starts_word = |offset: &usize| {
        let left = before[..*offset].chars().next_back();
        left.is_none_or(|c| c.is_whitespace() || matches!(c, '[' | '{' | ','))
    };
    // A tag may start with two signs, as in "!!str".
    before.rmatch_indices(sign).map(|(offset, _)| offset).find(starts_word).map(|start| token_at(text, start))
}

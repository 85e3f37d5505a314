//! YAML text → a tree in which every key and value knows its bytes. The only module that touches the YAML crate.
//!
//! What a manifest may not use (anchors, tags, a second document) is a finding; the parser is then shown the same
//! text with those bytes blanked, so that one anchor does not hide everything else that is wrong.

use std::fmt;
use std::ops::Range;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Value as Json;
use serde_yaml::options::{DuplicateKeyPolicy, MergeKeyPolicy, NonFiniteFloatPolicy};
use serde_yaml::{Error, Spanned, budget::BudgetBreach};

use super::core_schema::{self, ScalarStyle};
use crate::diagnostics::Rule;

/// A value and the bytes where it stands.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::manifest) struct YamlNode {
    pub(in crate::manifest) value: YamlValue,
    pub(in crate::manifest) span: Range<usize>,
}

/// A value of YAML's core schema, decided by [`core_schema`] from the source text at the node's span.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::manifest) enum YamlValue {
    Null,
    Boolean(bool),
    Number(Json),
    Text(String),
    List(Vec<YamlNode>),
    /// Pairs in the order written; a key may come twice.
    Mapping(Vec<(YamlNode, YamlNode)>),
}

impl YamlNode {
    /// The value alone; of keys that come twice, the first counts.
    pub(in crate::manifest) fn to_json(&self) -> Json {
        match &self.value {
            YamlValue::Null => Json::Null,
            YamlValue::Boolean(truth) => Json::Bool(*truth),
            YamlValue::Number(number) => number.clone(),
            YamlValue::Text(text) => Json::String(text.clone()),
            YamlValue::List(nodes) => nodes.iter().map(Self::to_json).collect(),
            YamlValue::Mapping(pairs) => pairs
                .iter()
                .rev()
                .map(|(key, value)| (key.name(), value.to_json()))
                .collect::<serde_json::Map<_, _>>()
                .into(),
        }
    }

    /// A key as text.
    fn name(&self) -> String {
        match self.to_json() {
            Json::String(text) => text,
            other => other.to_string(),
        }
    }
}

/// Something that the text is not allowed to hold, or that is no YAML at all.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::manifest) struct YamlFault {
    pub(in crate::manifest) rule: Rule,
    pub(in crate::manifest) message: String,
    pub(in crate::manifest) help: &'static str,
    pub(in crate::manifest) span: Range<usize>,
}

/// The outcome of reading a text.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::manifest) struct Reading {
    /// The tree, unless a fault left none.
    pub(in crate::manifest) root: Option<YamlNode>,
    /// What the text may not hold.
    pub(in crate::manifest) faults: Vec<YamlFault>,
    /// Bytes that were blanked, in place of which the tree holds nothing that the author wrote.
    pub(in crate::manifest) blanked: Vec<Range<usize>>,
}

/// How many faults are worth blanking and reading again. Each costs a pass over the text.
const PASSES: usize = 12;

/// Reads a text without a byte-order mark.
pub(in crate::manifest) fn read(text: impl Into<String>) -> Reading {
    let mut reading = Reading { root: None, faults: Vec::new(), blanked: Vec::new() };
    let mut remaining = text.into();
    for _ in 0..PASSES {
        let error = match serde_yaml::from_str_with_options::<Spanned<Tree>>(&remaining, options()) {
            Ok(tree) => {
                reading.root = Some(node(tree, &remaining));
                return reading;
            }
            Err(error) => error,
        };
        let fault = fault(error.without_snippet(), &remaining);
        let blank = blankable(&fault, &remaining).filter(|blank| !blank.is_empty());
        reading.faults.push(fault);
        let Some(blank) = blank else { return reading };
        blank_out(&mut remaining, &blank);
        reading.blanked.push(blank);
    }
    reading
}

/// Strict YAML 1.2 and a budget that holds the largest honest manifest many times over.
fn options() -> serde_yaml::Options {
    serde_yaml::options! {
        budget: serde_yaml::budget! {
            max_depth: 16,
            max_nodes: 10_000,
            max_events: 40_000,
            max_anchors: 0,
            max_aliases: 0,
            max_documents: 1,
            flow_nesting_limit: 16,
        },
        // Repeated keys reach our own tree, so that each is reported.
        duplicate_keys: DuplicateKeyPolicy::PassThrough,
        merge_keys: MergeKeyPolicy::AsOrdinary,
        // Comments are not read; buffering them refuses a file with more than 32 lines of them in a row.
        emit_comments: false,
        strict_booleans: true,
        reject_unsupported_tags: true,
        reject_tagged_field_names: true,
        underscored_numbers_as_strings: true,
        leading_zero_numbers_as_strings: true,
        non_finite_float_policy: NonFiniteFloatPolicy::AsString,
        with_snippet: false,
    }
}

/// What the deserializer fills; [`node`] turns it into a tree without the crate's types.
enum Tree {
    /// What the parser takes for a null, a boolean or a number. What it is follows from its source text.
    Untyped,
    Text(String),
    List(Vec<Spanned<Tree>>),
    Mapping(Vec<(Spanned<Tree>, Spanned<Tree>)>),
}

impl<'de> Deserialize<'de> for Tree {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TreeVisitor)
    }
}

struct TreeVisitor;

impl<'de> Visitor<'de> for TreeVisitor {
    type Value = Tree;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a YAML value")
    }

    fn visit_unit<E>(self) -> Result<Tree, E> {
        Ok(Tree::Untyped)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Tree, E> {
        Ok(Tree::Untyped)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Tree, E> {
        Ok(Tree::Untyped)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Tree, E> {
        Ok(Tree::Untyped)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Tree, E> {
        Ok(Tree::Untyped)
    }

    fn visit_str<E>(self, text: &str) -> Result<Tree, E> {
        Ok(Tree::Text(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Tree, A::Error> {
        let mut list = Vec::new();
        while let Some(element) = elements.next_element()? {
            list.push(element);
        }
        Ok(Tree::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut pairs: A) -> Result<Tree, A::Error> {
        let mut mapping = Vec::new();
        while let Some(pair) = pairs.next_entry()? {
            mapping.push(pair);
        }
        Ok(Tree::Mapping(mapping))
    }
}

fn node(tree: Spanned<Tree>, text: &str) -> YamlNode {
    let span = bytes(&tree.referenced);
    let raw = text.get(span.clone()).unwrap_or_default();
    let value = match (tree.value, core_schema::style(text, &span)) {
        (Tree::List(elements), _) => YamlValue::List(elements.into_iter().map(|element| node(element, text)).collect()),
        (Tree::Mapping(pairs), _) => {
            YamlValue::Mapping(pairs.into_iter().map(|(key, value)| (node(key, text), node(value, text))).collect())
        }
        (Tree::Text(content), ScalarStyle::Text | ScalarStyle::Block(_)) => YamlValue::Text(content),
        (Tree::Untyped | Tree::Text(_), _) => core_schema::plain(raw),
    };
    YamlNode { value, span }
}

fn bytes(location: &serde_yaml::Location) -> Range<usize> {
    let span = location.span();
    let number = |value: Option<u64>| value.and_then(|value| usize::try_from(value).ok()).unwrap_or(0);
    let start = number(span.byte_offset());
    start..start + number(span.byte_len())
}

/// The parser's error in our words, with the bytes that it is about.
fn fault(error: &Error, text: &str) -> YamlFault {
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
        other => {
            (Rule::Syntax, format!("this is not valid YAML: {}", first_line(&other.to_string())), CHECK_INDENT, at)
        }
    };
    YamlFault { rule, message, help, span }
}

pub(in crate::manifest) const TAG: &str = "a manifest has no tags; every value's type follows from its setting";
pub(in crate::manifest) const TAG_HELP: &str = "remove the tag, and quote the value if it should be text";
const ALIAS: &str = "a manifest has no aliases; every value stands where it is used";
const ALIAS_HELP: &str = "write the value out";
const CHECK_INDENT: &str = "check the indentation and the quotes on this line and the one before";

fn over_budget(breach: &BudgetBreach, at: Range<usize>, text: &str) -> YamlFault {
    let (rule, message, help, span) = match breach {
        BudgetBreach::Anchors { .. } => {
            let span = token_before(text, '&', at.start).unwrap_or(at);
            (Rule::Anchor, "a manifest has no anchors; every value stands where it is used", "remove the anchor", span)
        }
        BudgetBreach::Aliases { .. } => (Rule::Alias, ALIAS, ALIAS_HELP, token_at(text, at.start)),
        BudgetBreach::Documents { .. } => {
            let help = "keep one organization per file, and remove the --- and what follows it";
            (Rule::SecondDocument, "a manifest is one YAML document, and a second one starts here", help, at)
        }
        BudgetBreach::Depth { .. } => (Rule::TooDeep, TOO_DEEP, TOO_DEEP_HELP, at),
        _ => (
            Rule::TooLarge,
            "the file holds more values than any manifest needs",
            "check that this is the right file",
            at,
        ),
    };
    YamlFault { rule, message: message.to_owned(), help, span }
}

const TOO_DEEP: &str = "the file nests deeper than any setting";
const TOO_DEEP_HELP: &str = "settings stand at most three levels deep; check the indentation and brackets";

/// Words for the scanner's messages, which speak of its own insides.
fn syntax(message: &str) -> (Rule, String, &'static str) {
    const WORDS: [(&str, Rule, &str, &str); 10] = [
        ("tabs disallowed", Rule::Tab, "YAML is indented with spaces, not tabs", "replace the tab by spaces"),
        ("recursion limit", Rule::TooDeep, TOO_DEEP, TOO_DEEP_HELP),
        ("unclosed bracket", Rule::Syntax, "a bracket that opens here is never closed", "close it, or quote the text"),
        ("unexpected EOF", Rule::Syntax, "the file ends inside a bracket", "close it, or quote the text"),
        ("unclosed quote", Rule::Syntax, "a quote that opens here is never closed", "close the quote"),
        (
            "mapping values are not allowed",
            Rule::Syntax,
            "a second \"key: value\" on one line, or a line that is indented too far",
            "quote a value that contains a colon and a space, or align the line with its neighbours",
        ),
        (
            "unexpected character",
            Rule::Syntax,
            "a value cannot start with this character",
            "quote the value: characters such as @ ` % have a meaning of their own in YAML",
        ),
        ("did not find expected key", Rule::Syntax, "this line is not aligned with the keys above it", CHECK_INDENT),
        (
            "simple key",
            Rule::Syntax,
            "this line has no colon and a space, so it is no setting",
            "write \"setting: value\"",
        ),
        ("BOM", Rule::Syntax, "a byte-order mark stands inside the file", "remove it, or save the file as plain UTF-8"),
    ];
    let known = WORDS.iter().find(|(part, ..)| message.contains(part));
    known.map_or_else(
        || (Rule::Syntax, format!("this is not valid YAML: {}", first_line(message)), CHECK_INDENT),
        |(_, rule, words, help)| (*rule, (*words).to_owned(), *help),
    )
}

/// The start of a foreign message, without what a terminal would act on.
fn first_line(message: &str) -> String {
    let line = message.lines().next().unwrap_or_default();
    line.chars().take(120).flat_map(char::escape_debug).collect()
}

/// The bytes that an error is about. Errors of the scanner have no bytes, but the number of characters in front of them.
/// Their line and column do not locate a byte: the scanner gives a byte-order mark no column, and takes a lone carriage
/// return for a line break.
fn place(error: &Error, text: &str) -> Range<usize> {
    let Some(location) = error.location() else { return 0..0 };
    if location.span().byte_offset().is_some() {
        return bytes(&location);
    }
    let characters = usize::try_from(location.span().offset()).unwrap_or(usize::MAX);
    let character = text.char_indices().nth(characters);
    character.map_or(text.len()..text.len(), |(start, c)| start..start + c.len_utf8())
}

/// The word that starts here: what an alias is.
fn token_at(text: &str, start: usize) -> Range<usize> {
    let rest = text.get(start..).unwrap_or_default();
    let length = rest.find(|c: char| c.is_whitespace() || matches!(c, ',' | ']' | '}')).unwrap_or(rest.len());
    start..start + length
}

/// The last word in front of a place that starts with a sign: an anchor or a tag of the value there.
fn token_before(text: &str, sign: char, end: usize) -> Option<Range<usize>> {
    let before = text.get(..end)?;
    let starts_word = |offset: &usize| {
        let left = before[..*offset].chars().next_back();
        left.is_none_or(|c| c.is_whitespace() || matches!(c, '[' | '{' | ','))
    };
    // Two tags may touch one value, as in "!!str"; the word starts at the first sign of the run.
    before.rmatch_indices(sign).map(|(offset, _)| offset).find(starts_word).map(|start| token_at(text, start))
}

/// What to blank so that the rest can be read: a word, or the second document. Nothing mends broken syntax.
fn blankable(fault: &YamlFault, text: &str) -> Option<Range<usize>> {
    match fault.rule {
        Rule::Anchor | Rule::Alias | Rule::Tag => Some(fault.span.clone()),
        Rule::SecondDocument => Some(fault.span.start..text.len()),
        _ => None,
    }
}

/// Puts spaces in place of bytes, so that every other byte keeps its place. Line breaks stay, and an alias leaves a
/// null, since brackets and keys around it expect a value.
fn blank_out(text: &mut String, span: &Range<usize>) {
    let Some(part) = text.get(span.clone()) else { return };
    let filler = |(at, c): (usize, char)| match (at, c) {
        (0, '*') => '~',
        (_, '\n') => '\n',
        (_, _) => ' ',
    };
    let blank: String =
        part.char_indices().flat_map(|(at, c)| std::iter::repeat_n(filler((at, c)), c.len_utf8())).collect();
    text.replace_range(span.clone(), &blank);
}

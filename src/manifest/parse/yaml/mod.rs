//! YAML text → a tree of nodes with their bytes. The only module that uses the YAML crate.
//!
//! What a manifest must not use (anchors, tags, a second document) is a fault. The parser then reads the same text with
//! those bytes blanked, so that one anchor does not hide all other problems.
//!
//! - `node`: the tree
//! - `core_schema`: the type of a scalar, from its source text
//! - `fault`: errors of the parser, with messages and bytes of our own

mod core_schema;
mod fault;
mod node;

pub(super) use core_schema::{ScalarStyle, style};
pub(in crate::manifest) use fault::YamlFault;
pub(super) use fault::{TAG, TAG_HELP};
pub(in crate::manifest) use node::{YamlNode, YamlValue};

use std::fmt;
use std::ops::Range;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_yaml::Spanned;
use serde_yaml::options::{DuplicateKeyPolicy, MergeKeyPolicy, NonFiniteFloatPolicy};

use crate::diagnostics::Rule;

/// How many faults are blanked before the parser gives up. Each costs a pass over the text.
const PASSES: usize = 12;

/// The outcome of reading a text.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::manifest) struct Reading {
    /// The tree; `None` if a fault cannot be blanked.
    pub(in crate::manifest) root: Option<YamlNode>,
    pub(in crate::manifest) faults: Vec<YamlFault>,
    /// The bytes that were blanked. The tree has nulls there that are not in the file.
    pub(in crate::manifest) blanked: Vec<Range<usize>>,
}

/// Reads a text that does not start with a byte-order mark.
pub(in crate::manifest) fn read(text: impl Into<String>) -> Reading {
    let mut reading = Reading { root: None, faults: Vec::new(), blanked: Vec::new() };
    let mut remaining = text.into();
    for _ in 0..PASSES {
        let error = match serde_yaml::from_str_with_options::<YamlNode>(&remaining, options()) {
            Ok(mut root) => {
                resolve(&mut root, &remaining);
                reading.root = Some(root);
                return reading;
            }
            Err(error) => error,
        };
        let fault = fault::convert(error.without_snippet(), &remaining);
        let blank = blankable(&fault, &remaining).filter(|blank| !blank.is_empty());
        reading.faults.push(fault);
        let Some(blank) = blank else { return reading };
        blank_out(&mut remaining, &blank);
        reading.blanked.push(blank);
    }
    reading
}

/// Strict YAML 1.2, and a budget of many times the largest real manifest.
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
        // Repeated keys stay in the tree, so that each is reported.
        duplicate_keys: DuplicateKeyPolicy::PassThrough,
        merge_keys: MergeKeyPolicy::AsOrdinary,
        // Comments are not used, and buffering them would reject a file with more than 32 comment lines in a row.
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

impl<'de> Deserialize<'de> for YamlNode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let spanned = Spanned::<YamlValue>::deserialize(deserializer)?;
        Ok(Self { value: spanned.value, span: fault::bytes(&spanned.referenced) })
    }
}

/// The value as the parser reads it, with null for every scalar that is not text; [`resolve`] decides their types.
impl<'de> Deserialize<'de> for YamlValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ValueVisitor)
    }
}

struct ValueVisitor;

impl<'de> Visitor<'de> for ValueVisitor {
    type Value = YamlValue;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a YAML value")
    }

    fn visit_unit<E>(self) -> Result<YamlValue, E> {
        Ok(YamlValue::Null)
    }

    fn visit_bool<E>(self, _: bool) -> Result<YamlValue, E> {
        Ok(YamlValue::Null)
    }

    fn visit_i64<E>(self, _: i64) -> Result<YamlValue, E> {
        Ok(YamlValue::Null)
    }

    fn visit_u64<E>(self, _: u64) -> Result<YamlValue, E> {
        Ok(YamlValue::Null)
    }

    fn visit_f64<E>(self, _: f64) -> Result<YamlValue, E> {
        Ok(YamlValue::Null)
    }

    fn visit_str<E>(self, text: &str) -> Result<YamlValue, E> {
        Ok(YamlValue::Text(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<YamlValue, A::Error> {
        let mut list = Vec::new();
        while let Some(element) = elements.next_element()? {
            list.push(element);
        }
        Ok(YamlValue::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut pairs: A) -> Result<YamlValue, A::Error> {
        let mut mapping = Vec::new();
        while let Some(pair) = pairs.next_entry()? {
            mapping.push(pair);
        }
        Ok(YamlValue::Mapping(mapping))
    }
}

/// Decides the type of every scalar from its source text.
fn resolve(node: &mut YamlNode, text: &str) {
    match &mut node.value {
        YamlValue::List(elements) => elements.iter_mut().for_each(|element| resolve(element, text)),
        YamlValue::Mapping(pairs) => pairs.iter_mut().for_each(|(key, value)| {
            resolve(key, text);
            resolve(value, text);
        }),
        YamlValue::Text(_) if style(text, &node.span) != ScalarStyle::Plain => {}
        YamlValue::Null | YamlValue::Boolean(_) | YamlValue::Number(_) | YamlValue::Text(_) => {
            node.value = core_schema::plain(text.get(node.span.clone()).unwrap_or_default());
        }
    }
}

/// The bytes to blank so that the rest can be read: a word or the second document. Syntax errors have none.
fn blankable(fault: &YamlFault, text: &str) -> Option<Range<usize>> {
    match fault.rule {
        Rule::Anchor | Rule::Alias | Rule::Tag => Some(fault.span.clone()),
        Rule::SecondDocument => Some(fault.span.start..text.len()),
        _ => None,
    }
}

/// Replaces bytes with spaces, so that all other bytes keep their offsets. Line breaks stay. An alias becomes a null,
/// since the brackets and keys around it require a value.
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

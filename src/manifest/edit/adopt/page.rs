//! The text of a manifest: its lines, and the spelling of values.

use serde_json::Value as Json;

use super::place::ValueLocation;
use crate::diagnostics::Source;
use crate::manifest::edit::splice::Edit;
use crate::manifest::parse::yaml::{YamlNode, YamlValue};
use crate::text::visible_json;
use crate::text::yaml::{double_quoted, flow, single_quoted, yaml_scalar};

/// The indentation of a file that has none.
const DEFAULT_INDENTATION: &str = "  ";

/// The text of a manifest to be edited.
pub(super) struct ManifestText<'a> {
    pub(super) text: &'a str,
    /// Its line ending.
    pub(super) newline: &'static str,
    /// Whether it is JSON, which must be preserved.
    pub(super) is_json: bool,
}

/// The quoting style of strings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Quotes {
    /// Without quotes if all YAML parsers read the same text, else in double quotes.
    Plain,
    /// In single quotes if no escape is needed, else in double quotes.
    Single,
    /// In double quotes.
    Double,
    /// JSON, for all values.
    Json,
}

impl<'a> ManifestText<'a> {
    pub(super) fn new(source: &'a Source) -> Self {
        let newline = if source.text.contains("\r\n") { "\r\n" } else { "\n" };
        Self { text: &source.text, newline, is_json: source.is_json() }
    }

    /// Returns the text between two offsets.
    pub(super) fn between(&self, start: usize, end: usize) -> &'a str {
        self.text.get(start..end).unwrap_or_default()
    }

    pub(super) fn raw(&self, node: &YamlNode) -> &'a str {
        self.between(node.span.start, node.span.end)
    }

    /// Returns the start of the line of an offset.
    pub(super) fn line_start(&self, offset: usize) -> usize {
        self.between(0, offset).rfind('\n').map_or(0, |at| at + 1)
    }

    /// Returns the end of the line of an offset, before its line break.
    pub(super) fn line_end(&self, offset: usize) -> usize {
        let rest = self.text.get(offset..).unwrap_or_default();
        let line = rest.split('\n').next().unwrap_or_default();
        offset + line.strip_suffix('\r').unwrap_or(line).len()
    }

    /// Returns the start of the line after that of an offset, or the end of the text.
    pub(super) fn next_line(&self, offset: usize) -> usize {
        let rest = self.text.get(offset..).unwrap_or_default();
        offset + rest.find('\n').map_or(rest.len(), |at| at + 1)
    }

    /// Returns the offset of the next byte that is neither white space nor part of a comment.
    pub(super) fn behind_comments(&self, mut offset: usize) -> usize {
        loop {
            let rest = self.text.get(offset..).unwrap_or_default();
            offset += rest.len() - rest.trim_start_matches([' ', '\t', '\r', '\n']).len();
            if !self.text.get(offset..).is_some_and(|rest| rest.starts_with('#')) {
                return offset;
            }
            offset = self.line_end(offset);
        }
    }

    /// Returns the indentation of a key that starts its line.
    pub(super) fn indent(&self, key: &YamlNode) -> Option<&'a str> {
        let before = self.between(self.line_start(key.span.start), key.span.start).trim_start_matches('\u{feff}');
        before.trim().is_empty().then_some(before)
    }

    /// Returns the indentation of one level: that of the first key below another one, else two spaces.
    pub(super) fn indentation(&self, root: &YamlNode) -> &'a str {
        let YamlValue::Mapping(sections) = &root.value else { return DEFAULT_INDENTATION };
        let below = sections.iter().find_map(|(section, value)| {
            let YamlValue::Mapping(pairs) = &value.value else { return None };
            let (outer, inner) = (self.indent(section)?, self.indent(&pairs.first()?.0)?);
            inner.strip_prefix(outer).filter(|unit| !unit.is_empty())
        });
        below.unwrap_or(DEFAULT_INDENTATION)
    }

    /// Whether a mapping or list is in braces or brackets.
    pub(super) fn is_braced(&self, node: &YamlNode) -> bool {
        self.text.get(node.span.start..).is_some_and(|rest| rest.starts_with(['{', '[']))
    }

    /// Returns the offset of the closing brace or bracket of a mapping or list. The span of its node has only the opening one.
    pub(super) fn closing(&self, node: &YamlNode) -> Option<usize> {
        let last = match &node.value {
            YamlValue::Mapping(pairs) => pairs.last().map(|(key, value)| self.end_of_pair(key, value)),
            YamlValue::List(elements) => elements.last().map(|last| self.end(last.span.end, last)),
            _ => return None,
        };
        let mut offset = last.unwrap_or(Some(node.span.start + 1))?;
        loop {
            offset = self.behind_comments(offset);
            match self.text.get(offset..)?.chars().next()? {
                ']' | '}' => return Some(offset),
                ',' => offset += 1,
                _ => return None,
            }
        }
    }

    /// Returns the end of a key and its value, before a comment or a comma.
    pub(super) fn end_of_pair(&self, key: &YamlNode, value: &YamlNode) -> Option<usize> {
        let colon = self.behind_comments(key.span.end);
        // In braces, a key may have no colon.
        let has_colon = self.text.get(colon..).is_some_and(|rest| rest.starts_with(':'));
        let key_end = if has_colon { colon + 1 } else { key.span.end };
        let indicator = self.behind_comments(key_end);
        // In braces, a space must stay between a colon and a comma.
        let is_spaced = self.between(key_end, indicator).chars().all(|character| character == ' ');
        let is_last = self.text.get(indicator..).is_some_and(|rest| rest.starts_with([',', '}']));
        let key_end = if has_colon && is_spaced && is_last { indicator } else { key_end };
        let is_block = self.text.get(indicator..).is_some_and(|rest| rest.starts_with(['|', '>']));
        // An empty block scalar has no span.
        let is_empty = matches!(value.value, YamlValue::Text(_)) && self.raw(value).trim().is_empty();
        if is_empty && is_block { Some(self.line_end(indicator)) } else { self.end(key_end, value) }
    }

    /// Returns the end of a value, or `start` if it has no text.
    fn end(&self, start: usize, node: &YamlNode) -> Option<usize> {
        match &node.value {
            YamlValue::Mapping(_) | YamlValue::List(_) if self.is_braced(node) => Some(self.closing(node)? + 1),
            YamlValue::Mapping(pairs) => pairs.last().and_then(|(key, value)| self.end_of_pair(key, value)),
            YamlValue::List(elements) => elements.last().and_then(|last| self.end(last.span.end, last)),
            _ => match self.raw(node).trim_end() {
                "" => Some(start),
                raw => Some(node.span.start + raw.len()),
            },
        }
    }

    /// Returns the edit that inserts a value after the colon of a key without a value.
    ///
    /// # Errors
    /// Returns the reason if the colon is not on the line of the key.
    pub(super) fn behind_colon(&self, key: &YamlNode, value: &str) -> Result<Edit, &'static str> {
        let rest = self.text.get(key.span.end..).unwrap_or_default();
        let blanks = rest.len() - rest.trim_start_matches([' ', '\t']).len();
        match rest[blanks..].chars().next() {
            Some(':') => Ok(Edit::insert(key.span.end + blanks + 1, format!(" {value}"))),
            // In braces, a key may have no colon.
            Some(',' | '}') => Ok(Edit::insert(key.span.end, format!(": {value}"))),
            _ => Err("its key and its colon are on different lines"),
        }
    }

    /// Returns the quoting style of a value, or that of its key if the value is not a string.
    pub(super) fn quotes(&self, place: &ValueLocation<'_>, value: &YamlNode) -> Quotes {
        let is_text = matches!(value.value, YamlValue::Text(_));
        self.key_quotes(if is_text { value } else { place.key })
    }

    /// Returns the quoting style of a key, or of a string.
    pub(super) fn key_quotes(&self, key: &YamlNode) -> Quotes {
        match self.raw(key).chars().next() {
            _ if self.is_json => Quotes::Json,
            Some('"') => Quotes::Double,
            Some('\'') => Quotes::Single,
            _ => Quotes::Plain,
        }
    }
}

impl Quotes {
    /// Writes a value on one line.
    pub(super) fn write(self, value: &Json) -> String {
        match value {
            value if self == Self::Json => visible_json(&value.to_string()),
            Json::String(text) => self.text(text),
            Json::Array(elements) => {
                let elements: Vec<String> = elements.iter().map(|element| self.write(element)).collect();
                format!("[{}]", elements.join(", "))
            }
            Json::Object(members) => {
                let pair = |(key, value): (&String, &Json)| format!("{}: {}", self.text(key), self.write(value));
                format!("{{{}}}", members.iter().map(pair).collect::<Vec<_>>().join(", "))
            }
            Json::Null | Json::Bool(_) | Json::Number(_) => flow(value),
        }
    }

    /// Writes a text on one line.
    pub(super) fn text(self, text: &str) -> String {
        match self {
            Self::Plain => yaml_scalar(text),
            Self::Single => single_quoted(text).unwrap_or_else(|| double_quoted(text)),
            Self::Double | Self::Json => double_quoted(text),
        }
    }
}

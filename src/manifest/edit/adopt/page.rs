//! The text of a manifest: its lines, and the spelling of values.

use serde_json::Value as Json;

use super::place::ValueLocation;
use crate::diagnostics::Source;
use crate::manifest::edit::splice::Edit;
use crate::manifest::parse::yaml::{YamlNode, YamlValue};
use crate::text::visible_json;
use crate::text::yaml::{double_quoted, flow, single_quoted, yaml_scalar};

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
        let raw = if is_text { self.raw(value) } else { self.raw(place.key) };
        match raw.chars().next() {
            _ if self.is_json => Quotes::Json,
            Some('"') => Quotes::Double,
            Some('\'') if is_text => Quotes::Single,
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

    fn text(self, text: &str) -> String {
        match self {
            Self::Plain => yaml_scalar(text),
            Self::Single => single_quoted(text).unwrap_or_else(|| double_quoted(text)),
            Self::Double | Self::Json => double_quoted(text),
        }
    }
}

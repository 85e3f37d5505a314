//! The text of a manifest as lines, and how values are spelled in it.

use serde::de::IgnoredAny;
use serde_json::Value as Json;

use super::place::ValueLocation;
use crate::diagnostics::Source;
use crate::manifest::edit::splice::Edit;
use crate::manifest::parse::yaml::{YamlNode, YamlValue};
use crate::text::visible_json;
use crate::text::yaml::{double_quoted, flow, single_quoted, yaml_scalar};

/// A text that edits are made for.
pub(super) struct ManifestText<'a> {
    pub(super) text: &'a str,
    /// What ends its lines.
    pub(super) newline: &'static str,
    /// Whether it is JSON, and is to stay that.
    pub(super) is_json: bool,
}

/// How texts are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Quotes {
    /// Without quotes where every reader takes it for this text, else in double ones.
    Plain,
    /// In single quotes where nothing needs an escape, else in double ones.
    Single,
    /// In double quotes.
    Double,
    /// As JSON, and everything else too.
    Json,
}

/// Whether a file is JSON.
pub(super) fn is_json(source: &Source) -> bool {
    serde_json::from_str::<IgnoredAny>(source.body().0).is_ok()
}

impl<'a> ManifestText<'a> {
    pub(super) fn new(source: &'a Source) -> Self {
        let newline = if source.text.contains("\r\n") { "\r\n" } else { "\n" };
        Self { text: &source.text, newline, is_json: is_json(source) }
    }

    /// What stands between two bytes.
    pub(super) fn between(&self, start: usize, end: usize) -> &'a str {
        self.text.get(start..end).unwrap_or_default()
    }

    pub(super) fn raw(&self, node: &YamlNode) -> &'a str {
        self.between(node.span.start, node.span.end)
    }

    /// Where the line of a byte starts.
    pub(super) fn line_start(&self, offset: usize) -> usize {
        self.between(0, offset).rfind('\n').map_or(0, |at| at + 1)
    }

    /// Where the line of a byte ends, in front of its line break.
    pub(super) fn line_end(&self, offset: usize) -> usize {
        let rest = self.text.get(offset..).unwrap_or_default();
        let line = rest.split('\n').next().unwrap_or_default();
        offset + line.strip_suffix('\r').unwrap_or(line).len()
    }

    /// Where the line behind that of a byte starts; the end of the text where there is none.
    pub(super) fn next_line(&self, offset: usize) -> usize {
        let rest = self.text.get(offset..).unwrap_or_default();
        offset + rest.find('\n').map_or(rest.len(), |at| at + 1)
    }

    /// The next byte that is neither white space nor part of a comment.
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

    /// Puts a value behind the colon of a key that has none.
    ///
    /// # Errors
    /// If the colon stands on another line than the key.
    pub(super) fn behind_colon(&self, key: &YamlNode, value: &str) -> Result<Edit, &'static str> {
        let rest = self.text.get(key.span.end..).unwrap_or_default();
        let blanks = rest.len() - rest.trim_start_matches([' ', '\t']).len();
        match rest[blanks..].chars().next() {
            Some(':') => Ok(Edit::insert(key.span.end + blanks + 1, format!(" {value}"))),
            // In braces a key may stand alone.
            Some(',' | '}') => Ok(Edit::insert(key.span.end, format!(": {value}"))),
            _ => Err("its key and its colon are on different lines"),
        }
    }

    /// The quotes of a value, or those of its key where it has none of its own.
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
    /// A value on one line.
    pub(super) fn spell(self, value: &Json) -> String {
        match value {
            value if self == Self::Json => visible_json(&value.to_string()),
            Json::String(text) => self.text(text),
            Json::Array(elements) => {
                let elements: Vec<String> = elements.iter().map(|element| self.spell(element)).collect();
                format!("[{}]", elements.join(", "))
            }
            Json::Object(members) => {
                let pair = |(key, value): (&String, &Json)| format!("{}: {}", self.text(key), self.spell(value));
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

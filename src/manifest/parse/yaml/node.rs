//! The tree of a YAML text: every key and value with the bytes of its source text.

use std::ops::Range;

use serde_json::Value as Json;

/// A value and the bytes of its source text.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::manifest) struct YamlNode {
    pub(in crate::manifest) value: YamlValue,
    pub(in crate::manifest) span: Range<usize>,
}

/// A value of the core schema of YAML 1.2.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::manifest) enum YamlValue {
    Null,
    Boolean(bool),
    Number(Json),
    Text(String),
    List(Vec<YamlNode>),
    /// The pairs in the order of the file. Keys may be repeated.
    Mapping(Vec<(YamlNode, YamlNode)>),
}

impl YamlNode {
    /// The value without spans. Of repeated keys, the first counts.
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

    /// The type of the value, with its article.
    pub(in crate::manifest) fn kind(&self) -> &'static str {
        match &self.value {
            YamlValue::Null => "null",
            YamlValue::Boolean(_) => "a boolean",
            YamlValue::Number(_) => "a number",
            YamlValue::Text(_) => "text",
            YamlValue::List(_) => "a list",
            YamlValue::Mapping(_) => "a mapping",
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

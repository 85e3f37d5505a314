//! What all parts of the decoding share: the model, the text, and what was found so far.

use std::collections::HashMap;
use std::ops::Range;

use super::yaml::{TAG, TAG_HELP, YamlNode, YamlValue};
use crate::diagnostics::{Diagnostics, Finding, Lines, Location, Rule, Source};
use crate::manifest::desired::Manifest;
use crate::settings::{Model, Setting, shown};

/// The longest tag that the parser accepts, with white space after it, in bytes. Searching further back would take
/// quadratic time on a line of many nodes.
const LONGEST_TAG: usize = 80;

/// The state of decoding one manifest.
pub(super) struct ManifestDecoder<'a> {
    pub(super) model: &'a Model,
    pub(super) source: &'a Source,
    pub(super) lines: Lines<'a>,
    /// The bytes that the parser was not shown. The tree has nulls there that are not in the file.
    pub(super) blanked: Vec<Range<usize>>,
    /// The settings that the file declares with an unusable value.
    pub(super) unusable: Vec<Setting>,
    /// The manifest as far as it is decoded.
    pub(super) manifest: Manifest,
    /// The location of the id of its target.
    pub(super) target_at: Option<Location>,
    pub(super) diagnostics: Diagnostics,
}

/// One pair of a mapping whose key is a name.
pub(super) struct Entry<'n> {
    pub(super) name: String,
    pub(super) key: &'n YamlNode,
    pub(super) value: &'n YamlNode,
    /// Whether an earlier pair has the same name. The first one counts.
    pub(super) repeated: bool,
}

impl<'a> ManifestDecoder<'a> {
    /// A finding about some bytes.
    pub(super) fn finding(&self, rule: Rule, span: &Range<usize>, message: impl Into<String>) -> Finding {
        let finding = Finding::new(rule, &self.source.name, message);
        // Counting columns takes time linear in the length of the line, so it is skipped for findings that are dropped.
        if self.diagnostics.is_full(rule.severity()) { finding } else { finding.at(&self.lines.at(span.clone())) }
    }

    /// The source text of a node.
    pub(super) fn raw(&self, node: &YamlNode) -> &'a str {
        self.source.text.get(node.span.clone()).unwrap_or_default()
    }

    pub(super) fn location(&self, node: &YamlNode) -> Location {
        self.lines.at(node.span.clone())
    }

    /// Whether a null replaces an alias, which already is a finding.
    pub(super) fn is_blanked(&self, node: &YamlNode) -> bool {
        let rest = self.lines.rest_of_line(node.span.start).len();
        let line = node.span.start..node.span.start + rest;
        node.value == YamlValue::Null && self.blanked.iter().any(|blank| line.contains(&blank.start))
    }

    /// Returns the pairs of a mapping whose keys are names, and reports the keys that are not, or that are repeated.
    pub(super) fn entries<'n>(&mut self, pairs: &'n [(YamlNode, YamlNode)]) -> Vec<Entry<'n>> {
        let mut first: HashMap<String, usize> = HashMap::new();
        let mut entries = Vec::new();
        for (key, value) in pairs {
            let Some(name) = self.name(key) else { continue };
            let earlier = *first.entry(name.clone()).or_insert(key.span.start);
            let repeated = earlier != key.span.start;
            if repeated {
                let message = format!("duplicate key {}", shown(&name));
                let help = format!("remove one of them; the first is on line {}", self.lines.at(earlier..earlier).line);
                self.diagnostics.push(self.finding(Rule::DuplicateKey, &key.span, message).help(help));
            }
            entries.push(Entry { name, key, value, repeated });
        }
        entries
    }

    /// The name that a key is, if it is one.
    fn name(&mut self, key: &YamlNode) -> Option<String> {
        let finding = match &key.value {
            YamlValue::Text(text) if text == "<<" => self
                .finding(Rule::MergeKey, &key.span, "merge keys are not allowed in a manifest")
                .help("write the settings in place of the merge key"),
            YamlValue::Text(text) => return Some(text.clone()),
            YamlValue::Number(_) | YamlValue::Boolean(_) => return Some(self.raw(key).to_owned()),
            YamlValue::Null | YamlValue::List(_) | YamlValue::Mapping(_) => {
                let message = format!("a key must be a name such as session_duration, not {}", key.kind());
                self.finding(Rule::KeyType, &key.span, message)
            }
        };
        self.diagnostics.push(finding);
        None
    }

    /// Reports the tags that the parser knows and therefore accepts, such as `!!str`.
    pub(super) fn report_tags(&mut self, node: &YamlNode) {
        // A tag that the parser does not know was blanked, and already is a finding.
        let is_new = |span: &Range<usize>| !self.blanked.contains(span);
        if let Some(span) = self.tag_before(node.span.start).filter(is_new) {
            self.diagnostics.push(self.finding(Rule::Tag, &span, TAG).help(TAG_HELP));
        }
        match &node.value {
            YamlValue::List(nodes) => nodes.iter().for_each(|node| self.report_tags(node)),
            YamlValue::Mapping(pairs) => pairs.iter().for_each(|(key, value)| {
                self.report_tags(key);
                self.report_tags(value);
            }),
            YamlValue::Null | YamlValue::Boolean(_) | YamlValue::Number(_) | YamlValue::Text(_) => {}
        }
    }

    fn tag_before(&self, end: usize) -> Option<Range<usize>> {
        let text = &self.source.text;
        let begin = text.floor_char_boundary(end.saturating_sub(LONGEST_TAG));
        let before = text.get(begin..end)?.trim_end();
        let word = before.rsplit(|c: char| c.is_whitespace() || matches!(c, '[' | '{' | ',')).next()?;
        let start = before.len() - word.len();
        let is_tag = word.starts_with('!');
        let in_comment = before[..start].rsplit('\n').next().is_some_and(|line| line.contains('#'));
        (is_tag && !in_comment).then(|| begin + start..begin + before.len())
    }
}

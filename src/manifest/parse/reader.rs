//! What every part of the reading shares: the model, the text, and the list of what is wrong so far.

use std::collections::HashMap;
use std::ops::Range;

use super::Source;
use super::yaml::{TAG, TAG_HELP, YamlNode, YamlValue};
use crate::diagnostics::Lines;
use crate::diagnostics::{Finding, Location, Rule, Severity};
use crate::settings::{Model, Setting, shown};

/// How many findings are shown. Nobody reads more, and every byte of a hostile file may be one.
const MOST: usize = 100;

/// How many are collected, so that the first ones by position are among them.
const COLLECTED: usize = 300;

pub(super) struct Reader<'a> {
    pub(super) model: &'a Model,
    pub(super) source: &'a Source,
    pub(super) lines: Lines<'a>,
    /// Bytes that the parser did not see, in place of which the tree holds nulls that nobody wrote.
    pub(super) blanked: Vec<Range<usize>>,
    /// The settings that the file mentions with a value that cannot be used.
    pub(super) unusable: Vec<Setting>,
    findings: Vec<Finding>,
    dropped: usize,
    failed: bool,
}

/// One pair of a mapping whose key is a name.
pub(super) struct Entry<'n> {
    pub(super) name: String,
    pub(super) key: &'n YamlNode,
    pub(super) value: &'n YamlNode,
    /// Whether the same name came before; that one counts.
    pub(super) repeated: bool,
}

impl<'a> Reader<'a> {
    pub(super) fn new(model: &'a Model, source: &'a Source) -> Self {
        let lines = Lines::new(&source.text);
        Self {
            model,
            source,
            lines,
            blanked: Vec::new(),
            unusable: Vec::new(),
            findings: Vec::new(),
            dropped: 0,
            failed: false,
        }
    }

    /// A finding about some bytes.
    pub(super) fn finding(&self, rule: Rule, span: &Range<usize>, message: impl Into<String>) -> Finding {
        let finding = Finding::new(rule, &self.source.name, message);
        // Counting columns costs time by the length of the line; what is dropped below needs none.
        if self.is_full() { finding } else { finding.at(&self.lines.at(span.clone())) }
    }

    pub(super) fn say(&mut self, finding: Finding) {
        self.failed |= finding.is_error();
        if self.is_full() {
            self.dropped += 1;
        } else {
            self.findings.push(finding);
        }
    }

    /// Whether there are so many findings that more are only counted.
    pub(super) fn is_full(&self) -> bool {
        self.findings.len() >= COLLECTED
    }

    /// Whether an error was found.
    pub(super) fn has_failed(&self) -> bool {
        self.failed
    }

    /// The text of a node as written.
    pub(super) fn raw(&self, node: &YamlNode) -> &'a str {
        self.source.text.get(node.span.clone()).unwrap_or_default()
    }

    pub(super) fn location(&self, node: &YamlNode) -> Location {
        self.lines.at(node.span.clone())
    }

    /// Whether a null stands where the author wrote an alias, which is a finding already.
    pub(super) fn is_blanked(&self, node: &YamlNode) -> bool {
        let rest = self.lines.rest_of_line(node.span.start).len();
        let line = node.span.start..node.span.start + rest;
        node.value == YamlValue::Null
            && self.blanked.iter().any(|blank| blank.start >= line.start && blank.start < line.end)
    }

    /// The pairs of a mapping, with what is wrong with its keys.
    pub(super) fn entries<'n>(&mut self, pairs: &'n [(YamlNode, YamlNode)]) -> Vec<Entry<'n>> {
        let mut first: HashMap<String, usize> = HashMap::new();
        let mut entries = Vec::new();
        for (key, value) in pairs {
            let Some(name) = self.name(key) else { continue };
            let line = *first.entry(name.clone()).or_insert(key.span.start);
            let repeated = line != key.span.start;
            if repeated {
                let message = format!("{} is there twice", shown(&name));
                let help = format!("remove one of them; the first is on line {}", self.lines.at(line..line).line);
                self.say(self.finding(Rule::DuplicateKey, &key.span, message).help(help));
            }
            entries.push(Entry { name, key, value, repeated });
        }
        entries
    }

    /// A key as a name; a list or mapping is none.
    fn name(&mut self, key: &YamlNode) -> Option<String> {
        let finding = match &key.value {
            YamlValue::Text(text) if text == "<<" => self
                .finding(Rule::MergeKey, &key.span, "a manifest has no merge keys; every value stands where it is used")
                .help("write the settings out"),
            YamlValue::Text(text) => return Some(text.clone()),
            YamlValue::Number(_) | YamlValue::Boolean(_) => return Some(self.raw(key).to_owned()),
            YamlValue::Null | YamlValue::List(_) | YamlValue::Mapping(_) => {
                self.finding(Rule::KeyType, &key.span, "a key is a name, such as session_duration")
            }
        };
        self.say(finding);
        None
    }

    /// Tags that the parser knows and therefore takes, such as `!!str`.
    pub(super) fn tags(&mut self, node: &YamlNode) {
        // A tag that the parser does not know was blanked, and is a finding already.
        let is_news = |span: &Range<usize>| !self.blanked.contains(span);
        if let Some(span) = self.tag_before(node.span.start).filter(is_news) {
            self.say(self.finding(Rule::Tag, &span, TAG).help(TAG_HELP));
        }
        match &node.value {
            YamlValue::List(nodes) => nodes.iter().for_each(|node| self.tags(node)),
            YamlValue::Mapping(pairs) => pairs.iter().for_each(|(key, value)| {
                self.tags(key);
                self.tags(value);
            }),
            YamlValue::Null | YamlValue::Boolean(_) | YamlValue::Number(_) | YamlValue::Text(_) => {}
        }
    }

    fn tag_before(&self, end: usize) -> Option<Range<usize>> {
        // No tag that the parser knows is longer, and a line may be a megabyte of nodes.
        const FARTHEST: usize = 80;
        let text = &self.source.text;
        let begin = text.floor_char_boundary(end.saturating_sub(FARTHEST));
        let before = text.get(begin..end)?.trim_end();
        let word = before.rsplit(|c: char| c.is_whitespace() || matches!(c, '[' | '{' | ',')).next()?;
        let start = before.len() - word.len();
        let is_tag = word.starts_with('!');
        let in_comment = before[..start].rsplit('\n').next().is_some_and(|line| line.contains('#'));
        (is_tag && !in_comment).then(|| begin + start..begin + before.len())
    }

    /// Everything that was said, by position, and not more than anyone reads: errors go first.
    pub(super) fn into_findings(self) -> Vec<Finding> {
        let Self { source, mut findings, dropped, failed, model: _, lines: _, blanked: _, unusable: _ } = self;
        let total = findings.len() + dropped;
        if total > MOST {
            findings.sort_by_key(|finding| (std::cmp::Reverse(finding.severity), position(finding)));
            findings.truncate(MOST);
        }
        findings.sort_by_key(position);
        if total > MOST {
            let severity = if failed { Severity::Error } else { Severity::Warning };
            let message = format!("{} more findings are not shown", total - MOST);
            findings.push(Finding::new(Rule::TooManyFindings, &source.name, message).severity(severity));
        }
        findings
    }
}

/// Order of listing: findings about the whole file first, then by place; a note of the same place last.
fn position(finding: &Finding) -> (usize, usize, std::cmp::Reverse<Severity>) {
    let place = finding.at.as_ref().map_or((0, 0), |at| (at.line, at.column));
    (place.0, place.1, std::cmp::Reverse(finding.severity))
}

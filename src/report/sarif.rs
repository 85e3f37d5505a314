//! Renders findings as SARIF 2.1.0, for GitHub's code scanning and for editors.
//!
//! The format is an OASIS standard; section numbers refer to it. The additional requirements of code scanning are on GitHub's
//! page "SARIF support for code scanning". Its limit of 25,000 results per run cannot be reached: `validate` reports at most
//! 10,000 findings, and one that counts the rest.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

use serde::Serialize;

use super::fingerprint::{self, fingerprints};
use super::line_hash::line_hashes;
use super::path::uri;
use crate::diagnostics::{Finding, Fix, Lines, Rule, Source};
use crate::document::{ZERODRIFT, to_text};
use crate::report::sources::Sources;
use crate::text::Visible;
use crate::text::limit::LONG_MESSAGE;

/// The home page of this program, if its package names one.
const HOME: &str = env!("CARGO_PKG_REPOSITORY");

/// Returns findings as a SARIF file with one run. The sources are the files of the findings, as far as they could be read
/// as text; they are needed for the ends of regions and for fixes.
///
/// The run lists all rules of [`Rule::ALL`], because hosts expect the same rules in every run. Control and invisible
/// characters are `\u` escapes in the JSON text, and messages contain no links.
pub fn sarif<'a>(findings: &[Finding], sources: impl IntoIterator<Item = &'a Source>) -> String {
    log(findings, &Sources::new(sources), Vec::new())
}

/// Returns the file of a failed run, with the failure as a result. Code scanning shows only results, and without one it would
/// mark all earlier results as fixed.
pub fn failed(finding: &Finding, exit_code: u8) -> String {
    let notification =
        Notification { level: finding.severity.word(), message: SarifMessage { text: message_text(finding) } };
    let invocation =
        Invocation { execution_successful: false, exit_code, tool_execution_notifications: [notification] };
    log(std::slice::from_ref(finding), &Sources::new(None), vec![invocation])
}

fn log(findings: &[Finding], sources: &Sources<'_>, invocations: Vec<Invocation>) -> String {
    to_text(&Log {
        schema: "https://json.schemastore.org/sarif-2.1.0.json",
        version: "2.1.0",
        runs: [SarifRun {
            tool: Tool { driver: driver() },
            invocations,
            column_kind: "unicodeCodePoints",
            results: results(findings, sources),
        }],
    })
}

fn driver() -> Driver {
    Driver {
        name: env!("CARGO_PKG_NAME"),
        version: ZERODRIFT,
        semantic_version: ZERODRIFT,
        information_uri: HOME,
        rules: Rule::ALL.iter().copied().map(Descriptor::from).collect(),
    }
}

fn results(findings: &[Finding], sources: &Sources<'_>) -> Vec<SarifResult> {
    let mut last_lines: HashMap<&str, usize> = HashMap::new();
    for finding in findings {
        let last = last_lines.entry(&finding.file).or_default();
        *last = finding.at.as_ref().map_or(0, |at| at.line).max(*last);
    }
    let text = |(file, last)| Some((file, Text::new(sources.named(file)?, last)));
    let texts: HashMap<&str, Text<'_>> = last_lines.into_iter().filter_map(text).collect();
    let identified = findings.iter().zip(fingerprints(findings, sources));
    identified.map(|(finding, fingerprint)| result(finding, fingerprint, texts.get(finding.file.as_str()))).collect()
}

fn result(finding: &Finding, fingerprint: String, text: Option<&Text<'_>>) -> SarifResult {
    let region = region(finding, text);
    let hash = match (&region, text) {
        (Some(region), Some(text)) => text.hashes.get(region.start_line - 1).cloned(),
        // The action has the bytes of the file and adds the missing hash.
        (Some(_), None) => None,
        // The action computes none for a whole file. Uploads without the action need one to recognize the finding.
        (None, _) => Some(format!("{}:1", &fingerprint[..16])),
    };
    let fix = finding.fix.as_ref().zip(text).map(|(fix, text)| SarifFix::of(fix, &finding.file, text));
    let keys = [("primaryLocationLineHash", hash), (fingerprint::VERSION, Some(fingerprint))];
    let artifact_location = ArtifactLocation { uri: uri(&finding.file) };
    SarifResult {
        rule_id: finding.rule.id(),
        rule_index: finding.rule as usize,
        level: finding.severity.word(),
        message: SarifMessage { text: message_text(finding) },
        locations: [SarifLocation { physical_location: PhysicalLocation { artifact_location, region } }],
        partial_fingerprints: keys.into_iter().filter_map(|(key, value)| Some((key, value?))).collect(),
        fixes: fix.into_iter().collect(),
    }
}

/// The region of a finding; `None` for the whole file. Without the text, only its start is known.
fn region(finding: &Finding, text: Option<&Text<'_>>) -> Option<Region> {
    let at = finding.at.as_ref().filter(|at| !at.is_whole_file())?;
    Some(match text {
        Some(text) => text.region(&at.span),
        None => Region { start_line: at.line, start_column: at.column, end_line: None, end_column: None },
    })
}

/// The text that findings refer to, with an index of its lines.
struct Text<'a> {
    source: &'a Source,
    lines: Lines<'a>,
    hashes: Vec<String>,
}

impl<'a> Text<'a> {
    /// Returns the text, with the hashes of its lines up to the last one with a finding.
    fn new(source: &'a Source, last: usize) -> Self {
        Self { source, lines: Lines::new(&source.text), hashes: line_hashes(&source.text, last) }
    }

    /// Returns the lines and columns of a span, both from 1. The end column is the one after the last character (§3.30.8).
    /// White space at the end is excluded, so that a value with its line break does not extend to the next line. An empty
    /// span is extended to the end of the line, because an empty region is invisible.
    fn region(&self, span: &Range<usize>) -> Region {
        let written = self.source.text.get(span.clone()).unwrap_or_default();
        let written = if written.is_empty() { self.lines.rest_of_line(span.start) } else { written }.trim_end();
        self.exactly(&(span.start..span.start + written.len()))
    }

    /// Returns the exact region, which a fix replaces.
    fn exactly(&self, span: &Range<usize>) -> Region {
        let [start, end] = [span.start, span.end].map(|offset| self.lines.at(offset..offset));
        Region {
            start_line: start.line,
            start_column: start.column,
            end_line: Some(end.line),
            end_column: Some(end.column),
        }
    }
}

/// Returns the message and the help. Hosts may show only the first sentence.
fn message_text(finding: &Finding) -> String {
    let Finding { message, help, .. } = finding;
    let message = literal(message);
    help.as_ref().map_or_else(|| message.clone(), |help| format!("{message}.\nHelp: {}", literal(help)))
}

/// Escapes a text for a message: control and invisible characters are escaped, the length is limited, and syntax is
/// escaped.
///
/// `[text](link)` is a link (§3.11.6) and `{0}` a placeholder (§3.11.5). A backslash before a bracket escapes it, so existing
/// backslashes are doubled.
fn literal(text: &str) -> String {
    let lines = Visible::lines(text, LONG_MESSAGE);
    let mut escaped = String::with_capacity(text.len());
    for (number, line) in lines.iter().enumerate() {
        escaped.push_str(if number > 0 { "\n" } else { "" });
        for character in line.chars() {
            match character {
                '[' | ']' | '\\' => escaped.extend(['\\', character]),
                '{' | '}' => escaped.extend([character, character]),
                other => escaped.push(other),
            }
        }
    }
    escaped
}

#[derive(Serialize)]
struct Log {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [SarifRun; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SarifRun {
    tool: Tool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    invocations: Vec<Invocation>,
    column_kind: &'static str,
    results: Vec<SarifResult>,
}

/// How the run ended (§3.20).
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Invocation {
    execution_successful: bool,
    exit_code: u8,
    tool_execution_notifications: [Notification; 1],
}

#[derive(Serialize)]
struct Notification {
    level: &'static str,
    message: SarifMessage,
}

#[derive(Serialize)]
struct Tool {
    driver: Driver,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver {
    name: &'static str,
    version: &'static str,
    semantic_version: &'static str,
    #[serde(skip_serializing_if = "str::is_empty")]
    information_uri: &'static str,
    rules: Vec<Descriptor>,
}

/// A rule. Code scanning requires both descriptions and the help (page named above, `reportingDescriptor`).
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Descriptor {
    id: &'static str,
    short_description: SarifMessage,
    full_description: SarifMessage,
    help: SarifMessage,
    default_configuration: Configuration,
}

impl From<Rule> for Descriptor {
    fn from(rule: Rule) -> Self {
        let message = |text: &str| SarifMessage { text: literal(text) };
        Self {
            id: rule.id(),
            short_description: message(rule.summary()),
            full_description: message(rule.summary()),
            help: message(rule.help()),
            default_configuration: Configuration { level: rule.severity().word() },
        }
    }
}

#[derive(Serialize)]
struct Configuration {
    level: &'static str,
}

#[derive(Serialize)]
struct SarifMessage {
    text: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SarifResult {
    rule_id: &'static str,
    rule_index: usize,
    level: &'static str,
    message: SarifMessage,
    locations: [SarifLocation; 1],
    partial_fingerprints: BTreeMap<&'static str, String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fixes: Vec<SarifFix>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SarifLocation {
    physical_location: PhysicalLocation,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation {
    artifact_location: ArtifactLocation,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<Region>,
}

#[derive(Serialize)]
struct ArtifactLocation {
    uri: String,
}

#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: usize,
    start_column: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_line: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_column: Option<usize>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SarifFix {
    description: SarifMessage,
    artifact_changes: [ArtifactChange; 1],
}

impl SarifFix {
    fn of(fix: &Fix, file: &str, text: &Text<'_>) -> Self {
        // SARIF cannot mark a fix as safe without review.
        let Fix { title, span, replacement, safe: _ } = fix;
        let inserted_content = SarifMessage { text: replacement.clone() };
        let replacements = [Replacement { deleted_region: text.exactly(span), inserted_content }];
        let artifact_location = ArtifactLocation { uri: uri(file) };
        Self {
            description: SarifMessage { text: literal(title) },
            artifact_changes: [ArtifactChange { artifact_location, replacements }],
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ArtifactChange {
    artifact_location: ArtifactLocation,
    replacements: [Replacement; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Replacement {
    deleted_region: Region,
    inserted_content: SarifMessage,
}

#[cfg(test)]
mod tests;

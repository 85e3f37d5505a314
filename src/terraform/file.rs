//! Input files: their formats, and locations in them.

use std::ops::Range;

use hcl_edit::structure::Body;
use serde_json::Value as Json;

use super::names::{self, FileRole, RESOURCE_TYPES};
use crate::diagnostics::{Diagnostics, Finding, Lines, Location, Rule, Severity, Source};

/// The maximum size of an HCL file in bytes. The parser compares each key of an object with all others, so its time is
/// quadratic.
const LARGEST: usize = 256 * 1024;

/// The stack size of the parser in bytes. It allows 64 levels of nesting, which need up to 3 MiB in debug builds: more
/// than the main thread has on some platforms.
const STACK: usize = 16 * 1024 * 1024;

const BOM: char = '\u{feff}';

/// A file, parsed according to its format.
pub(super) struct File<'a> {
    pub(super) source: &'a Source,
    pub(super) lines: Lines<'a>,
    pub(super) role: FileRole,
    pub(super) content: FileContent,
}

/// The content of a file, by format.
pub(super) enum FileContent {
    /// A configuration.
    Hcl(Body),
    /// A configuration in JSON syntax that is valid JSON.
    JsonSyntax,
    /// The output of `terraform show -json`: a state or a plan.
    Shown(Json),
    /// The output of `terraform state pull`, version 4.
    State(Json),
}

/// A location in one of the files. It is converted to line and column only for a finding.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Place {
    /// The index of the file.
    pub(super) file: usize,
    /// The span in bytes; `None` in the output of a program, which is usually one line.
    pub(super) span: Option<Range<usize>>,
}

impl Place {
    /// Returns the name of the file and the location in it.
    pub(super) fn resolve(&self, files: &[File<'_>]) -> (String, Option<Location>) {
        let Some(file) = files.get(self.file) else { return (String::new(), None) };
        (file.source.name.clone(), self.span.clone().map(|span| file.lines.at(span)))
    }

    /// Returns the file and line: `main.tf:6`.
    pub(super) fn line(&self, files: &[File<'_>]) -> String {
        let (file, at) = self.resolve(files);
        at.map_or_else(|| file.clone(), |at| format!("{file}:{}", at.line))
    }

    /// Returns the text at the location.
    pub(super) fn text<'a>(&self, files: &[File<'a>]) -> &'a str {
        let file = files.get(self.file);
        file.zip(self.span.clone()).and_then(|(file, span)| file.source.text.get(span)).unwrap_or_default()
    }

    /// Creates a finding at the location.
    pub(super) fn finding(&self, files: &[File<'_>], rule: Rule, message: impl Into<String>) -> Finding {
        let (file, at) = self.resolve(files);
        Finding { at, ..Finding::new(rule, &file, message) }
    }
}

/// Parses the files of one folder. A file that cannot be parsed is an error if it may affect the organization, and a
/// warning otherwise.
pub(super) fn read<'a>(sources: &'a [Source], diagnostics: &mut Diagnostics) -> Vec<File<'a>> {
    let mut files = Vec::new();
    for source in sources {
        if let Some(tofu) = sources.iter().find(|other| names::shadowing(&source.name).as_ref() == Some(&other.name)) {
            let message = format!("{} is skipped: OpenTofu reads {} instead", source.name, tofu.name);
            let help = format!("with Terraform, run: `{}`", names::exact_command(&source.name));
            let finding = Finding::new(Rule::TerraformFile, &source.name, message);
            diagnostics.push(finding.severity(Severity::Warning).help(help));
            continue;
        }
        let lines = Lines::new(&source.text);
        let role = names::file_role(names::file_name(&source.name)).unwrap_or(FileRole::Primary);
        match content(source, &lines) {
            Ok(content) => files.push(File { source, lines, role, content }),
            Err(finding) => {
                let is_relevant = sources.len() == 1 || may_affect_organization(&source.text, role);
                let severity = if is_relevant { Severity::Error } else { Severity::Warning };
                diagnostics.push(Finding { severity, ..*finding });
            }
        }
    }
    // Terraform merges override files in the order of their names.
    files.sort_by(|one, two| (one.role, &one.source.name).cmp(&(two.role, &two.source.name)));
    files
}

/// Whether a text that cannot be parsed may declare or override an organization.
fn may_affect_organization(text: &str, role: FileRole) -> bool {
    // `resource "TYPE"` in HCL, `"TYPE": {` in JSON.
    let declares = |at: usize, kind: &str| {
        let before = text[..at].trim_end_matches('"').trim_end();
        let behind = text[at + kind.len()..].strip_prefix('"').unwrap_or_default().trim_start();
        before.ends_with("resource") || behind.starts_with(':')
    };
    let organization = RESOURCE_TYPES.iter().any(|kind| text.match_indices(kind).any(|(at, kind)| declares(at, kind)));
    organization || (role == FileRole::Override && text.contains("locals"))
}

fn content(source: &Source, lines: &Lines<'_>) -> Result<FileContent, Box<Finding>> {
    let text = source.text.trim_start_matches(BOM).trim_start();
    // HCL never starts with a brace; all JSON formats do.
    if names::is_json_syntax(&source.name) || text.starts_with('{') {
        return json(source, lines, text);
    }
    parse(source, lines).map(FileContent::Hcl)
}

fn unreadable(source: &Source, message: String) -> Box<Finding> {
    let help = format!("for the exact values: `{}`", names::exact_command(&source.name));
    Box::new(Finding::new(Rule::TerraformSyntax, &source.name, message).help(help))
}

fn json(source: &Source, lines: &Lines<'_>, text: &str) -> Result<FileContent, Box<Finding>> {
    let json: Json = serde_json::from_str(text).map_err(|fault| {
        let skipped = source.text.len() - text.len();
        let before: usize = text.split_inclusive('\n').take(fault.line().saturating_sub(1)).map(str::len).sum();
        let start = (skipped + before + fault.column().saturating_sub(1)).min(source.text.len());
        let message = format!("cannot parse it as JSON: {fault}");
        let finding = if text.contains("\"@level\"") {
            let help =
                "terraform plan -out=tfplan, then: terraform show -json tfplan | zerodrift init --from-terraform -";
            Box::new(Finding::new(Rule::TerraformSyntax, &source.name, "this is a log, not a plan").help(help))
        } else {
            unreadable(source, message)
        };
        Box::new(finding.at(&lines.at(start..start)))
    })?;
    let has = |key: &str| json.get(key).is_some();
    if names::is_json_syntax(&source.name) {
        return Ok(FileContent::JsonSyntax);
    }
    if has("values") || has("planned_values") || has("format_version") {
        return shown(source, json);
    }
    if has("serial") || (has("terraform_version") && has("resources")) {
        return state(source, json);
    }
    if ["resource", "locals", "variable", "module", "terraform", "provider"].into_iter().any(has) {
        return Ok(FileContent::JsonSyntax);
    }
    Err(unreadable(source, "this JSON is not a plan, a state or a configuration".to_owned()))
}

/// The output of `terraform show -json`, whose format has version 1 (and had 0 before Terraform 1.1).
fn shown(source: &Source, json: Json) -> Result<FileContent, Box<Finding>> {
    let version = json.get("format_version").and_then(Json::as_str).unwrap_or("1.0");
    if !version.starts_with("1.") && !version.starts_with("0.") {
        let version = crate::settings::shown(version);
        return Err(unreadable(source, format!("format version {version} of terraform show is not supported")));
    }
    if json.get("errored") == Some(&Json::Bool(true)) {
        let message = "Terraform failed while it created this plan, so the plan cannot be applied";
        return Err(unreadable(source, message.to_owned()));
    }
    Ok(FileContent::Shown(json))
}

fn state(source: &Source, json: Json) -> Result<FileContent, Box<Finding>> {
    match json.get("version").and_then(Json::as_u64) {
        Some(4) => Ok(FileContent::State(json)),
        Some(version) => {
            Err(unreadable(source, format!("raw state version {version} is not supported; only version 4 is")))
        }
        None => Err(unreadable(source, "this state is encrypted, or not a Terraform state".to_owned())),
    }
}

fn parse(source: &Source, lines: &Lines<'_>) -> Result<Body, Box<Finding>> {
    if source.text.len() > LARGEST {
        let size = source.text.len();
        let message = format!("the file has {size} bytes; the limit for HCL is {LARGEST} (256 KiB)");
        return Err(Box::new(Finding { rule: Rule::TooLarge, ..*unreadable(source, message) }));
    }
    // Replace a byte-order mark by spaces of the same length, so that all locations stay valid.
    let text = source.text.replacen(BOM, "   ", usize::from(source.text.starts_with(BOM)));
    let work = || hcl_edit::parser::parse_body(&text);
    let parsed = std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work).ok()?;
        thread.join().ok()
    });
    match parsed {
        Some(Ok(body)) => Ok(body),
        Some(Err(fault)) => {
            let start = fault.location().offset().min(text.len());
            let width = text.get(start..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
            let finding = unreadable(source, format!("cannot parse it as HCL: {}", fault.message()));
            Err(Box::new(finding.at(&lines.at(start..start + width))))
        }
        None => Err(unreadable(source, "the HCL parser failed".to_owned())),
    }
}

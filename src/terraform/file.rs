//! Texts told apart by their content, the places in them, and what is wrong with them.

use std::ops::Range;

use hcl_edit::structure::Body;
use serde_json::Value as Json;

use crate::manifest::{Finding, Lines, Location, Severity, Source};

/// How many findings are kept. Nobody reads more, and every byte of a hostile file may be one.
const MOST: usize = 100;

/// The largest text that is read as HCL, in bytes. The parser compares each key of an object with all others, so what is
/// ten times as large takes a hundred times as long.
const LARGEST: usize = 256 * 1024;

/// The stack of the parser in bytes. It takes 64 levels of nesting, which is up to 3 MiB where nothing is optimized, and
/// more than some platforms give a program.
const STACK: usize = 16 * 1024 * 1024;

/// A text, read as what it turned out to be.
pub(super) struct File<'a> {
    pub(super) source: &'a Source,
    pub(super) lines: Lines<'a>,
    pub(super) content: Content,
}

/// What a text turned out to be.
pub(super) enum Content {
    /// HCL with resources, variables and locals.
    Configuration(Body),
    /// HCL with the values of variables: `*.tfvars`.
    Values(Body),
    /// What `terraform show -json` prints.
    Shown(Json),
}

/// A place in one of the files, which becomes a line and a column only when something is said about it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Place {
    /// The position of the file.
    pub(super) file: usize,
    /// The bytes; absent in JSON, which is one line as a rule.
    pub(super) span: Option<Range<usize>>,
}

impl Place {
    /// The file's name, and where in it.
    pub(super) fn resolve(&self, files: &[File<'_>]) -> (String, Option<Location>) {
        let Some(file) = files.get(self.file) else { return (String::new(), None) };
        (file.source.name.clone(), self.span.clone().map(|span| file.lines.at(span)))
    }

    /// A finding here.
    pub(super) fn finding(
        &self,
        files: &[File<'_>],
        rule: &'static str,
        severity: Severity,
        message: impl Into<String>,
    ) -> Finding {
        let (file, at) = self.resolve(files);
        Finding { at, ..Finding::new(rule, severity, &file, message) }
    }
}

impl<'a> File<'a> {
    /// Reads a text, or says why it cannot be read.
    pub(super) fn read(source: &'a Source, findings: &mut Findings) -> Option<Self> {
        let lines = Lines::new(&source.text);
        let content = match content(source, &lines) {
            Ok(content) => content,
            Err(finding) => {
                findings.say(*finding);
                return None;
            }
        };
        Some(Self { source, lines, content })
    }

    /// Whether it calls modules, which are in other folders.
    pub(super) fn has_modules(&self) -> bool {
        match &self.content {
            Content::Configuration(body) => body.has_blocks("module"),
            Content::Values(_) | Content::Shown(_) => false,
        }
    }
}

/// No HCL starts with a brace, and all JSON of this tool does.
fn content(source: &Source, lines: &Lines<'_>) -> Result<Content, Box<Finding>> {
    let text = source.text.trim_start_matches('\u{feff}').trim_start();
    if text.starts_with('{') {
        return json(source, text);
    }
    let body = parse(source, lines)?;
    Ok(if source.name.ends_with(".tfvars") { Content::Values(body) } else { Content::Configuration(body) })
}

fn json(source: &Source, text: &str) -> Result<Content, Box<Finding>> {
    let error = |message: String| Finding::new("terraform-syntax", Severity::Error, &source.name, message);
    let json: Json =
        serde_json::from_str(text).map_err(|fault| Box::new(error(format!("this is no JSON: {fault}"))))?;
    if json.get("values").is_some() || json.get("planned_values").is_some() || json.get("format_version").is_some() {
        return Ok(Content::Shown(json));
    }
    let is_state = json.get("terraform_version").is_some() && json.get("resources").is_some();
    let what = if is_state { "the raw state" } else { "a configuration in JSON syntax" };
    // A folder may hold such a file beside the one that is meant; alone, it gives no organization, which is an error.
    let finding = error(format!("this is {what}, which is not read"));
    Err(Box::new(Finding { severity: Severity::Warning, ..finding }.help("give the JSON of `terraform show -json`")))
}

fn parse(source: &Source, lines: &Lines<'_>) -> Result<Body, Box<Finding>> {
    let error = |message: &str| Finding::new("terraform-syntax", Severity::Error, &source.name, message);
    if source.text.len() > LARGEST {
        let message =
            format!("the file has {} bytes, and at most {LARGEST} (256 KiB) are read as HCL", source.text.len());
        let finding = Finding::new("too-large", Severity::Error, &source.name, message);
        return Err(Box::new(finding.help("name a smaller file, or give the JSON of `terraform show -json`")));
    }
    let work = || hcl_edit::parser::parse_body(&source.text);
    let parsed = std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work).ok()?;
        thread.join().ok()
    });
    match parsed {
        Some(Ok(body)) => Ok(body),
        Some(Err(fault)) => {
            let start = fault.location().offset().min(source.text.len());
            let width = source.text.get(start..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
            let finding = error(&format!("this is no HCL: {}", fault.message()));
            Err(Box::new(finding.at(&lines.at(start..start + width))))
        }
        None => Err(Box::new(error("the parser of HCL gave up"))),
    }
}

/// What there is to say, bounded.
#[derive(Default)]
pub(super) struct Findings {
    kept: Vec<Finding>,
    dropped: usize,
    failed: bool,
}

impl Findings {
    pub(super) fn say(&mut self, finding: Finding) {
        self.failed |= finding.is_error();
        if self.kept.len() < MOST {
            self.kept.push(finding);
        } else {
            self.dropped += 1;
        }
    }

    /// Whether an error was found.
    pub(super) fn has_failed(&self) -> bool {
        self.failed
    }

    /// Everything, in the order of the files.
    pub(super) fn into_vec(mut self) -> Vec<Finding> {
        self.kept.sort_by_key(|finding| finding.at.as_ref().map(|at| (finding.file.clone(), at.line, at.column)));
        if let (Some(last), 1..) = (self.kept.last(), self.dropped) {
            let severity = if self.failed { Severity::Error } else { Severity::Warning };
            let message = format!("there is more to say, {} times over, than is shown here", self.dropped);
            let more = Finding::new("more-findings", severity, &last.file, message);
            self.kept.push(more);
        }
        self.kept
    }
}

//! Renders a failed run as a page, so that an older page never looks current.

use askama::Template;

use super::linked::LinkedText;
use super::paint::{self, Colors};
use super::rendered::rendered;
use super::rest::{self, FindingItem};
use crate::report::phrase::source;
use crate::report::subject::FailedRun;
use crate::text::Visible;
use crate::text::limit::LONG_MESSAGE;
use crate::text::safe::safe;

#[derive(Template)]
#[template(path = "failure.html", config = "src/report/html/askama.toml")]
struct FailurePage {
    policy: String,
    style: String,
    level: u8,
    prefix: &'static str,
    title: Visible,
    command: Visible,
    outcome: Visible,
    facts: Vec<(&'static str, Visible)>,
    hints: Vec<Visible>,
    findings: Vec<FindingItem>,
    version: &'static str,
    pipeline: Vec<LinkedText>,
}

/// Returns the page of a failed run: what happened, what to do, and the findings of the manifest.
pub fn failure(failed: &FailedRun<'_>) -> String {
    let FailedRun { command, file, repository_file, ci, target, message, hints, findings, .. } = *failed;
    let style = paint::style(&Colors::new());
    let manifest = (!file.is_empty()).then(|| ("Manifest", source(file)));
    let organization = target.map(|target| ("Organization", safe!("{}", target)));
    let command = Visible::of(command);
    // A heading has no line breaks.
    let lines = message.lines().map(Visible::of);
    rendered(&FailurePage {
        policy: paint::policy(&style),
        style,
        level: 1,
        prefix: "",
        title: safe!("zerodrift {} failed", command),
        command,
        outcome: Visible::join::<Visible>(lines, " "),
        facts: organization.into_iter().chain(manifest).collect(),
        hints: hints.iter().map(|hint| Visible::excerpt(hint, LONG_MESSAGE)).collect(),
        findings: rest::findings(ci, repository_file, file, findings),
        version: env!("CARGO_PKG_VERSION"),
        pipeline: LinkedText::of_run(ci),
    })
}

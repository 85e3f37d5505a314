//! A run that failed as a page, so that no older page stands in its place as if it were true.

use askama::Template;

use super::rest::{self, Finding};
use crate::report::drift::source;
use crate::report::subject::FailedRun;
use crate::report::value;
use crate::text::excerpt;

/// The longest message or hint that is shown, in characters.
const LONGEST: usize = 2_000;

#[derive(Template)]
#[template(path = "failure.html", config = "src/report/html/askama.toml")]
struct View<'a> {
    policy: String,
    style: &'static str,
    title: String,
    command: &'a str,
    outcome: String,
    facts: Vec<(&'static str, String)>,
    hints: Vec<String>,
    findings: Vec<Finding>,
    version: &'static str,
}

/// The page of a run that failed: what happened, what to do, and what is wrong with the manifest, where that is why.
pub fn failure(failed: &FailedRun<'_>) -> String {
    let FailedRun { command, file, target, message, hints, findings, .. } = *failed;
    let style = include_str!("style.css");
    let manifest = (!file.is_empty()).then(|| ("Manifest", source(file)));
    let organization = target.map(|target| ("Organization", target.to_string()));
    let view = View {
        policy: super::policy(style),
        style,
        title: format!("zerodrift {command} failed"),
        command,
        // The line breaks of a message are ours, and a heading has none.
        outcome: message.lines().map(value::safe).collect::<Vec<_>>().join(" "),
        facts: organization.into_iter().chain(manifest).collect(),
        hints: hints.iter().map(|hint| excerpt(hint, LONGEST)).collect(),
        findings: rest::findings(findings),
        version: env!("CARGO_PKG_VERSION"),
    };
    let mut html = String::with_capacity(style.len() + 4 * 1024);
    // Writing to a String cannot fail.
    let _ = view.render_into(&mut html);
    html
}

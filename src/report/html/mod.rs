//! Renders a plan as one page for a browser: the content of the text, and the login page before and after.
//!
//! - `organization`: the outcome for one organization and its sections; `set`: several organizations
//! - `piece`: values as text, with added and removed parts marked
//! - `changes`: guarded changes as articles, the others as rows of a table
//! - `login`: the login page, sketched
//! - `paint`: colours of the organization as rules of the style sheet
//! - `failure`: the page of a run that failed
//! - `linked`: text with a link to the code host
//! - `rest`: findings, unmanaged settings, requests and the YAML diff
//! - `*.html`, `style.css`: the template, which is checked at compile time and escapes its input
//!
//! The page is one file without scripts and external resources. Its only external links are those to the lines of the
//! manifest, the commit and the run, built from the checked variables of the pipeline. Its content security policy forbids both, as a second
//! safeguard after [`visible`](crate::text::visible) and the escaping of the template. The style sheet is allowed by its
//! hash, so `style` attributes have no effect.

mod changes;
mod failure;
mod linked;
mod login;
mod organization;
mod paint;
mod piece;
mod rendered;
mod rest;
mod set;

use askama::Template;

pub use self::failure::failure;
use self::linked::LinkedText;
use self::organization::{OutcomePart, SectionsPart};
use self::rendered::rendered;
pub(super) use self::set::HtmlDetails;
use crate::document::{Comparison, Wording};
use crate::text::Visible;
use crate::text::safe::safe;

/// Returns the page, a complete HTML document. Its size is bounded: long values and lists are cut and marked.
pub fn page(run: &Comparison<'_>) -> String {
    let style = paint::style(&paint::colors(run));
    let organization = run.organization();
    rendered(&PlanPage {
        policy: paint::policy(&style),
        style,
        title: match run.wording {
            Wording::Plan => safe!("Plan for {}", organization),
            Wording::Drift => safe!("Drift of {}", organization),
        },
        head: OutcomePart::of(run, 1, ""),
        sections: SectionsPart::of(run, 1, ""),
        version: env!("CARGO_PKG_VERSION"),
        pipeline: LinkedText::of_run(run.ci.as_ref()),
    })
}

/// The input of the template: visible text, which the template escapes.
#[derive(Template)]
#[template(path = "page.html", config = "src/report/html/askama.toml")]
struct PlanPage {
    policy: String,
    style: String,
    title: Visible,
    head: OutcomePart,
    sections: SectionsPart,
    version: &'static str,
    pipeline: Vec<LinkedText>,
}

#[cfg(test)]
mod tests;

//! Renders a plan as one page for a browser: the content of the text, and the login page before and after.
//!
//! - `piece`: values as text, with added and removed parts marked
//! - `changes`: guarded changes as articles, the others as rows of a table
//! - `login`: the login page, sketched
//! - `paint`: colours of the organization as rules of the style sheet
//! - `failure`: the page of a run that failed
//! - `rest`: findings, unmanaged settings, requests and the YAML diff
//! - `*.html`, `style.css`: the template, which is checked at compile time and escapes its input
//!
//! The page is one file without scripts and external resources. Its content security policy forbids both, as a second
//! safeguard after [`visible`](crate::text::visible) and the escaping of the template. The style sheet is allowed by its
//! hash, so `style` attributes have no effect.

mod changes;
mod failure;
mod login;
mod paint;
mod piece;
mod rest;

use askama::Template;

use self::changes::{Groups, Guarded};
pub use self::failure::failure;
use self::login::{Contrast, Login};
use self::piece::Piece;
use self::rest::{DiffLine, FindingItem, UnmanagedTable};
use super::origins;
use super::phrase::{count, other_api, source};
use super::subject::Comparison;
use super::summary;
use crate::diagnostics::Finding;
use crate::document::Wording;
use crate::plan::{Action, Plan, WriteMethod};
use crate::text::safe::safe;
use crate::text::{Visible, shell_path};

/// Returns the page, a complete HTML document. Its size is bounded: long values and lists are cut and marked.
pub fn page(run: &Comparison<'_>) -> String {
    let style = format!("{}{}", include_str!("style.css"), paint::rules(run));
    let mut html = String::with_capacity(style.len() + 16 * 1024);
    // Writing to a String cannot fail.
    let _ = view(run, style).render_into(&mut html);
    html
}

/// The input of the template: visible text, which the template escapes.
#[derive(Template)]
#[template(path = "page.html", config = "src/report/html/askama.toml")]
struct PlanPage {
    policy: String,
    style: String,
    title: Visible,
    outcome: Visible,
    status: Vec<Badge>,
    facts: Vec<(&'static str, Visible)>,
    approve: Approve,
    guarded: Option<Guarded>,
    changes: Option<Groups>,
    no_longer_managed: Vec<&'static str>,
    login: Option<Login>,
    findings: Vec<FindingItem>,
    unmanaged: Option<UnmanagedTable>,
    writes: Vec<(WriteMethod, Visible)>,
    diff: Vec<DiffLine>,
    version: &'static str,
}

/// A status at the top of the page.
struct Badge {
    class: &'static str,
    text: Visible,
}

/// How to apply the plan.
enum Approve {
    /// A command, with the sentence before it.
    Command {
        before: &'static str,
        command: Visible,
    },
    Not(&'static str),
}

impl PlanPage {
    /// Whether the page has sections to navigate to.
    fn has_sections(&self) -> bool {
        let changes = self.guarded.is_some() || self.changes.is_some() || self.login.is_some();
        changes || !self.findings.is_empty() || self.unmanaged.is_some() || !self.writes.is_empty()
    }
}

fn view(run: &Comparison<'_>, style: String) -> PlanPage {
    let Comparison { plan, yaml, .. } = *run;
    PlanPage {
        policy: paint::policy(&style),
        style,
        title: safe!("Plan of {}", source(&plan.manifest.path)),
        outcome: summary::summary(Wording::Plan, plan),
        status: status(plan),
        facts: facts(plan),
        approve: approve(plan),
        guarded: changes::guarded(plan),
        changes: changes::plain(plan),
        no_longer_managed: origins::no_longer_managed(plan),
        login: login::login(run),
        findings: rest::findings(&plan.findings),
        unmanaged: rest::unmanaged(&plan.unmanaged),
        writes: plan.writes.iter().map(|write| (write.method, Visible::of(&write.path))).collect(),
        diff: rest::lines(yaml),
        version: env!("CARGO_PKG_VERSION"),
    }
}

fn status(plan: &Plan) -> Vec<Badge> {
    let action = match plan.action {
        Action::None => Badge { class: "calm", text: "In sync".into() },
        Action::Create => Badge { class: "plain", text: "Creates the organization".into() },
        Action::Update => Badge { class: "plain", text: count(plan.changes.len(), "change") },
    };
    let refused = plan.refused().count();
    let consent = (refused > 0).then(|| Badge { class: "guard", text: safe!("Consent missing: {}", refused) });
    let doubtful = plan.findings.len();
    let findings = (doubtful > 0).then(|| Badge { class: "doubt", text: count(doubtful, "finding") });
    [Some(action), consent, findings].into_iter().flatten().collect()
}

fn facts(plan: &Plan) -> Vec<(&'static str, Visible)> {
    let elsewhere = other_api(plan).map(|api| ("API", api));
    let facts = [("Organization", safe!("{}", plan.target)), ("Manifest", source(&plan.manifest.path))];
    let base = plan.base.as_ref().map(|base| ("Base", Visible::of(&base.name)));
    let until = plan.expires_at().map(|until| ("Digest valid until", safe!("{}", until)));
    facts.into_iter().chain(elsewhere).chain(base).chain([("Digest", Visible::of(&plan.digest))]).chain(until).collect()
}

fn approve(plan: &Plan) -> Approve {
    if plan.findings.iter().any(Finding::is_error) {
        return Approve::Not("This plan has errors (see Findings).");
    }
    if plan.is_empty() {
        return Approve::Not("There is nothing to apply.");
    }
    let file = shell_path(&plan.manifest.path);
    // `rollback`, which restores a backup, plans again and asks.
    if plan.changes.iter().any(|change| change.at.is_whole_file()) {
        return Approve::Command { before: "To restore it:", command: safe!("zerodrift rollback {}", file) };
    }
    // The digest covers the file, so an allow entry changes it.
    let before = match plan.refused().count() {
        0 => "To apply exactly this plan, or nothing if the file or the live state has changed:",
        _ => {
            "Refused until the guarded changes have consent. Add the --allow flags below to this command, or add \
             the allow entries to the file and plan again (the digest changes):"
        }
    };
    Approve::Command { before, command: safe!("zerodrift apply {} --expect {}", file, Visible::of(&plan.digest)) }
}

#[cfg(test)]
mod tests;

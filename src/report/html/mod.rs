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
use super::phrase::{self, Adoption, count, other_api, source};
use super::summary;
use crate::diagnostics::Finding;
use crate::document::Comparison;
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
    words: PageWords,
    outcome: Visible,
    details: Visible,
    address: Visible,
    status: Vec<Badge>,
    facts: Vec<(&'static str, Visible)>,
    next: Vec<NextStep>,
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

/// What to do next.
struct NextStep {
    before: &'static str,
    /// The command, if there is one.
    command: Option<Visible>,
}

/// The words that differ between a plan and drift.
struct PageWords {
    command: &'static str,
    before: &'static str,
    after: &'static str,
    changes: &'static str,
    caption: &'static str,
}

impl PageWords {
    fn of(wording: Wording, has_guarded: bool) -> Self {
        match wording {
            Wording::Plan => Self {
                command: wording.command(),
                before: "Before",
                after: "After",
                changes: if has_guarded { "Other changes" } else { "Changes" },
                caption: "Changes that need no consent, by group",
            },
            Wording::Drift => Self {
                command: wording.command(),
                before: "Live",
                after: "File",
                changes: "Drift",
                caption: "Settings whose live value differs from the file, by group",
            },
        }
    }
}

impl PlanPage {
    /// Whether the page has sections to navigate to.
    fn has_sections(&self) -> bool {
        let changes = self.guarded.is_some() || self.changes.is_some() || self.login.is_some();
        changes || !self.findings.is_empty() || self.unmanaged.is_some() || !self.writes.is_empty()
    }
}

fn view(run: &Comparison<'_>, style: String) -> PlanPage {
    let (wording, plan) = (run.wording, &*run.plan);
    let guarded = changes::guarded(run);
    let organization = run.organization();
    PlanPage {
        policy: paint::policy(&style),
        style,
        title: match wording {
            Wording::Plan => safe!("Plan for {}", organization),
            Wording::Drift => safe!("Drift of {}", organization),
        },
        words: PageWords::of(wording, guarded.is_some()),
        outcome: summary::headline(wording, plan, organization),
        details: summary::details(wording, plan),
        address: safe!("{}", plan.target),
        status: status(wording, plan),
        facts: facts(wording, plan),
        next: next(wording, plan),
        guarded,
        changes: changes::plain(run),
        no_longer_managed: origins::no_longer_managed(plan),
        login: login::login(run),
        findings: rest::findings(&plan.findings),
        unmanaged: rest::unmanaged(&plan.unmanaged),
        writes: plan.writes.iter().map(|write| (write.method, Visible::of(&write.path))).collect(),
        diff: rest::lines(&run.yaml),
        version: env!("CARGO_PKG_VERSION"),
    }
}

fn status(wording: Wording, plan: &Plan) -> Vec<Badge> {
    let action = match (plan.action, wording) {
        (Action::None, _) => Badge { class: "calm", text: "In sync".into() },
        (Action::Create, Wording::Plan) => Badge { class: "plain", text: "Creates the organization".into() },
        (Action::Create, Wording::Drift) => Badge { class: "doubt", text: "No organization".into() },
        (Action::Update, Wording::Plan) => Badge { class: "plain", text: count(plan.changes.len(), "change") },
        (Action::Update, Wording::Drift) => Badge { class: "doubt", text: count(plan.changes.len(), "difference") },
    };
    let refused = plan.refused().filter(|_| wording == Wording::Plan).count();
    let consent = (refused > 0).then(|| Badge { class: "guard", text: safe!("Consent missing: {}", refused) });
    let doubtful = plan.findings.len();
    let findings = (doubtful > 0).then(|| Badge { class: "doubt", text: count(doubtful, "finding") });
    [Some(action), consent, findings].into_iter().flatten().collect()
}

fn facts(wording: Wording, plan: &Plan) -> Vec<(&'static str, Visible)> {
    let elsewhere = other_api(plan).map(|api| ("API", api));
    let base = plan.base.as_ref().map(|base| ("Base", Visible::of(&base.name)));
    let until = plan.expires_at().map(|until| ("Digest valid until", safe!("{}", until)));
    let digest = std::iter::once(("Digest", Visible::of(&plan.digest))).chain(until);
    let manifest = std::iter::once(("Manifest", source(&plan.manifest.path)));
    manifest.chain(elsewhere).chain(base).chain(digest.filter(|_| wording == Wording::Plan)).collect()
}

fn next(wording: Wording, plan: &Plan) -> Vec<NextStep> {
    let alone = |before| vec![NextStep { before, command: None }];
    let step = |before, command| NextStep { before, command: Some(command) };
    if plan.findings.iter().any(Finding::is_error) {
        return alone("This plan has errors (see Findings).");
    }
    if plan.is_empty() {
        return alone("There is nothing to apply.");
    }
    let file = shell_path(&plan.manifest.path);
    if wording == Wording::Drift {
        let apply = step("To apply the file:", safe!("zerodrift apply {}", file));
        let keep = Adoption::of(plan).map(|adoption| match adoption {
            Adoption::SameCommand => NextStep {
                before: "Or keep the live values of the drift in the file: run the same command with --adopt.",
                command: None,
            },
            Adoption::ByHand => {
                NextStep { before: "Or keep the live values: edit the manifest that you pipe in.", command: None }
            }
            Adoption::Command(command) => step("Or keep the live values in the file:", command),
        });
        return std::iter::once(apply).chain(keep).collect();
    }
    // `rollback`, which restores a backup, plans again and asks.
    if plan.changes.iter().any(|change| change.at.is_whole_file()) {
        return vec![step("To restore it:", safe!("zerodrift rollback {}", file))];
    }
    // The digest covers the file, so an allow entry changes it.
    let before = match plan.refused().count() {
        0 => "To apply exactly this plan, or nothing if the file or the live state has changed:",
        _ => {
            "Refused until the guarded changes have consent. Add the lines below (How to consent) to the file and plan \
             again, because they change the digest. Or consent for one run only, and apply exactly this plan:"
        }
    };
    vec![step(before, phrase::exact_apply(plan))]
}

#[cfg(test)]
mod tests;

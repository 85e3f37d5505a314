//! One organization: the outcome with what to do next, and the sections below it.
//!
//! On a page of several organizations, headings are one level lower, and ids have a prefix.

use askama::Template;

use super::changes::{self, Groups, Guarded};
use super::login::{self, Contrast, Login};
use super::piece::Piece;
use super::rest::{self, DiffLine, FindingItem, UnmanagedTable};
use crate::diagnostics::Finding;
use crate::document::{Comparison, Wording};
use crate::plan::{Action, Plan, WriteMethod};
use crate::report::phrase::{self, Adoption, count, other_api, source};
use crate::report::{origins, summary};
use crate::text::safe::safe;
use crate::text::{Visible, shell_path};

/// The outcome for one organization, and what to do next.
#[derive(Template)]
#[template(path = "outcome.html", config = "src/report/html/askama.toml")]
pub(super) struct OutcomePart {
    level: u8,
    prefix: String,
    outcome: Visible,
    details: Visible,
    address: Visible,
    status: Vec<Badge>,
    facts: Vec<(&'static str, Visible)>,
    next: Vec<NextStep>,
}

/// The sections about one organization.
#[derive(Template)]
#[template(path = "sections.html", config = "src/report/html/askama.toml")]
pub(super) struct SectionsPart {
    level: u8,
    prefix: String,
    pub(super) words: PageWords,
    pub(super) guarded: Option<Guarded>,
    pub(super) changes: Option<Groups>,
    no_longer_managed: Vec<&'static str>,
    pub(super) login: Option<Login>,
    pub(super) findings: Vec<FindingItem>,
    pub(super) unmanaged: Option<UnmanagedTable>,
    pub(super) writes: Vec<(WriteMethod, Visible)>,
    pub(super) diff: Vec<DiffLine>,
}

impl OutcomePart {
    /// Returns the outcome under a heading of this level.
    pub(super) fn of(run: &Comparison<'_>, level: u8, prefix: &str) -> Self {
        let (wording, plan) = (run.wording, &*run.plan);
        Self {
            level,
            prefix: prefix.to_owned(),
            outcome: summary::headline(wording, plan, run.organization()),
            details: summary::details(wording, plan),
            address: safe!("{}", plan.target),
            status: status(wording, plan),
            facts: facts(wording, plan),
            next: next(wording, plan),
        }
    }
}

impl SectionsPart {
    /// Returns the sections below a heading of this level.
    pub(super) fn of(run: &Comparison<'_>, level: u8, prefix: &str) -> Self {
        let plan = &*run.plan;
        let guarded = changes::guarded(run);
        Self {
            level,
            prefix: prefix.to_owned(),
            words: PageWords::of(run.wording, guarded.is_some()),
            guarded,
            changes: changes::plain(run),
            no_longer_managed: origins::no_longer_managed(plan),
            login: login::login(run),
            findings: rest::findings(run.ci.as_ref(), &run.repository_file, &plan.manifest.path, &plan.findings),
            unmanaged: rest::unmanaged(&plan.unmanaged),
            writes: plan.writes.iter().map(|write| (write.method, Visible::of(&write.path))).collect(),
            diff: rest::lines(&run.yaml),
        }
    }

    /// Whether there are sections to navigate to.
    pub(super) fn has_any(&self) -> bool {
        let changes = self.guarded.is_some() || self.changes.is_some() || self.login.is_some();
        changes || !self.findings.is_empty() || self.unmanaged.is_some() || !self.writes.is_empty()
    }
}

/// A status at the top of the page.
pub(super) struct Badge {
    class: &'static str,
    text: Visible,
}

/// What to do next.
pub(super) struct NextStep {
    before: &'static str,
    /// The command, if there is one.
    command: Option<Visible>,
}

/// The words that differ between a plan and drift.
pub(super) struct PageWords {
    pub(super) command: &'static str,
    before: &'static str,
    after: &'static str,
    pub(super) changes: &'static str,
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
    let elsewhere = other_api(&plan.api).map(|api| ("API", api));
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

//! Several organizations as text: a table of all, then the details of those that changed or failed.

use super::details::SetDetails;
use super::table::{self, TableRow};
use crate::document::{Compared, ErrorEntry, FailureEntry, Wording};
use crate::report::error;
use crate::report::overview::{Overview, OverviewRow, RowState};
use crate::report::plan::{findings_section, heading, join};
use crate::settings::Target;
use crate::text::Visible;
use crate::text::layout::{TerminalText, beside_or_below, terminal};
use crate::text::safe::safe;
use crate::text::style::{Role, Style};

/// The details of several organizations as text.
#[derive(Debug)]
pub(in crate::report) struct TextDetails {
    style: Style,
    details: Vec<TerminalText>,
}

impl TextDetails {
    pub(in crate::report) fn new(style: Style) -> Self {
        Self { style, details: Vec::new() }
    }

    pub(in crate::report) fn text(&self, overview: &Overview) -> TerminalText {
        let heading = match overview.wording {
            Wording::Plan => "Plan: ",
            Wording::Drift => "Drift: ",
        };
        let sections = [table(overview, &self.style)]
            .into_iter()
            .chain(self.details.iter().cloned())
            .chain([self.style.paragraph(Role::Heading, summary(heading, overview)) + digest(overview, &self.style)]);
        join(sections)
    }
}

impl SetDetails for TextDetails {
    fn add(&mut self, compared: &Compared<'_>) {
        match compared {
            _ if !compared.has_details() => {}
            Compared::Done(comparison) => self.details.push(comparison.text(&self.style)),
            Compared::Failed(failure) => self.details.push(failed(failure, &self.style)),
        }
    }

    fn render(&self, overview: &Overview, _limit: usize) -> String {
        self.text(overview).into()
    }
}

/// A sentence about all organizations.
fn summary(heading: &'static str, overview: &Overview) -> Visible {
    safe!("{}{}. {}", heading, overview.headline(), overview.details())
}

fn digest(overview: &Overview, style: &Style) -> TerminalText {
    let Some((digest, until)) = overview.digest().filter(|_| overview.wording == Wording::Plan) else {
        return TerminalText::new();
    };
    let quiet = |words: TerminalText| style.paint(Role::Quiet, words);
    let digest = beside_or_below(0, quiet("Digest of all".into()), quiet(terminal!("{}", digest)), style.width);
    let until = until.map(|until| {
        style.paragraph(Role::Quiet, terminal!("Valid until {} for apply --expect with the same manifests", until))
    });
    digest + until.unwrap_or_default()
}

/// A failure: the manifest, the findings about it, and the error with its hints.
pub(super) fn failed(failure: &FailureEntry, style: &Style) -> TerminalText {
    stopped(&failure.manifest, None, failure.target(), &failure.error, style)
}

/// Why an organization did not end as planned.
pub(super) fn stopped(
    manifest: &str,
    name: Option<&str>,
    target: Option<Target>,
    error: &ErrorEntry,
    style: &Style,
) -> TerminalText {
    heading(manifest, name, target.as_ref(), None, style)
        + findings_section(&error.findings(), style)
        + error::rendered(&error.message, &error.hints, style)
}

/// The table of all organizations.
fn table(overview: &Overview, style: &Style) -> TerminalText {
    let titles = match overview.wording {
        Wording::Plan => ["Changes", "Guarded", "No consent", "Outside Git"],
        Wording::Drift => ["Differ", "Guarded", "No consent", "Outside Git"],
    };
    let row = |row: &OverviewRow| TableRow {
        role: role(row.state),
        manifest: row.manifest.clone(),
        cells: figures(row, overview.wording),
        organization: row.organization(),
    };
    table::table(titles, overview.rows.iter().map(row).collect(), style)
}

fn role(state: RowState) -> Role {
    match state {
        RowState::InSync => Role::Quiet,
        RowState::Failed(_) => Role::Guarded,
        RowState::Differs(_) => Role::Heading,
    }
}

/// The cells of a row between the manifest and the organization.
fn figures(row: &OverviewRow, wording: Wording) -> [Visible; 4] {
    let number = |number: usize| if number == 0 { Visible::new() } else { safe!("{}", number) };
    match row.state {
        RowState::InSync => ["in sync".into(), Visible::new(), Visible::new(), Visible::new()],
        RowState::Failed(_) => ["failed".into(), Visible::new(), Visible::new(), Visible::new()],
        RowState::Differs(counts) => {
            let first = match (counts.is_new, wording) {
                (true, Wording::Plan) => "new".into(),
                (true, Wording::Drift) => "missing".into(),
                (false, _) => safe!("{}", counts.changes),
            };
            let (guarded, open) = match wording {
                Wording::Plan => (number(counts.guarded), number(counts.unconsented)),
                Wording::Drift => (Visible::new(), Visible::new()),
            };
            [first, guarded, open, number(counts.outside.unwrap_or(0))]
        }
    }
}

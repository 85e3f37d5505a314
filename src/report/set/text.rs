//! Several organizations as text: a table of all, then the details of those that changed or failed.

use super::details::SetDetails;
use crate::document::{Compared, FailureEntry, Wording};
use crate::report::error;
use crate::report::overview::{Overview, OverviewRow, RowState};
use crate::report::plan::{findings_section, join};
use crate::text::Visible;
use crate::text::layout::{GAP, TerminalText, first_column, hanging_pieces, item, pad, table_row, terminal};
use crate::text::safe::safe;
use crate::text::style::{Role, Style};

const INDENT: usize = 2;

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
            .chain([self.style.paragraph(Role::Heading, summary(heading, overview))]);
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

/// A failure: the manifest, the findings about it, and the error with its hints.
fn failed(failure: &FailureEntry, style: &Style) -> TerminalText {
    let heading = |words| style.paint(Role::Heading, words);
    let mut pieces = vec![heading(terminal!("{}", Visible::of(&failure.manifest)))];
    pieces.extend(failure.target().map(|target| heading(terminal!("→ {}", target))));
    let header = hanging_pieces(0, "", 0, &pieces, style.width);
    let error = error::rendered(&failure.error.message, &failure.error.hints, style);
    header + findings_section(&failure.findings(), style) + error
}

/// The table of all organizations. A column without content is left out.
fn table(overview: &Overview, style: &Style) -> TerminalText {
    let titles = match overview.wording {
        Wording::Plan => ["Changes", "Guarded", "No consent", "Outside Git"],
        Wording::Drift => ["Differ", "Guarded", "No consent", "Outside Git"],
    };
    let rows: Vec<[Visible; 4]> = overview.rows.iter().map(|row| figures(row, overview.wording)).collect();
    let widths: [usize; 4] = std::array::from_fn(|column| {
        let cells = rows.iter().map(|row| row[column].chars().count());
        match cells.max().unwrap_or(0) {
            0 => 0,
            widest => widest.max(titles[column].len()),
        }
    });
    let line = |cells: [TerminalText; 4]| -> TerminalText {
        let shown = cells.into_iter().zip(widths).filter(|(_, width)| *width > 0);
        shown.map(|(cell, width)| pad(cell, width + 2)).collect()
    };
    let mut lines =
        vec![(terminal!("Manifest"), line(titles.map(|title| terminal!("{}", title))), "Organization".into())];
    for (row, cells) in overview.rows.iter().zip(rows) {
        let cells = line(cells.map(|cell| terminal!("{}", cell)));
        lines.push((terminal!("{}", row.manifest), cells, row.organization()));
    }
    let sizes: Vec<_> = lines.iter().map(|(first, figures, _)| (first.width(), figures.width())).collect();
    let column = first_column(&sizes, style.width.saturating_sub(INDENT));
    let is_beside = lines.iter().all(|(first, figures, last)| {
        INDENT + first.width().max(column) + GAP + figures.width() + terminal!("{}", last).width() <= style.width
    });
    let row = |(number, (first, figures, last)): (usize, (TerminalText, TerminalText, Visible))| {
        let role = role(number.checked_sub(1).and_then(|index| overview.rows.get(index)));
        let (beside, below) = if is_beside { (last, Visible::new()) } else { (Visible::new(), last) };
        let figures = if number == 0 { style.paint(Role::Quiet, figures + beside) } else { figures + beside };
        let row = table_row(INDENT, &[style.paint(role, first)], column, figures.trimmed(), style.width);
        // The title of the column would stand alone.
        if below.is_empty() || number == 0 { row } else { row + item(2 * INDENT, below, style.width) }
    };
    lines.into_iter().enumerate().map(row).collect()
}

/// The role of a row; the first one is the heading.
fn role(row: Option<&OverviewRow>) -> Role {
    match row.map(|row| row.state) {
        None | Some(RowState::InSync) => Role::Quiet,
        Some(RowState::Failed(_)) => Role::Guarded,
        Some(RowState::Differs(_)) => Role::Heading,
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

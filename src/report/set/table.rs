//! The table at the start of a text about several organizations.

use crate::text::Visible;
use crate::text::layout::{GAP, TerminalText, first_column, item, pad, table_row, terminal};
use crate::text::style::{Role, Style};

const INDENT: usize = 2;

/// One organization.
pub(super) struct TableRow<const N: usize> {
    /// How the row is painted.
    pub(super) role: Role,
    pub(super) manifest: Visible,
    /// The cells between the manifest and the organization.
    pub(super) cells: [Visible; N],
    pub(super) organization: Visible,
}

/// Renders a table of all organizations. A column without content is left out.
pub(super) fn table<const N: usize>(titles: [&'static str; N], rows: Vec<TableRow<N>>, style: &Style) -> TerminalText {
    let widths: [usize; N] = std::array::from_fn(|column| {
        let cells = rows.iter().map(|row| row.cells[column].chars().count());
        match cells.max().unwrap_or(0) {
            0 => 0,
            widest => widest.max(titles[column].len()),
        }
    });
    let line = |cells: [TerminalText; N]| -> TerminalText {
        let shown = cells.into_iter().zip(widths).filter(|(_, width)| *width > 0);
        shown.map(|(cell, width)| pad(cell, width + 2)).collect()
    };
    let heading = line(titles.map(|title| terminal!("{}", title)));
    let mut lines = vec![(Role::Quiet, terminal!("Manifest"), heading, "Organization".into())];
    for TableRow { role, manifest, cells, organization } in rows {
        let cells = line(cells.map(|cell| terminal!("{}", cell)));
        lines.push((role, terminal!("{}", manifest), cells, organization));
    }
    let sizes: Vec<_> = lines.iter().map(|(_, first, figures, _)| (first.width(), figures.width())).collect();
    let column = first_column(&sizes, style.width.saturating_sub(INDENT));
    let is_beside = lines.iter().all(|(_, first, figures, last)| {
        INDENT + first.width().max(column) + GAP + figures.width() + terminal!("{}", last).width() <= style.width
    });
    let row = |(number, (role, first, figures, last)): (usize, (Role, TerminalText, TerminalText, Visible))| {
        let (beside, below) = if is_beside { (last, Visible::new()) } else { (Visible::new(), last) };
        let figures = if number == 0 { style.paint(Role::Quiet, figures + beside) } else { figures + beside };
        let row = table_row(INDENT, &[style.paint(role, first)], column, figures.trimmed(), style.width);
        // The title of the column would stand alone.
        if below.is_empty() || number == 0 { row } else { row + item(2 * INDENT, below, style.width) }
    };
    lines.into_iter().enumerate().map(row).collect()
}

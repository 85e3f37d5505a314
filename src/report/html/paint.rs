//! Colours of the organization as rules of the style sheet.
//!
//! A text of somebody else never becomes CSS: it is parsed as a [`Color`], and what is printed is that colour again.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::piece;
use crate::report::subject::Comparison;
use crate::settings::{Color, Kind};

/// The class of what is filled with a colour.
pub(super) fn fill(color: Color) -> String {
    format!("fill-{}", digits(color))
}

/// The class of what is written in a colour.
pub(super) fn ink(color: Color) -> String {
    format!("ink-{}", digits(color))
}

fn digits(color: Color) -> String {
    color.to_string().trim_start_matches('#').to_owned()
}

/// A rule for each class that the page may use: the colours of live and of the changes.
pub(super) fn rules(run: &Comparison<'_>) -> String {
    let settings = run.model.settings().iter().filter(|setting| setting.kind == Kind::Color);
    let live = settings.filter_map(|setting| piece::color(setting, run.live.value(run.model, setting)?));
    let changes = run.plan.changes.iter().flat_map(|change| {
        [&change.before, &change.after].map(|value| piece::color(&change.setting, value)).into_iter().flatten()
    });
    // In the order of their spelling: the same page for the same input.
    let colors: BTreeSet<[u8; 3]> = live.chain(changes).map(|color| [color.red, color.green, color.blue]).collect();
    let mut css = String::new();
    for [red, green, blue] in colors {
        let color = Color { red, green, blue };
        // Writing to a String cannot fail.
        let _ = writeln!(css, ".{}{{background-color:{color}}}.{}{{color:{color}}}", fill(color), ink(color));
    }
    css
}

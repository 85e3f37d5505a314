//! What became of an apply, as text.

use super::error;
use super::layout::hanging;
use super::style::{Role, Style};
use super::value;
use crate::apply::{End, Event, Mismatch, Outcome, Why};
use crate::plan::Plan;

/// How an apply ended: the sentence that a log reader looks for, and what to do where it did not end well.
pub fn text(plan: &Plan, outcome: &Outcome, style: &Style) -> String {
    let target = &plan.target;
    match outcome.end {
        End::InSync => String::new(),
        End::Applied => {
            let changes = super::plan::count(plan.changes.len(), "setting");
            let writes = super::plan::count(outcome.writes, "write");
            let sentence = format!("Applied: {changes} of {target} with {writes}, read back and verified; nothing else moved.");
            format!("\n{}\n", style.paint(Role::Heading, &sentence))
        }
        End::Conflict => {
            let mut text = format!("\n{}\n", style.paint(Role::Guarded, &format!("Conflict: after the write, live of {target} is not what it should be.")));
            for found in &outcome.mismatches {
                text.push_str(&format!("  {}\n", mismatch(found)));
            }
            text.push_str(&hanging(0, &style.paint(Role::Code, "hint:"), 6, outcome.known.sentence(), style.width));
            text
        }
        End::Failed => {
            let Some(failure) = &outcome.failure else { return String::new() };
            let mut hints = vec![outcome.known.sentence().to_owned()];
            hints.extend(failure.hints());
            format!("\n{}", error::text(&failure.to_string(), &hints, style))
        }
    }
}

/// A path that is not what it should be, in a line.
pub fn mismatch(mismatch: &Mismatch) -> String {
    let path = value::safe(&mismatch.path);
    let (expected, found) = (value::short(&mismatch.expected), value::short(&mismatch.found));
    match mismatch.why {
        Why::NotConverged => format!("{path}: the file wants {expected}, live has {found}"),
        Why::Moved => format!("{path}: it was {expected} and nobody declared it, now live has {found}"),
    }
}

/// What happens during an apply, in a line.
pub fn event(event: &Event) -> String {
    match event {
        Event::Writing { method, path } => format!("{method} {path}"),
        Event::Uncertain { error } => format!("no clear answer: {error}; reading live to find out"),
        Event::ReadingBack { path } => format!("GET {path} (read-back)"),
    }
}

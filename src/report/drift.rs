//! Renders a plan as drift: the live values that differ from the manifest.

use super::phrase::Adoption;
use super::plan::{changes_section, findings_section, header, join, no_longer_managed_section, read_only_section};
use super::summary;
use crate::document::Wording;
use crate::plan::{Action, Plan};
use crate::text::layout::{TerminalText, beside_or_below, terminal};
use crate::text::shell_path;
use crate::text::style::{Role, Style};

/// The drift as text, the summary its last line.
///
/// Guarded changes are listed with the others, because consent matters only to apply.
pub fn text(plan: &Plan, style: &Style) -> String {
    rendered(plan, style).into()
}

/// As [`text`].
pub(super) fn rendered(plan: &Plan, style: &Style) -> TerminalText {
    let changes: Vec<_> = plan.changes.iter().collect();
    join([
        header(plan, style),
        changes_section(&changes, Wording::Drift, style),
        no_longer_managed_section(plan, style),
        findings_section(&plan.findings, style),
        read_only_section(plan, style),
        what_next(plan, style),
        style.paragraph(Role::Heading, summary::summary(Wording::Drift, plan)),
    ])
}

/// The drift in one sentence, without colour.
pub fn summary(plan: &Plan) -> String {
    summary::summary(Wording::Drift, plan).into()
}

fn what_next(plan: &Plan, style: &Style) -> TerminalText {
    if plan.is_empty() {
        return TerminalText::new();
    }
    let apply = style.paint(Role::Code, terminal!("zerodrift apply {}", shell_path(&plan.manifest.path)));
    if plan.action == Action::Create {
        return beside_or_below(0, "To create the organization:", apply, style.width);
    }
    let keep = match Adoption::of(plan) {
        None => TerminalText::new(),
        Some(adoption) => {
            let how = match adoption {
                Adoption::SameCommand => "run the same command with --adopt".into(),
                Adoption::ByHand => "edit the manifest that you pipe in".into(),
                Adoption::Command(command) => style.paint(Role::Code, command),
            };
            beside_or_below(0, "To keep the live values:", how, style.width)
        }
    };
    beside_or_below(0, "To apply the file:", apply, style.width) + keep
}

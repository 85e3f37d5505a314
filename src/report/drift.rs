//! Renders a plan as drift: the live values that differ from the manifest.

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
    let (path, file) = (&plan.manifest.path, shell_path(&plan.manifest.path));
    let apply = style.paint(Role::Code, terminal!("zerodrift apply {}", file));
    match plan.action {
        Action::Create => beside_or_below(0, "To create the organization:", apply, style.width),
        Action::None | Action::Update => {
            if plan.base.is_some() && !plan.has_drift() {
                return beside_or_below(0, "To apply the file:", apply, style.width);
            }
            // Standard input cannot be rewritten.
            let keep = match path.as_str() {
                _ if plan.base.is_some() => "run the same command with --adopt".into(),
                "-" => "edit the manifest that you pipe in".into(),
                _ => style.paint(Role::Code, terminal!("zerodrift drift {} --adopt", file)),
            };
            let apply = beside_or_below(0, "To apply the file:", apply, style.width);
            apply + beside_or_below(0, "To keep the live values:", keep, style.width)
        }
    }
}

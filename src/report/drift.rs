//! Renders a plan as drift: the live values that differ from the manifest.

use super::phrase::Wording;
use super::plan::{changes_section, findings_section, header, join, no_longer_managed_section, read_only_section};
use super::summary;
use crate::plan::{Action, Plan};
use crate::text::layout::{TerminalText, terminal};
use crate::text::safe::safe;
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
        style.paint(Role::Heading, summary::summary(Wording::Drift, plan)).line(),
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
        Action::Create => safe!("To create the organization: {}\n", apply),
        Action::None | Action::Update => {
            if plan.base.is_some() && !plan.has_drift() {
                return safe!("To apply the file: {}\n", apply);
            }
            // Standard input cannot be rewritten.
            let keep = match path.as_str() {
                _ if plan.base.is_some() => "run the same command with --adopt".into(),
                "-" => safe!("edit the manifest that you pipe in"),
                _ => style.paint(Role::Code, terminal!("zerodrift drift {} --adopt", file)),
            };
            safe!("To apply the file: {}\nTo keep the live values: {}\n", apply, keep)
        }
    }
}

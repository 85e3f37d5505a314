//! A plan told backwards: what is live and not as the file wants it.

use super::change::Wording;
use super::plan::{changes_section, count, findings_section, header, join, matching, read_only_section, unmanaged};
use super::style::{Role, Style};
use super::value;
use crate::plan::{Action, Plan};
use crate::text::argument;

/// The drift as text, the summary its last line. `declared` is the number of settings that the manifest mentions.
///
/// Guarded changes stand among the others, for what they would need is a matter of apply.
pub fn text(plan: &Plan, declared: usize, style: &Style) -> String {
    let changes: Vec<_> = plan.changes.iter().collect();
    join(&[
        header(plan, style),
        changes_section(&changes, Wording::Drift, style),
        findings_section(&plan.findings, style),
        read_only_section(plan, style),
        what_next(plan, style),
        format!("{}\n", style.paint(Role::Heading, &summary(plan, declared))),
    ])
}

/// The drift in one sentence, without colour.
pub fn summary(plan: &Plan, declared: usize) -> String {
    let file = source(&plan.manifest.path);
    let differ = if plan.changes.len() == 1 { "differs" } else { "differ" };
    match plan.action {
        Action::None => format!("No drift: {}; {}.", matching(declared), unmanaged(plan.unmanaged.len())),
        Action::Create => format!("Drift: {} has no Zero Trust organization, and {file} wants one.", plan.target),
        Action::Update => {
            format!("Drift: {} of {} {differ} from {file}.", count(plan.changes.len(), "setting"), plan.target)
        }
    }
}

fn what_next(plan: &Plan, style: &Style) -> String {
    if plan.is_empty() {
        return String::new();
    }
    let file = source(&plan.manifest.path);
    let apply = style.paint(Role::Code, &format!("zerodrift apply {}", argument(&plan.manifest.path)));
    match plan.action {
        Action::Create => format!("To create it: {apply}\n"),
        Action::None | Action::Update => {
            let adopt = format!("zerodrift drift {} --adopt", argument(&plan.manifest.path));
            // Standard input cannot be written.
            let keep =
                if plan.manifest.path == "-" { format!("change {file}") } else { style.paint(Role::Code, &adopt) };
            format!("To make live as the file wants it: {apply}\nTo keep what is live: {keep}\n")
        }
    }
}

/// A manifest in a sentence.
pub(super) fn source(path: &str) -> String {
    if path == "-" { "what standard input had".to_owned() } else { value::safe(path) }
}

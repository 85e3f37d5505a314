//! Renders a plan as text: guarded changes first, then the others by group, then the unmanaged settings.

use super::change::{self, Columns};
use super::origins::OriginGroup;
use super::phrase::{self, GUARDED, Wording};
use super::{origins, summary, value};
use crate::diagnostics::{Finding, Severity};
use crate::plan::{Action, Change, GuardState, ManifestRef, Plan, Unmanaged};
use crate::text::Visible;
use crate::text::layout::{Terminal, TerminalText, column, hanging, pad, terminal};
use crate::text::safe::safe;
use crate::text::style::{Role, Style};

/// The number of unmanaged settings that are listed. The others are only counted.
const UNMANAGED_SHOWN: usize = 20;

/// The plan as text, the summary its last line.
pub fn text(plan: &Plan, style: &Style) -> String {
    rendered(plan, style).into()
}

/// As [`text`].
pub(super) fn rendered(plan: &Plan, style: &Style) -> TerminalText {
    let (guarded, plain): (Vec<_>, Vec<_>) = plan.changes.iter().partition(|change| change.guard.is_some());
    let guarded =
        origins::groups(Wording::Plan, &guarded).into_iter().flat_map(|group| group.changes).collect::<Vec<_>>();
    join([
        header(plan, style),
        guarded_section(&plan.manifest, &guarded, style),
        changes_section(&plain, Wording::Plan, style),
        no_longer_managed_section(plan, style),
        unmanaged_section(plan, style),
        findings_section(&plan.findings, style),
        writes_section(plan, style),
        style.paint(Role::Heading, summary::summary(Wording::Plan, plan)).line(),
    ])
}

/// The plan in one sentence, without colour.
pub fn summary(plan: &Plan) -> String {
    summary::summary(Wording::Plan, plan).into()
}

/// Sections with an empty line between them.
pub(super) fn join(sections: impl IntoIterator<Item = TerminalText>) -> TerminalText {
    TerminalText::join(sections.into_iter().filter(|section| !section.is_empty()), "\n")
}

/// `org.yaml → account 699d…`, and the API if it is not Cloudflare's.
pub(super) fn header(plan: &Plan, style: &Style) -> TerminalText {
    let path = Visible::of(&plan.manifest.path);
    let line = style.paint(Role::Heading, terminal!("{} → {}", path, plan.target));
    let elsewhere: Visible = phrase::other_api(plan).map(|api| safe!(" at {}", api)).unwrap_or_default();
    let create = match plan.action {
        Action::Create => "it has no Zero Trust organization yet: apply would create one\n",
        Action::None | Action::Update => "",
    };
    let base =
        plan.base.as_ref().map(|base| style.paint(Role::Quiet, terminal!("Base: {}", Visible::of(&base.name))).line());
    let base = base.unwrap_or_default();
    safe!("{}{}\n{}{}{}", line, elsewhere, base, create, declared_empty(&plan.declared_empty))
}

/// The settings that a creation checks in addition to the changes that it sends.
fn declared_empty(declared: &[Change]) -> TerminalText {
    let verb = match declared {
        [] => return TerminalText::new(),
        [_] => "is",
        _ => "are",
    };
    safe!(
        "{} {} declared as empty: after the creation, apply would check that, and unset it if the server set a value\n",
        Visible::join(declared.iter().map(|change| change.setting.path), ", "),
        verb
    )
}

fn guarded_section(manifest: &ManifestRef, guarded: &[&Change], style: &Style) -> TerminalText {
    if guarded.is_empty() {
        return TerminalText::new();
    }
    let mut text = style.paint(Role::Guarded, GUARDED).line();
    for change in guarded {
        let Some(state) = change.guard else { continue };
        text.push(terminal!("\n{}", guarded_change(&manifest.path, change, state, style)));
    }
    let open: Vec<_> =
        guarded.iter().filter(|change| change.guard.is_some_and(|state| state.allowed_by.is_none())).copied().collect();
    text + consent_block(manifest, &open, style)
}

fn guarded_change(file: &str, change: &Change, state: GuardState, style: &Style) -> TerminalText {
    let (mark, path) = (style.paint(Role::Guarded, "!"), style.paint(Role::Heading, change.setting.path));
    let mut text = safe!("  {} {}", mark, path);
    let place = phrase::place(file, change);
    if !place.is_empty() {
        text.push(terminal!("  {}", style.paint(Role::Quiet, place)));
    }
    text = text.line() + change::values(change, 6, Wording::Plan, style);
    let in_use = phrase::in_use(change).map(|context| ("in use now", context));
    let facts = [("what happens", state.guard.consequence), ("check first", state.guard.check_first)];
    let origin = origins::of_change(Wording::Plan, change).map(|origin| ("origin", origin));
    let notes = origin.into_iter().chain(change.notice.map(|notice| ("note", notice)));
    let ours = facts.into_iter().chain(notes).chain([("consent", phrase::consent(state))]);
    for (label, prose) in in_use.into_iter().chain(ours.map(|(label, prose)| (label, prose.into()))) {
        text.push(hanging(6, style.paint(Role::Quiet, label), 15, prose, style.width));
    }
    text
}

/// How to consent to the changes without consent. The lines have the indentation of the file, so that they can be pasted.
fn consent_block(manifest: &ManifestRef, open: &[&Change], style: &Style) -> TerminalText {
    if open.is_empty() {
        return TerminalText::new();
    }
    let entries = phrase::consent_lines(manifest, open);
    let mut text = TerminalText::new();
    if !entries.is_empty() {
        let place = phrase::consent_place(manifest, phrase::source(&manifest.path));
        text.push(terminal!("\n  To consent, {}:\n\n", place));
        entries.iter().flatten().for_each(|line| text.push(style.paint(Role::Code, line).line()));
    }
    text.push(terminal!("\n  {}:\n\n", phrase::by_flag(!entries.is_empty(), open)));
    for change in open {
        text.push(terminal!("    {}\n", style.paint(Role::Code, terminal!("--allow {}", change.setting.path))));
    }
    text
}

/// Changes by their origin, and under the headings of their groups.
pub(super) fn changes_section(changes: &[&Change], wording: Wording, style: &Style) -> TerminalText {
    let groups = origins::groups(wording, changes);
    join(groups.into_iter().map(|OriginGroup { title, changes }| {
        let title = title.map(|title| style.paint(Role::Heading, title).line()).unwrap_or_default();
        title + grouped_changes(&changes, wording, style)
    }))
}

fn grouped_changes(changes: &[&Change], wording: Wording, style: &Style) -> TerminalText {
    let columns = Columns { indent: 4, name: column(changes.iter().map(|change| change.setting.name()), 36) };
    let block = |(group, changes): (&'static str, Vec<&Change>)| {
        let rows: TerminalText = changes.iter().map(|change| change::row(change, columns, wording, style)).collect();
        safe!("  {}\n{}", style.paint(Role::Heading, group), rows)
    };
    join(phrase::grouped(changes).into_iter().map(block))
}

/// The settings that the base declares and the manifest does not.
pub(super) fn no_longer_managed_section(plan: &Plan, style: &Style) -> TerminalText {
    let paths = origins::no_longer_managed(plan);
    if paths.is_empty() {
        return TerminalText::new();
    }
    let rows: TerminalText = paths.iter().map(|path| terminal!("    {}\n", *path)).collect();
    style.paint(Role::Quiet, origins::no_longer_managed_title(paths.len())).line() + rows
}

fn unmanaged_section(plan: &Plan, style: &Style) -> TerminalText {
    if plan.unmanaged.is_empty() {
        return TerminalText::new();
    }
    let shown = &plan.unmanaged[..plan.unmanaged.len().min(UNMANAGED_SHOWN)];
    let paths: Vec<_> = shown.iter().map(|unmanaged| Visible::of(&unmanaged.path)).collect();
    let columns = column(paths.iter().map(|path| &**path), 68);
    let mut text =
        style.paint(Role::Quiet, terminal!("Not managed: {}", phrase::kept::<Terminal>(plan.unmanaged.len()))).line();
    for (path, unmanaged) in paths.iter().zip(shown) {
        text.push(unmanaged_row(&pad(path, columns), unmanaged, style));
    }
    let more = plan.unmanaged.len() - shown.len();
    if more > 0 {
        text.push(style.paint(Role::Quiet, terminal!("    … and {} more, see --format json", more)).line());
    }
    text
}

/// The live values that only the server writes and that a reader should see.
pub(super) fn read_only_section(plan: &Plan, style: &Style) -> TerminalText {
    let read_only = plan.unmanaged.iter().filter(|unmanaged| unmanaged.read_only);
    let row = |one: &Unmanaged| unmanaged_row(&terminal!("{}", Visible::of(&one.path)), one, style);
    let rows: TerminalText = read_only.map(row).collect();
    if rows.is_empty() { rows } else { safe!("{}\n{}", style.paint(Role::Quiet, "Kept by the server:"), rows) }
}

fn unmanaged_row(path: &TerminalText, unmanaged: &Unmanaged, style: &Style) -> TerminalText {
    let shown = value::short(&unmanaged.value);
    let mark = phrase::unmanaged_mark(unmanaged);
    if mark.is_empty() {
        return style.paint(Role::Quiet, terminal!("    {}   {}", path, shown)).line();
    }
    let role = if unmanaged.known { Role::Quiet } else { Role::Doubtful };
    let row = style.paint(Role::Quiet, terminal!("    {}   {}", path, pad(shown, 24)));
    safe!("{}  {}\n", row, style.paint(role, mark))
}

/// Findings without the lines of the file.
pub(super) fn findings_section(findings: &[Finding], style: &Style) -> TerminalText {
    findings.iter().map(|finding| finding_text(finding, style)).collect()
}

fn finding_text(finding: &Finding, style: &Style) -> TerminalText {
    let role = match finding.severity {
        Severity::Note => Role::Quiet,
        Severity::Warning => Role::Doubtful,
        Severity::Error => Role::Guarded,
    };
    let label = style.paint(role, phrase::finding_label(finding));
    let columns = label.width() + 1;
    let mut text = hanging(0, label, columns, Visible::of(&finding.message), style.width);
    text.push(terminal!("  {}\n", style.paint(Role::Quiet, phrase::finding_place(finding))));
    if let Some(help) = &finding.help {
        text.push(hanging(2, "help:", 6, Visible::of(help), style.width));
    }
    text
}

fn writes_section(plan: &Plan, style: &Style) -> TerminalText {
    if plan.writes.is_empty() {
        return TerminalText::new();
    }
    let mut text = TerminalText::from("Apply would send\n");
    for write in &plan.writes {
        text.push(terminal!("    {} {}\n", pad(write.method, 4), Visible::of(&write.path)));
    }
    text.push(style.paint(Role::Quiet, terminal!("Digest {}", Visible::of(&plan.digest))).line());
    // `rollback`, which restores a backup, takes no digest.
    let is_rollback = plan.changes.iter().any(|change| change.at.is_whole_file());
    if let Some(until) = plan.expires_at().filter(|_| !is_rollback) {
        text.push(style.paint(Role::Quiet, terminal!("Valid until {} for apply --expect", until)).line());
    }
    text
}

#[cfg(test)]
mod tests;

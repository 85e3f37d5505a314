//! Renders a plan as text: guarded changes first, then the others by group, then the unmanaged settings.

use super::attribution;
use super::change::{self, Columns};
use super::origins::OriginGroup;
use super::phrase::{self, GUARDED};
use super::{origins, summary, value};
use crate::diagnostics::{Finding, Severity};
use crate::document::Wording;
use crate::plan::{Action, Change, GuardState, ManifestRef, Plan, Unmanaged};
use crate::settings::Target;
use crate::text::Visible;
use crate::text::layout::{
    Terminal, TerminalText, beside_or_below, first_column, hanging, hanging_pieces, joined, pad, paragraph, table_row,
    terminal,
};
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
    join([
        header(plan, style),
        all_changes(&plan.manifest, &plan.changes, style),
        no_longer_managed_section(plan, style),
        unmanaged_section(plan, style),
        findings_section(&plan.findings, style),
        writes_section(plan, style),
        style.paragraph(Role::Heading, summary::summary(Wording::Plan, plan)),
    ])
}

/// The changes: those that are guarded, then the others.
pub(super) fn all_changes(manifest: &ManifestRef, changes: &[Change], style: &Style) -> TerminalText {
    let (guarded, plain): (Vec<_>, Vec<_>) = changes.iter().partition(|change| change.guard.is_some());
    let guarded: Vec<_> =
        origins::groups(Wording::Plan, &guarded).into_iter().flat_map(|group| group.changes).collect();
    join([guarded_section(manifest, &guarded, style), changes_section(&plain, Wording::Plan, style)])
}

/// The plan in one sentence, without colour.
pub fn summary(plan: &Plan) -> String {
    summary::summary(Wording::Plan, plan).into()
}

/// Sections with an empty line between them.
pub(super) fn join(sections: impl IntoIterator<Item = TerminalText>) -> TerminalText {
    TerminalText::join(sections.into_iter().filter(|section| !section.is_empty()), "\n")
}

/// `org.yaml → Acme EU, account 699d…`, and the API if it is not Cloudflare's, as far as they are known.
pub(super) fn heading(
    manifest: &str,
    name: Option<&str>,
    target: Option<&Target>,
    api: Option<&str>,
    style: &Style,
) -> TerminalText {
    let heading = |words| style.paint(Role::Heading, words);
    let mut pieces = vec![heading(terminal!("{}", Visible::of(manifest)))];
    match (name, target) {
        (Some(name), Some(target)) => {
            pieces.push(heading(terminal!("→ {},", phrase::name(name))));
            pieces.push(heading(terminal!("{}", target)));
        }
        (_, target) => pieces.extend(target.map(|target| heading(terminal!("→ {}", target)))),
    }
    pieces.extend(api.and_then(phrase::other_api).map(|api| terminal!("at {}", api)));
    hanging_pieces(0, "", 0, &pieces, style.width)
}

/// The heading, the base, and what a creation does.
pub(super) fn header(plan: &Plan, style: &Style) -> TerminalText {
    let create = match plan.action {
        Action::Create => paragraph("it has no Zero Trust organization yet: apply would create one", style.width),
        Action::None | Action::Update => TerminalText::new(),
    };
    let base = plan.base.as_ref().map(|base| {
        let name = style.paint(Role::Quiet, Visible::of(&base.name));
        beside_or_below(0, style.paint(Role::Quiet, "Base:"), name, style.width)
    });
    heading(&plan.manifest.path, plan.live_name(), Some(&plan.target), Some(&plan.api), style)
        + base.unwrap_or_default()
        + create
        + declared_empty(&plan.declared_empty, style)
}

/// The settings that a creation checks in addition to the changes that it sends.
fn declared_empty(declared: &[Change], style: &Style) -> TerminalText {
    let verb = match declared {
        [] => return TerminalText::new(),
        [_] => "is",
        _ => "are",
    };
    let prose = terminal!(
        "{} {} declared as empty: after the creation, apply would check that, and unset it if the server set a value",
        Visible::join(declared.iter().map(|change| change.setting.path), ", "),
        verb
    );
    paragraph(prose, style.width)
}

fn guarded_section(manifest: &ManifestRef, guarded: &[&Change], style: &Style) -> TerminalText {
    if guarded.is_empty() {
        return TerminalText::new();
    }
    let mut text = style.paragraph(Role::Guarded, GUARDED);
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
    let name: TerminalText = safe!("{} {}", mark, path);
    let place = phrase::place(file, change);
    let mut text = match place.is_empty() {
        true => TerminalText::repeat(" ", 2) + name.line(),
        false => beside_or_below(2, name + " ", style.paint(Role::Quiet, place), style.width),
    };
    text.push(change::values(change, 6, Wording::Plan, style));
    text.push(attribution::line(change, 6, "last write", 15, style));
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
        let place = terminal!("To consent, {}:", phrase::consent_place(manifest, phrase::source_word(&manifest.path)));
        text.push(terminal!("\n{}\n", hanging(2, "", 0, place, style.width)));
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
        let title = title.map(|title| style.paragraph(Role::Heading, title)).unwrap_or_default();
        title + grouped_changes(&changes, wording, style)
    }))
}

fn grouped_changes(changes: &[&Change], wording: Wording, style: &Style) -> TerminalText {
    let columns = Columns::of(changes, 4, wording, style);
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
    style.paragraph(Role::Quiet, origins::no_longer_managed_title(paths.len())) + rows
}

fn unmanaged_section(plan: &Plan, style: &Style) -> TerminalText {
    if plan.unmanaged.is_empty() {
        return TerminalText::new();
    }
    let shown = &plan.unmanaged[..plan.unmanaged.len().min(UNMANAGED_SHOWN)];
    let kept = terminal!("Not managed: {}", phrase::kept::<Terminal>(plan.unmanaged.len()));
    let mut text = style.paint(Role::Quiet, kept).line() + unmanaged_rows(shown, style);
    let more = plan.unmanaged.len() - shown.len();
    if more > 0 {
        text.push(style.paint(Role::Quiet, terminal!("    … and {} more, see --format json", more)).line());
    }
    text
}

/// The live values that only the server writes and that a reader should see.
pub(super) fn read_only_section(plan: &Plan, style: &Style) -> TerminalText {
    let read_only: Vec<_> = plan.unmanaged.iter().filter(|unmanaged| unmanaged.read_only).cloned().collect();
    match read_only.is_empty() {
        true => TerminalText::new(),
        false => style.paint(Role::Quiet, "Kept by the server:").line() + unmanaged_rows(&read_only, style),
    }
}

fn unmanaged_rows(unmanaged: &[Unmanaged], style: &Style) -> TerminalText {
    const INDENT: usize = 4;
    let cells = |one: &Unmanaged| {
        let path = style.paint(Role::Quiet, Visible::of(&one.path));
        let role = if one.known { Role::Quiet } else { Role::Doubtful };
        let name = match phrase::unmanaged_mark(one) {
            "" => vec![path],
            mark => vec![path, style.paint(role, terminal!("({})", mark))],
        };
        (name, style.paint(Role::Quiet, value::short(&one.value)))
    };
    let rows: Vec<(Vec<TerminalText>, TerminalText)> = unmanaged.iter().map(cells).collect();
    let widths: Vec<_> = rows.iter().map(|(name, value)| (joined(name).width(), value.width())).collect();
    let column = first_column(&widths, style.width.saturating_sub(INDENT));
    rows.iter().map(|(name, value)| table_row(INDENT, name, column, value, style.width)).collect()
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
        text.push(beside_or_below(4, pad(write.method, 4), Visible::of(&write.path), style.width));
    }
    let quiet = |words: TerminalText| style.paint(Role::Quiet, words);
    text.push(beside_or_below(
        0,
        quiet("Digest".into()),
        quiet(terminal!("{}", Visible::of(&plan.digest))),
        style.width,
    ));
    // `rollback`, which restores a backup, takes no digest.
    let is_rollback = plan.changes.iter().any(|change| change.at.is_whole_file());
    if let Some(until) = plan.expires_at().filter(|_| !is_rollback) {
        text.push(style.paragraph(Role::Quiet, terminal!("Valid until {} for apply --expect", until)));
    }
    text
}

#[cfg(test)]
mod tests;

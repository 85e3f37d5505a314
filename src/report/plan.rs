//! A plan as text that a reviewer enjoys: guarded changes first, then the others by group, then what stays as it is.

use super::change::{self, Columns, Wording};
use super::style::{Role, Style};
use super::value;
use crate::diagnostics::{Finding, Severity};
use crate::plan::{Action, Change, Consent, GuardState, Plan, PlannedWrite, Unmanaged};
use crate::text::layout::{column, hanging, pad, width};
use crate::text::yaml;

/// The API of every customer; any other one is named in the header.
const CLOUDFLARE: &str = "https://api.cloudflare.com/client/v4";

/// The heading of guarded changes.
pub(super) const GUARDED: &str = "Guarded: can lock people out, open something up or destroy";

/// More unmanaged settings than these are counted, not listed.
const UNMANAGED_SHOWN: usize = 20;

/// The plan as text, the summary its last line. `declared` is the number of settings that the manifest mentions.
pub fn text(plan: &Plan, declared: usize, style: &Style) -> String {
    let (guarded, plain): (Vec<_>, Vec<_>) = plan.changes.iter().partition(|change| change.guard.is_some());
    let sections = [
        header(plan, style),
        guarded_section(&plan.manifest.path, &guarded, style),
        changes_section(&plain, Wording::Plan, style),
        unmanaged_section(plan, style),
        findings_section(&plan.findings, style),
        writes_section(plan, style),
        format!("{}\n", style.paint(Role::Heading, &summary(plan, declared))),
    ];
    join(&sections)
}

/// The plan in one sentence, without colour.
pub fn summary(plan: &Plan, declared: usize) -> String {
    let target = &plan.target;
    match plan.action {
        Action::None => format!("In sync: {}; {}.", matching(declared), unmanaged(plan.unmanaged.len())),
        Action::Create => format!(
            "Plan: {target} has no Zero Trust organization; apply would create it{} with {}.",
            guards(&plan.changes),
            writes(&plan.writes)
        ),
        Action::Update => format!(
            "Plan: {} of {target} would change{}, with {}.",
            count(plan.changes.len(), "setting"),
            guards(&plan.changes),
            writes(&plan.writes)
        ),
    }
}

/// Sections with an empty line between them.
pub(super) fn join(sections: &[String]) -> String {
    sections.iter().filter(|section| !section.is_empty()).map(String::as_str).collect::<Vec<_>>().join("\n")
}

/// `1 setting`, `2 settings`.
pub(super) fn count(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

pub(super) fn matching(declared: usize) -> String {
    match declared {
        0 => "the file declares no setting".to_owned(),
        1 => "the one declared setting matches".to_owned(),
        many => format!("{many} declared settings match"),
    }
}

pub(super) fn unmanaged(number: usize) -> String {
    match number {
        0 => "no live setting is unmanaged".to_owned(),
        1 => "1 live setting is not managed".to_owned(),
        many => format!("{many} live settings are not managed"),
    }
}

fn guards(changes: &[Change]) -> String {
    let states: Vec<_> = changes.iter().filter_map(|change| change.guard).collect();
    let without = states.iter().filter(|state| state.allowed_by.is_none()).count();
    match (states.len(), without) {
        (0, _) => String::new(),
        (all, 0) => format!(" ({all} guarded, with consent)"),
        (all, without) if without == all => format!(" ({all} guarded, nobody consents yet)"),
        (all, without) => format!(" ({all} guarded, {without} without consent)"),
    }
}

fn writes(writes: &[PlannedWrite]) -> String {
    let methods: Vec<_> = writes.iter().map(|write| write.method.to_string()).collect();
    match methods.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => "no request".to_owned(),
        [method] => format!("one {method}"),
        ["POST", "PUT"] => "a POST and then a PUT".to_owned(),
        ["POST", ref puts @ ..] => format!("a POST and then {} PUTs", puts.len()),
        [.., last] => format!("{} {last}s", methods.len()),
    }
}

/// Whether an API is the one that everybody means.
pub(super) fn is_cloudflare(api: &str) -> bool {
    api == CLOUDFLARE
}

/// `org.yaml → account 699d…`, and the API where it is not Cloudflare's.
pub(super) fn header(plan: &Plan, style: &Style) -> String {
    let path = value::safe(&plan.manifest.path);
    let line = style.paint(Role::Heading, &format!("{path} → {}", plan.target));
    let elsewhere = if is_cloudflare(&plan.api) { String::new() } else { format!(" at {}", value::safe(&plan.api)) };
    let create = match plan.action {
        Action::Create => "it has no Zero Trust organization yet: apply would create one\n",
        Action::None | Action::Update => "",
    };
    format!("{line}{elsewhere}\n{create}{}", declared_empty(&plan.declared_empty))
}

/// What a creation checks beside the changes that it sends.
fn declared_empty(declared: &[Change]) -> String {
    let (what, verb) = match declared {
        [] => return String::new(),
        [one] => (one.setting.path.to_owned(), "is"),
        many => (many.iter().map(|change| change.setting.path).collect::<Vec<_>>().join(", "), "are"),
    };
    format!(
        "{what} {verb} declared as empty: apply would check that after the creation, and write it where the server fills it in\n"
    )
}

fn guarded_section(file: &str, guarded: &[&Change], style: &Style) -> String {
    if guarded.is_empty() {
        return String::new();
    }
    let mut text = format!("{}\n", style.paint(Role::Guarded, GUARDED));
    for change in guarded {
        let Some(state) = change.guard else { continue };
        text.push('\n');
        text.push_str(&guarded_change(file, change, state, style));
    }
    let open: Vec<_> =
        guarded.iter().filter(|change| change.guard.is_some_and(|state| state.allowed_by.is_none())).copied().collect();
    text + &consent_block(file, &open, style)
}

fn guarded_change(file: &str, change: &Change, state: GuardState, style: &Style) -> String {
    let place = place(file, change);
    let (mark, path) = (style.paint(Role::Guarded, "!"), style.paint(Role::Heading, change.setting.path));
    let mut text = format!("  {mark} {path}  {}", style.paint(Role::Quiet, &place)).trim_end().to_owned() + "\n";
    text.push_str(&change::values(change, 6, Wording::Plan, style));
    let told = in_use(change);
    let in_use = (!told.is_empty()).then_some(("in use now", told.as_str()));
    let notes = change.notice.map(|notice| ("note", notice));
    let facts = [("what happens", state.guard.consequence), ("check first", state.guard.check_first)];
    for (label, prose) in in_use.into_iter().chain(facts).chain(notes).chain([("consent", consent(state))]) {
        let label = style.paint(Role::Quiet, label);
        text.push_str(&hanging(6, &label, 15, prose, style.width));
    }
    text
}

/// Where the file says so: `org.yaml:7:21`. Nothing for a backup, of which every change would name the same long path.
pub(super) fn place(file: &str, change: &Change) -> String {
    match &change.at {
        at if at.is_whole_file() => String::new(),
        at => format!("{}:{}:{}", value::safe(file), at.line, at.column),
    }
}

/// Who consents to a guarded change, in words.
pub(super) fn consent(state: GuardState) -> &'static str {
    match state.allowed_by {
        None => "nobody yet",
        Some(Consent::Manifest) => "given by an allow entry of the file",
        Some(Consent::Flag) => "given by --allow",
        Some(Consent::Prompt) => "given at the prompt",
    }
}

/// What live says about the value that goes: `name "CI", expires …`.
pub(super) fn in_use(change: &Change) -> String {
    let told: Vec<_> = change.told.iter().map(|(name, told)| format!("{name} {}", value::short(told))).collect();
    told.join(", ")
}

/// How to consent to what nobody consents to yet. The YAML starts in the first column, so that it can be pasted.
fn consent_block(file: &str, open: &[&Change], style: &Style) -> String {
    if open.is_empty() {
        return String::new();
    }
    let entries = consent_entries(open, style);
    let mut text = String::new();
    if !entries.is_empty() {
        let key = style.paint(Role::Code, "allow:");
        text.push_str(&format!("\n  To consent, add to {}:\n\n{key}\n{entries}", value::safe(file)));
    }
    text.push_str(&format!("\n  {}:\n\n", by_flag(&entries, open)));
    for change in open {
        let flag = style.paint(Role::Code, &format!("--allow {}", change.setting.path));
        text.push_str(&format!("    {flag}\n"));
    }
    text
}

/// How to say what stands before the flags that consent, `entries` being what the file could say instead.
pub(super) fn by_flag(entries: &str, open: &[&Change]) -> &'static str {
    match (entries.is_empty(), open.iter().all(|change| change.at.is_whole_file())) {
        (_, true) => "To consent, add to the command line",
        (true, false) => "To consent, pass to apply",
        (false, false) => "or pass to apply",
    }
}

/// What `allow:` would say. Consent is written beside declarations: a backup is no file to edit.
pub(super) fn consent_entries(open: &[&Change], style: &Style) -> String {
    let written = open.iter().filter(|change| !change.at.is_whole_file());
    written.filter_map(|change| consent_entry(change, style)).collect()
}

/// The entry of `allow:` for a change. A value too long to read is too long to consent to by pasting.
pub(super) fn consent_entry(change: &Change, style: &Style) -> Option<String> {
    const READABLE: usize = 1000;
    let to = yaml::flow(&change.after);
    let lines = [
        format!("  - setting: {}", change.setting.path),
        format!("    to: {to}"),
        "    reason: why this is wanted, and who agreed".to_owned(),
    ];
    (to.len() <= READABLE).then(|| lines.iter().map(|line| style.paint(Role::Code, line) + "\n").collect())
}

/// Changes under the headings of their groups.
pub(super) fn changes_section(changes: &[&Change], wording: Wording, style: &Style) -> String {
    let columns = Columns { indent: 4, name: column(changes.iter().map(|change| change.setting.name()), 36) };
    let block = |(group, changes): (&str, Vec<&Change>)| {
        let rows: String = changes.iter().map(|change| change::row(change, columns, wording, style)).collect();
        format!("  {}\n{rows}", style.paint(Role::Heading, group))
    };
    let blocks: Vec<_> = change::grouped(changes).into_iter().map(block).collect();
    join(&blocks)
}

fn unmanaged_section(plan: &Plan, style: &Style) -> String {
    if plan.unmanaged.is_empty() {
        return String::new();
    }
    let shown = &plan.unmanaged[..plan.unmanaged.len().min(UNMANAGED_SHOWN)];
    let paths: Vec<_> = shown.iter().map(|unmanaged| value::safe(&unmanaged.path)).collect();
    let columns = column(paths.iter().map(String::as_str), 68);
    let title = format!("Not managed: {}", kept(plan.unmanaged.len()));
    let mut text = format!("{}\n", style.paint(Role::Quiet, &title));
    for (path, unmanaged) in paths.iter().zip(shown) {
        text.push_str(&unmanaged_row(&pad(path, columns), unmanaged, style));
    }
    let more = plan.unmanaged.len() - shown.len();
    if more > 0 {
        text.push_str(&style.paint(Role::Quiet, &format!("    … and {more} more, see --format json")));
        text.push('\n');
    }
    text
}

/// `2 live settings keep what they have`.
pub(super) fn kept(unmanaged: usize) -> String {
    let keep = if unmanaged == 1 { "keeps what it has" } else { "keep what they have" };
    format!("{} {keep}", count(unmanaged, "live setting"))
}

/// The live values that only the server writes and that people should see.
pub(super) fn read_only_section(plan: &Plan, style: &Style) -> String {
    let rows: String = plan
        .unmanaged
        .iter()
        .filter(|unmanaged| unmanaged.read_only)
        .map(|unmanaged| unmanaged_row(&value::safe(&unmanaged.path), unmanaged, style))
        .collect();
    if rows.is_empty() { rows } else { format!("{}\n{rows}", style.paint(Role::Quiet, "Kept by the server:")) }
}

fn unmanaged_row(path: &str, unmanaged: &Unmanaged, style: &Style) -> String {
    let shown = value::short(&unmanaged.value);
    let mark = unmanaged_mark(unmanaged);
    if mark.is_empty() {
        return format!("{}\n", style.paint(Role::Quiet, &format!("    {path}   {shown}")));
    }
    let role = if unmanaged.known { Role::Quiet } else { Role::Doubtful };
    let row = format!("    {path}   {}", pad(&shown, 24));
    format!("{}  {}\n", style.paint(Role::Quiet, &row), style.paint(role, mark))
}

/// What is special about a live value that no file declares.
pub(super) fn unmanaged_mark(unmanaged: &Unmanaged) -> &'static str {
    match (unmanaged.known, unmanaged.read_only) {
        (false, _) => "unknown to this version",
        (true, true) => "read-only",
        (true, false) => "",
    }
}

/// What is doubtful, without the file's lines.
pub(super) fn findings_section(findings: &[Finding], style: &Style) -> String {
    findings.iter().map(|finding| finding_text(finding, style)).collect()
}

fn finding_text(finding: &Finding, style: &Style) -> String {
    let role = match finding.severity {
        Severity::Note => Role::Quiet,
        Severity::Warning => Role::Doubtful,
        Severity::Error => Role::Guarded,
    };
    let label = finding_label(finding);
    let message = value::safe(&finding.message);
    let columns = width(&label) + 1;
    let mut text = hanging(0, &style.paint(role, &label), columns, &message, style.width);
    text.push_str(&format!("  {}\n", style.paint(Role::Quiet, &finding_place(finding))));
    if let Some(help) = &finding.help {
        text.push_str(&hanging(2, "help:", 6, &value::safe(help), style.width));
    }
    text
}

/// `warning[contrast]:`.
pub(super) fn finding_label(finding: &Finding) -> String {
    format!("{}[{}]:", finding.severity.word(), finding.rule)
}

/// `org.yaml:12:17`, or the file alone.
pub(super) fn finding_place(finding: &Finding) -> String {
    match &finding.at {
        Some(at) => format!("{}:{}:{}", value::safe(&finding.file), at.line, at.column),
        None => value::safe(&finding.file),
    }
}

fn writes_section(plan: &Plan, style: &Style) -> String {
    if plan.writes.is_empty() {
        return String::new();
    }
    let mut text = "Apply would send\n".to_owned();
    for write in &plan.writes {
        text.push_str(&format!("    {} {}\n", pad(&write.method.to_string(), 4), value::safe(&write.path)));
    }
    text.push_str(&style.paint(Role::Quiet, &format!("Digest {}", value::safe(&plan.digest))));
    text.push('\n');
    // A backup is brought back by a command that takes no digest.
    let is_rollback = plan.changes.iter().any(|change| change.at.is_whole_file());
    if let Some(until) = plan.expires_at().filter(|_| !is_rollback) {
        text.push_str(&style.paint(Role::Quiet, &format!("Valid until {until} for apply --expect")));
        text.push('\n');
    }
    text
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod tests;

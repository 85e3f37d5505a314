//! A plan, or drift, as a comment that a reviewer reads in ten seconds: the outcome, guarded changes with what they do,
//! a table of the others; everything else folded. GitHub's and GitLab's Markdown.

mod escape;
mod fit;

use self::escape::{code, fence, prose, shown, whole_code};
use self::fit::{Section, fit};
use super::change::Wording;
use super::style::Style;
use super::subject::{Comparison, FailedRun, command};
use super::{plan, value};
use crate::diagnostics::Finding;
use crate::plan::{Action, Change, GuardState, Plan, Unmanaged};
use crate::settings::Target;

/// The longest comment that GitHub takes, in characters; we count bytes, of which there are never fewer.
pub const COMMENT: usize = 65_536;

/// The longest summary of a step that GitHub shows, in bytes: a longer one is dropped whole.
pub const STEP_SUMMARY: usize = 1_048_576;

/// Lists of consents longer than these are not worth pasting.
const CONSENTS_SHOWN: usize = 20;

/// A run as a comment of at most `limit` bytes, [`COMMENT`] for most purposes. Its first line is a marker by which the
/// next run finds the comment of this one.
pub fn comment(run: &Comparison<'_>, limit: usize) -> String {
    let first = format!("{}\n{}", marker(command(run.wording), Ok(&run.plan.target)), outcome(run));
    let sections = [
        guarded(run),
        changes(run),
        findings(&run.plan.findings),
        consents(run),
        difference(run),
        unmanaged(&run.plan.unmanaged),
    ];
    fit(&first, &sections, &what_next(run), limit)
}

/// A run that failed as a comment with the same marker, so that no older one stands there as if it were true.
pub fn failure(failed: &FailedRun<'_>, limit: usize) -> String {
    let FailedRun { command, file, target, message, hints, findings: found, .. } = *failed;
    let marker = marker(command, target.ok_or(file));
    // The line breaks of a message are ours; what others said in it is escaped by now.
    let message = message.lines().map(prose).collect::<Vec<_>>().join("<br>");
    let about = target.map(|target| format!(" → {target}")).unwrap_or_default();
    let about = format!("{}{about}", whole_code(&value::safe(file)));
    let first = format!("{marker}\n### zerodrift {command} failed\n\n**{message}.**\n\n{about}\n");
    let advice = Section {
        name: "hints",
        head: "\n".to_owned(),
        rows: hints.iter().map(|hint| format!("- {}\n", prose(hint))).collect(),
        tail: String::new(),
    };
    fit(&first, &[findings(found), advice], "\nNothing was compared, and nothing was written.\n", limit)
}

/// An HTML comment that tells whose comment this is: the command, and the organization or else the file.
fn marker(command: &str, about: Result<&Target, &str>) -> String {
    let about = match about {
        Ok(target) => format!("{}/{}", target.scope, target.id.as_str()),
        // A path may hold what ends the HTML comment, and two paths are two comments.
        Err(file) => super::path::uri(file),
    };
    format!("<!-- zerodrift {command} {about} -->")
}

fn outcome(run: &Comparison<'_>) -> String {
    let Plan { manifest, target, api, action, .. } = run.plan;
    let heading = match (run.wording, action) {
        (_, Action::None) => "nothing to do".to_owned(),
        (Wording::Plan, Action::Create) => "a new organization".to_owned(),
        (Wording::Drift, Action::Create) => "there is no organization".to_owned(),
        (Wording::Plan, Action::Update) => format!("{} would change", plan::count(run.plan.changes.len(), "setting")),
        (Wording::Drift, Action::Update) => format!("{} moved", plan::count(run.plan.changes.len(), "setting")),
    };
    let at = if plan::is_cloudflare(api) { String::new() } else { format!(" at {}", code(api)) };
    format!(
        "### zerodrift {}: {heading}\n\n**{}**\n\n{} → {target}{at}\n{}",
        command(run.wording),
        prose(&run.summary()),
        whole_code(&value::safe(&manifest.path)),
        alert(run)
    )
}

/// A box that nobody overlooks, where apply would refuse.
fn alert(run: &Comparison<'_>) -> String {
    let open = run.plan.refused().count();
    if open == 0 || run.wording == Wording::Drift {
        return String::new();
    }
    let (noun, verb) = if open == 1 { ("change", "has") } else { ("changes", "have") };
    format!("\n> [!CAUTION]\n> {open} guarded {noun} {verb} no consent: apply refuses this plan as a whole.\n")
}

/// What a guard says is about the way forward, to what the file wants: drift is told without it.
fn guarded(run: &Comparison<'_>) -> Section {
    let file = &run.plan.manifest.path;
    let shown = run.guarded().into_iter().filter(|_| run.wording == Wording::Plan);
    Section {
        name: "guarded changes",
        head: format!("\n#### {}\n\n", plan::GUARDED),
        rows: shown.filter_map(|change| Some(guarded_row(file, change, change.guard?))).collect(),
        tail: String::new(),
    }
}

fn guarded_row(file: &str, change: &Change, state: GuardState) -> String {
    let (before, after) = values(change);
    let mut row = format!(
        "- **{}** {before} → {after} ({})\n  - **What happens:** {}.\n  - **Check first:** {}.\n",
        code(change.setting.path),
        place(file, change),
        prose(state.guard.consequence),
        prose(state.guard.check_first)
    );
    if !change.told.is_empty() {
        row.push_str(&format!("  - **In use now:** {}\n", code(&plan::in_use(change))));
    }
    if let Some(notice) = change.notice {
        row.push_str(&format!("  - **Note:** {}.\n", prose(notice)));
    }
    row + &format!("  - **Consent:** {}.\n", plan::consent(state))
}

fn changes(run: &Comparison<'_>) -> Section {
    let file = &run.plan.manifest.path;
    let (title, before, after, shown) = match run.wording {
        Wording::Plan => ("Changes", "Before", "After", run.plain()),
        Wording::Drift => ("Drift", "Live has", "The file wants", [run.guarded(), run.plain()].concat()),
    };
    Section {
        name: "changes",
        head: format!("\n#### {title}\n\n| Setting | {before} | {after} | Line |\n|---|---|---|---|\n"),
        rows: shown.into_iter().map(|change| row(run.wording, file, change)).collect(),
        tail: String::new(),
    }
}

fn row(wording: Wording, file: &str, change: &Change) -> String {
    let (before, after) = values(change);
    let word = match wording {
        Wording::Plan => change.notice,
        Wording::Drift => change.guard.map(|_| "guarded"),
    };
    let word = word.map(|word| format!("<br><sub>{}</sub>", prose(word))).unwrap_or_default();
    format!("| {}{word} | {before} | {after} | {} |\n", code(change.setting.path), place(file, change))
}

fn place(file: &str, change: &Change) -> String {
    shown(&format!("{}:{}", value::safe(file), change.at.line))
}

/// The two values of a change, each as code.
fn values(change: &Change) -> (String, String) {
    let of = |value: &serde_json::Value, text: &str| if value.is_null() { "_unset_".to_owned() } else { shown(text) };
    let (before, after) = value::both(&change.setting, &change.before, &change.after, &Style::plain(0));
    (of(&change.before, &before), of(&change.after, &after))
}

fn findings(findings: &[Finding]) -> Section {
    Section {
        name: "findings",
        head: "\n#### Findings\n\n".to_owned(),
        rows: findings.iter().map(finding).collect(),
        tail: String::new(),
    }
}

fn finding(finding: &Finding) -> String {
    let place = shown(&plan::finding_place(finding));
    let help = finding.help.as_ref().map(|help| format!("<br>{}", prose(help))).unwrap_or_default();
    format!(
        "- **{}** {} at {place}: {}{help}\n",
        finding.severity.word(),
        code(finding.rule.id()),
        prose(&finding.message)
    )
}

/// How to consent to what nobody consents to yet.
fn consents(run: &Comparison<'_>) -> Section {
    let mut rows = Vec::new();
    if run.wording == Wording::Plan {
        let entries = run.plan.refused().filter_map(|change| plan::consent_entry(change, &Style::plain(0)));
        rows.extend(entries.take(CONSENTS_SHOWN));
    }
    let fence = fence(&rows.concat());
    let file = whole_code(&value::safe(&run.plan.manifest.path));
    Section {
        name: "consents",
        head: folded(
            "How to consent",
            &format!("Add to {file}, so that whoever reviews it sees it:\n\n{fence}yaml\nallow:\n"),
        ),
        rows,
        tail: format!("{fence}\n\n</details>\n"),
    }
}

/// The file as it would be if it said what is live, against the file: where drift is told, the other way round.
fn difference(run: &Comparison<'_>) -> Section {
    let rows: Vec<String> = run.yaml.lines().map(|line| format!("{}\n", crate::text::visible(line))).collect();
    let fence = fence(&rows.concat());
    let title = match run.wording {
        Wording::Plan => "Difference as YAML: live → the file",
        Wording::Drift => "Difference as YAML: the file → live",
    };
    Section {
        name: "lines of the difference",
        head: folded(title, &format!("{fence}diff\n")),
        rows,
        tail: format!("{fence}\n\n</details>\n"),
    }
}

fn unmanaged(unmanaged: &[Unmanaged]) -> Section {
    let title = format!("Not managed: {}", plan::kept(unmanaged.len()));
    let row = |one: &Unmanaged| {
        let mark = plan::unmanaged_mark(one);
        format!("| {} | {} | {mark} |\n", code(&one.path), shown(&value::short(&one.value)))
    };
    Section {
        name: "settings that are not managed",
        head: folded(&title, "| Setting | Live | |\n|---|---|---|\n"),
        rows: unmanaged.iter().map(row).collect(),
        tail: "\n</details>\n".to_owned(),
    }
}

/// The start of something folded. Markdown inside needs an empty line around it.
fn folded(title: &str, content: &str) -> String {
    format!("\n<details><summary>{title}</summary>\n\n{content}")
}

fn what_next(run: &Comparison<'_>) -> String {
    if run.plan.is_empty() {
        return String::new();
    }
    let file = crate::text::argument(&run.plan.manifest.path);
    let apply = format!("zerodrift apply {file}");
    let say = |sentence: &str, command: &str| format!("\n{sentence}:\n\n```sh\n{command}\n```\n");
    match (run.wording, run.plan.action) {
        (Wording::Plan, _) => say(
            &(approval(run.plan).to_owned() + &validity(run.plan)),
            &format!("{apply} --expect {}{}", run.plan.digest, flags(run.plan)),
        ),
        (Wording::Drift, Action::Create) => say("Create it as the file wants it", &apply),
        (Wording::Drift, _) => {
            let keep = say("Or keep what is live, in the file", &format!("zerodrift drift {file} --adopt"));
            say("Make live as the file wants it", &apply) + &keep
        }
    }
}

/// What the command below does. The digest covers the file, and an allow entry is a line of it.
fn approval(plan: &Plan) -> &'static str {
    match plan.refused().count() {
        0 => "Apply this plan, or nothing if anything that matters moves before",
        _ => {
            "Consent in the file changes the digest, so have that planned again. To consent for one run, and apply this \
             plan or nothing"
        }
    }
}

/// Until when the digest in the command is valid.
fn validity(plan: &Plan) -> String {
    plan.expires_at().map(|until| format!(" (until {until})")).unwrap_or_default()
}

/// The flags that consent to what nobody consents to yet.
fn flags(plan: &Plan) -> String {
    plan.refused().map(|change| format!(" --allow {}", change.setting.path)).collect()
}

#[cfg(test)]
mod tests;

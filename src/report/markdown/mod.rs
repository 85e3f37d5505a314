//! Renders a plan or drift as a short comment: the outcome, guarded changes with their consequences, and the others; the
//! rest is folded. The Markdown works on GitHub and GitLab, and has no tables, which do not fit a narrow comment.

mod changes;
mod excerpt;
mod fit;
mod links;

use self::changes::{changes, guarded, no_longer_managed};
use self::excerpt::text;
use self::fit::{Section, fit};
use super::phrase::{self, Adoption};
use super::subject::FailedRun;
use super::summary;
use super::value;
use crate::diagnostics::Finding;
use crate::document::CiRun;
use crate::document::Comparison;
use crate::document::Wording;
use crate::plan::{Action, Plan, Unmanaged};
use crate::settings::Target;
use crate::text::markdown::{Markdown, MarkdownText, code, fenced, hidden, prose};
use crate::text::safe::safe;
use crate::text::{Visible, shell_path};

/// The maximum length of a comment on GitHub, in characters. It is compared with the number of bytes, which is never smaller.
pub const COMMENT: usize = 65_536;

/// The maximum size of a step summary on GitHub, in bytes. A longer one is dropped.
pub const STEP_SUMMARY: usize = 1_048_576;

/// The number of allow entries that are offered for pasting.
const CONSENTS_SHOWN: usize = 20;

/// Returns a run as a comment of at most `limit` bytes, usually [`COMMENT`]. Its first line is a marker by which the next run
/// finds the comment.
pub fn comment(run: &Comparison<'_>, limit: usize) -> String {
    let first = safe!("{}\n{}", marker(run.wording.command(), &about_target(&run.plan.target)), outcome(run));
    let mut sections = vec![guarded(run), consents(run)];
    sections.extend(changes(run));
    sections.extend([
        no_longer_managed(&run.plan),
        findings(run.ci.as_ref(), &run.repository_file, &run.plan.manifest.path, &run.plan.findings),
        difference(run),
        unmanaged(&run.plan.unmanaged),
    ]);
    fit(&first, &sections, &(what_next(run) + footer(run.ci.as_ref())), limit).into()
}

/// Returns a failed run as a comment with the same marker, so that an older comment never looks current.
pub fn failure(failed: &FailedRun<'_>, limit: usize) -> String {
    let FailedRun { command, file, repository_file, ci, target, message, hints, findings: found, .. } = *failed;
    // A path may be shared by two organizations, and two paths are two comments.
    let about = target.map_or_else(|| Visible::whole(&super::path::uri(file)), about_target);
    let message = message.lines().map(text);
    let organization: MarkdownText = target.map(|target| safe!(" → {}", target)).unwrap_or_default();
    let first = safe!(
        "{}\n### zerodrift {} failed\n\n**{}.**\n\n{}{}\n",
        marker(command, &about),
        text(command),
        MarkdownText::join::<MarkdownText>(message, "<br>"),
        code(&Visible::of(file)),
        organization
    );
    let advice = Section {
        name: "hints",
        head: "\n".into(),
        rows: hints.iter().map(|hint| safe!("- {}\n", text(hint))).collect(),
        tail: MarkdownText::new(),
    };
    let last = safe!("\nNothing was compared, and nothing was written.\n{}", footer(ci));
    fit(&first, &[findings(ci, repository_file, file, found), advice], &last, limit).into()
}

/// An HTML comment that identifies the comment: the command, and the organization or else the file.
fn marker(command: &str, about: &Visible) -> MarkdownText {
    hidden(&safe!("zerodrift {} {}", Visible::of(command), about))
}

fn about_target(target: &Target) -> Visible {
    safe!("{}/{}", target.scope, target.id)
}

/// The headline with the name of the organization, what to know first, and the address in small.
fn outcome(run: &Comparison<'_>) -> MarkdownText {
    let Plan { manifest, target, .. } = &*run.plan;
    let at: MarkdownText = phrase::other_api(&run.plan).map(|api| safe!(" at {}", code(&api))).unwrap_or_default();
    let base = run.plan.base.as_ref().map(|base| safe!(", base {}", code(&Visible::of(&base.name))));
    let base: MarkdownText = base.unwrap_or_default();
    safe!(
        "### zerodrift {}: {}\n\n{}\n\n<sub>{} → {}{}{}</sub>\n{}",
        run.wording.command(),
        summary::headline(run.wording, &run.plan, prose(&run.organization())),
        prose(&summary::details(run.wording, &run.plan)),
        code(&Visible::of(&manifest.path)),
        target,
        at,
        base,
        alert(run)
    )
}

/// The version, the commit and the run, in small.
fn footer(ci: Option<&CiRun>) -> MarkdownText {
    let links = ci.map(CiRun::links).unwrap_or_default();
    let version = std::iter::once(MarkdownText::from(concat!("zerodrift ", env!("CARGO_PKG_VERSION"))));
    safe!("\n<sub>{}</sub>\n", MarkdownText::join(version.chain(links), " · "))
}

/// Returns a warning box, if apply would refuse.
fn alert(run: &Comparison<'_>) -> MarkdownText {
    let open = run.plan.refused().count();
    if open == 0 || run.wording == Wording::Drift {
        return MarkdownText::new();
    }
    let (noun, verb) = if open == 1 { ("change", "has") } else { ("changes", "have") };
    safe!("\n> [!CAUTION]\n> {} guarded {} {} no consent: apply refuses this plan as a whole.\n", open, noun, verb)
}

/// The findings of a manifest. Its lines are linked by its path in the repository.
fn findings(ci: Option<&CiRun>, repository_file: &str, file: &str, findings: &[Finding]) -> Section {
    let row = |finding: &Finding| {
        let help = finding.help.as_ref().map(|help| safe!("<br>{}", text(help)));
        let place = || code(&phrase::finding_place(finding));
        let at = finding.at.as_ref().filter(|_| finding.file == file);
        let link = ci.zip(at).and_then(|(ci, at)| ci.line(repository_file, at.line, place));
        safe!(
            "- **{}** {} at {}: {}{}\n",
            finding.severity.word(),
            code(&finding.rule.id().into()),
            link.unwrap_or_else(place),
            text(&finding.message),
            help.unwrap_or_default()
        )
    };
    Section {
        name: "findings",
        head: "\n#### Findings\n\n".into(),
        rows: findings.iter().map(row).collect(),
        tail: MarkdownText::new(),
    }
}

/// How to consent to the changes without consent: the lines to add to the file.
fn consents(run: &Comparison<'_>) -> Section {
    let manifest = &run.plan.manifest;
    let open: Vec<_> = run.plan.refused().filter(|_| run.wording == Wording::Plan).take(CONSENTS_SHOWN).collect();
    let (fence, rows) = fenced(&phrase::consent_lines(manifest, &open));
    let place = phrase::consent_place(manifest, code(&phrase::source(&manifest.path)));
    let head = safe!("\n#### How to consent\n\nTo consent where reviewers see it, {}:\n\n{}yaml\n", place, fence);
    Section { name: "consents", head, rows, tail: safe!("{}\n", fence) }
}

/// The diff between the file with the live values and the file; for drift, in the other direction.
fn difference(run: &Comparison<'_>) -> Section {
    let lines: Vec<_> = run.yaml.lines().map(|line| vec![Visible::whole(line)]).collect();
    let (fence, rows) = fenced(&lines);
    let title = match run.wording {
        Wording::Plan => "Difference as YAML: live → file",
        Wording::Drift => "Difference as YAML: file → live",
    };
    folded("lines of the difference", title, &safe!("{}diff\n", fence), rows, &fence)
}

fn unmanaged(unmanaged: &[Unmanaged]) -> Section {
    let row = |one: &Unmanaged| {
        let (path, value) = (code(&Visible::of(&one.path)), code(&value::short(&one.value)));
        let mark = phrase::unmanaged_mark(one);
        let mark: MarkdownText = if mark.is_empty() { mark.into() } else { safe!(" ({})", mark) };
        safe!("- {}: {}{}\n", path, value, mark)
    };
    let title: MarkdownText = safe!("Not managed: {}", phrase::kept::<Markdown>(unmanaged.len()));
    Section {
        name: "settings that are not managed",
        head: start_of_fold(&title, &MarkdownText::new()),
        rows: unmanaged.iter().map(row).collect(),
        tail: "\n</details>\n".into(),
    }
}

/// Returns a folded block of code.
fn folded(
    name: &'static str,
    title: &'static str,
    start: &MarkdownText,
    rows: Vec<MarkdownText>,
    fence: &MarkdownText,
) -> Section {
    Section { name, head: start_of_fold(&title.into(), start), rows, tail: safe!("{}\n\n</details>\n", fence) }
}

/// Returns the start of a folded section. Markdown inside needs an empty line around it.
fn start_of_fold(title: &MarkdownText, content: &MarkdownText) -> MarkdownText {
    safe!("\n<details><summary>{}</summary>\n\n{}", title, content)
}

fn what_next(run: &Comparison<'_>) -> MarkdownText {
    if run.plan.is_empty() {
        return MarkdownText::new();
    }
    let file = shell_path(&run.plan.manifest.path);
    let apply: Visible = safe!("zerodrift apply {}", file);
    match (run.wording, run.plan.action) {
        (Wording::Plan, _) => {
            command_block(&safe!("{}{}", approval(&run.plan), validity(&run.plan)), phrase::exact_apply(&run.plan))
        }
        (Wording::Drift, Action::Create) => command_block(&"Create it".into(), apply),
        (Wording::Drift, _) => {
            let keep = match Adoption::of(&run.plan) {
                None => MarkdownText::new(),
                Some(Adoption::SameCommand) => {
                    "\nOr keep the live values of the drift in the file: run the same command with `--adopt`.\n".into()
                }
                Some(Adoption::ByHand) => "\nOr keep the live values: edit the manifest that you pipe in.\n".into(),
                Some(Adoption::Command(command)) => {
                    command_block(&"Or keep the live values in the file".into(), command)
                }
            };
            command_block(&"Apply the file".into(), apply) + keep
        }
    }
}

/// A sentence, then a command to paste.
fn command_block(sentence: &MarkdownText, command: Visible) -> MarkdownText {
    let (fence, command) = fenced(&[vec![command]]);
    safe!("\n{}:\n\n{}sh\n{}{}\n", sentence, fence, command.into_iter().collect::<MarkdownText>(), fence)
}

/// The sentence before the command. The digest covers the file, so an allow entry changes it.
fn approval(plan: &Plan) -> &'static str {
    match plan.refused().count() {
        0 => "To apply this plan, or nothing if the file or the live state changes first",
        _ => {
            "An allow entry changes the digest, so plan again after you add it. To consent for this run only, and apply \
             exactly this plan"
        }
    }
}

/// Until when the digest in the command is valid.
fn validity(plan: &Plan) -> MarkdownText {
    plan.expires_at().map(|until| safe!(" (until {})", until)).unwrap_or_default()
}

#[cfg(test)]
mod tests;

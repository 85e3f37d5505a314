//! The parts of a comment about one organization.

use super::changes::{changes, guarded, no_longer_managed};
use super::excerpt::text;
use super::fit::Section;
use crate::diagnostics::Finding;
use crate::document::{CiRun, Comparison, Wording};
use crate::plan::{Plan, Unmanaged};
use crate::report::phrase::{self, count_in};
use crate::report::{links, value};
use crate::text::Visible;
use crate::text::markdown::{Markdown, MarkdownText, code, fenced, hidden, link, prose};
use crate::text::safe::safe;

/// The number of allow entries that are offered for pasting.
const CONSENTS_SHOWN: usize = 20;

/// Everything about one organization except the outcome and what to do next.
pub(super) fn sections(run: &Comparison<'_>) -> Vec<Section> {
    let mut sections = vec![guarded(run), consents(run)];
    sections.extend(changes(run));
    sections.extend([
        no_longer_managed(&run.plan),
        findings(run.ci.as_ref(), &run.repository_file, &run.plan.manifest.path, &run.plan.findings),
        difference(run),
        unmanaged(&run.plan.unmanaged),
    ]);
    sections
}

/// An HTML comment that identifies the comment: the command, and the organization or else the file.
pub(super) fn marker(command: &str, about: &Visible) -> MarkdownText {
    hidden(&safe!("zerodrift {} {}", Visible::of(command), about))
}

/// The manifest, the organization's address and the base.
pub(super) fn address(run: &Comparison<'_>) -> MarkdownText {
    let Plan { manifest, target, base, .. } = &*run.plan;
    let at: MarkdownText = phrase::other_api(&run.plan.api).map(|api| safe!(" at {}", code(&api))).unwrap_or_default();
    let base = base.as_ref().map(|base| safe!(", base {}", code(&Visible::of(&base.name))));
    safe!("{} → {}{}{}", code(&Visible::of(&manifest.path)), target, at, base.unwrap_or_default())
}

/// The version, the commit and the run, in small.
pub(super) fn footer(ci: Option<&CiRun>) -> MarkdownText {
    let links = ci.map(links::of_run).unwrap_or_default();
    let links = links.into_iter().filter_map(|(label, url)| link(&prose(&label), url));
    let version = std::iter::once(MarkdownText::from(concat!("zerodrift ", env!("CARGO_PKG_VERSION"))));
    safe!("\n<sub>{}</sub>\n", MarkdownText::join(version.chain(links), " · "))
}

/// Returns a warning box, if apply would refuse.
pub(super) fn alert(wording: Wording, open: usize, refused: &'static str) -> MarkdownText {
    if open == 0 || wording == Wording::Drift {
        return MarkdownText::new();
    }
    let (changes, has) = (count_in::<Markdown>(open, "guarded change"), if open == 1 { "has" } else { "have" });
    safe!("\n> [!CAUTION]\n> {} {} no consent: apply refuses {}.\n", changes, has, refused)
}

/// The findings of a manifest. Its lines are linked by its path in the repository.
pub(super) fn findings(ci: Option<&CiRun>, repository_file: &str, file: &str, findings: &[Finding]) -> Section {
    let row = |finding: &Finding| {
        let help = finding.help.as_ref().map(|help| safe!("<br>{}", text(help)));
        let place = || code(&phrase::finding_place(finding));
        let url = links::of_finding(ci, repository_file, file, finding);
        safe!(
            "- **{}** {} at {}: {}{}\n",
            finding.severity.word(),
            code(&finding.rule.id().into()),
            url.and_then(|url| link(&place(), &url)).unwrap_or_else(place),
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

/// The message of a failure, which may have several lines.
pub(super) fn message(message: &str) -> MarkdownText {
    MarkdownText::join::<MarkdownText>(message.lines().map(text), "<br>")
}

/// What to do about a failure.
pub(super) fn hints(hints: &[String]) -> Section {
    Section {
        name: "hints",
        head: "\n".into(),
        rows: hints.iter().map(|hint| safe!("- {}\n", text(hint))).collect(),
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

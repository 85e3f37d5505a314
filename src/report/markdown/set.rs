//! Several organizations as one comment: a list of all, then the details of those that changed or failed, folded.

use super::fit::{Section, fit};
use super::parts::{address, alert, findings, footer, hints, marker, message, sections};
use crate::document::{CiRun, Compared, Comparison, FailureEntry, Wording};
use crate::report::overview::{Overview, OverviewRow, RowState};
use crate::report::set::SetDetails;
use crate::report::summary;
use crate::text::Visible;
use crate::text::markdown::{Markdown, MarkdownText, code, prose};
use crate::text::safe::safe;

/// The maximum length of the details of one organization in bytes, so that a few of them fit a comment.
const LARGEST: usize = 16 * 1024;

/// The details of several organizations as a comment.
#[derive(Debug)]
pub(in crate::report) struct MarkdownDetails {
    ci: Option<CiRun>,
    /// The details that can be shown at most.
    kept: Vec<MarkdownText>,
    room: usize,
    /// The number of organizations with details.
    all: usize,
}

impl MarkdownDetails {
    /// Returns details of at most `largest` bytes. More would not fit any report.
    pub(in crate::report) fn new(ci: Option<CiRun>, largest: usize) -> Self {
        Self { ci, kept: Vec::new(), room: largest, all: 0 }
    }

    fn push(&mut self, details: MarkdownText) {
        self.all += 1;
        // The details after the first ones that do not fit are not shown, so that those shown are in order.
        self.room = self.room.saturating_sub(details.len());
        if self.room > 0 {
            self.kept.push(details);
        }
    }
}

impl SetDetails for MarkdownDetails {
    fn add(&mut self, compared: &Compared<'_>) {
        match compared {
            _ if !compared.has_details() => {}
            Compared::Done(comparison) => self.push(changed(comparison)),
            Compared::Failed(failure) => self.push(failed(self.ci.as_ref(), failure)),
        }
    }

    fn render(&self, overview: &Overview, limit: usize) -> String {
        let (synced, others): (Vec<_>, Vec<_>) = overview.rows.iter().partition(|row| row.state == RowState::InSync);
        let row = |row: &OverviewRow| row_text(row, overview.wording);
        let list = |name, head: MarkdownText, rows: Vec<&OverviewRow>, tail: &'static str| Section {
            name,
            head,
            rows: rows.into_iter().map(row).collect(),
            tail: tail.into(),
        };
        let in_sync = safe!("\n<details><summary>{} in sync</summary>\n\n", synced.len());
        let hidden = self.all - self.kept.len();
        let more = (hidden > 0).then(|| safe!("\n{} more with details that are not shown.\n", hidden));
        let all = [
            list("organizations", "\n".into(), others, ""),
            list("organizations in sync", in_sync, synced, "\n</details>\n"),
            Section {
                name: "organizations' details",
                head: MarkdownText::new(),
                rows: self.kept.clone(),
                tail: MarkdownText::new(),
            },
        ];
        let last = more.unwrap_or_default() + what_next(overview) + footer(self.ci.as_ref());
        fit(&first(overview), &all, &last, limit).into()
    }
}

fn first(overview: &Overview) -> MarkdownText {
    let command = overview.wording.command();
    let about: Visible = match overview.shard_name() {
        shard if shard.is_empty() => "several".into(),
        shard => safe!("several {}", shard),
    };
    safe!(
        "{}\n### zerodrift {}: {}\n\n{}\n{}",
        marker(command, &about),
        command,
        overview.headline::<Markdown>(),
        overview.details::<Markdown>(),
        alert(overview.wording, overview.totals.summary.unconsented, "these plans")
    )
}

fn row_text(row: &OverviewRow, wording: Wording) -> MarkdownText {
    let manifest = code(&row.manifest);
    let outcome: MarkdownText = row.outcome(wording);
    match (&row.name, &row.target) {
        (Some(name), Some(target)) => {
            safe!("- **{}**: {}<br><sub>{} → {}</sub>\n", prose(name), outcome, manifest, target)
        }
        (_, Some(target)) => safe!("- **{}**: {}<br><sub>{}</sub>\n", target, outcome, manifest),
        (_, None) => safe!("- {}: {}\n", manifest, outcome),
    }
}

/// The details of an organization that changed. Those that apply would refuse are not folded.
fn changed(run: &Comparison<'_>) -> MarkdownText {
    let is_refused = run.wording == Wording::Plan && run.plan.refused().next().is_some();
    let (start, end) =
        if is_refused { ("", "") } else { ("\n<details><summary>Details</summary>\n", "\n</details>\n") };
    let head = safe!(
        "\n### {}\n\n{}\n\n<sub>{}</sub>\n{}",
        summary::headline(run.wording, &run.plan, prose(&run.organization())),
        prose(&summary::details(run.wording, &run.plan)),
        address(run),
        start
    );
    fit(&head, &sections(run), &end.into(), LARGEST)
}

fn failed(ci: Option<&CiRun>, failure: &FailureEntry) -> MarkdownText {
    let FailureEntry { manifest, repository_path, error, .. } = failure;
    let file = code(&Visible::of(manifest));
    let (organization, address): (MarkdownText, MarkdownText) = match failure.target() {
        Some(target) => (safe!("{}", target), safe!("<sub>{}</sub>\n", file)),
        None => (file, MarkdownText::new()),
    };
    let head = safe!("\n### {} failed\n\n**{}.**\n\n{}", organization, message(&error.message), address);
    let hosted = repository_path.as_ref().unwrap_or(manifest);
    let found = findings(ci, hosted, manifest, &failure.error.findings());
    fit(&head, &[found, hints(&error.hints)], &MarkdownText::new(), LARGEST)
}

fn what_next(overview: &Overview) -> MarkdownText {
    let Some((digest, until)) = overview.digest().filter(|_| overview.wording == Wording::Plan) else {
        return MarkdownText::new();
    };
    let until: MarkdownText = until.map(|until| safe!(" (until {})", until)).unwrap_or_default();
    safe!(
        "\nTo apply exactly these plans{}, pass {} to {} with the same manifests.\n",
        until,
        code(&safe!("--expect {}", digest)),
        code(&"zerodrift apply".into())
    )
}

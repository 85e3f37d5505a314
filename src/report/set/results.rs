//! The results of an apply to several organizations as text: a table of all, then why some did not end as planned.

use super::table::{TableRow, table};
use super::text::{failed, stopped};
use crate::document::{FailureEntry, ResultEntry, ResultsDocument, order_of_paths};
use crate::ending::End;
use crate::report::overview::organization;
use crate::report::phrase::{count, count_in, name};
use crate::report::plan::join;
use crate::text::Visible;
use crate::text::layout::TerminalText;
use crate::text::safe::safe;
use crate::text::style::{Role, Style};

/// Returns the results of an apply to several organizations.
pub fn results(document: &ResultsDocument, style: &Style) -> String {
    let mut rows: Vec<Row<'_>> = document.results.iter().map(Row::Planned).collect();
    rows.extend(document.failures.iter().map(Row::Failed));
    rows.sort_by(|one, other| order_of_paths(one.manifest(), other.manifest()));
    let list = table(["Result"], rows.iter().map(Row::cells).collect(), style);
    let details = rows.iter().filter_map(|row| row.details(style));
    let sentence = style.paragraph(Role::Heading, sentence(document));
    join(std::iter::once(list).chain(details).chain([sentence])).into()
}

/// One organization.
enum Row<'a> {
    Planned(&'a ResultEntry),
    Failed(&'a FailureEntry),
}

impl Row<'_> {
    fn manifest(&self) -> &str {
        match self {
            Self::Planned(result) => &result.manifest,
            Self::Failed(failure) => &failure.manifest,
        }
    }

    fn cells(&self) -> TableRow<1> {
        let (role, cell, shown, target) = match self {
            Self::Planned(result) => {
                (role(result.outcome), outcome(result), result.name.as_deref().map(name), result.target())
            }
            Self::Failed(failure) => {
                (Role::Guarded, safe!("failed ({})", failure.error.kind.as_str()), None, failure.target())
            }
        };
        let manifest = Visible::of(self.manifest());
        TableRow { role, manifest, cells: [cell], organization: organization(shown.as_ref(), target.as_ref()) }
    }

    /// Why it did not end as planned.
    fn details(&self, style: &Style) -> Option<TerminalText> {
        match self {
            Self::Failed(failure) => Some(failed(failure, style)),
            Self::Planned(result) => result
                .error
                .as_ref()
                .map(|error| stopped(&result.manifest, result.name.as_deref(), result.target(), error, style)),
        }
    }
}

fn role(end: End) -> Role {
    match end {
        End::Applied => Role::Heading,
        End::InSync | End::Skipped => Role::Quiet,
        End::Refused | End::Conflict | End::Failed => Role::Guarded,
    }
}

/// The outcome in a few words: `applied, 2 settings`.
fn outcome(result: &ResultEntry) -> Visible {
    let reason = |word: &'static str| match &result.error {
        Some(error) if error.kind.as_str() != word => safe!("{} ({})", word, error.kind.as_str()),
        _ => word.into(),
    };
    match result.outcome {
        End::Applied => safe!("applied, {}", count(result.changes.len(), "setting")),
        End::InSync => "in sync".into(),
        End::Skipped => "skipped".into(),
        End::Refused => reason("refused"),
        End::Conflict => reason("conflict"),
        End::Failed => reason("failed"),
    }
}

/// The numbers of all outcomes.
fn sentence(document: &ResultsDocument) -> Visible {
    let number = |end: End| document.results.iter().filter(|result| result.outcome == end).count();
    let all = document.results.len() + document.failures.len();
    let writes = document.results.iter().filter(|result| result.outcome == End::Applied).map(|result| result.writes);
    let applied: Visible = match number(End::Applied) {
        0 => safe!("Applied: none of {}.", count_in(all, "organization")),
        applied => safe!(
            "Applied: {} of {} with {}, read back and verified; nothing else changed.",
            applied,
            count_in(all, "organization"),
            count(writes.sum(), "write")
        ),
    };
    let others: Vec<Visible> = [
        (number(End::InSync), "in sync"),
        (number(End::Refused), "refused"),
        (number(End::Conflict), "in conflict"),
        (number(End::Failed) + document.failures.len(), "failed"),
        (number(End::Skipped), "skipped"),
    ]
    .into_iter()
    .filter(|(number, _)| *number > 0)
    .map(|(number, what)| safe!("{} {}", number, what))
    .collect();
    if others.is_empty() { applied } else { safe!("{} The others: {}.", applied, Visible::join(others, ", ")) }
}

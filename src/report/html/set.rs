//! Several organizations as one page: a table of all, then the details of those that changed or failed.

use askama::Template;
use jiff::Timestamp;

use super::linked::LinkedText;
use super::organization::{OutcomePart, SectionsPart};
use super::paint::{self, Colors};
use super::rendered::rendered;
use super::rest::{self, FindingItem};
use crate::document::{CiRun, Compared, Comparison, FailureEntry, Wording};
use crate::report::overview::{Overview, OverviewRow};
use crate::report::phrase::source;
use crate::report::set::SetDetails;
use crate::settings::Target;
use crate::text::Visible;
use crate::text::limit::LONG_MESSAGE;
use crate::text::safe::safe;

/// The maximum size of all details in bytes. Browsers are slow with larger pages.
const LARGEST: usize = 4 * 1024 * 1024;

/// The level of the heading of an organization.
const LEVEL: u8 = 2;

/// The details of several organizations as a page.
#[derive(Debug, Default)]
pub(in crate::report) struct HtmlDetails {
    ci: Option<CiRun>,
    colors: Colors,
    organizations: Vec<String>,
    size: usize,
    hidden: usize,
    /// For each organization, whether its details are shown.
    shown: Vec<bool>,
}

#[derive(Template)]
#[template(path = "set.html", config = "src/report/html/askama.toml")]
struct SetPage<'a> {
    policy: String,
    style: String,
    title: Visible,
    command: &'static str,
    outcome: Visible,
    details: Visible,
    digest: Option<(Visible, Option<Timestamp>)>,
    rows: Vec<SetRow<'a>>,
    organizations: &'a [String],
    hidden: usize,
    version: &'static str,
    pipeline: Vec<LinkedText>,
}

/// A row of the table.
struct SetRow<'a> {
    manifest: &'a Visible,
    name: Option<&'a Visible>,
    target: Option<&'a Target>,
    outcome: Visible,
    /// The id of its details, if they are shown.
    anchor: Option<String>,
}

#[derive(Template)]
#[template(path = "set_organization.html", config = "src/report/html/askama.toml")]
struct SetOrganization<'a> {
    prefix: &'a str,
    head: OutcomePart,
    sections: SectionsPart,
}

#[derive(Template)]
#[template(path = "set_failure.html", config = "src/report/html/askama.toml")]
struct SetFailure<'a> {
    level: u8,
    prefix: &'a str,
    title: Visible,
    target: Option<Target>,
    message: Visible,
    hints: Vec<Visible>,
    findings: Vec<FindingItem>,
}

impl<'a> SetRow<'a> {
    fn of(wording: Wording, number: usize, row: &'a OverviewRow, is_shown: bool) -> Self {
        let OverviewRow { manifest, name, target, state: _ } = row;
        Self {
            manifest,
            name: name.as_ref(),
            target: target.as_ref(),
            outcome: row.outcome(wording),
            anchor: is_shown.then(|| format!("{}top", HtmlDetails::prefix(number))),
        }
    }
}

impl HtmlDetails {
    /// Returns empty details.
    pub(in crate::report) fn new(ci: Option<CiRun>) -> Self {
        Self { ci, ..Self::default() }
    }

    /// Returns the prefix of the ids of an organization.
    fn prefix(number: usize) -> String {
        format!("o{}-", number + 1)
    }
}

impl SetDetails for HtmlDetails {
    fn add(&mut self, compared: &Compared<'_>) {
        let prefix = Self::prefix(self.shown.len());
        let details = match compared {
            _ if !compared.has_details() => {
                self.shown.push(false);
                return;
            }
            Compared::Done(comparison) => changed(comparison, &prefix),
            Compared::Failed(failure) => failed(self.ci.as_ref(), failure, &prefix),
        };
        let fits = self.hidden == 0 && self.size + details.len() <= LARGEST;
        self.shown.push(fits);
        if !fits {
            self.hidden += 1;
            return;
        }
        if let Compared::Done(comparison) = compared {
            self.colors.extend(paint::colors(comparison));
        }
        self.size += details.len();
        self.organizations.push(details);
    }

    fn render(&self, overview: &Overview, _limit: usize) -> String {
        let style = paint::style(&self.colors);
        let rows = overview.rows.iter().zip(&self.shown).enumerate();
        rendered(&SetPage {
            policy: paint::policy(&style),
            style,
            title: match overview.wording {
                Wording::Plan => safe!("Plan: {}", overview.headline()),
                Wording::Drift => safe!("Drift: {}", overview.headline()),
            },
            command: overview.wording.command(),
            outcome: overview.headline(),
            details: overview.details(),
            digest: overview.digest().filter(|_| overview.wording == Wording::Plan),
            rows: rows.map(|(number, (row, shown))| SetRow::of(overview.wording, number, row, *shown)).collect(),
            organizations: &self.organizations,
            hidden: self.hidden,
            version: env!("CARGO_PKG_VERSION"),
            pipeline: LinkedText::of_run(self.ci.as_ref()),
        })
    }
}

fn changed(run: &Comparison<'_>, prefix: &str) -> String {
    rendered(&SetOrganization {
        prefix,
        head: OutcomePart::of(run, LEVEL, prefix),
        sections: SectionsPart::of(run, LEVEL, prefix),
    })
}

fn failed(ci: Option<&CiRun>, failure: &FailureEntry, prefix: &str) -> String {
    let FailureEntry { manifest: file, repository_path, error, .. } = failure;
    let hosted = repository_path.as_ref().unwrap_or(file);
    rendered(&SetFailure {
        level: LEVEL,
        prefix,
        title: safe!("{} failed", source(file)),
        target: failure.target(),
        message: Visible::join::<Visible>(error.message.lines().map(Visible::of), " "),
        hints: error.hints.iter().map(|hint| Visible::excerpt(hint, LONG_MESSAGE)).collect(),
        findings: rest::findings(ci, hosted, file, &error.findings()),
    })
}

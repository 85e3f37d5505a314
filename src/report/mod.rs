//! Renders values as text. All functions are pure: they take values and return a `String`, and neither inspect a terminal
//! nor print.
//!
//! A new format is a file in this folder and a variant of [`PlanFormat`] or [`FindingsFormat`].
//!
//! - `phrase`: phrases that several renderers share; `summary`: the outcome in one sentence; `origins`: changes by the side
//!   that changed; `value`: one value; `words`, `lines`: two texts compared
//! - `attribution`: who last wrote a live value
//! - `change`: one change of one setting as lines
//! - `step`: the steps of an apply while it runs
//! - `plan`, `drift`: a plan, and the same differences as drift
//! - `subject`: the input of reports; `format`: the trait of all formats
//! - `overview`, `set`: several organizations in one report
//! - `github`: the log of a job, annotations, outputs
//! - `markdown`: a comment for a pull request
//! - `unified`: two texts as a diff
//! - `explain`: the documentation of a setting
//! - `html`: a plan as one page for a browser, with the login page before and after
//! - `findings`: the findings of a manifest, with the lines they refer to
//! - `sarif`, `gitlab`: findings and plans for the pages of code hosts
//! - `links`: addresses of lines, the commit and the run of a pipeline
//! - `sources`: the texts that findings refer to
//! - `fingerprint`, `line_hash`, `path`: how code hosts identify findings and files

pub mod attribution;
pub mod doctor;
pub mod drift;
pub mod effective;
pub mod error;
pub mod explain;
pub mod findings;
pub mod github;
pub mod gitlab;
pub mod html;
pub mod markdown;
pub mod plan;
pub mod results;
pub mod sarif;

mod change;
mod fingerprint;
mod format;
mod line_hash;
mod lines;
mod links;
mod origins;
mod overview;
mod path;
mod phrase;
mod set;
mod sources;
mod step;
mod subject;
mod summary;
mod unified;
mod value;
mod words;

#[cfg(test)]
mod tests;

use crate::document;

pub use format::ReportFormat;
pub use overview::Overview;
pub use set::{SetDetails, results as set_results};
pub use step::{Step, step};
pub use subject::{FailedRun, Validation};
pub use unified::unified;

pub use crate::document::{CheckedManifest, CiRun, Comparison, Wording};
pub use crate::text::style::{ColorLevel, DEFAULT_WIDTH, Style};

/// Format of a plan, or of drift.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
#[non_exhaustive]
pub enum PlanFormat {
    /// For people.
    #[default]
    Text,
    /// For programs: see `zerodrift schema plan`.
    Json,
    /// A comment for a pull or merge request.
    Markdown,
    /// For a job on GitHub: log, annotations, summary and outputs.
    Github,
    /// The figures of GitLab's merge-request widget (artifacts:reports:terraform).
    Gitlab,
    /// A page for a browser, with the login page before and after.
    Html,
}

/// Format of findings.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
#[non_exhaustive]
pub enum FindingsFormat {
    /// For people.
    #[default]
    Text,
    /// For programs: see `zerodrift schema findings`.
    Json,
    /// For a job on GitHub: log, annotations and outputs.
    Github,
    /// SARIF 2.1.0, for code scanning and editors.
    Sarif,
    /// A code-quality report for GitLab (artifacts:reports:codequality).
    Gitlab,
}

impl PlanFormat {
    /// Whether the format shows [`Comparison::yaml`].
    pub fn shows_yaml(self) -> bool {
        matches!(self, Self::Json | Self::Markdown | Self::Github | Self::Html)
    }

    /// Returns the empty details of a report of several organizations. `None` for JSON, whose document is written as a
    /// [stream](document::PlanStream).
    pub fn set_details(self, wording: Wording, ci: Option<&CiRun>, style: &Style) -> Option<Box<dyn SetDetails>> {
        Some(match self {
            Self::Text => Box::new(set::TextDetails::new(*style)),
            Self::Json => return None,
            Self::Markdown => Box::new(markdown::MarkdownDetails::new(ci.cloned(), markdown::COMMENT)),
            Self::Github => Box::new(github::GithubDetails::new(wording)),
            Self::Gitlab => Box::new(gitlab::Widget::default()),
            Self::Html => Box::new(html::HtmlDetails::new(ci.cloned())),
        })
    }

    /// Returns the empty details of the summary of a step on GitHub.
    pub fn set_job_summary(ci: Option<&CiRun>) -> Box<dyn SetDetails> {
        Box::new(markdown::MarkdownDetails::new(ci.cloned(), markdown::STEP_SUMMARY))
    }
}

impl ReportFormat for PlanFormat {
    type Content<'a> = Comparison<'a>;

    const EXAMPLE: &'static str = "markdown=plan.md";

    fn render(self, run: &Comparison<'_>, style: &Style, limit: usize) -> String {
        match self {
            Self::Text => run.text(style).into(),
            Self::Json => document::to_text(&document::plan_document(run.wording, None, &[run.clone().into()])),
            Self::Markdown => markdown::comment(run, limit),
            Self::Github => github::log(run),
            Self::Gitlab => gitlab::widget(&run.plan),
            Self::Html => html::page(run),
        }
    }

    fn render_failure(self, failed: &FailedRun<'_>, style: &Style, limit: usize) -> String {
        match self {
            Self::Text => format::failure(failed, style).into(),
            // If the figures are missing, GitLab's widget shows that the report failed to generate.
            Self::Json | Self::Gitlab => error::document(failed),
            Self::Markdown => markdown::failure(failed, limit),
            Self::Github => github::failed(failed),
            Self::Html => html::failure(failed),
        }
    }

    fn is_text(self) -> bool {
        self == Self::Text
    }

    fn is_job_log(self) -> bool {
        self == Self::Github
    }

    fn limit(self) -> Option<usize> {
        (self == Self::Markdown).then_some(markdown::COMMENT)
    }

    fn job_outputs(run: &Comparison<'_>, exit_code: u8) -> String {
        github::outputs(&run.plan, exit_code)
    }

    fn job_summary(run: &Comparison<'_>, limit: usize) -> String {
        markdown::comment(run, limit)
    }

    fn failed_job_summary(failed: &FailedRun<'_>, limit: usize) -> String {
        markdown::failure(failed, limit)
    }
}

impl ReportFormat for FindingsFormat {
    type Content<'a> = Validation<'a>;

    const EXAMPLE: &'static str = "json=findings.json";

    fn render(self, validation: &Validation<'_>, style: &Style, _limit: usize) -> String {
        match self {
            Self::Text => findings::validation(validation, style).into(),
            Self::Json => document::to_text(&document::findings_document(validation.manifests)),
            Self::Github => github::validated(validation),
            Self::Sarif => {
                let (findings, sources) = validation.hosted();
                sarif::sarif(&findings, &sources)
            }
            Self::Gitlab => {
                let (findings, sources) = validation.hosted();
                gitlab::code_quality(&findings, &sources)
            }
        }
    }

    fn render_failure(self, failed: &FailedRun<'_>, style: &Style, _limit: usize) -> String {
        match self {
            Self::Text => format::failure(failed, style).into(),
            Self::Json => error::document(failed),
            Self::Github => github::failed(failed),
            Self::Sarif => sarif::failed(&failed.finding(), failed.kind.exit().code()),
            Self::Gitlab => gitlab::code_quality(&[failed.finding()], None),
        }
    }

    fn is_text(self) -> bool {
        self == Self::Text
    }

    fn is_job_log(self) -> bool {
        self == Self::Github
    }

    fn job_outputs(_validation: &Validation<'_>, exit_code: u8) -> String {
        github::exit_code(exit_code)
    }
}

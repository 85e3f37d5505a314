//! The trait of all formats: how a format renders results and failures, and where its text may go.

use super::subject::FailedRun;
use super::{error, findings};
use crate::text::layout::TerminalText;
use crate::text::style::Style;

/// A format for one kind of result.
pub trait ReportFormat: Copy + Default + PartialEq + Send + Sync + 'static {
    /// What is shown.
    type Content<'a>;

    /// An example of `--report`.
    const EXAMPLE: &'static str;

    /// Returns a result in this format. The style counts only where the format has one; the text is at most `limit` bytes
    /// long if the format has a [limit](Self::limit).
    fn render(self, content: &Self::Content<'_>, style: &Style, limit: usize) -> String;

    /// Returns a run without a result in this format, so that no report of an earlier run looks current. The style and the
    /// limit are those of [`ReportFormat::render`].
    fn render_failure(self, failed: &FailedRun<'_>, style: &Style, limit: usize) -> String;

    /// Whether this is the text format, whose failures are printed to standard error.
    fn is_text(self) -> bool;

    /// Whether this is the log of a job on GitHub. It contains commands, and the outputs and the summary of the step are
    /// written with it.
    fn is_job_log(self) -> bool;

    /// The maximum length of a text in this format, in bytes.
    fn limit(self) -> Option<usize> {
        None
    }

    /// Returns the outputs of a step on GitHub, one `NAME=VALUE` on each line.
    fn job_outputs(content: &Self::Content<'_>, exit_code: u8) -> String;

    /// Returns the summary of a step on GitHub in at most `limit` bytes; nothing if results of this kind have none.
    fn job_summary(_content: &Self::Content<'_>, _limit: usize) -> String {
        String::new()
    }

    /// Like [`ReportFormat::job_summary`], for a run without a result.
    fn failed_job_summary(_failed: &FailedRun<'_>, _limit: usize) -> String {
        String::new()
    }
}

/// Returns a failure as text, after the findings that are its reason.
pub(super) fn failure(failed: &FailedRun<'_>, style: &Style) -> TerminalText {
    let FailedRun { source, message, hints, findings, .. } = *failed;
    findings::rendered(findings, source, style) + error::rendered(message, hints, style)
}

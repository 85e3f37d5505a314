//! Several organizations as the log of a job: the text, and the annotations of all.

use super::annotate::{COLUMNS, job_log, of_comparison, of_failure};
use super::command::Annotations;
use crate::document::{Compared, Wording};
use crate::report::overview::Overview;
use crate::report::set::{SetDetails, TextDetails};
use crate::text::style::Style;

/// The details of several organizations as the log of a job.
#[derive(Debug)]
pub(in crate::report) struct GithubDetails {
    wording: Wording,
    text: TextDetails,
    annotations: Annotations,
}

impl GithubDetails {
    pub(in crate::report) fn new(wording: Wording) -> Self {
        Self { wording, text: TextDetails::new(Style::plain(COLUMNS)), annotations: Annotations::default() }
    }
}

impl SetDetails for GithubDetails {
    fn add(&mut self, compared: &Compared<'_>) {
        self.text.add(compared);
        match compared {
            Compared::Done(comparison) => of_comparison(comparison).for_each(|one| self.annotations.add(one)),
            Compared::Failed(failure) => {
                let file = failure.repository_path.as_ref().unwrap_or(&failure.manifest);
                let (error, found) = (&failure.error, failure.error.findings());
                let command = self.wording.command();
                let all = of_failure(command, &failure.manifest, file, &error.message, &error.hints, &found);
                all.into_iter().for_each(|one| self.annotations.add(one));
            }
        }
    }

    fn render(&self, overview: &Overview, _limit: usize) -> String {
        job_log(&self.text.text(overview), &self.annotations)
    }
}

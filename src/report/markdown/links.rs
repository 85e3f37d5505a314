//! Links to the manifest, the commit and the run of a pipeline.

use crate::document::CiRun;
use crate::report::path;
use crate::text::Visible;
use crate::text::markdown::{MarkdownText, link, prose};

/// The most characters of a commit that are shown.
const SHORT_COMMIT: usize = 8;

impl CiRun {
    /// Returns a link to a line of a file of the repository. `None` for a file outside of it.
    pub(super) fn line(&self, file: &str, line: usize, text: impl FnOnce() -> MarkdownText) -> Option<MarkdownText> {
        let file = path::tidy(file);
        let is_inside = !file.starts_with('/') && file != "-" && file.split('/').all(|segment| segment != "..");
        let url = format!("{}{}#L{line}", self.files, path::encoded(&file));
        is_inside.then(|| link(&text(), &url)).flatten()
    }

    /// Returns links to the commit and to the run.
    pub(super) fn links(&self) -> Vec<MarkdownText> {
        let short: String = self.commit.chars().take(SHORT_COMMIT).collect();
        let commit = Visible::whole(&format!("commit {short}"));
        let commit = link(&prose(&commit), &self.commit_url);
        let run = self.url.as_deref().and_then(|url| link(&"run".into(), url));
        commit.into_iter().chain(run).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

    fn github() -> CiRun {
        CiRun::github("https://github.com", "widget/org", COMMIT, Some("1234")).unwrap()
    }

    fn line(run: &CiRun, file: &str) -> Option<String> {
        run.line(file, 7, || "line 7".into()).map(Into::into)
    }

    #[test]
    fn a_line_links_to_the_file_at_the_commit() {
        let url = format!("https://github.com/widget/org/blob/{COMMIT}/orgs/my%20org.yaml#L7");
        assert_eq!(line(&github(), "./orgs/my org.yaml"), Some(format!("[line 7]({url})")));
        let gitlab = CiRun::gitlab("https://gitlab.example:8443/a/b/org", COMMIT, Some("5")).unwrap();
        let url = format!("https://gitlab.example:8443/a/b/org/-/blob/{COMMIT}/org.yaml#L7");
        assert_eq!(line(&gitlab, "org.yaml"), Some(format!("[line 7]({url})")));
        assert_eq!(gitlab.url.as_deref(), Some("https://gitlab.example:8443/a/b/org/-/jobs/5"));
    }

    #[test]
    fn a_file_outside_of_the_repository_has_no_link() {
        for file in ["-", "/etc/org.yaml", "../org.yaml", "a/../../org.yaml"] {
            assert_eq!(line(&github(), file), None, "{file}");
        }
    }

    #[test]
    fn the_links_name_the_commit_and_the_run() {
        let links: Vec<String> = github().links().into_iter().map(Into::into).collect();
        assert_eq!(
            links,
            [
                format!("[commit 01234567](https://github.com/widget/org/commit/{COMMIT})"),
                "[run](https://github.com/widget/org/actions/runs/1234)".to_owned()
            ]
        );
    }
}

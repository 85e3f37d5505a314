//! The run of a pipeline that a report belongs to, for links to the manifest, the commit and the run.

use super::path;
use crate::text::Visible;
use crate::text::markdown::{MarkdownText, link, prose};

/// The most characters of a commit that are shown.
const SHORT_COMMIT: usize = 8;

/// The run of a pipeline: its own address, and those of the repository's files at the commit that it checked out.
///
/// The parts come from variables of the platform. They are checked, because a job can set any of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CiRun {
    /// The address of the top folder at the commit, with a slash at its end.
    files: String,
    commit_url: String,
    commit: String,
    /// The address of the run, if it is known.
    url: Option<String>,
}

impl CiRun {
    /// Returns a run of GitHub Actions, from `GITHUB_SERVER_URL`, `GITHUB_REPOSITORY`, `GITHUB_SHA` and `GITHUB_RUN_ID`.
    /// `None` if a part is not what its name says.
    pub fn github(server: &str, repository: &str, commit: &str, run: Option<&str>) -> Option<Self> {
        let is_repository = repository.split('/').count() == 2;
        let home = format!("{}/{repository}", server.trim_end_matches('/'));
        let url = run.filter(|run| is_number(run)).map(|run| format!("{home}/actions/runs/{run}"));
        (is_repository && is_url(&home) && is_commit(commit)).then(|| Self {
            files: format!("{home}/blob/{commit}/"),
            commit_url: format!("{home}/commit/{commit}"),
            commit: commit.to_owned(),
            url,
        })
    }

    /// Returns a job of GitLab CI, from `CI_PROJECT_URL`, `CI_COMMIT_SHA` and `CI_JOB_ID`. `None` if a part is not what its
    /// name says.
    pub fn gitlab(project: &str, commit: &str, job: Option<&str>) -> Option<Self> {
        let home = project.trim_end_matches('/');
        let url = job.filter(|job| is_number(job)).map(|job| format!("{home}/-/jobs/{job}"));
        (is_url(home) && is_commit(commit)).then(|| Self {
            files: format!("{home}/-/blob/{commit}/"),
            commit_url: format!("{home}/-/commit/{commit}"),
            commit: commit.to_owned(),
            url,
        })
    }

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

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.len() <= 20 && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_commit(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Whether a text is an address without a user, a query and a fragment.
fn is_url(text: &str) -> bool {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '~' | '/' | ':');
    rest.is_some_and(|rest| !rest.starts_with('/') && !rest.is_empty() && rest.chars().all(is_plain))
        && text.len() <= 500
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

    #[test]
    fn a_variable_that_is_not_what_its_name_says_gives_no_link() {
        for server in ["javascript:alert(1)", "https://", "github.com", "https://x y", "https://a@b", "https://x)[y](z"]
        {
            assert_eq!(CiRun::github(server, "widget/org", COMMIT, None), None, "{server}");
        }
        for repository in ["org", "a/b/c", "a/b)", "a/b c", "a/b?x"] {
            assert_eq!(CiRun::github("https://github.com", repository, COMMIT, None), None, "{repository}");
        }
        for commit in ["", "main", "0123", &COMMIT.replace('0', "g")] {
            assert_eq!(CiRun::gitlab("https://gitlab.com/a/b", commit, None), None, "{commit}");
        }
        let run = CiRun::github("https://github.com", "widget/org", COMMIT, Some("1) [x](y")).unwrap();
        assert_eq!(run.url, None);
    }
}

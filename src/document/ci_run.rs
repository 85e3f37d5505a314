//! The run of a pipeline that a comparison belongs to.

/// The run of a pipeline: its own address, and those of the repository's files at the commit that it checked out.
///
/// The parts come from variables of the platform. They are checked, because a job can set any of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CiRun {
    /// The address of the top folder at the commit, with a slash at its end.
    pub(crate) files: String,
    pub(crate) commit_url: String,
    pub(crate) commit: String,
    /// The address of the run, if it is known.
    pub(crate) url: Option<String>,
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

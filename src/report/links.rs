//! Addresses of lines of the manifest, of the commit and of the run of a pipeline.

use super::path;
use crate::diagnostics::Finding;
use crate::document::{CiRun, Comparison};
use crate::plan::Change;
use crate::text::Visible;

/// The most characters of a commit that are shown.
const SHORT_COMMIT: usize = 8;

/// Returns the address of the line that declares a change, in the manifest or in a parent that it extends.
pub(super) fn of_change(run: &Comparison<'_>, change: &Change) -> Option<String> {
    let manifest = &run.plan.manifest.path;
    let file = path::hosted(change.at.file(manifest), manifest, &run.repository_file);
    line(run.ci.as_ref()?, &file, change.at.line)
}

/// Returns the address of the line of a finding, if it is in the manifest.
pub(super) fn of_finding(ci: Option<&CiRun>, repository_file: &str, file: &str, finding: &Finding) -> Option<String> {
    let at = finding.at.as_ref().filter(|_| finding.file == file)?;
    line(ci?, repository_file, at.line)
}

/// Returns the commit and the run, each as a label and an address.
pub(super) fn of_run(ci: &CiRun) -> Vec<(Visible, &str)> {
    let short: String = ci.commit.chars().take(SHORT_COMMIT).collect();
    let commit = (Visible::whole(&format!("commit {short}")), ci.commit_url.as_str());
    std::iter::once(commit).chain(ci.url.as_deref().map(|url| ("run".into(), url))).collect()
}

/// Returns the address of a line of a file of the repository. `None` for a file outside of it.
fn line(ci: &CiRun, file: &str, line: usize) -> Option<String> {
    let file = path::tidy(file);
    let is_inside = !file.starts_with('/') && file != "-" && file.split('/').all(|segment| segment != "..");
    is_inside.then(|| format!("{}{}#L{line}", ci.files, path::encoded(&file)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

    fn github() -> CiRun {
        CiRun::github("https://github.com", "widget/org", COMMIT, Some("1234")).unwrap()
    }

    fn line_7(ci: &CiRun, file: &str) -> Option<String> {
        line(ci, file, 7)
    }

    #[test]
    fn a_line_links_to_the_file_at_the_commit() {
        let url = format!("https://github.com/widget/org/blob/{COMMIT}/orgs/my%20org.yaml#L7");
        assert_eq!(line_7(&github(), "./orgs/my org.yaml"), Some(url));
        let gitlab = CiRun::gitlab("https://gitlab.example:8443/a/b/org", COMMIT, Some("5")).unwrap();
        let url = format!("https://gitlab.example:8443/a/b/org/-/blob/{COMMIT}/org.yaml#L7");
        assert_eq!(line_7(&gitlab, "org.yaml"), Some(url));
        assert_eq!(gitlab.url.as_deref(), Some("https://gitlab.example:8443/a/b/org/-/jobs/5"));
    }

    #[test]
    fn a_file_outside_of_the_repository_has_no_link() {
        for file in ["-", "/etc/org.yaml", "../org.yaml", "a/../../org.yaml"] {
            assert_eq!(line_7(&github(), file), None, "{file}");
        }
    }

    #[test]
    fn the_links_name_the_commit_and_the_run() {
        let ci = github();
        let links: Vec<_> = of_run(&ci).into_iter().map(|(label, url)| format!("{label}: {url}")).collect();
        assert_eq!(
            links,
            [
                format!("commit 01234567: https://github.com/widget/org/commit/{COMMIT}"),
                "run: https://github.com/widget/org/actions/runs/1234".to_owned()
            ]
        );
    }
}

//! The default branch of the repository that a pipeline is written for, as `git` knows it.

use std::path::Path;

use crate::cli::input::env::Env;
use crate::cli::input::git::Git;

/// The branch that the pipeline plans against and applies from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DefaultBranch {
    /// Its name, without `refs/heads/`.
    pub(crate) name: String,
    /// Whether git records it as the default. Otherwise it is an assumption that the user must check.
    pub(crate) is_recorded: bool,
}

impl DefaultBranch {
    /// Asks `git` about the repository with this top folder. The order: the `HEAD` of the remote `origin`; `main` or
    /// `master`, if there is such a branch; the branch that is checked out; `main`.
    pub(crate) fn of(top: &Path, env: &Env) -> Self {
        let git = Git::at_top(top, env);
        let head = git.line(&["symbolic-ref", "--quiet", "refs/remotes/origin/HEAD"]);
        if let Some(name) = head.as_deref().and_then(|head| head.strip_prefix("refs/remotes/origin/")) {
            return Self { name: name.to_owned(), is_recorded: true };
        }
        let assumed = |name: &str| Self { name: name.to_owned(), is_recorded: false };
        for usual in ["main", "master"] {
            let places = [format!("refs/heads/{usual}"), format!("refs/remotes/origin/{usual}")];
            if git.line(&["for-each-ref", "--format=%(refname)", &places[0], &places[1]]).is_some() {
                return assumed(usual);
            }
        }
        let current = git.line(&["symbolic-ref", "--quiet", "HEAD"]);
        current.as_deref().and_then(|current| current.strip_prefix("refs/heads/")).map_or(assumed("main"), assumed)
    }
}

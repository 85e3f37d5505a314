//! Which platform runs the pipelines of a repository, and the files that set it up to plan, apply and look for drift.
//!
//! The files are those of `examples/`, which CI lints and runs.

use std::path::Path;

use crate::files;

/// The most that is read of `.git/config`, in bytes.
const LARGEST_CONFIG: u64 = 1024 * 1024;

/// A platform with files in `examples/`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Platform {
    /// GitHub: workflows in .github/workflows.
    #[value(name = "github")]
    GitHub,
    /// GitLab: .gitlab-ci.yml, or a file for it to include.
    #[value(name = "gitlab")]
    GitLab,
}

/// A file to write, below the top folder of the repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PipelineFile {
    /// The path, with `/` between folders.
    pub(crate) path: &'static str,
    /// The text, as in `examples/`.
    pub(crate) text: &'static str,
}

/// The files of a platform, and what else it needs.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Setup {
    /// The files to write. They may exist already.
    pub(crate) files: Vec<PipelineFile>,
    /// Where a CODEOWNERS file belongs.
    pub(crate) code_owners_file: &'static str,
    /// What is left to do by hand, besides what the files say at their top.
    pub(crate) hint: Option<&'static str>,
}

impl Setup {
    /// The patterns of CODEOWNERS that cover the manifest, the pipeline and CODEOWNERS itself.
    pub(crate) fn code_owned(&self, manifest: &str) -> Vec<String> {
        let mut owned = vec![format!("/{manifest}")];
        let files = self.files.iter().map(|file| file.path).chain([self.code_owners_file]);
        for path in files {
            let pattern = path.split_once('/').map_or_else(|| format!("/{path}"), |(folder, _)| format!("/{folder}/"));
            if !owned.contains(&pattern) {
                owned.push(pattern);
            }
        }
        owned
    }
}

/// Where GitHub and GitLab look for code owners.
const CODE_OWNERS: [&str; 4] = ["CODEOWNERS", "docs/CODEOWNERS", ".github/CODEOWNERS", ".gitlab/CODEOWNERS"];

/// The signs of a platform in a repository.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Traces {
    /// There is a folder `.github`.
    pub(crate) github_folder: bool,
    /// There is a file `.gitlab-ci.yml`.
    pub(crate) gitlab_file: bool,
    /// There is a file `CODEOWNERS`, in one of the usual folders.
    pub(crate) has_code_owners: bool,
    /// The hosts of the remotes, in lower case, in the order of `.git/config`.
    pub(crate) hosts: Vec<String>,
}

const GITHUB: [PipelineFile; 3] = [
    PipelineFile {
        path: ".github/workflows/zerodrift-plan.yml",
        text: include_str!("../../../../examples/github/plan.yml"),
    },
    PipelineFile {
        path: ".github/workflows/zerodrift-apply.yml",
        text: include_str!("../../../../examples/github/apply.yml"),
    },
    PipelineFile {
        path: ".github/workflows/zerodrift-drift.yml",
        text: include_str!("../../../../examples/github/drift.yml"),
    },
];

const GITLAB: &str = include_str!("../../../../examples/gitlab/.gitlab-ci.yml");

const INCLUDE: &str = "add to .gitlab-ci.yml:\n\ninclude:\n  - local: .gitlab/zerodrift.yml";

impl Traces {
    /// Reads the signs in the top folder of a repository. A file that cannot be read counts as absent.
    pub(crate) fn of(folder: &Path) -> Self {
        let config = files::read(&folder.join(".git/config"), LARGEST_CONFIG).unwrap_or_default();
        Self {
            github_folder: folder.join(".github").is_dir(),
            gitlab_file: folder.join(".gitlab-ci.yml").is_file(),
            has_code_owners: CODE_OWNERS.iter().any(|path| folder.join(path).exists()),
            hosts: hosts(&String::from_utf8_lossy(&config)),
        }
    }

    /// Returns the platform if the signs agree on one. Remotes count more than files, because a mirror has the files too.
    pub(crate) fn platform(&self) -> Option<Platform> {
        let by_host: Vec<Platform> = self.hosts.iter().filter_map(|host| platform_of(host)).collect();
        if let Some((first, rest)) = by_host.split_first() {
            return rest.iter().all(|other| other == first).then_some(*first);
        }
        match (self.github_folder, self.gitlab_file) {
            (true, false) => Some(Platform::GitHub),
            (false, true) => Some(Platform::GitLab),
            (true, true) | (false, false) => None,
        }
    }

    /// Returns what a platform needs in this repository.
    pub(crate) fn setup(&self, platform: Platform) -> Setup {
        let (files, code_owners_file, hint) = match platform {
            Platform::GitHub => (GITHUB.to_vec(), ".github/CODEOWNERS", None),
            Platform::GitLab if self.gitlab_file => {
                let file = PipelineFile { path: ".gitlab/zerodrift.yml", text: GITLAB };
                (vec![file], ".gitlab/CODEOWNERS", Some(INCLUDE))
            }
            Platform::GitLab => {
                (vec![PipelineFile { path: ".gitlab-ci.yml", text: GITLAB }], ".gitlab/CODEOWNERS", None)
            }
        };
        Setup { files, code_owners_file, hint }
    }
}

/// Returns the hosts of the remotes in the text of `.git/config`.
fn hosts(config: &str) -> Vec<String> {
    let mut in_remote = false;
    let mut found = Vec::new();
    for line in config.lines().map(str::trim) {
        if line.starts_with('[') {
            in_remote = line.starts_with("[remote ");
            continue;
        }
        let Some((key, value)) = line.split_once('=') else { continue };
        if in_remote && key.trim() == "url" {
            found.extend(host(value.trim()));
        }
    }
    found
}

/// Returns the host of a remote in any of its three spellings: `https://host/path`, `ssh://user@host:port/path`, `user@host:path`.
fn host(url: &str) -> Option<String> {
    let authority = match url.split_once("://") {
        Some((_, rest)) => rest.split('/').next()?,
        None => url.split_once(':').map(|(authority, _)| authority)?,
    };
    let host = authority.rsplit('@').next()?.split(':').next()?;
    (!host.is_empty() && !host.contains('/')).then(|| host.to_ascii_lowercase())
}

/// Returns the platform of a host: github.com, gitlab.com, a tenant of ghe.com, or a host with a label `github` or `gitlab`.
fn platform_of(host: &str) -> Option<Platform> {
    match host {
        host if host.ends_with(".ghe.com") => Some(Platform::GitHub),
        host if host.split('.').any(|label| label == "github") => Some(Platform::GitHub),
        host if host.split('.').any(|label| label == "gitlab") => Some(Platform::GitLab),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn remotes(urls: &[&str]) -> Traces {
        let config: Vec<String> = urls.iter().map(|url| format!("[remote \"origin\"]\n\turl = {url}\n")).collect();
        Traces { hosts: hosts(&config.concat()), ..Traces::default() }
    }

    #[test]
    fn a_remote_names_its_platform_in_every_spelling() {
        for (url, wanted) in [
            ("https://github.com/widget/org.git", Some(Platform::GitHub)),
            ("git@github.com:widget/org.git", Some(Platform::GitHub)),
            ("ssh://git@ssh.github.com:443/widget/org.git", Some(Platform::GitHub)),
            ("https://widget.ghe.com/widget/org", Some(Platform::GitHub)),
            ("https://kim:secret@GitLab.com/widget/org.git", Some(Platform::GitLab)),
            ("git@gitlab.widget.example:org.git", Some(Platform::GitLab)),
            ("https://widget.example/github/org.git", None),
            ("https://notgithub.com/widget/org.git", None),
            ("../github.com:org", None),
            ("/srv/git/gitlab.git", None),
            ("", None),
        ] {
            assert_eq!(remotes(&[url]).platform(), wanted, "{url}");
        }
    }

    #[test]
    fn only_remotes_count_and_they_have_to_agree() {
        assert_eq!(hosts("[submodule \"x\"]\nurl = https://github.com/a/b\n"), Vec::<String>::new());
        assert_eq!(
            hosts("[remote \"o\"]\npushurl = https://github.com/a/b\nurl=https://gitlab.com/a/b"),
            ["gitlab.com"]
        );
        let both = remotes(&["git@github.com:a/b.git", "git@gitlab.com:a/b.git"]);
        assert_eq!(both.platform(), None);
        let mirrored = Traces { github_folder: true, ..remotes(&["git@gitlab.com:a/b.git"]) };
        assert_eq!(mirrored.platform(), Some(Platform::GitLab));
    }

    #[test]
    fn without_a_remote_the_files_tell() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(Traces::of(folder.path()).platform(), None);
        std::fs::write(folder.path().join(".gitlab-ci.yml"), "stages: []\n").unwrap();
        assert_eq!(Traces::of(folder.path()).platform(), Some(Platform::GitLab));
        std::fs::create_dir(folder.path().join(".github")).unwrap();
        assert_eq!(Traces::of(folder.path()).platform(), None);
        std::fs::create_dir(folder.path().join(".git")).unwrap();
        std::fs::write(folder.path().join(".git/config"), "[remote \"o\"]\n\turl = git@github.com:a/b\n").unwrap();
        assert_eq!(Traces::of(folder.path()).platform(), Some(Platform::GitHub));
    }

    #[test]
    fn a_file_says_at_its_top_where_it_belongs() {
        let fresh = Traces::default();
        for platform in [Platform::GitHub, Platform::GitLab] {
            for file in fresh.setup(platform).files {
                let top: Vec<&str> = file.text.lines().take_while(|line| line.starts_with('#')).collect();
                assert!(top.join(" ").contains(file.path), "{} is not named at its top", file.path);
            }
        }
    }

    #[test]
    fn a_pipeline_that_is_there_already_is_kept_and_includes_ours() {
        let traces = Traces { gitlab_file: true, ..Traces::default() };
        let Setup { files, hint, .. } = traces.setup(Platform::GitLab);
        assert_eq!(files.iter().map(|file| file.path).collect::<Vec<_>>(), [".gitlab/zerodrift.yml"]);
        let hint = hint.unwrap();
        assert!(hint.contains("local: .gitlab/zerodrift.yml") && hint.contains(".gitlab-ci.yml"), "{hint}");
    }
}

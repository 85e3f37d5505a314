//! The release that this program is, for pipelines that install the same one.

/// What a user completes in the files of `examples/`. No account can have this name and no commit this hash, so a file
/// that is not completed installs nothing.
pub(crate) const COMPLETE_ME: &str = "COMPLETE_ME";

const ACTION: &str =
    "COMPLETE_ME/zerodrift/.github/actions/setup@0000000000000000000000000000000000000000 # COMPLETE_ME";

const ACTION_NOTE: &str = "#
# Complete each line with COMPLETE_ME: the repository that publishes zerodrift, and the full commit of a release. As long as
# there is no public release, publish one from a copy in your organization. The action verifies that the program was built
# from exactly that commit. Code owners must review every change of these lines.
";

const ARCHIVE: &str = "archive=COMPLETE_ME";

/// Where a program was released.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Release {
    /// The address of the repository; empty if there is no public one.
    home: &'static str,
    /// The full commit; empty unless the release workflow built the program.
    commit: &'static str,
    version: &'static str,
}

impl Release {
    /// What this program knows about its own release.
    pub(crate) const CURRENT: Self = Self {
        home: env!("CARGO_PKG_REPOSITORY"),
        commit: match option_env!("ZERODRIFT_RELEASE_COMMIT") {
            Some(commit) => commit,
            None => "",
        },
        version: env!("CARGO_PKG_VERSION"),
    };

    /// `OWNER/NAME`, if the home is on GitHub, where the action and the files of a release are.
    fn repository(self) -> Option<&'static str> {
        let path = self.home.strip_prefix("https://github.com/")?;
        let (owner, name) = path.split_once('/')?;
        (!owner.is_empty() && !name.is_empty() && !name.contains('/')).then_some(path)
    }

    /// Completes a file of `examples/` as far as the release is known.
    pub(crate) fn complete(self, text: &str) -> String {
        let (Some(repository), Self { commit, version, .. }) = (self.repository(), self) else {
            return text.to_owned();
        };
        if commit.is_empty() {
            return text.replace("COMPLETE_ME/zerodrift/", &format!("{repository}/"));
        }
        let archive = format!("releases/download/v{version}/zerodrift-x86_64-unknown-linux-musl.tar.gz");
        text.replace(ACTION_NOTE, "")
            .replace(ACTION, &format!("{repository}/.github/actions/setup@{commit} # v{version}"))
            .replace(ARCHIVE, &format!("archive=https://github.com/{repository}/{archive}"))
    }

    /// What the user must do by hand for a file that is not complete.
    pub(crate) fn hint(self) -> &'static str {
        if self.repository().is_some() {
            "Complete the lines with COMPLETE_ME: they name the release of zerodrift that the jobs install"
        } else {
            "Complete the lines with COMPLETE_ME: they name the release of zerodrift that the jobs install. There is no \
             public release yet, so publish one from a copy in your organization"
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GITHUB: [&str; 3] = [
        include_str!("../../../../examples/github/plan.yml"),
        include_str!("../../../../examples/github/apply.yml"),
        include_str!("../../../../examples/github/drift.yml"),
    ];
    const GITLAB: &str = include_str!("../../../../examples/gitlab/.gitlab-ci.yml");
    const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";
    const RELEASED: Release = Release { home: "https://github.com/widget/zerodrift", commit: COMMIT, version: "1.2.3" };

    #[test]
    fn a_released_program_pins_its_own_commit_and_leaves_nothing_to_complete() {
        for text in GITHUB {
            let written = RELEASED.complete(text);
            let action = format!("- uses: widget/zerodrift/.github/actions/setup@{COMMIT} # v1.2.3\n");
            assert_eq!(written.matches(&action).count(), text.matches(ACTION).count(), "{written}");
            assert!(!written.contains(COMPLETE_ME) && !written.contains("public release"), "{written}");
        }
    }

    /// A program does not know the checksum of the archive that it is in.
    #[test]
    fn on_gitlab_the_checksum_is_left_to_complete() {
        let written = RELEASED.complete(GITLAB);
        let archive = "archive=https://github.com/widget/zerodrift/releases/download/v1.2.3/zerodrift-x86_64-unknown-linux-musl.tar.gz";
        assert!(written.contains(archive) && written.contains("sha256=COMPLETE_ME"), "{written}");
    }

    #[test]
    fn a_program_from_a_checkout_names_no_version() {
        let checkout = Release { commit: "", ..RELEASED };
        for text in GITHUB {
            let written = checkout.complete(text);
            let expected = text.replace("COMPLETE_ME/zerodrift/", "widget/zerodrift/");
            assert!(written == expected && written.contains(COMPLETE_ME), "{written}");
        }
        assert_eq!(checkout.complete(GITLAB), GITLAB);
    }

    #[test]
    fn without_a_home_on_github_nothing_is_completed() {
        for home in
            ["", "https://git.example/widget/zerodrift", "https://github.com/widget", "https://github.com/a/b/c"]
        {
            let release = Release { home, ..RELEASED };
            for text in GITHUB {
                assert_eq!(release.complete(text), text, "{home}");
            }
        }
    }
}

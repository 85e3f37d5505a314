//! Git repositories for tests, isolated from the configuration of the developer.

use std::path::{Path, PathBuf};
use std::process::Command;

/// A work tree with a branch `main`.
pub struct Repository {
    folder: PathBuf,
}

impl Repository {
    /// Creates an empty repository in an existing folder.
    pub fn new(folder: &Path) -> Self {
        let repository = Self { folder: folder.to_owned() };
        repository.git("init -q -b main");
        repository
    }

    /// Clones a repository into a new folder.
    pub fn clone_of(from: &Path, folder: &Path, options: &str) -> Self {
        let parent = Self { folder: folder.parent().unwrap().to_owned() };
        // A local path would ignore the depth.
        parent.git(&format!("clone -q {options} file://{} {}", from.display(), folder.display()));
        Self { folder: folder.to_owned() }
    }

    /// Runs git with these arguments, which are split at spaces, and returns what it prints.
    pub fn git(&self, arguments: &str) -> String {
        let mut command = Command::new("git");
        command.args(arguments.split_whitespace()).current_dir(&self.folder);
        for (name, value) in [
            ("GIT_CONFIG_GLOBAL", "/dev/null"),
            ("GIT_CONFIG_NOSYSTEM", "1"),
            ("GIT_AUTHOR_NAME", "Kim"),
            ("GIT_AUTHOR_EMAIL", "kim@widget.example"),
            ("GIT_COMMITTER_NAME", "Kim"),
            ("GIT_COMMITTER_EMAIL", "kim@widget.example"),
        ] {
            command.env(name, value);
        }
        let output = command.output().unwrap();
        assert!(output.status.success(), "git {arguments}: {output:?}");
        String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
    }

    /// Writes a file and commits it.
    pub fn commit(&self, file: &str, text: &str) {
        std::fs::write(self.folder.join(file), text).unwrap();
        self.git(&format!("add {file}"));
        self.git(&format!("commit -q -m {file}"));
    }

    /// The commit that is checked out.
    pub fn head(&self) -> String {
        self.git("rev-parse HEAD")
    }
}

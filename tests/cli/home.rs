//! A home folder for stories about backups and rollbacks.

use std::path::{Path, PathBuf};
use std::process::Output;

use serde_json::Value as Json;

pub(crate) const MANIFEST: &str =
    "account_id: 699d98642c564d2e855e9661899b7252\norganization:\n  session_duration: 24h\n";

/// A home folder with a manifest, and a sandbox whose state is in it.
pub(crate) struct Home {
    pub(crate) folder: tempfile::TempDir,
}

impl Home {
    pub(crate) fn new() -> Self {
        let home = Self { folder: tempfile::tempdir().unwrap() };
        home.declare(MANIFEST);
        // The first plan seeds the sandbox.
        assert_eq!(home.run(&["plan"]).status.code(), Some(0));
        home
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn declare(&self, manifest: &str) {
        std::fs::write(self.path("org.yaml"), manifest).unwrap();
    }

    pub(crate) fn declare_session(&self, duration: &str) {
        self.declare(&MANIFEST.replace("24h", duration));
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> std::process::Command {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_zerodrift"));
        command.args(arguments).arg("--sandbox=state.json").current_dir(self.folder.path()).env_clear();
        command.env("HOME", self.folder.path()).env("USER", "ann").env("CLOUDFLARE_API_TOKEN", TOKEN);
        command.stdin(std::process::Stdio::null());
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// Applies, and returns standard error.
    pub(crate) fn apply(&self, more: &[&str]) -> String {
        let output = self.run(&[&["apply", "--auto-approve"], more].concat());
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        stderr(&output)
    }

    pub(crate) fn state(&self) -> Vec<u8> {
        std::fs::read(self.path("state.json")).unwrap()
    }

    pub(crate) fn organization(&self) -> Json {
        let state: Json = serde_json::from_slice(&self.state()).unwrap();
        state["organization"].clone()
    }

    pub(crate) fn backups(&self) -> Vec<PathBuf> {
        files(&self.path(".local/state/zerodrift/backups"))
    }

    /// The lines of the audit log.
    pub(crate) fn audit(&self) -> Vec<Json> {
        lines(&self.path(".local/state/zerodrift/audit.jsonl"))
    }
}

pub(crate) const TOKEN: &str = "s3cr3t-s3cr3t-s3cr3t-s3cr3t-s3cr3t-s3cr3t";

pub(crate) fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// An output with its line breaks replaced by spaces.
pub(crate) fn words(text: &[u8]) -> String {
    String::from_utf8_lossy(text).split_whitespace().collect::<Vec<_>>().join(" ")
}

pub(crate) fn files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

pub(crate) fn lines(path: &Path) -> Vec<Json> {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    assert!(text.is_empty() || text.ends_with('\n'), "every line is complete");
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

pub(crate) fn json(path: &Path) -> Json {
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

/// Whether a file is a backup of the account, or a mark of one.
pub(crate) fn is_backup(path: &Path) -> bool {
    path.display().to_string().contains(crate::common::ACCOUNT)
}

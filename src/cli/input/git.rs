//! Runs the `git` command: an argument vector without a shell, and an environment without credentials.

use std::ffi::OsString;
use std::io;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::cli::input::env::Env;
use crate::files;

/// The largest message of `git` that is read, in bytes.
const LARGEST_MESSAGE: u64 = 64 * 1024;

/// The `git` command for one repository.
#[derive(Debug, Clone)]
pub(crate) struct Git {
    place: [OsString; 2],
    environment: Vec<(&'static str, String)>,
}

/// Why `git` gave no answer.
#[derive(Debug)]
pub(crate) enum GitError {
    /// It could not be started.
    NotStarted(io::Error),
    /// It failed, with this message.
    Failed(String),
    /// Its answer could not be read, or is too large.
    Unreadable(io::Error),
}

impl Git {
    /// Returns the command for the repository that contains a folder, which `git` finds and whose owner it checks.
    pub(crate) fn in_folder(folder: &Path, env: &Env) -> Self {
        Self::with(["-C".into(), folder.into()], env)
    }

    /// Returns the command for the repository with this top folder.
    pub(crate) fn at_top(top: &Path, env: &Env) -> Self {
        Self::with(["--git-dir".into(), top.join(".git").into()], env)
    }

    fn with(place: [OsString; 2], env: &Env) -> Self {
        let inherited = ["PATH", "HOME", "XDG_CONFIG_HOME", "SystemRoot"];
        let inherited = inherited.into_iter().filter_map(|name| Some((name, env.get(name)?)));
        // Messages in English, no lock, and no fetch of objects that a partial clone lacks.
        let fixed = [("LC_ALL", "C"), ("GIT_OPTIONAL_LOCKS", "0"), ("GIT_ALLOW_PROTOCOL", "none")];
        let environment = inherited.chain(fixed).map(|(name, value)| (name, value.to_owned())).collect();
        Self { place, environment }
    }

    /// Returns what `git` prints, at most `limit` bytes.
    ///
    /// # Errors
    /// Returns an error if it cannot be started, fails, or prints more.
    pub(crate) fn output(&self, arguments: &[&str], limit: u64) -> Result<Vec<u8>, GitError> {
        let mut command = Command::new("git");
        command.env_clear().envs(self.environment.iter().map(|(name, value)| (name, value)));
        command.args(&self.place).args(arguments);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().map_err(GitError::NotStarted)?;
        let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
        // Both are read at once, because `git` waits while one of them is full. It ends when a pipe is closed.
        let (output, message) = std::thread::scope(|scope| {
            let message = scope.spawn(|| stderr.and_then(|stderr| files::bounded(stderr, LARGEST_MESSAGE).ok()));
            let output = stdout.map_or(Ok(Vec::new()), |stdout| files::bounded(stdout, limit));
            (output, message.join().ok().flatten().unwrap_or_default())
        });
        let status = child.wait().map_err(GitError::Unreadable)?;
        let output = output.map_err(GitError::Unreadable)?;
        if status.success() {
            return Ok(output);
        }
        Err(GitError::Failed(String::from_utf8_lossy(&message).trim().to_owned()))
    }

    /// Returns what `git` prints as text without the line break at its end; `None` if it fails or prints nothing.
    pub(crate) fn line(&self, arguments: &[&str]) -> Option<String> {
        let output = self.output(arguments, LARGEST_MESSAGE).ok()?;
        let text = String::from_utf8(output).ok()?;
        Some(text.trim_end().to_owned()).filter(|text| !text.is_empty())
    }
}

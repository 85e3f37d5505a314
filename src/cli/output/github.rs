//! The two files by which a step talks to its job on GitHub: the summary that people read, and the outputs for later
//! steps. Outside of GitHub nothing names them, and nothing is written.

use std::path::Path;

use crate::cli::error::CliError;
use crate::cli::input::env::{self, Env};
use crate::cli::output::used_files::{FilePurpose, Output, UsedFiles};
use crate::report::markdown::STEP_SUMMARY;

/// Appends to the summary of the step. A summary over the limit is dropped whole, so what an earlier command of the
/// step has written counts: `summary` is given what is left. An empty summary is not written.
///
/// # Errors
/// If the file that the environment names cannot be written.
pub(crate) fn summarize(env: &Env, files: &UsedFiles, summary: impl FnOnce(usize) -> String) -> Result<(), CliError> {
    /// Less than this is not worth a summary.
    const LEAST: usize = 16 * 1024;
    let Some(path) = env.get(env::GITHUB_STEP_SUMMARY).map(Path::new) else { return Ok(()) };
    let taken = std::fs::metadata(path).map_or(0, |metadata| usize::try_from(metadata.len()).unwrap_or(usize::MAX));
    // The line break in front is part of it.
    let left = STEP_SUMMARY.saturating_sub(taken.saturating_add(1));
    if left < LEAST {
        return Ok(());
    }
    let summary = summary(left);
    if summary.is_empty() {
        return Ok(());
    }
    files.append(Output { purpose: FilePurpose::JobSummary, flag: env::GITHUB_STEP_SUMMARY, path }, &summary)
}

/// Appends outputs, each a line of its own.
///
/// # Errors
/// If the file that the environment names cannot be written.
pub(crate) fn output(env: &Env, files: &UsedFiles, lines: &str) -> Result<(), CliError> {
    let Some(path) = env.get(env::GITHUB_OUTPUT).map(Path::new) else { return Ok(()) };
    files.append(Output { purpose: FilePurpose::JobOutputs, flag: env::GITHUB_OUTPUT, path }, lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn env(name: &str, path: &Path) -> Env {
        Env::of([(name, path.to_str().unwrap())])
    }

    #[test]
    fn without_github_nothing_is_written() {
        assert!(output(&Env::default(), &UsedFiles::default(), "a=b\n").is_ok());
        assert!(summarize(&Env::default(), &UsedFiles::default(), |_| panic!("nobody reads it")).is_ok());
    }

    #[test]
    fn outputs_start_on_a_line_of_their_own() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("output");
        let env = env(env::GITHUB_OUTPUT, &path);
        output(&env, &UsedFiles::default(), "a=1\n").unwrap();
        std::fs::write(&path, "a=1\nunfinished=2").unwrap();
        output(&env, &UsedFiles::default(), "b=3\n").unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "a=1\nunfinished=2\nb=3\n");
    }

    #[test]
    fn a_summary_takes_what_earlier_commands_of_the_step_have_left() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("summary");
        let env = env(env::GITHUB_STEP_SUMMARY, &path);
        std::fs::write(&path, "x".repeat(1000)).unwrap();
        summarize(&env, &UsedFiles::default(), |limit| "y".repeat(limit)).unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().len(), STEP_SUMMARY as u64);
        summarize(&env, &UsedFiles::default(), |_| panic!("there is no room")).unwrap();
    }
}

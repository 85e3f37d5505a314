//! The two files that a step on GitHub can write: its summary for people, and its outputs for later steps. Outside
//! GitHub neither is set, and neither is written.

use std::path::Path;

use crate::cli::error::CliError;
use crate::cli::input::env::{self, Env};
use crate::cli::output::used_files::{FilePurpose, UsedFiles};
use crate::report::markdown::STEP_SUMMARY;

/// Appends to the summary of the step. GitHub drops a summary over the limit, and earlier commands of the step count
/// towards it, so `summary` gets the number of bytes left. An empty summary is not written.
///
/// # Errors
/// Returns an error if the file that the environment names cannot be written.
pub(crate) fn summarize(env: &Env, files: &UsedFiles, summary: impl FnOnce(usize) -> String) -> Result<(), CliError> {
    /// The fewest bytes in which a summary is useful.
    const LEAST: usize = 16 * 1024;
    let Some(path) = env.get(env::GITHUB_STEP_SUMMARY).map(Path::new) else { return Ok(()) };
    let taken = std::fs::metadata(path).map_or(0, |metadata| usize::try_from(metadata.len()).unwrap_or(usize::MAX));
    // One byte for the line break before it.
    let left = STEP_SUMMARY.saturating_sub(taken.saturating_add(1));
    if left < LEAST {
        return Ok(());
    }
    let summary = summary(left);
    if summary.is_empty() {
        return Ok(());
    }
    files.append(FilePurpose::JobSummary, path, &summary)
}

/// Appends outputs, one per line.
///
/// # Errors
/// Returns an error if the file that the environment names cannot be written.
pub(crate) fn output(env: &Env, files: &UsedFiles, lines: &str) -> Result<(), CliError> {
    let Some(path) = env.get(env::GITHUB_OUTPUT).map(Path::new) else { return Ok(()) };
    files.append(FilePurpose::JobOutputs, path, lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn env(name: &str, path: &Path) -> Env {
        Env::of([(name, path.to_str().unwrap())])
    }

    #[test]
    fn outside_github_nothing_is_written() {
        assert!(output(&Env::default(), &UsedFiles::default(), "a=b\n").is_ok());
        assert!(summarize(&Env::default(), &UsedFiles::default(), |_| panic!("no summary is needed")).is_ok());
    }

    #[test]
    fn outputs_start_on_a_new_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("output");
        let env = env(env::GITHUB_OUTPUT, &path);
        output(&env, &UsedFiles::default(), "a=1\n").unwrap();
        std::fs::write(&path, "a=1\nunfinished=2").unwrap();
        output(&env, &UsedFiles::default(), "b=3\n").unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "a=1\nunfinished=2\nb=3\n");
    }

    #[test]
    fn a_summary_fits_what_earlier_commands_of_the_step_left() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("summary");
        let env = env(env::GITHUB_STEP_SUMMARY, &path);
        std::fs::write(&path, "x".repeat(1000)).unwrap();
        summarize(&env, &UsedFiles::default(), |limit| "y".repeat(limit)).unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().len(), STEP_SUMMARY as u64);
        summarize(&env, &UsedFiles::default(), |_| panic!("no room is left")).unwrap();
    }
}

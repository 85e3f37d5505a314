//! A command line that cannot be understood, and the help that was asked for.

use std::ffi::OsString;

use super::error::CliError;
use super::error_entry;
use super::exit::Exit;
use super::ui;
use crate::report::json;

/// Says what clap has to say, as a document too where the arguments ask for JSON.
///
/// Clap's own exit code for usage errors is 2, which would read as "changes".
pub(super) fn report(error: &clap::Error, arguments: &[OsString]) -> Exit {
    // Help and version are results, everything else is talk; clap picks the stream. A closed stream is no failure.
    let _ = error.print();
    if !error.use_stderr() {
        return Exit::Success;
    }
    if asks_for_json(arguments) {
        let document = json::error_document(error_entry(&failure(&error.to_string())));
        let _ = ui::print(&json::to_text(&document));
    }
    Exit::Usage
}

/// Whether `--format json` is among the arguments, although the whole cannot be understood.
fn asks_for_json(arguments: &[OsString]) -> bool {
    let options = arguments.iter().take_while(|argument| *argument != "--");
    let options: Vec<&OsString> = options.collect();
    options.contains(&&OsString::from("--format=json"))
        || options.windows(2).any(|pair| pair[0] == "--format" && pair[1] == "json")
}

/// What clap says, taken apart: the first paragraph is what happened, the tips are what to do.
fn failure(said: &str) -> CliError {
    let first: Vec<&str> = said.lines().take_while(|line| !line.is_empty()).map(str::trim).collect();
    let message = first.join(" ");
    let tips = said.lines().filter_map(|line| line.trim().strip_prefix("tip: "));
    let error = CliError::usage(message.strip_prefix("error: ").unwrap_or(&message));
    tips.fold(error, CliError::hint).hint("run the command with --help for what there is")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asks(arguments: &[&str]) -> bool {
        asks_for_json(&arguments.iter().map(OsString::from).collect::<Vec<_>>())
    }

    #[test]
    fn json_is_asked_for_in_two_ways_and_not_behind_the_end_of_options() {
        assert!(asks(&["zerodrift", "plan", "--format", "json", "--tokn"]));
        assert!(asks(&["zerodrift", "plan", "--format=json"]));
        assert!(!asks(&["zerodrift", "plan", "--format", "text", "json"]));
        assert!(!asks(&["zerodrift", "plan", "--", "--format", "json"]));
    }

    #[test]
    fn tips_become_hints() {
        let error =
            failure("error: unexpected argument '--x' found\n\n  tip: a similar argument exists: '--y'\n\nUsage: z");
        assert_eq!(error.message, "unexpected argument '--x' found");
        assert_eq!(error.hints[0], "a similar argument exists: '--y'");
    }
}

//! A command line that cannot be understood, and the help that was asked for.

use std::ffi::OsString;
use std::path::Path;

use clap::ValueEnum as _;
use clap::builder::StyledStr;
use clap::error::{ContextKind, ContextValue};

use super::commands::Platform;
use super::error::CliError;
use super::output::own_file::OwnFile;
use super::output::publish::error_entry;
use super::output::ui::Ui;
use super::output::used_files;
use crate::document;
use crate::ending::Exit;
use crate::report::{ColorLevel, Style};
use crate::text::argument;
use crate::text::visible;

/// Says what clap has to say, as a document too where the arguments ask for JSON.
///
/// Clap's own exit code for usage errors is 2, which would read as "changes". Clap does not print by itself: it repeats
/// arguments as they are, and asks for colour in another way.
pub(super) fn report(ui: &Ui, mut error: clap::Error, arguments: &[OsString]) -> Exit {
    if let Some((_, stray)) = stray(arguments).filter(|(value, _)| is_about(&error, value)) {
        let tips = stray.hints.into_iter().map(StyledStr::from).collect();
        error.insert(ContextKind::Suggested, ContextValue::StyledStrs(tips));
    }
    let error = with_visible_arguments(error);
    // Help and version are results, everything else is talk. A closed stream is no failure.
    if !error.use_stderr() {
        let _ = ui.print(&rendered(&error, &ui.out));
        return Exit::Success;
    }
    ui.say(&rendered(&error, &ui.err));
    if asks_for_json(arguments) {
        let document = document::error_document(error_entry(&failure(&error.to_string())));
        let _ = ui.print(&document::to_text(&document));
    }
    Exit::Usage
}

/// Refuses a value behind a flag with a space where only `=` joins the two, since it is taken for a file then.
///
/// # Errors
/// If there is one.
pub(super) fn check_values(arguments: &[OsString]) -> Result<(), CliError> {
    stray(arguments).map_or(Ok(()), |(_, error)| Err(error))
}

/// A value that was separated from its flag, and what to say of it.
fn stray(arguments: &[OsString]) -> Option<(&str, CliError)> {
    let options: Vec<&OsString> = arguments.iter().take_while(|argument| *argument != "--").collect();
    options.windows(2).find_map(|pair| {
        let (flag, value) = (pair[0].to_str()?, pair[1].to_str()?);
        let is_meant = match flag {
            "--sandbox" => is_state(Path::new(value)),
            "--ci" => Platform::from_str(value, false).is_ok(),
            _ => false,
        };
        let message = format!("{flag} takes its value with =, so {} was taken for a file", visible(value));
        is_meant.then(|| (value, CliError::usage(message).hint(format!("write {flag}={}", argument(value)))))
    })
}

/// Whether an error is about this argument.
fn is_about(error: &clap::Error, argument: &str) -> bool {
    matches!(error.get(ContextKind::InvalidArg), Some(ContextValue::String(invalid)) if invalid == argument)
}

/// Whether a path is a state of the sandbox, or can only be meant as one that is to be started.
fn is_state(path: &Path) -> bool {
    let is_new = || path.extension().is_some_and(|name| name == "json") && path.symlink_metadata().is_err();
    used_files::own_file(path) == Some(OwnFile::SandboxState) || is_new()
}

fn rendered(error: &clap::Error, style: &Style) -> String {
    let text = error.render();
    if style.color == ColorLevel::Plain { text.to_string() } else { text.ansi().to_string() }
}

/// The error with every argument that it repeats made visible: no line break of an argument starts a line of ours.
fn with_visible_arguments(mut error: clap::Error) -> clap::Error {
    let shown = |text: &String| visible(text).into_owned();
    let shown = error.context().filter_map(|(kind, value)| match value {
        ContextValue::String(text) => Some((kind, ContextValue::String(shown(text)))),
        ContextValue::Strings(texts) => Some((kind, ContextValue::Strings(texts.iter().map(shown).collect()))),
        _ => None,
    });
    for (kind, value) in shown.collect::<Vec<_>>() {
        error.insert(kind, value);
    }
    error
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

//! Usage errors, help and version.

use std::ffi::OsString;
use std::path::Path;

use clap::ValueEnum as _;
use clap::builder::StyledStr;
use clap::error::{ContextKind, ContextValue, ErrorKind};

use super::commands::Platform;
use super::error::CliError;
use super::foreign_flags::{self, ForeignFlag};
use super::options::ColorChoice;
use super::output::own_file::OwnFile;
use super::output::publish::error_entry;
use super::output::ui::Ui;
use super::output::used_files;
use crate::document;
use crate::ending::Exit;
use crate::report::{ColorLevel, Style};
use crate::text::argument;
use crate::text::visible;

/// Prints an error, the help or the version as clap renders it; an error also as a document if the arguments ask for
/// JSON.
///
/// Clap's own exit code for usage errors is 2, which means "changes" here. Clap does not print by itself, because it
/// repeats arguments unescaped and detects colour differently.
pub(super) fn report(ui: &Ui, mut error: clap::Error, arguments: &[OsString], command_line: &clap::Command) -> Exit {
    if let Some((_, stray)) = stray(arguments).filter(|_| is_about_value(&error)) {
        suggest(&mut error, stray.hints);
    } else if error.kind() == ErrorKind::UnknownArgument {
        suggest_own_flag(&mut error, arguments, command_line);
    }
    let error = with_visible_arguments(error);
    // Help and version are results, everything else goes to standard error. A closed stream is not a failure.
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

/// Rejects a value after a flag that accepts only `--flag=value`: after a space, clap reads the value as a file.
///
/// # Errors
/// Returns an error if there is such a value.
pub(super) fn check_values(arguments: &[OsString]) -> Result<(), CliError> {
    stray(arguments).map_or(Ok(()), |(_, error)| Err(error))
}

/// Returns a value that a space separates from its flag, and the error for it.
fn stray(arguments: &[OsString]) -> Option<(&str, CliError)> {
    let options: Vec<&OsString> = arguments.iter().take_while(|argument| *argument != "--").collect();
    options.windows(2).find_map(|pair| {
        let (flag, value) = (pair[0].to_str()?, pair[1].to_str()?);
        let is_value = match flag {
            "--sandbox" => is_state(value),
            "--ci" => !is_manifest(value),
            _ => false,
        };
        let message = format!("{flag} expects its value after =, so {} was read as a file", visible(value));
        is_value.then(|| (value, CliError::usage(message).hint(with_equals_sign(flag, value))))
    })
}

/// Returns the hint to write this value after `=`. A platform that does not exist is replaced by those that do.
fn with_equals_sign(flag: &str, value: &str) -> String {
    let of_value = |value: &str| format!("{flag}={}", argument(value));
    if flag != "--ci" {
        return format!("use {}", of_value(value));
    }
    let platforms = Platform::value_variants().iter().filter_map(Platform::to_possible_value);
    let (named, all): (Vec<_>, Vec<_>) =
        platforms.map(|platform| (platform.matches(value, true), of_value(platform.get_name()))).unzip();
    let named = named.iter().zip(&all).find_map(|(is_named, flag)| is_named.then(|| flag.clone()));
    format!("use {}", named.unwrap_or_else(|| all.join(" or ")))
}

/// Replaces the tips of an error.
fn suggest(error: &mut clap::Error, tips: impl IntoIterator<Item = String>) {
    let tips: Vec<StyledStr> = tips.into_iter().map(StyledStr::from).collect();
    error.remove(ContextKind::Suggested);
    if !tips.is_empty() {
        error.insert(ContextKind::Suggested, ContextValue::StyledStrs(tips));
    }
}

/// Suggests our flag for a flag of another tool. Removes clap's tip to write an unknown flag after `--`, since no
/// manifest has such a name.
fn suggest_own_flag(error: &mut clap::Error, arguments: &[OsString], command_line: &clap::Command) {
    let Some(ContextValue::String(invalid)) = error.get(ContextKind::InvalidArg) else { return };
    let mut command_line = command_line.clone();
    command_line.build();
    let command =
        arguments.iter().fold(&command_line, |command, argument| command.find_subcommand(argument).unwrap_or(command));
    let Some(ForeignFlag { written, hint }) = foreign_flags::find(arguments, invalid, command) else { return };
    error.insert(ContextKind::InvalidArg, ContextValue::String(written));
    if hint.is_some() {
        // The similar flag that clap found is another one, and clap's usage shows it.
        error.remove(ContextKind::SuggestedArg);
        error.insert(ContextKind::Usage, ContextValue::StyledStr(command.clone().render_usage()));
    }
    suggest(error, hint);
}

/// Returns whether an error is about an argument that is not a flag: with the stray value, there is one too many.
fn is_about_value(error: &clap::Error) -> bool {
    matches!(error.get(ContextKind::InvalidArg), Some(ContextValue::String(invalid)) if !invalid.starts_with('-'))
}

/// Returns whether an argument is a sandbox state file, or a file that does not exist yet and can become one.
fn is_state(argument: &str) -> bool {
    used_files::own_file(Path::new(argument)) == Some(OwnFile::SandboxState) || !is_manifest(argument)
}

/// Returns whether an argument is a flag, standard input, a file, or the name of a manifest to write.
fn is_manifest(argument: &str) -> bool {
    let path = Path::new(argument);
    let has_name = path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml");
    argument.starts_with('-') || has_name || path.symlink_metadata().is_ok()
}

fn rendered(error: &clap::Error, style: &Style) -> String {
    let text = error.render();
    if style.color == ColorLevel::Plain { text.to_string() } else { text.ansi().to_string() }
}

/// Escapes every argument that an error repeats, so that a line break in an argument cannot start a line of output.
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

/// Returns whether the arguments contain `--format json`, even if they cannot be parsed as a whole.
fn asks_for_json(arguments: &[OsString]) -> bool {
    values(arguments, "--format").any(|format| format == "json")
}

/// Returns the choice of colour, even if the arguments cannot be parsed as a whole.
pub(super) fn color(arguments: &[OsString]) -> ColorChoice {
    let chosen = values(arguments, "--color").find_map(|when| ColorChoice::from_str(when, false).ok());
    chosen.unwrap_or_default()
}

/// Returns the values of an option.
fn values<'a>(arguments: &'a [OsString], option: &'a str) -> impl Iterator<Item = &'a str> {
    let options = arguments.iter().take_while(|argument| *argument != "--").map(|argument| argument.to_str());
    let next = options.clone().skip(1).chain([None]);
    options.zip(next).filter_map(move |(argument, next)| {
        let argument = argument?;
        if argument == option { next } else { argument.strip_prefix(option)?.strip_prefix('=') }
    })
}

/// Converts an error that clap rendered: its first paragraph is the message, its tips are the hints.
fn failure(rendered: &str) -> CliError {
    let first: Vec<&str> = rendered.lines().take_while(|line| !line.is_empty()).map(str::trim).collect();
    let message = first.join(" ");
    let tips = rendered.lines().filter_map(|line| line.trim().strip_prefix("tip: "));
    let error = CliError::usage(message.strip_prefix("error: ").unwrap_or(&message));
    tips.fold(error, CliError::hint).hint("run the command with --help for its options")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asks(arguments: &[&str]) -> bool {
        asks_for_json(&arguments.iter().map(OsString::from).collect::<Vec<_>>())
    }

    #[test]
    fn format_json_is_detected_in_both_spellings_but_not_after_two_dashes() {
        assert!(asks(&["zerodrift", "plan", "--format", "json", "--tokn"]));
        assert!(asks(&["zerodrift", "plan", "--format=json"]));
        assert!(!asks(&["zerodrift", "plan", "--format", "text", "json"]));
        assert!(!asks(&["zerodrift", "plan", "--", "--format", "json"]));
    }

    #[test]
    fn tips_of_clap_become_hints() {
        let error =
            failure("error: unexpected argument '--x' found\n\n  tip: a similar argument exists: '--y'\n\nUsage: z");
        assert_eq!(error.message, "unexpected argument '--x' found");
        assert_eq!(error.hints[0], "a similar argument exists: '--y'");
    }
}

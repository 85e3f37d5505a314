//! Flags that users bring from Terraform, kubectl and other tools, and the flag of zerodrift for the same purpose.

use std::ffi::OsString;

use clap::Command;

/// A flag of another tool on the command line.
pub(super) struct ForeignFlag {
    /// The flag as written, without its value.
    pub(super) written: String,
    /// What to use in its place, if zerodrift has something for its purpose.
    pub(super) hint: Option<String>,
}

/// An argument that looks like a flag.
struct Flag<'a> {
    /// The argument without its value: `-out`.
    written: &'a str,
    /// The value after `=`, or the next argument.
    value: Option<&'a str>,
}

/// Returns the argument that clap rejects as `invalid`. For `-out=FILE`, that is not the whole argument but `-o`.
pub(super) fn find(arguments: &[OsString], invalid: &str, command: &Command) -> Option<ForeignFlag> {
    let options: Vec<&str> =
        arguments.iter().take_while(|argument| *argument != "--").filter_map(|argument| argument.to_str()).collect();
    let (position, argument) = options.iter().enumerate().find(|(_, argument)| is_rejected(argument, invalid))?;
    let (written, value) = argument.split_once('=').map_or((*argument, None), |(flag, value)| (flag, Some(value)));
    let next = options.get(position + 1).copied().filter(|next| !next.starts_with('-'));
    let flag = Flag { written, value: value.or(next) };
    let hint = hint(&flag, command);
    Some(ForeignFlag { written: written.to_owned(), hint })
}

/// Returns whether clap means this argument by the flag that it rejects.
fn is_rejected(argument: &str, invalid: &str) -> bool {
    let flag = argument.split('=').next().unwrap_or_default();
    let short = invalid.strip_prefix('-').filter(|name| !name.starts_with('-'));
    match short {
        None => flag == invalid,
        Some(short) => flag.starts_with('-') && !flag.starts_with("--") && flag.contains(short),
    }
}

fn hint(flag: &Flag<'_>, command: &Command) -> Option<String> {
    let own = |long: &str| command.get_arguments().find(|argument| argument.get_long() == Some(long));
    let takes = |long: &str| own(long).is_some();
    let name = flag.written.trim_start_matches('-');
    let program = command.get_name();
    Some(match name {
        "y" | "yes" | "auto-approve" | "assume-yes" if takes("auto-approve") => "use --auto-approve".to_owned(),
        "y" | "yes" | "auto-approve" | "assume-yes" => {
            "only apply, rollback and revoke-user ask for approval, and accept --auto-approve".to_owned()
        }
        "f" | "file" | "filename" if takes("file") => "use --file FILE".to_owned(),
        "f" | "file" | "filename" => {
            let is_manifest = |argument: &&clap::Arg| ["file", "files"].iter().any(|id| argument.get_id() == id);
            let manifest = command.get_positionals().next().filter(is_manifest)?;
            let manifest = flag.value.map_or_else(|| manifest.to_string(), crate::text::argument);
            format!("name the manifest without a flag: zerodrift {program} {manifest}")
        }
        "json" => format(command, "json")?,
        "o" | "output" => match format(command, flag.value?) {
            None if takes("out") => "use --out FILE to save the plan".to_owned(),
            hint => hint?,
        },
        "ojson" => format(command, "json")?,
        "dry-run" | "check" | "diff" => dry_run(program),
        "target" => {
            "zerodrift changes only what the manifest declares, so remove the other settings from it".to_owned()
        }
        "var" | "var-file" => "a manifest has no variables; write the values into it".to_owned(),
        "refresh-only" => "run `zerodrift drift`, which compares the live state with the manifest".to_owned(),
        "no-color" => "use --color never".to_owned(),
        // Terraform writes long flags with one dash.
        _ if takes(name) => match flag.value.filter(|_| own(name).is_some_and(|own| own.get_action().takes_values())) {
            Some(value) => format!("use --{name}={}", crate::text::argument(value)),
            None => format!("use --{name}"),
        },
        _ if name.starts_with(|character: char| character.is_ascii_digit()) => {
            "the value of an option cannot be negative".to_owned()
        }
        "out" => "only plan saves plans, with --out FILE".to_owned(),
        _ => return None,
    })
}

/// The hint for a format, if the command can print it.
fn format(command: &Command, value: &str) -> Option<String> {
    let format = command.get_arguments().find(|argument| argument.get_long() == Some("format"))?;
    let is_known = format.get_possible_values().iter().any(|known| known.matches(value, false));
    is_known.then(|| format!("use --format {value}"))
}

fn dry_run(command: &str) -> String {
    match command {
        "apply" => "run `zerodrift plan`, which shows what apply would change".to_owned(),
        "rollback" | "revoke-user" => "without --auto-approve, nothing is sent before you confirm it".to_owned(),
        _ => format!("{command} never changes the live state"),
    }
}

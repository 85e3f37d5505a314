//! `sandbox edit`: changes settings of the emulated account as a person does in the dashboard.

use std::path::PathBuf;

use clap::Args;
use serde_json::Value as Json;

use crate::cli::connection::connect::{open_instance, sandbox_error, sandbox_state};
use crate::cli::context::Context;
use crate::cli::error::CliError;
use crate::ending::Exit;
use crate::settings::{Kind, Model, Resolved, Setting, Target};
use crate::text::{excerpt, visible};

/// The most characters of a value that a message shows.
const SHOWN: usize = 120;

/// Change settings in the state file as a person does in the dashboard
///
/// The change takes effect at once, for --sandbox and for a sandbox that runs. The audit log of the emulated account
/// contains it.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  zerodrift sandbox edit session_duration=8h --as alice@example.com
  zerodrift sandbox edit --state live.json login_design.header_text=null
  zerodrift sandbox edit --account-id 699d98642c564d2e855e9661899b7252 name=Acme
  zerodrift sandbox edit mfa_config.allowed_authenticators=totp,security_key")]
pub(super) struct EditArgs {
    /// A setting, with or without its section, and its new value; null unsets it
    #[arg(value_name = "SETTING=VALUE", required = true)]
    edits: Vec<String>,
    /// The account [default: the first that was used]
    #[arg(long, value_name = "ID")]
    account_id: Option<String>,
    /// The email address of the person
    #[arg(long = "as", value_name = "EMAIL", default_value = "alice@example.com")]
    email: String,
    /// The state file; it is created if it does not exist
    #[arg(long, value_name = "STATE.json")]
    state: Option<PathBuf>,
}

/// Edits the state file.
pub(super) fn run(context: &Context, args: &EditArgs) -> Result<Exit, CliError> {
    let edits: Result<Vec<_>, _> = args.edits.iter().map(|edit| parse(context.model, edit)).collect();
    let edits = edits?;
    let account = args.account_id.as_deref().map(Target::account).transpose();
    let account = account.map_err(|error| CliError::usage(format!("--account-id: {error}")))?;
    let path = sandbox_state(&context.env, args.state.as_deref())?;
    if let Err(reason) = open_instance(&path)?.edit(account.as_ref(), &edits, &args.email).map_err(sandbox_error)? {
        return Err(CliError::usage(format!("cannot edit the emulated account: {}", visible(&reason))));
    }
    for (setting, value) in &edits {
        let (value, email) = (excerpt(&value.to_string(), SHOWN), excerpt(&args.email, SHOWN));
        context.ui.say(&format!("{email} set {} to {value} in the dashboard", setting.path));
    }
    Ok(Exit::Success)
}

/// Parses `SETTING=VALUE`. A value is JSON, or else a text; for a set, a text is a list with commas.
fn parse(model: &Model, edit: &str) -> Result<(Setting, Json), CliError> {
    let (name, value) = edit.split_once('=').ok_or_else(|| {
        CliError::usage(format!("not SETTING=VALUE: {}", excerpt(edit, SHOWN)))
            .hint("such as: zerodrift sandbox edit session_duration=8h")
    })?;
    let setting = match model.resolve(name) {
        Some(Resolved::Setting(setting)) if setting.is_declarable() => *setting,
        _ => {
            return Err(CliError::usage(format!("no setting that can be edited: {}", excerpt(name, SHOWN)))
                .hint("run `zerodrift explain` to list the settings"));
        }
    };
    let text = || match setting.kind {
        Kind::Set(_) => value.split(',').map(|element| Json::from(element.trim())).collect(),
        _ => Json::from(value),
    };
    Ok((setting, serde_json::from_str(value).unwrap_or_else(|_| text())))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_value_is_json_or_text() {
        for (edit, expected) in [
            ("session_duration=8h", json!("8h")),
            ("organization.session_duration=null", Json::Null),
            ("login_design.background_color=#fff", json!("#fff")),
            ("is_ui_read_only=true", json!(true)),
            ("name=a=b", json!("a=b")),
            ("mfa_config.allowed_authenticators=totp, security_key", json!(["totp", "security_key"])),
            ("mfa_config.allowed_authenticators=[]", json!([])),
        ] {
            assert_eq!(parse(Model::current(), edit).unwrap().1, expected, "{edit}");
        }
        for edit in ["session_duration", "login_design={}", "updated_at=x", "nothing=1"] {
            assert!(parse(Model::current(), edit).is_err(), "{edit}");
        }
    }
}

//! `revoke-user`: revokes the Access tokens of a user. This is an action, not state, so there is no plan.

use clap::Args;

use crate::apply::audit::Ended;
use crate::cli::command_spec::{CommandSpec, Interface, block_on};
use crate::cli::connection::connect::{WriteConnection, connect};
use crate::cli::context::Context;
use crate::cli::error::CliError;
use crate::cli::input::manifest_file;
use crate::cli::options::{ApiArgs, Format, TargetArgs};
use crate::cli::process::interrupt;
use crate::cli::process::signals::Writes;
use crate::cli::reconcile::history::AuditTrail;
use crate::cloudflare::{Revocation, WriteError};
use crate::document;
use crate::ending::{Exit, FailureKind};
use crate::report;
use crate::settings::Target;
use crate::text::{is_hidden, visible};

/// Revoke all Access tokens of a user
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  zerodrift revoke-user --email kim@widget.example --file org.yaml
  zerodrift revoke-user --email kim@widget.example --devices --auto-approve

Sends one request after a confirmation prompt, and changes no setting. Without a
terminal and without --auto-approve, it sends nothing and exits 3.")]
pub(crate) struct RevokeUserArgs {
    /// The user's e-mail address
    #[arg(long)]
    email: String,
    /// The user's ID, if the address is not unique
    #[arg(long, value_name = "UID", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    user_uid: Option<String>,
    /// Revoke the sessions of the user's devices as well
    #[arg(long)]
    devices: bool,
    /// Require WARP sign-in again, if Gateway policies limit sessions
    #[arg(long)]
    warp_session_reauth: bool,
    /// Skip the confirmation prompt
    #[arg(long)]
    auto_approve: bool,
    /// A manifest that contains the account or zone
    #[arg(long, value_name = "FILE")]
    file: Option<String>,
    /// Format of the result
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    #[command(flatten)]
    target: TargetArgs,
    #[command(flatten)]
    api: ApiArgs,
}

impl CommandSpec for RevokeUserArgs {
    fn run(&self, context: &Context) -> Result<Exit, CliError> {
        block_on(run(context, self))
    }

    fn interface(&self) -> Interface<'_> {
        Interface { api: Some(&self.api), formats: &self.format, ..Interface::default() }
    }
}

/// Asks for approval, sends one request, and reports the answer. If the outcome is unknown, it does not retry.
async fn run(context: &Context, args: &RevokeUserArgs) -> Result<Exit, CliError> {
    let revocation = Revocation {
        email: address(&args.email)?,
        user_uid: args.user_uid.clone(),
        devices: args.devices.then_some(true),
        warp_session_reauth: args.warp_session_reauth.then_some(true),
    };
    let of_file = args.file.as_deref().map(|file| manifest_file::target_of(context, file)).transpose()?.flatten();
    let target = manifest_file::target(&args.target, &context.env, of_file.as_ref())?;
    let connection = connect(&context.ui, &context.env, &args.api, Some(&target)).await?;
    let connection = WriteConnection::from(connection);
    let audit = AuditTrail::of_state(context);
    let record = |ended: Ended<'_>| {
        if let Some(audit) = &audit {
            audit.revocation(&target, connection.read.api(), &revocation, ended);
        }
    };
    if !args.auto_approve {
        let approval = connection.read.unhurried(approve(context, &revocation, &target)).await;
        approval.inspect_err(|error| record(Ended::Unchanged(error.kind, &error.message)))?;
    }
    record(Ended::Started);
    let (writer, writes) = (connection.writer(), Writes::default());
    let request = async {
        writes.begin(vec![REPEAT.to_owned()]);
        writer.revoke_user(&target, &revocation).await
    };
    let confirmed = match interrupt::finished(&context.ui, &writes, request).await {
        Ok(answer) => confirmed(answer, &revocation),
        Err(stopped) if writes.have_begun() => Err((true, stopped.hint(REPEAT))),
        Err(stopped) => Err((false, stopped)),
    };
    if let Err((is_unknown, error)) = confirmed {
        let ended = if is_unknown { Ended::Unknown } else { Ended::Unchanged };
        record(ended(error.kind, &error.message));
        return Err(error);
    }
    record(Ended::Revoked);
    context.print(&match args.format {
        Format::Text => report::results::revoked(&revocation),
        Format::Json => document::to_text(&document::revocation_document(&target, &revocation)),
    })?;
    Ok(Exit::Success)
}

/// The hint for a request whose outcome is unknown.
const REPEAT: &str = "the tokens may or may not be revoked; run the command again: revoking twice is harmless";

/// Checks that the API confirmed the revocation.
///
/// # Errors
/// Returns an error if it did not, and `true` with it if the outcome is unknown.
fn confirmed(answer: Result<bool, WriteError>, revocation: &Revocation) -> Result<(), (bool, CliError)> {
    match answer {
        Ok(true) => Ok(()),
        Ok(false) => {
            let message = format!("the API revoked nothing for {}", visible(&revocation.email));
            let failure = CliError::new(FailureKind::Api, message);
            Err((false, failure.hint("check the address: it must be the one that the identity provider sends")))
        }
        Err(WriteError::Refused(error)) => Err((false, error.into())),
        Err(WriteError::Uncertain(error)) => Err((true, CliError::from(error).hint(REPEAT))),
    }
}

async fn approve(context: &Context, revocation: &Revocation, target: &Target) -> Result<(), CliError> {
    if !context.ui.is_interactive() {
        return Err(CliError::new(FailureKind::Approval, "nothing was revoked: no approval")
            .hint("add --auto-approve to run without a terminal"));
    }
    context.ui.say(&format!(
        "All Access tokens of {} in {target} will be revoked. The user is signed out of every application.",
        visible(&revocation.email)
    ));
    for also in report::results::also_revoked(revocation) {
        context.ui.say(&format!("Also: {also}."));
    }
    let answer = crate::cli::reconcile::approval::ask(&context.ui, "Type the e-mail address to confirm:").await?;
    if answer.as_deref() == Some(revocation.email.as_str()) {
        return Ok(());
    }
    Err(CliError::new(FailureKind::Approval, "nothing was revoked: the typed address does not match"))
}

/// Returns the address without surrounding white space. It is checked before the request, because the response of the API
/// to an invalid address is not documented.
///
/// # Errors
/// Returns an error if it is not a mailbox (RFC 5321, 4.1.2 and 4.5.3.1). Quoted local parts and address literals are rejected
/// too.
fn address(text: &str) -> Result<String, CliError> {
    let address = text.trim();
    match problem(address) {
        None => Ok(address.to_owned()),
        Some(problem) => {
            let message = format!("nothing was revoked: \"{}\" is not an e-mail address: {problem}", visible(address));
            Err(CliError::usage(message).hint("use the address of one user, such as --email kim@widget.example"))
        }
    }
}

/// Returns the reason why a text is not an e-mail address.
fn problem(address: &str) -> Option<&'static str> {
    let Some((local, domain)) = address.rsplit_once('@') else { return Some("it has no @") };
    let is_forbidden = |character: char| {
        character.is_whitespace()
            || character.is_control()
            || is_hidden(character)
            || "\"(),:;<>@[]\\".contains(character)
    };
    let is_label = |label: &str| {
        let spelled = label.chars().all(|character| character.is_alphanumeric() || character == '-');
        (1..=63).contains(&label.len()) && spelled && !label.starts_with('-') && !label.ends_with('-')
    };
    if local.is_empty() {
        return Some("the part before the @ is missing");
    }
    if local.chars().any(is_forbidden) {
        return Some("the part before the @ has a character that is not allowed in an address");
    }
    if local.split('.').any(str::is_empty) {
        return Some("the part before the @ starts or ends with a dot, or has two dots in a row");
    }
    if !domain.split('.').all(is_label) {
        return Some("the part after the @ is not a domain name");
    }
    if !domain.contains('.') {
        return Some("the domain name after the @ has no dot");
    }
    (local.len() > 64 || address.len() > 254).then_some("it is too long")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn valid_addresses_are_accepted() {
        for text in [
            "kim@widget.example",
            " kim@widget.example\n",
            "k.i_m+x@a-b.widget.example",
            "jörg@größe.example",
            "o'neil@w.io",
        ] {
            assert_eq!(address(text).unwrap(), text.trim());
        }
    }

    #[test]
    fn invalid_addresses_are_usage_errors_that_show_them() {
        let long = format!("{}@widget.example", "k".repeat(65));
        let cases = [
            "",
            "kim",
            "@widget.example",
            "kim@",
            "kim@widget",
            "kim@widget.",
            "kim@.example",
            "kim@widget..example",
            "kim@-widget.example",
            "kim@widget.example.",
            "kim kim@widget.example",
            "Kim <kim@widget.example>",
            "kim@widget.example,sam@widget.example",
            "kim@sam@widget.example",
            ".kim@widget.example",
            "k..m@widget.example",
            "kim\u{200b}@widget.example",
            "kim@wid\u{1b}get.example",
            "kim@widget.exa mple",
            "kim@widget/example.com",
            &long,
        ];
        for text in cases {
            let error = address(text).unwrap_err();
            assert_eq!(error.exit(), Exit::Usage, "{text}");
            assert!(error.message.contains(&*visible(text)), "{}", error.message);
            assert!(!error.message.contains(char::is_control), "{}", error.message);
        }
    }
}

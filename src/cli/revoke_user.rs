//! `revoke-user`: an action, not state; outside the reconcile loop.

use super::args::{Format, RevokeUserArgs};
use super::connect::connect_to_write;
use super::error::CliError;
use super::exit::Exit;
use super::{Context, interrupt, manifest_file};
use crate::cloudflare::{Revocation, WriteError};
use crate::report;
use crate::text::visible;

/// Asks, sends one request, and says what the API answered. Nothing uncertain is repeated.
pub(super) async fn run(context: &Context, args: &RevokeUserArgs) -> Result<Exit, CliError> {
    let of_file = match &args.file {
        Some(file) => super::planning::wanted(context, file, &args.target)?.manifest.target,
        None => None,
    };
    let target = manifest_file::target(&args.target, &context.env, of_file.as_ref())?;
    let connection = connect_to_write(&context.ui, &context.env, &args.api).await?;
    if !args.auto_approve {
        approve(context, args, &target.to_string()).await?;
    }
    let revocation = Revocation {
        email: args.email.clone(),
        user_uid: args.user_uid.clone(),
        devices: args.devices.then_some(true),
        warp_session_reauth: args.warp_session_reauth.then_some(true),
    };
    let writer = connection.writer();
    match interrupt::finished(&context.ui, writer.revoke_user(&target, &revocation)).await? {
        Ok(true) => {
            context.print(&match args.format {
                Format::Text => format!(
                    "Revoked: every Access token of {}. Tokens die within 30 seconds; the user cannot sign in again for up to a minute, and keeps the seat.\n",
                    visible(&args.email)
                ),
                Format::Json => report::json::to_text(&report::results::revocation(&target, &args.email)),
            })?;
            Ok(Exit::Success)
        }
        Ok(false) => Err(CliError::new(
            "api",
            Exit::Failed,
            format!("the API answered that nothing was revoked for {}", visible(&args.email)),
        )
        .hint("check the address: it is the one that the identity provider sends")),
        Err(WriteError::Refused(error)) => Err(error.into()),
        Err(WriteError::Uncertain(error)) => {
            let failure = CliError::from(error);
            Err(failure.hint("it is not known whether the tokens were revoked; revoking twice does no harm, so run the command again"))
        }
    }
}

async fn approve(context: &Context, args: &RevokeUserArgs, target: &str) -> Result<(), CliError> {
    if !context.ui.is_interactive() {
        return Err(CliError::new("approval", Exit::Refused, "nothing was revoked: nobody has approved it")
            .hint("use --auto-approve in a pipeline"));
    }
    context.ui.say(&format!(
        "Every Access token of {} in {target} will be revoked: the user is signed out everywhere.",
        visible(&args.email)
    ));
    let answer = super::approval::ask(&context.ui, "Type the e-mail address to go on:").await?;
    if answer.as_deref() == Some(args.email.as_str()) {
        return Ok(());
    }
    Err(CliError::new("approval", Exit::Refused, "nothing was revoked: the address was not typed"))
}

//! `doctor`: what works, and the exact fix. Looks, and never writes.

use std::path::Path;
use std::time::SystemTime;

use super::args::{DoctorArgs, Format};
use super::connect::{self, Connection};
use super::env;
use super::error::CliError;
use super::exit::Exit;
use super::{Context, interrupt, manifest_file};
use crate::cloudflare::{Credentials, Error, ErrorKind, Reader, TokenCheck, TokenOwner, TokenState};
use crate::organization::{Slot, Target};
use crate::report;
use crate::report::doctor::{Check, Health};
use crate::text::visible;

/// How far our clock may be off before dates in logs and tokens mislead.
const CLOCK_SECONDS: u64 = 120;

/// The permission that plan takes, by its old and its new name.
const READ: &str = "`Access: Organizations, Identity Providers, and Groups Read` (or `Access: Organizations Read`)";

/// Looks at everything that a plan and an apply need.
pub(super) async fn run(context: &Context, args: &DoctorArgs) -> Result<Exit, CliError> {
    let mut checks = Vec::new();
    let mut exit = Exit::Success;
    let target = check_target(context, args, &mut checks, &mut exit);
    checks.push(check_surroundings(context));
    let connection = connect::connect(&context.ui, &context.env, &args.api).await;
    match (connection, target) {
        (Err(error), _) => fail(&mut checks, &mut exit, "credentials", &error),
        (Ok(connection), None) => {
            checks.push(Check::new(
                "api",
                Health::Skipped,
                format!("{}: not tried without a target", connection.api()),
            ));
        }
        (Ok(connection), Some(target)) => {
            let look = look(context, args, &connection, &target, &mut checks, &mut exit);
            interrupt::abandonable(look).await?;
        }
    }
    let text = match args.format {
        Format::Text => report::doctor::text(&checks, &context.ui.out),
        Format::Json => report::json::to_text(&report::doctor::document(&checks)),
    };
    context.print(&text)?;
    Ok(exit)
}

/// Records a failure; the first one decides the exit code.
fn fail(checks: &mut Vec<Check>, exit: &mut Exit, name: &str, error: &CliError) {
    let mut check = Check::new(name, Health::Failed, &error.message);
    check.fixes.clone_from(&error.hints);
    checks.push(check);
    if *exit == Exit::Success {
        *exit = error.exit;
    }
}

fn check_target(context: &Context, args: &DoctorArgs, checks: &mut Vec<Check>, exit: &mut Exit) -> Option<Target> {
    let file = args.file.clone().or_else(|| Path::new("org.yaml").exists().then(|| "org.yaml".to_owned()));
    let mut of_file = None;
    match file.as_deref().map(|file| (file, manifest_file::load(context, file))) {
        None => {
            checks.push(Check::new("manifest", Health::Skipped, "there is no org.yaml here, and --file names none"))
        }
        Some((_, Err(error))) => fail(checks, exit, "manifest", &error),
        Some((file, Ok(loaded))) => match loaded.manifest {
            None => fail(checks, exit, "manifest", &validate_hint(CliError::manifest(file, loaded.findings), file)),
            Some(manifest) => {
                checks.push(Check::new(
                    "manifest",
                    Health::Ok,
                    format!("{} declares {} settings", visible(file), manifest.declared.len()),
                ));
                of_file = manifest.target;
            }
        },
    }
    match manifest_file::target(&args.target, &context.env, of_file.as_ref()) {
        Ok(target) => {
            checks.push(Check::new("target", Health::Ok, target.to_string()));
            Some(target)
        }
        Err(error) => {
            fail(checks, exit, "target", &error);
            None
        }
    }
}

fn validate_hint(error: CliError, file: &str) -> CliError {
    error.hint(format!("run `zerodrift validate {}` for the places", report::argument(file)))
}

/// Proxy and certificates: what the environment asks for, in words.
fn check_surroundings(context: &Context) -> Check {
    let names = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "NO_PROXY", "no_proxy", env::SSL_CERT_FILE];
    // A proxy's URL may hold a password, so the names alone are shown.
    let set: Vec<&str> = names.into_iter().filter(|name| context.env.get(name).is_some()).collect();
    let detail = match set.as_slice() {
        [] => "direct, with the certificates of this system".to_owned(),
        names => format!("by {}", names.join(", ")),
    };
    Check::new("connection", Health::Ok, detail)
}

/// Everything that takes a request.
async fn look(
    context: &Context,
    args: &DoctorArgs,
    connection: &Connection,
    target: &Target,
    checks: &mut Vec<Check>,
    exit: &mut Exit,
) {
    let reader = connection.reader();
    let is_token = match connect::credentials_of(&context.env, &args.api) {
        Ok(Some(Credentials::Key { email: _, key: _ })) => false,
        Ok(_) | Err(_) => true,
    };
    if is_token {
        check_token(&reader, target, checks, exit).await;
    } else {
        let detail = "a global API key, which cannot be checked by itself and may do everything its user may";
        checks.push(
            Check::new("token", Health::Warning, detail).fix("use an API token with the permissions below instead"),
        );
    }
    check_organization(&reader, connection.api(), target, checks, exit).await;
    checks.push(Check::new("write", Health::Skipped, "not tried: doctor never writes").fix(
        "for apply the token needs `Access: Organizations, Identity Providers, and Groups Write` (or `Access: \
             Organizations Write`), which the dashboard calls Edit",
    ));
}

async fn check_token(reader: &Reader, target: &Target, checks: &mut Vec<Check>, exit: &mut Exit) {
    match reader.verify_token(target).await {
        Ok(token) => {
            checks.push(token_check(&token));
            if token.state != TokenState::Active && *exit == Exit::Success {
                *exit = Exit::Authentication;
            }
            checks.extend(token.server_time.map(|server| clock(SystemTime::now(), server)));
        }
        // The check itself needs no permission, so a failure of the connection says more than a refusal.
        Err(error) if error.kind() == ErrorKind::Authentication => fail(checks, exit, "token", &error.into()),
        Err(error) => checks.push(unclear(&error)),
    }
}

fn unclear(error: &Error) -> Check {
    let detail = format!("the token's own check gave no answer: {error}");
    Check { fixes: error.hints(), ..Check::new("token", Health::Warning, detail) }
}

fn token_check(token: &TokenCheck) -> Check {
    let owner = match token.owner {
        TokenOwner::Account => "of the account",
        TokenOwner::User => "of a user",
    };
    let until = token
        .expires_on
        .as_deref()
        .map_or_else(|| "without an end".to_owned(), |until| format!("until {}", crate::text::visible(until)));
    match token.state {
        TokenState::Active => Check::new("token", Health::Ok, format!("active, {owner}, {until}")),
        _ => Check::new("token", Health::Failed, format!("{}, {owner}, {until}", token.state))
            .fix("make a new token in the dashboard, or turn this one on"),
    }
}

/// The server's clock against ours, in whole seconds.
fn clock(ours: SystemTime, servers: SystemTime) -> Check {
    let (word, difference) = match ours.duration_since(servers) {
        Ok(ahead) => ("ahead of", ahead),
        Err(behind) => ("behind", behind.duration()),
    };
    let seconds = difference.as_secs();
    if seconds <= CLOCK_SECONDS {
        return Check::new("clock", Health::Ok, "in step with the server's");
    }
    Check::new("clock", Health::Warning, format!("{seconds} seconds {word} the server's"))
        .fix("set the clock of this machine: dates in tokens, certificates and logs depend on it")
}

async fn check_organization(reader: &Reader, api: &str, target: &Target, checks: &mut Vec<Check>, exit: &mut Exit) {
    match reader.organization(target).await {
        Ok(slot) => {
            checks.push(Check::new("api", Health::Ok, api));
            checks.push(Check::new("read", Health::Ok, format!("the token may read; it has {READ} or more")));
            checks.push(match slot {
                Slot::Present(_) => Check::new("organization", Health::Ok, format!("{target} has one")),
                Slot::Absent | Slot::NotRead => {
                    Check::new("organization", Health::Warning, format!("{target} has none; apply would create it"))
                        .fix("enable Access in the dashboard first: creation through the API alone is reported to fail")
                }
            });
        }
        Err(error) if error.status().is_none() => fail(checks, exit, "api", &error.into()),
        Err(error) => {
            checks.push(Check::new("api", Health::Ok, api));
            fail(checks, exit, "read", &error.into());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_clock_that_is_off_is_a_warning_with_the_figure() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000);
        assert_eq!(clock(now, now - Duration::from_secs(120)).health, Health::Ok);
        assert_eq!(clock(now, now - Duration::from_secs(300)).detail, "300 seconds ahead of the server's");
        assert_eq!(clock(now, now + Duration::from_secs(300)).detail, "300 seconds behind the server's");
    }
}

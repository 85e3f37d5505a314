//! `doctor`: checks everything that plan and apply need, and suggests fixes. It never writes.

use std::ops::ControlFlow;
use std::path::Path;
use std::time::SystemTime;

use clap::Args;
use jiff::{SignedDuration, Timestamp};

use crate::cli::command_spec::{CommandSpec, block_on};
use crate::cli::connection::connect::{self, Connection};
use crate::cli::connection::credentials;
use crate::cli::connection::trust;
use crate::cli::context::Context;
use crate::cli::error::CliError;
use crate::cli::input::manifest_file;
use crate::cli::options::{ApiArgs, Format, TargetArgs};
use crate::cli::output::publish::ResultFormats;
use crate::cli::process::interrupt;
use crate::cloudflare::{
    BaseUrl, Error, ErrorKind, LogEnd, LogSearch, ProxyRoute, Reader, TokenCheck, TokenOwner, TokenState,
};
use crate::document;
use crate::ending::{Exit, FailureKind};
use crate::live::Slot;
use crate::report;
use crate::report::doctor::{Check, Health};
use crate::settings::{Scope, Target};
use crate::text::path_argument;
use crate::text::visible;

/// Check credentials, permissions, target and connection
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  zerodrift doctor
  zerodrift doctor --account-id 699d98642c564d2e855e9661899b7252 --format json

Reads the manifest, the environment and the live state; writes nothing. Each
failed check comes with a fix.")]
pub(crate) struct DoctorArgs {
    /// A manifest that contains the account or zone [default: org.yaml, if it exists]
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

impl CommandSpec for DoctorArgs {
    fn run(&self, context: &Context) -> Result<Exit, CliError> {
        block_on(run(context, self))
    }

    fn api(&self) -> Option<&ApiArgs> {
        Some(&self.api)
    }

    fn formats(&self) -> &dyn ResultFormats {
        &self.format
    }
}

/// The largest accepted difference between the local clock and the server's, in seconds.
const CLOCK_SECONDS: u64 = 120;

/// The permission that plan needs, by its old and its new name.
const READ: &str = "`Access: Organizations, Identity Providers, and Groups Read` (or `Access: Organizations Read`)";

/// Runs all checks, and prints the results.
async fn run(context: &Context, args: &DoctorArgs) -> Result<Exit, CliError> {
    let mut checks = Vec::new();
    let mut exit = Exit::Success;
    let target = check_target(context, args, &mut checks, &mut exit);
    if check_surroundings(context, args, target.as_ref(), &mut checks, &mut exit).is_continue() {
        match (connect::connect(&context.ui, &context.env, &args.api, target.as_ref()).await, target) {
            (Err(error), _) => fail(&mut checks, &mut exit, "credentials", &error),
            (Ok(connection), None) => {
                let detail = format!("{}: not tried, because no target is set", connection.api());
                checks.push(Check::new("api", Health::Skipped, detail));
            }
            (Ok(connection), Some(target)) => {
                let requests = check_api(context, args, &connection, &target, &mut checks, &mut exit);
                interrupt::abandonable(requests).await?;
            }
        }
    }
    let text = match args.format {
        Format::Text => report::doctor::text(&checks, &context.ui.out),
        Format::Json => document::to_text(&report::doctor::document(&checks)),
    };
    context.print(&text)?;
    Ok(exit)
}

/// Records a failed check. The first one determines the exit code.
fn fail(checks: &mut Vec<Check>, exit: &mut Exit, name: &str, error: &CliError) {
    let mut check = Check::new(name, Health::Failed, &error.message);
    check.fixes.clone_from(&error.hints);
    if check.fixes.is_empty() {
        check.fixes.push(fix_of(name, error));
    }
    checks.push(check);
    if *exit == Exit::Success {
        *exit = error.exit();
    }
}

/// Returns the fix for an error without hints.
fn fix_of(name: &str, error: &CliError) -> String {
    match (name, error.kind) {
        ("manifest", FailureKind::Io) => {
            "use --file with a manifest that you can read, or write one with `zerodrift init`".to_owned()
        }
        (_, FailureKind::Io) => "check that the file exists and that you have permission to read it".to_owned(),
        ("target", _) => "add `account_id:` to the manifest, or use --account-id".to_owned(),
        _ => "run the command again with -vv to see the requests; if it persists, report the cf-ray to Cloudflare"
            .to_owned(),
    }
}

fn check_target(context: &Context, args: &DoctorArgs, checks: &mut Vec<Check>, exit: &mut Exit) -> Option<Target> {
    let file = args.file.clone().or_else(|| Path::new("org.yaml").exists().then(|| "org.yaml".to_owned()));
    let mut of_file = None;
    match file.as_deref().map(|file| (file, manifest_file::load(context, file))) {
        None => {
            checks.push(Check::new("manifest", Health::Skipped, "no org.yaml in this folder, and --file is not set"))
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
    error.hint(format!("run `zerodrift validate {}` to see the errors", path_argument(file)))
}

/// Runs the checks that need no request: base URL, proxy, certificates and credentials. Breaks if one of them prevents all
/// requests.
fn check_surroundings(
    context: &Context,
    args: &DoctorArgs,
    target: Option<&Target>,
    checks: &mut Vec<Check>,
    exit: &mut Exit,
) -> ControlFlow<()> {
    let env = &context.env;
    if args.api.sandbox.is_some() {
        checks.push(Check::new("connection", Health::Ok, "sandbox, on this machine"));
        return ControlFlow::Continue(());
    }
    let base_url = match connect::base_url(env, &args.api) {
        Ok(base_url) => base_url,
        Err(error) => {
            fail(checks, exit, "api", &error);
            return ControlFlow::Break(());
        }
    };
    let before = checks.len();
    match connect::route(env, &base_url) {
        Ok(route) => checks.push(connection(&route, &base_url, |name| env.expose(name).is_some())),
        Err(error) => fail(checks, exit, "connection", &error),
    }
    match trust::describe(env) {
        Ok(_) if base_url.as_str().starts_with("http://") => {
            checks.push(Check::new("certificates", Health::Skipped, "not needed for plain http on this machine"));
        }
        Ok(trusted) => checks.push(Check::new("certificates", Health::Ok, trusted)),
        Err(error) => fail(checks, exit, "certificates", &error),
    }
    match credentials::select(env, &args.api, target) {
        Ok((_, source)) => checks.push(Check::new("credentials", Health::Ok, source.to_string())),
        Err(error) => fail(checks, exit, "credentials", &error),
    }
    let failed = checks[before..].iter().any(|check| check.health == Health::Failed);
    if failed { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
}

/// Describes the route of the requests, and the proxy variables that do not apply.
fn connection(route: &ProxyRoute, base_url: &BaseUrl, is_set: impl Fn(&str) -> bool) -> Check {
    let set = |names: &[&'static str]| names.iter().copied().find(|name| is_set(name));
    let host = base_url.host();
    let check = |detail: String| Check::new("connection", Health::Ok, detail);
    match route {
        ProxyRoute::Via(server) => {
            check(format!("through the proxy {} ({})", crate::text::visible(server.address()), server.variable()))
        }
        ProxyRoute::Excepted { variable } => check(format!("direct: {variable} excludes {host} from the proxy")),
        ProxyRoute::Loopback => {
            match set(&["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "HTTP_PROXY", "http_proxy"]) {
                Some(variable) => check(format!("direct: {host} is this machine, so {variable} is not used")),
                None => check("direct".to_owned()),
            }
        }
        ProxyRoute::System => match set(&["HTTP_PROXY", "http_proxy"]) {
            Some(variable) => Check::new(
                "connection",
                Health::Warning,
                format!("direct: {variable} is set, but it applies only to http URLs, and the API is https"),
            )
            .fix("if the API must be reached through the proxy, set HTTPS_PROXY"),
            None if cfg!(any(windows, target_vendor = "apple")) => {
                check("as set in the system's proxy settings".to_owned())
            }
            None => check("direct".to_owned()),
        },
    }
}

/// Whether requests are made with an API token, as opposed to a global key.
fn uses_token(context: &Context, args: &DoctorArgs, target: &Target) -> bool {
    let selected = || credentials::select(&context.env, &args.api, Some(target));
    args.api.sandbox.is_some() || selected().map_or(true, |(credentials, _)| credentials.is_token())
}

/// Runs the checks that send requests.
async fn check_api(
    context: &Context,
    args: &DoctorArgs,
    connection: &Connection,
    target: &Target,
    checks: &mut Vec<Check>,
    exit: &mut Exit,
) {
    let reader = connection.reader();
    if uses_token(context, args, target) {
        if check_token(&reader, target, checks, exit).await.is_break() {
            return;
        }
    } else {
        let detail = "a global API key, which cannot be verified, and has all of its user's permissions";
        checks.push(
            Check::new("token", Health::Warning, detail).fix("use an API token with the permissions below instead"),
        );
    }
    let (organization, doh, log) =
        tokio::join!(reader.organization(target), read_doh(&reader, target), read_log(&reader, target));
    check_organization(organization, connection.api(), target, checks, exit);
    checks.extend(doh.map(check_doh));
    checks.extend(log.map(check_log));
    checks.push(Check::new("write", Health::Skipped, "not tested: doctor never writes").fix(
        "for apply, the token needs `Access: Organizations, Identity Providers, and Groups Write` (or `Access: \
             Organizations Write`), which the dashboard calls Edit",
    ));
}

/// Breaks if the API is rate limiting, because more requests would extend the wait.
async fn check_token(reader: &Reader, target: &Target, checks: &mut Vec<Check>, exit: &mut Exit) -> ControlFlow<()> {
    match reader.verify_token(target).await {
        Ok(token) => {
            checks.push(token_check(&token));
            if token.state != TokenState::Active && *exit == Exit::Success {
                *exit = Exit::Authentication;
            }
            checks.extend(token.server_time.map(|server| clock(SystemTime::now(), server)));
        }
        Err(error) if error.asks_to_wait() => {
            fail(checks, exit, "api", &error.into());
            return ControlFlow::Break(());
        }
        // Verifying a token needs no permission, so only an authentication error shows that the token is invalid.
        Err(error) if error.kind() == ErrorKind::Authentication => fail(checks, exit, "token", &error.into()),
        Err(error) => checks.push(unclear(&error)),
    }
    ControlFlow::Continue(())
}

fn unclear(error: &Error) -> Check {
    let detail = format!("cannot verify the token: {error}");
    Check { fixes: error.hints(), ..Check::new("token", Health::Warning, detail) }
}

fn token_check(token: &TokenCheck) -> Check {
    let owner = match token.owner {
        TokenOwner::Account => "of the account",
        TokenOwner::User => "of a user",
    };
    let expiry = token
        .expires_on
        .as_deref()
        .map_or_else(|| "does not expire".to_owned(), |date| format!("valid until {}", crate::text::visible(date)));
    match token.state {
        TokenState::Active => Check::new("token", Health::Ok, format!("active, {owner}, {expiry}")),
        _ => Check::new("token", Health::Failed, format!("{}, {owner}, {expiry}", token.state))
            .fix("create a new token in the dashboard, or enable this one"),
    }
}

/// Compares the local clock with the server's, in whole seconds.
fn clock(ours: SystemTime, servers: SystemTime) -> Check {
    let (word, difference) = match ours.duration_since(servers) {
        Ok(ahead) => ("ahead of", ahead),
        Err(behind) => ("behind", behind.duration()),
    };
    let seconds = difference.as_secs();
    if seconds <= CLOCK_SECONDS {
        return Check::new("clock", Health::Ok, "in sync with the server");
    }
    Check::new("clock", Health::Warning, format!("{seconds} seconds {word} the server's"))
        .fix("set the clock of this machine: dates in tokens, certificates and logs depend on it")
}

/// Reads the DoH settings of an account. They have an endpoint of their own, which the API may refuse to a token that can
/// read the organization. Zones have no DoH settings.
async fn read_doh(reader: &Reader, target: &Target) -> Option<Result<Slot, Error>> {
    if target.scope == Scope::Account { Some(reader.doh(target).await) } else { None }
}

/// Describes whether the DoH settings can be read. An error is only a warning, because a manifest without a doh section
/// does not need them.
fn check_doh(doh: Result<Slot, Error>) -> Check {
    match doh {
        Ok(Slot::Present(_)) => Check::new("doh", Health::Ok, "the DoH settings are readable"),
        Ok(Slot::Absent | Slot::NotRead) => Check::new("doh", Health::Skipped, "the organization does not exist"),
        Err(error) => {
            unreadable("doh", "the DoH settings", &error).fix("ignore this if the manifest has no doh section")
        }
    }
}

fn unreadable(name: &str, what: &str, error: &Error) -> Check {
    Check { fixes: error.hints(), ..Check::new(name, Health::Warning, format!("{what} cannot be read: {error}")) }
}

/// Reads a page of the audit log of an account, of the last hour. Zones have no audit log.
async fn read_log(reader: &Reader, target: &Target) -> Option<LogEnd> {
    let before = Timestamp::now();
    let since = before.checked_sub(SignedDuration::from_hours(1)).unwrap_or(before);
    let search = LogSearch { since, before, pages: 1 };
    if target.scope == Scope::Account { Some(reader.audit_trail(target, search).await.end) } else { None }
}

/// Describes whether the audit log can be read. An error is only a warning, because only `--who` needs it.
fn check_log(end: LogEnd) -> Check {
    match end {
        LogEnd::Complete | LogEnd::Bound => Check::new("log", Health::Ok, "the audit log is readable, for --who"),
        LogEnd::Failed(error) => unreadable("log", "the audit log", &error).fix("ignore this if you do not use --who"),
    }
}

fn check_organization(
    organization: Result<Slot, Error>,
    api: &str,
    target: &Target,
    checks: &mut Vec<Check>,
    exit: &mut Exit,
) {
    match organization {
        Ok(slot) => {
            checks.push(Check::new("api", Health::Ok, api));
            checks.push(Check::new("read", Health::Ok, format!("the token can read: it has {READ} or more")));
            checks.push(match slot {
                Slot::Present(_) => Check::new("organization", Health::Ok, format!("{target} has an organization")),
                Slot::Absent | Slot::NotRead => {
                    Check::new("organization", Health::Warning, format!("{target} has no organization; apply would create it"))
                        .fix("enable Access in the dashboard first: creating an organization through the API alone is reported to fail")
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
    fn a_wrong_clock_is_a_warning_with_the_difference() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000);
        assert_eq!(clock(now, now - Duration::from_secs(120)).health, Health::Ok);
        assert_eq!(clock(now, now - Duration::from_secs(300)).detail, "300 seconds ahead of the server's");
        assert_eq!(clock(now, now + Duration::from_secs(300)).detail, "300 seconds behind the server's");
    }
}

//! `doctor`: checks everything that plan and apply need, and suggests fixes. It never writes.

use std::ops::ControlFlow;
use std::path::Path;
use std::time::SystemTime;

use clap::Args;
use jiff::{SignedDuration, Timestamp};

use crate::cli::command_spec::{CommandSpec, Interface, block_on};
use crate::cli::connection::connect::{self, Connection};
use crate::cli::connection::credentials;
use crate::cli::connection::trust;
use crate::cli::context::Context;
use crate::cli::error::CliError;
use crate::cli::input::manifest_file;
use crate::cli::options::{ApiArgs, Format, MANIFEST, TargetArgs};
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

    fn interface(&self) -> Interface<'_> {
        Interface { api: Some(&self.api), formats: &self.format, ..Interface::default() }
    }
}

/// The largest accepted difference between the local clock and the server's, in seconds.
const CLOCK_SECONDS: u64 = 120;

/// The permission that plan needs, by its old and its new name.
const READ: &str = "`Access: Organizations, Identity Providers, and Groups Read` (or `Access: Organizations Read`)";

/// Runs all checks, and prints the results.
async fn run(context: &Context, args: &DoctorArgs) -> Result<Exit, CliError> {
    let mut checkup = Checkup { context, args, checks: Vec::new(), exit: Exit::Success };
    let target = checkup.target();
    if checkup.surroundings(target.as_ref()).is_continue() {
        match (connect::connect(&context.ui, &context.env, &args.api, target.as_ref()).await, target) {
            (Err(error), _) => checkup.fail("credentials", &error),
            (Ok(connection), None) => {
                let detail = format!("{}: not tried, because no target is set", connection.api());
                checkup.add("api", Health::Skipped, detail);
            }
            (Ok(connection), Some(target)) => {
                interrupt::abandonable(checkup.requests(&connection, &target)).await?;
            }
        }
    }
    let Checkup { checks, exit, .. } = checkup;
    let text = match args.format {
        Format::Text => report::doctor::text(&checks, &context.ui.out),
        Format::Json => document::to_text(&report::doctor::document(&checks)),
    };
    context.print(&text)?;
    Ok(exit)
}

/// The checks so far.
struct Checkup<'a> {
    context: &'a Context,
    args: &'a DoctorArgs,
    checks: Vec<Check>,
    /// The exit code, which the first failed check determines.
    exit: Exit,
}

impl Checkup<'_> {
    fn add(&mut self, name: &str, health: Health, detail: impl Into<String>) {
        self.checks.push(Check::new(name, health, detail));
    }

    fn fail(&mut self, name: &str, error: &CliError) {
        let hints = error.hints.clone();
        let fixes = if hints.is_empty() { vec![fix_of(name, error)] } else { hints };
        self.checks.push(Check { fixes, ..Check::new(name, Health::Failed, &error.message) });
        self.end_with(error.exit());
    }

    fn end_with(&mut self, exit: Exit) {
        if self.exit == Exit::Success {
            self.exit = exit;
        }
    }

    /// Checks the manifest and the target.
    fn target(&mut self) -> Option<Target> {
        let Self { context, args, .. } = *self;
        let file = args.file.clone().or_else(|| Path::new(MANIFEST).exists().then(|| MANIFEST.to_owned()));
        let mut of_file = None;
        match file.as_deref().map(|file| (file, manifest_file::load(context, file))) {
            None => self.add("manifest", Health::Skipped, "no org.yaml in this folder, and --file is not set"),
            Some((_, Err(error))) => self.fail("manifest", &error),
            Some((file, Ok(loaded))) => match loaded.manifest {
                None => self.fail("manifest", &validate_hint(CliError::manifest(file, loaded.findings), file)),
                Some(manifest) => {
                    let detail = format!("{} declares {} settings", visible(file), manifest.declared.len());
                    self.add("manifest", Health::Ok, detail);
                    of_file = manifest.target;
                }
            },
        }
        match manifest_file::target(&args.target, &context.env, of_file.as_ref()) {
            Ok(target) => {
                self.add("target", Health::Ok, target.to_string());
                Some(target)
            }
            Err(error) => {
                self.fail("target", &error);
                None
            }
        }
    }

    /// Runs the checks that need no request: base URL, proxy, certificates and credentials. Breaks if one of them prevents
    /// all requests.
    fn surroundings(&mut self, target: Option<&Target>) -> ControlFlow<()> {
        let (env, api) = (&self.context.env, &self.args.api);
        if api.sandbox.is_some() {
            self.add("connection", Health::Ok, "sandbox, on this machine");
            return ControlFlow::Continue(());
        }
        let base_url = match connect::base_url(env, api) {
            Ok(base_url) => base_url,
            Err(error) => {
                self.fail("api", &error);
                return ControlFlow::Break(());
            }
        };
        let before = self.checks.len();
        match connect::route(env, &base_url) {
            Ok(route) => self.checks.push(connection(&route, &base_url, |name| env.expose(name).is_some())),
            Err(error) => self.fail("connection", &error),
        }
        match trust::describe(env) {
            Ok(_) if base_url.as_str().starts_with("http://") => {
                self.add("certificates", Health::Skipped, "not needed for plain http on this machine");
            }
            Ok(trusted) => self.add("certificates", Health::Ok, trusted),
            Err(error) => self.fail("certificates", &error),
        }
        match credentials::select(env, api, target) {
            Ok((_, source)) => self.add("credentials", Health::Ok, source),
            Err(error) => self.fail("credentials", &error),
        }
        let failed = self.checks[before..].iter().any(|check| check.health == Health::Failed);
        if failed { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    /// Whether requests are made with an API token, as opposed to a global key.
    fn uses_token(&self, target: &Target) -> bool {
        let selected = || credentials::select(&self.context.env, &self.args.api, Some(target));
        self.args.api.sandbox.is_some() || selected().map_or(true, |(credentials, _)| credentials.is_token())
    }

    /// Runs the checks that send requests.
    async fn requests(&mut self, connection: &Connection, target: &Target) {
        let reader = connection.reader();
        if self.uses_token(target) {
            if self.token(&reader, target).await.is_break() {
                return;
            }
        } else {
            let detail = "a global API key, which cannot be verified, and has all of its user's permissions";
            let fix = "use an API token with the permissions below instead";
            self.checks.push(Check::new("token", Health::Warning, detail).fix(fix));
        }
        let (organization, doh, log) =
            tokio::join!(reader.organization(target), read_doh(&reader, target), read_log(&reader, target));
        self.organization(organization, connection.api(), target);
        self.checks.extend(doh.map(check_doh));
        self.checks.extend(log.map(check_log));
        self.checks.push(Check::new("write", Health::Skipped, "not tested: doctor never writes").fix(
            "for apply, the token needs `Access: Organizations, Identity Providers, and Groups Write` (or `Access: \
             Organizations Write`), which the dashboard calls Edit",
        ));
    }

    /// Checks the token. Breaks if the API is rate limiting, because more requests would extend the wait, and if it cannot be
    /// reached, because they would fail in the same way, each after all its attempts.
    async fn token(&mut self, reader: &Reader, target: &Target) -> ControlFlow<()> {
        match reader.verify_token(target).await {
            Ok(token) => {
                self.checks.push(token_check(&token));
                if token.state != TokenState::Active {
                    self.end_with(Exit::Authentication);
                }
                self.checks.extend(token.server_time.map(|server| clock(SystemTime::now(), server)));
            }
            Err(error) if error.asks_to_wait() || error.status().is_none() => {
                self.fail("api", &error.into());
                return ControlFlow::Break(());
            }
            // Verifying a token needs no permission, so only an authentication error shows that the token is invalid.
            Err(error) if error.kind() == ErrorKind::Authentication => self.fail("token", &error.into()),
            Err(error) => self.checks.push(unclear(&error)),
        }
        ControlFlow::Continue(())
    }

    fn organization(&mut self, organization: Result<Slot, Error>, api: &str, target: &Target) {
        match organization {
            Ok(slot) => {
                self.add("api", Health::Ok, api);
                self.add("read", Health::Ok, format!("the token can read: it has {READ} or more"));
                self.checks.push(match slot {
                    Slot::Present(_) => Check::new("organization", Health::Ok, format!("{target} has an organization")),
                    Slot::Absent | Slot::NotRead => {
                        Check::new("organization", Health::Warning, format!("{target} has no organization; apply would create it"))
                            .fix("enable Access in the dashboard first: creating an organization through the API alone is reported to fail")
                    }
                });
            }
            Err(error) if error.status().is_none() => self.fail("api", &error.into()),
            Err(error) => {
                self.add("api", Health::Ok, api);
                self.fail("read", &error.into());
            }
        }
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

fn validate_hint(error: CliError, file: &str) -> CliError {
    error.hint(format!("run `zerodrift validate {}` to see the errors", path_argument(file)))
}

/// Describes the route of the requests, and the proxy variables that do not apply.
fn connection(route: &ProxyRoute, base_url: &BaseUrl, is_set: impl Fn(&str) -> bool) -> Check {
    let host = base_url.host();
    let check = |detail: String| Check::new("connection", Health::Ok, detail);
    match route {
        ProxyRoute::Via(server) => {
            check(format!("through the proxy {} ({})", crate::text::visible(server.address()), server.variable()))
        }
        ProxyRoute::Excepted { variable } => check(format!("direct: {variable} excludes {host} from the proxy")),
        ProxyRoute::Loopback => match ProxyRoute::naming().find(|name| is_set(name)) {
            Some(variable) => check(format!("direct: {host} is this machine, so {variable} is not used")),
            None => check("direct".to_owned()),
        },
        ProxyRoute::System => match ["HTTP_PROXY", "http_proxy"].into_iter().find(|name| is_set(name)) {
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

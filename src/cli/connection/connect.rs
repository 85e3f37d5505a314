//! Creates connections to the API from flags and environment.
//!
//! Commands that read get a [`Connection`], which creates only readers. `apply`, `rollback` and `revoke-user` use a
//! [`WriteConnection`].

use std::cell::Cell;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use secrecy::zeroize::Zeroizing;
use tokio::time::Instant;

use crate::cli::connection::retries::ReportedTransport;
use crate::cli::connection::trust;
use crate::cli::error::CliError;
use crate::cli::input::env::{self, Env};
use crate::cli::input::secrets;
use crate::cli::options::ApiArgs;
use crate::cli::output::private_folder;
use crate::cli::output::ui::Ui;
use crate::cli::process::impatient::ImpatientTransport;
use crate::cloudflare::{
    BaseUrl, CLOUDFLARE, ConfigError, Credentials, CredentialsError, Error, HttpConfig, HttpTransport, Policy,
    ProxyRoute, Reader, Transport, Writer,
};
use crate::ending::FailureKind;
use crate::files;
use crate::text::path_argument;
use crate::{sandbox, text};

/// The token for the sandbox, which accepts any token.
pub(crate) const SANDBOX_TOKEN: &str = "sandbox";

/// The name of the sandbox's API in plans. Its URL is not used, because its port differs from run to run.
pub(crate) const SANDBOX_API: &str = "sandbox";

/// A connection for reading. Dropping it stops the sandbox, if there is one.
pub(crate) struct Connection {
    transport: Arc<dyn Transport>,
    policy: Cell<Policy>,
    sandbox: Option<sandbox::Running>,
}

impl Connection {
    /// Waits for input at a prompt. The time does not count towards the deadline of the run.
    pub(crate) async fn unhurried<T>(&self, wait: impl Future<Output = T>) -> T {
        let begun = Instant::now();
        let answer = wait.await;
        let policy = self.policy.get();
        let deadline = policy.deadline.and_then(|deadline| deadline.checked_add(begun.elapsed()));
        self.policy.set(Policy { deadline, ..policy });
        answer
    }

    /// Returns the name of the API in plans.
    pub(crate) fn api(&self) -> &str {
        if self.sandbox.is_some() { SANDBOX_API } else { self.transport.base_url() }
    }

    /// Returns a client that cannot write.
    pub(crate) fn reader(&self) -> Reader {
        Reader::new(self.transport.clone(), self.policy.get())
    }
}

/// A connection for reading and writing.
pub(crate) struct WriteConnection {
    /// The connection for reading.
    pub(crate) read: Connection,
}

impl WriteConnection {
    /// Returns a client that cannot read.
    pub(crate) fn writer(&self) -> Writer {
        Writer::new(self.read.transport.clone(), self.read.policy.get())
    }

    /// Returns a writer for writes that are read back: after a signal it waits only a few seconds for an answer.
    pub(crate) fn impatient_writer(&self) -> Writer {
        Writer::new(Arc::new(ImpatientTransport(self.read.transport.clone())), self.read.policy.get())
    }
}

/// Creates a connection for reading, without sending anything.
///
/// # Errors
/// Returns an error if credentials are missing or malformed, a token must not be sent to the base URL, a proxy
/// variable or the trusted certificates cannot be used, or the sandbox cannot start.
pub(crate) async fn connect(ui: &Ui, env: &Env, args: &ApiArgs) -> Result<Connection, CliError> {
    let policy = Policy::default().timeout(args.timeout).deadline_in(args.deadline);
    let (config, sandbox) = match &args.sandbox {
        None => {
            let config = http_config(env, args)?;
            secrets::learn(&ui.secrets, &config.credentials);
            (config, None)
        }
        Some(state) => {
            let running = start_sandbox(ui, env, state.as_deref()).await?;
            let base_url = BaseUrl::parse(&running.base_url()).map_err(config_error)?;
            let credentials = Credentials::token(SANDBOX_TOKEN).map_err(credentials_error)?;
            (HttpConfig { base_url, credentials, extra_roots: None, proxy: ProxyRoute::Loopback }, Some(running))
        }
    };
    let transport = HttpTransport::new(config).map_err(config_error)?;
    let transport = ReportedTransport { transport: Arc::new(transport), ui: ui.clone() };
    Ok(Connection { transport: Arc::new(transport), policy: Cell::new(policy), sandbox })
}

fn config_error(error: ConfigError) -> CliError {
    Error::from(error).into()
}

fn credentials_error(error: CredentialsError) -> CliError {
    config_error(error.into())
}

/// Creates a connection for reading and writing, without sending anything.
///
/// # Errors
/// Returns an error like [`connect`].
pub(crate) async fn connect_to_write(ui: &Ui, env: &Env, args: &ApiArgs) -> Result<WriteConnection, CliError> {
    Ok(WriteConnection { read: connect(ui, env, args).await? })
}

async fn start_sandbox(ui: &Ui, env: &Env, state: Option<&Path>) -> Result<sandbox::Running, CliError> {
    let path = sandbox_state(env, state)?;
    ui.note(&format!("sandbox: an emulated account; its state is {}", env.short(&path)));
    let store = open_store(&path)?;
    let instance = sandbox::Instance::try_from(store);
    serve(instance.map_err(sandbox_error)?, 0).await
}

/// Returns the failure of a sandbox whose state file cannot be used.
pub(crate) fn sandbox_error(error: sandbox::StoreError) -> CliError {
    CliError::new(FailureKind::Sandbox, error.to_string())
}

/// Opens the state file of a sandbox, and creates it if it does not exist.
///
/// # Errors
/// Returns an error if it is not a sandbox state, or cannot be read or written.
pub(crate) fn open_store(path: &Path) -> Result<sandbox::Store, CliError> {
    sandbox::Store::open(path).map_err(|error| {
        let failure = CliError::new(FailureKind::Sandbox, error.to_string());
        match error {
            // The message already contains what to do.
            sandbox::StoreError::Invalid { .. } => failure,
            _ => failure.hint("name a regular file in a folder that exists: --sandbox=STATE.json"),
        }
    })
}

/// Serves a sandbox on loopback; port 0 selects any free port.
///
/// # Errors
/// Returns an error if the port cannot be bound.
pub(crate) async fn serve(instance: sandbox::Instance, port: u16) -> Result<sandbox::Running, CliError> {
    let failed = |error: &dyn std::fmt::Display| CliError::new(FailureKind::Sandbox, error.to_string());
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    sandbox::Server::start(instance, address).await.map_err(|error| failed(&error))
}

/// Returns the state file of the sandbox: the named file, else one in the folder for state.
pub(crate) fn sandbox_state(env: &Env, named: Option<&Path>) -> Result<PathBuf, CliError> {
    if let Some(path) = named {
        return Ok(path.to_owned());
    }
    let folder = env.state_folder().ok_or_else(|| {
        CliError::usage("cannot store the sandbox's state: neither HOME nor XDG_STATE_HOME is set")
            .hint("name a file: --sandbox=STATE.json")
    })?;
    // Only this folder is created: a missing folder of a named file may be a typo.
    private_folder::check(&folder)?;
    files::make_private_folder(&folder).map_err(|error| CliError::io("create the folder", &folder, &error))?;
    Ok(folder.join(env::SANDBOX_STATE))
}

fn http_config(env: &Env, args: &ApiArgs) -> Result<HttpConfig, CliError> {
    let base_url = base_url(env, args)?;
    let proxy = route(env, &base_url)?;
    Ok(HttpConfig { credentials: credentials(env, args)?, extra_roots: trust::extra_roots(env)?, base_url, proxy })
}

/// Returns the base URL of the API: that of the flag, else of the variable, else Cloudflare's.
///
/// # Errors
/// Returns an error if credentials must not be sent to that URL.
pub(crate) fn base_url(env: &Env, args: &ApiArgs) -> Result<BaseUrl, CliError> {
    env.require_unicode(&[env::BASE_URL])?;
    let flag = args.base_url.as_deref().map(|url| ("--base-url", url));
    let variable = || Some((env::BASE_URL, env.expose(env::BASE_URL)?));
    let (from, url) = flag.or_else(variable).unwrap_or(("the default", CLOUDFLARE));
    let named = |error: CliError| CliError { message: format!("{from}: {}", error.message), ..error };
    BaseUrl::parse(url).map_err(|error| named(config_error(error)))
}

/// Returns the proxy for requests to the API, if any.
///
/// # Errors
/// Returns an error if a proxy variable cannot be used.
pub(crate) fn route(env: &Env, base_url: &BaseUrl) -> Result<ProxyRoute, CliError> {
    env.require_unicode(&ProxyRoute::VARIABLES)?;
    ProxyRoute::resolve(base_url, |name| env.expose(name)).map_err(config_error)
}

/// Returns the credentials that a connection would use; `None` for the sandbox.
///
/// # Errors
/// Returns an error like [`connect`].
pub(crate) fn credentials_of(env: &Env, args: &ApiArgs) -> Result<Option<Credentials>, CliError> {
    if args.sandbox.is_some() { Ok(None) } else { credentials(env, args).map(Some) }
}

/// Reads the credentials: from the token file, else the token of the environment, else its key and e-mail address.
fn credentials(env: &Env, args: &ApiArgs) -> Result<Credentials, CliError> {
    if let Some(path) = &args.token_file {
        let unreadable = |error: std::io::Error| {
            CliError::io("read the token file", path, &error).hint(match error.kind() {
                std::io::ErrorKind::InvalidInput => {
                    "to use a token that a command prints: CLOUDFLARE_API_TOKEN=\"$(COMMAND)\" zerodrift …"
                }
                _ => "name a file that contains only the token, with --token-file",
            })
        };
        let (file, metadata) = files::open(path).map_err(unreadable)?;
        private(path, &metadata)?;
        let text = Zeroizing::new(files::bounded(file, secrets::LARGEST_TOKEN_FILE).map_err(unreadable)?);
        let text = std::str::from_utf8(&text)
            .map_err(|_| unreadable(std::io::Error::new(std::io::ErrorKind::InvalidData, "it is not UTF-8")))?;
        return Credentials::token(text).map_err(credentials_error);
    }
    env.require_unicode(&[env::API_TOKEN, env::API_KEY, env::EMAIL])?;
    if let Some(token) = env.expose(env::API_TOKEN) {
        return Credentials::token(token).map_err(credentials_error);
    }
    match (env.expose(env::API_KEY), env.get(env::EMAIL)) {
        (Some(key), Some(email)) => Credentials::key(email, key).map_err(credentials_error),
        (Some(_), None) => Err(no_credentials("CLOUDFLARE_API_KEY is set, but CLOUDFLARE_EMAIL is not")),
        _ => Err(no_credentials("no credentials: neither a token nor a key is set")),
    }
}

/// Rejects a token file that others can read: with the token they can change the organization.
#[cfg(unix)]
fn private(path: &Path, metadata: &std::fs::Metadata) -> Result<(), CliError> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = metadata.permissions().mode() & 0o777;
    if mode & 0o077 == 0 {
        return Ok(());
    }
    let message = format!("the token file {} can be read by others (mode {mode:04o})", text::path(path));
    Err(CliError::new(FailureKind::Authentication, message)
        .hint(format!("run `chmod 600 {}`, and replace the token if others may have seen it", path_argument(path)))
        .hint("for a secret that is mounted into a container, set its mode (defaultMode: 0400)"))
}

#[cfg(not(unix))]
fn private(_: &Path, _: &std::fs::Metadata) -> Result<(), CliError> {
    Ok(())
}

fn no_credentials(message: &str) -> CliError {
    CliError::new(FailureKind::Authentication, message)
        .hint("set CLOUDFLARE_API_TOKEN, or name a file with --token-file, or set CLOUDFLARE_API_KEY and CLOUDFLARE_EMAIL")
        .hint("the token needs the permission `Access: Organizations, Identity Providers, and Groups Read` (or `Access: Organizations Read`); apply needs Write, which the dashboard calls Edit")
        .hint("to try zerodrift without an account, add --sandbox")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[tokio::test(start_paused = true)]
    async fn time_at_a_prompt_does_not_count_towards_the_deadline() {
        let credentials = Credentials::token(SANDBOX_TOKEN).unwrap();
        let base_url = BaseUrl::parse("http://127.0.0.1:1").unwrap();
        let config = HttpConfig { base_url, credentials, extra_roots: None, proxy: ProxyRoute::Loopback };
        let transport = Arc::new(HttpTransport::new(config).unwrap());
        let policy = Policy::default().deadline_in(Duration::from_secs(60));
        let connection = Connection { transport, policy: Cell::new(policy), sandbox: None };
        tokio::time::advance(Duration::from_secs(20)).await;
        let left = |connection: &Connection| connection.policy.get().deadline.unwrap() - Instant::now();
        assert_eq!(left(&connection), Duration::from_secs(40));
        connection.unhurried(tokio::time::sleep(Duration::from_secs(3600))).await;
        assert_eq!(left(&connection), Duration::from_secs(40));
    }
}

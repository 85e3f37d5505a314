//! Creates connections to the API from flags and environment.
//!
//! Commands that read get a [`Connection`], which creates only readers. `apply`, `rollback` and `revoke-user` use a
//! [`WriteConnection`].

use std::cell::{Cell, OnceCell};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use crate::cli::connection::credentials;
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
    BaseUrl, Budget, CLOUDFLARE, ConfigError, Credentials, Error, HttpConfig, HttpTransport, Pace, Policy, ProxyRoute,
    Rate, Reader, Transport, Writer,
};
use crate::ending::FailureKind;
use crate::files;
use crate::sandbox;
use crate::settings::Target;

/// The token for the sandbox, which accepts any token.
pub(crate) const SANDBOX_TOKEN: &str = "sandbox";

/// The name of the sandbox's API in plans. Its URL is not used, because its port differs from run to run.
pub(crate) const SANDBOX_API: &str = "sandbox";

/// The API: one pool of connections for all organizations, each with its own credentials. Dropping it and its connections
/// stops the sandbox, if there is one.
pub(crate) struct Api<'a> {
    ui: &'a Ui,
    env: &'a Env,
    args: &'a ApiArgs,
    route: Route,
    budget: Arc<Budget>,
    is_patient: bool,
    /// The transport of the first organization, whose pool the others share.
    first: OnceCell<HttpTransport>,
    sandbox: Option<Arc<sandbox::Server>>,
}

/// How requests reach the API.
struct Route {
    base_url: BaseUrl,
    proxy: ProxyRoute,
    extra_roots: Option<Vec<u8>>,
}

impl<'a> Api<'a> {
    /// Finds the API, or starts the sandbox, without sending anything.
    ///
    /// # Errors
    /// Returns an error if a credential must not be sent to the base URL, a proxy variable or the trusted certificates
    /// cannot be used, or the sandbox cannot start.
    pub(crate) async fn find(ui: &'a Ui, env: &'a Env, args: &'a ApiArgs) -> Result<Self, CliError> {
        let (route, sandbox) = match &args.sandbox {
            None => {
                let base_url = base_url(env, args)?;
                let proxy = self::route(env, &base_url)?;
                (Route { proxy, extra_roots: trust::extra_roots(env)?, base_url }, None)
            }
            Some(state) => {
                let running = start_sandbox(ui, env, state.as_deref()).await?;
                let base_url = BaseUrl::parse(&running.base_url()).map_err(config_error)?;
                (Route { base_url, proxy: ProxyRoute::Loopback, extra_roots: None }, Some(Arc::new(running)))
            }
        };
        // The emulated account has no limit of its own, so there is nothing to wait for.
        let budget = Budget::new(args.rate.or(sandbox.is_some().then_some(Rate::UNLIMITED)));
        Ok(Self { ui, env, args, route, budget, is_patient: false, first: OnceCell::new(), sandbox })
    }

    /// Returns this API for several organizations: the deadline is that of each one, and the time in which it waits for the budget
    /// does not count.
    pub(crate) fn for_several(self) -> Self {
        Self { is_patient: true, ..self }
    }

    /// Returns the name of the API in plans.
    pub(crate) fn name(&self) -> &str {
        if self.sandbox.is_some() { SANDBOX_API } else { self.route.base_url.as_str() }
    }

    /// Returns a connection for an organization, with its credentials. Its deadline begins now. Sends nothing.
    ///
    /// # Errors
    /// Returns an error if there are no credentials for it, or they are malformed.
    pub(crate) fn connection(&self, target: Option<&Target>) -> Result<Connection, CliError> {
        let credentials = match &self.sandbox {
            Some(_) => Credentials::token(SANDBOX_TOKEN).map_err(credentials::unusable)?,
            None => credentials::select(self.env, self.args, target)?.0,
        };
        secrets::learn(&self.ui.secrets, &credentials);
        let transport = ReportedTransport { transport: Arc::new(self.transport(credentials)?), ui: self.ui.clone() };
        let policy = Policy { patient: self.is_patient, ..Policy::default() };
        let policy = Cell::new(policy.timeout(self.args.timeout).deadline_in(self.args.deadline));
        let (pace, sandbox) = (Pace::of(&self.budget), self.sandbox.clone());
        Ok(Connection { transport: Arc::new(transport), policy, pace, sandbox })
    }

    /// Returns a transport with these credentials. All transports share one pool.
    fn transport(&self, credentials: Credentials) -> Result<HttpTransport, CliError> {
        if let Some(first) = self.first.get() {
            return first.with_credentials(&credentials).map_err(config_error);
        }
        let Route { base_url, proxy, extra_roots } = &self.route;
        let (base_url, proxy, extra_roots) = (base_url.clone(), proxy.clone(), extra_roots.clone());
        let created = HttpTransport::new(HttpConfig { base_url, credentials, extra_roots, proxy });
        let created = created.map_err(config_error)?;
        Ok(self.first.get_or_init(|| created).clone())
    }
}

/// A connection for reading one organization.
pub(crate) struct Connection {
    transport: Arc<dyn Transport>,
    policy: Cell<Policy>,
    pace: Pace,
    sandbox: Option<Arc<sandbox::Server>>,
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

    /// Begins the time limit anew, for work that begins later than the connection was created.
    pub(crate) fn begin(&self, limit: Duration) {
        let policy = self.policy.get().deadline_in(limit);
        // A patient deadline is extended by all waits, also by those before now.
        let deadline = policy.deadline.and_then(|deadline| deadline.checked_sub(self.waited()));
        self.policy.set(Policy { deadline, ..policy });
    }

    /// Does work within a time limit, and returns `None` if the limit passes first.
    pub(crate) async fn within<T>(&self, limit: Duration, work: impl Future<Output = T>) -> Option<T> {
        let (begun, before) = (Instant::now(), self.waited());
        let mut work = std::pin::pin!(work);
        loop {
            let left = (limit + self.waited()).saturating_sub(before + begun.elapsed());
            if left.is_zero() {
                return None;
            }
            tokio::select! {
                biased;
                done = &mut work => return Some(done),
                () = tokio::time::sleep(left) => {}
            }
        }
    }

    /// Returns the time of waits for the budget, which does not count towards limits of time.
    fn waited(&self) -> Duration {
        if self.policy.get().patient { self.pace.waited() } else { Duration::ZERO }
    }

    /// Returns the name of the API in plans.
    pub(crate) fn api(&self) -> &str {
        if self.sandbox.is_some() { SANDBOX_API } else { self.transport.base_url() }
    }

    /// Returns a client that cannot write.
    pub(crate) fn reader(&self) -> Reader {
        Reader::new(self.transport.clone(), self.policy.get()).paced(&self.pace)
    }
}

/// A connection for reading and writing.
pub(crate) struct WriteConnection {
    /// The connection for reading.
    pub(crate) read: Connection,
    /// The pace of writes and their read-backs.
    pace: Pace,
}

impl From<Connection> for WriteConnection {
    fn from(read: Connection) -> Self {
        Self { pace: read.pace.urgent(), read }
    }
}

impl WriteConnection {
    /// Returns a client that cannot read.
    pub(crate) fn writer(&self) -> Writer {
        Writer::new(self.read.transport.clone(), self.read.policy.get()).paced(&self.pace)
    }

    /// Returns a reader for the reads directly before and after a write, which wait for the budget as little as possible.
    pub(crate) fn verifying_reader(&self) -> Reader {
        self.read.reader().paced(&self.pace)
    }

    /// Returns a writer for writes that are read back: after a signal it waits only a few seconds for an answer.
    pub(crate) fn impatient_writer(&self) -> Writer {
        let transport = Arc::new(ImpatientTransport(self.read.transport.clone()));
        Writer::new(transport, self.read.policy.get()).paced(&self.pace)
    }
}

/// Creates a connection for reading one organization, without sending anything.
///
/// # Errors
/// Returns an error like [`Api::find`] and [`Api::connection`].
pub(crate) async fn connect(
    ui: &Ui,
    env: &Env,
    args: &ApiArgs,
    target: Option<&Target>,
) -> Result<Connection, CliError> {
    Api::find(ui, env, args).await?.connection(target)
}

fn config_error(error: ConfigError) -> CliError {
    Error::from(error).into()
}

async fn start_sandbox(ui: &Ui, env: &Env, state: Option<&Path>) -> Result<sandbox::Server, CliError> {
    let path = sandbox_state(env, state)?;
    ui.note(&format!("sandbox: an emulated account; its state is {}", env.short(&path)));
    serve(open_instance(&path)?, 0).await
}

/// Opens the state file of a sandbox, and creates it if it does not exist. Requests are not recorded.
///
/// # Errors
/// Returns an error if it is not a sandbox state, or cannot be read or written.
pub(crate) fn open_instance(path: &Path) -> Result<sandbox::Instance, CliError> {
    let store = sandbox::Store::open(path).map_err(store_error)?;
    Ok(sandbox::Instance::try_from(store).map_err(sandbox_error)?.without_recording())
}

/// Returns the failure of a sandbox whose state file cannot be used.
pub(crate) fn sandbox_error(error: sandbox::StoreError) -> CliError {
    CliError::new(FailureKind::Sandbox, error.to_string())
}

/// Returns the failure of a state file that cannot be opened or created.
pub(crate) fn store_error(error: sandbox::StoreError) -> CliError {
    let failure = CliError::new(FailureKind::Sandbox, error.to_string());
    match error {
        // The message already contains what to do.
        sandbox::StoreError::Invalid { .. } => failure,
        _ => failure.hint("name a regular file in a folder that exists: --sandbox=STATE.json"),
    }
}

/// Serves a sandbox on loopback; port 0 selects any free port.
///
/// # Errors
/// Returns an error if the port cannot be bound.
pub(crate) async fn serve(instance: sandbox::Instance, port: u16) -> Result<sandbox::Server, CliError> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let running = sandbox::Server::start(instance, address).await;
    running.map_err(|error| CliError::new(FailureKind::Sandbox, error.to_string()))
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

/// Returns the base URL of the API: that of the flag, else of the variable, else Cloudflare's.
///
/// # Errors
/// Returns an error if credentials must not be sent to that URL.
pub(crate) fn base_url(env: &Env, args: &ApiArgs) -> Result<BaseUrl, CliError> {
    env.require_unicode([env::BASE_URL])?;
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
    env.require_unicode(ProxyRoute::variables())?;
    ProxyRoute::resolve(base_url, |name| env.expose(name)).map_err(config_error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn time_at_a_prompt_does_not_count_towards_the_deadline() {
        let credentials = Credentials::token(SANDBOX_TOKEN).unwrap();
        let base_url = BaseUrl::parse("http://127.0.0.1:1").unwrap();
        let config = HttpConfig { base_url, credentials, extra_roots: None, proxy: ProxyRoute::Loopback };
        let transport = Arc::new(HttpTransport::new(config).unwrap());
        let policy = Policy::default().deadline_in(Duration::from_secs(60));
        let pace = Pace::of(&Budget::new(None));
        let connection = Connection { transport, policy: Cell::new(policy), pace, sandbox: None };
        tokio::time::advance(Duration::from_secs(20)).await;
        let left = |connection: &Connection| connection.policy.get().deadline.unwrap() - Instant::now();
        assert_eq!(left(&connection), Duration::from_secs(40));
        connection.unhurried(tokio::time::sleep(Duration::from_secs(3600))).await;
        assert_eq!(left(&connection), Duration::from_secs(40));
        connection.begin(Duration::from_secs(50));
        assert_eq!(left(&connection), Duration::from_secs(50), "the time limit begins anew");
    }

    /// The second of these reads waits a minute.
    #[tokio::test(start_paused = true)]
    async fn waits_for_the_budget_do_not_count_towards_the_limits_of_several_organizations() {
        let limit = Duration::from_secs(20);
        for (patient, answers) in [(true, true), (false, false)] {
            let transport = Arc::new(sandbox::SandboxTransport::new(sandbox::Sandbox::from_state(sandbox::seeded())));
            let pace = Pace::of(&Budget::new(Some("1/1m".parse().unwrap())));
            let policy = Cell::new(Policy { patient, ..Policy::default() });
            let connection = Connection { transport, policy, pace, sandbox: None };
            let account = Target::account("699d98642c564d2e855e9661899b7252").unwrap();
            let reader = connection.reader();
            assert!(connection.within(limit, reader.organization(&account)).await.unwrap().is_ok());
            let second = connection.within(limit, reader.organization(&account)).await;
            assert_eq!(second.is_some_and(|read| read.is_ok()), answers);
            let begun = Instant::now();
            assert!(connection.within(limit, std::future::pending::<()>()).await.is_none());
            assert_eq!(begun.elapsed(), limit);
            connection.begin(limit);
            let deadline = connection.policy.get().deadline.unwrap();
            assert_eq!(deadline + connection.waited() - Instant::now(), limit);
        }
    }
}

//! The sandbox behind a socket in the test's own process, so that a test sees every request.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::mpsc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use tokio::sync::oneshot;
use zerodrift::sandbox::{Instance, Sandbox, Server, State};

use crate::harness::{TOKEN, TestEnv};

/// How long a condition is waited for. Only a broken program ever waits this long.
const PATIENCE: Duration = Duration::from_secs(60);

/// An emulated account that counts.
pub(crate) struct Api {
    pub(crate) base_url: String,
    instance: Instance,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Api {
    /// The account that every sandbox starts with, where these requests go wrong.
    pub(crate) fn with_faults(faults: &[&str]) -> Self {
        let faults = faults.iter().map(|fault| fault.parse().unwrap()).collect();
        Self::of(State { faults, ..zerodrift::sandbox::seeded() })
    }

    /// An account in this state.
    pub(crate) fn of(state: State) -> Self {
        let instance = Instance::from(Sandbox::from_state(state));
        let served = instance.clone();
        let (started, wait_for_start) = mpsc::channel();
        let (stop, stopped) = oneshot::channel();
        let serve = async move {
            let running = Server::start(served, SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await.unwrap();
            started.send(running.base_url()).unwrap();
            let _ = stopped.await;
            running.stop().await;
        };
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(serve);
        });
        let base_url = wait_for_start.recv().unwrap();
        Self { base_url, instance, stop: Some(stop), thread: Some(thread) }
    }

    /// A folder with the example, whose environment leads here.
    pub(crate) fn env(&self) -> TestEnv {
        TestEnv::with_example().set("CLOUDFLARE_BASE_URL", &self.base_url).set("CLOUDFLARE_API_TOKEN", TOKEN)
    }

    /// The requests so far, as `PUT organizations`.
    pub(crate) fn calls(&self) -> Vec<String> {
        let calls = self.instance.calls();
        calls.iter().map(|call| format!("{} {}", call.method, call.path.rsplit('/').next().unwrap())).collect()
    }

    /// What the account holds.
    pub(crate) fn state(&self) -> State {
        self.instance.state().unwrap()
    }

    /// Changes what the account holds, behind everyone's back.
    pub(crate) fn change(&self, change: impl FnOnce(&mut State)) {
        self.instance.change(change).unwrap();
    }

    /// Waits until a request has arrived: `PUT`, or `PUT organizations`.
    #[track_caller]
    pub(crate) fn wait_for(&self, request: &str) {
        let begun = Instant::now();
        while !self.calls().iter().any(|call| call.starts_with(request)) {
            assert!(begun.elapsed() < PATIENCE, "no {request} came");
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Api {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

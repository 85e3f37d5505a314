//! The sandbox behind a loopback socket.

use std::net::SocketAddr;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{ConnectInfo, Request, State};
use http::{Response, StatusCode};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::cuttable::{CutHandle, CuttableListener};
use super::exchange::Delivery;
use super::instance::Instance;
use super::route::BASE_PATH;

/// The largest body that is read: ten times the largest manifest.
const MAX_BODY: usize = 10 * 1024 * 1024;

/// Why the sandbox could not be served.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServerError {
    /// The address is open to others.
    #[error("the sandbox listens on loopback only, and {0} is not; use 127.0.0.1 or [::1]")]
    NotLoopback(SocketAddr),
    /// The address cannot be had.
    #[error("cannot listen on {address}: {source}")]
    Bind {
        /// The address.
        address: SocketAddr,
        /// What the system says.
        source: std::io::Error,
    },
}

/// Serves sandboxes. See [`Server::start`].
#[derive(Debug)]
pub struct Server;

/// A sandbox that is being served. Dropping it stops the server without waiting.
#[derive(Debug)]
pub struct Running {
    address: SocketAddr,
    sandbox: Instance,
    stop: watch::Sender<()>,
    task: JoinHandle<()>,
}

/// What a handler needs.
#[derive(Debug, Clone)]
struct Shared {
    sandbox: Instance,
    stopping: watch::Receiver<()>,
}

impl Server {
    /// Serves a sandbox on a loopback address; port 0 picks a free port. Must be called within a tokio runtime.
    ///
    /// # Errors
    /// If the address is not loopback, or cannot be had.
    pub async fn start(sandbox: impl Into<Instance>, address: SocketAddr) -> Result<Running, ServerError> {
        if !address.ip().is_loopback() {
            return Err(ServerError::NotLoopback(address));
        }
        let failed = |source| ServerError::Bind { address, source };
        let listener = TcpListener::bind(address).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let sandbox = sandbox.into();
        let (stop, stopping) = watch::channel(());
        let shared = Shared { sandbox: sandbox.clone(), stopping: stopping.clone() };
        let service =
            Router::new().fallback(answer).with_state(shared).into_make_service_with_connect_info::<CutHandle>();
        let serving = axum::serve(CuttableListener(listener), service).with_graceful_shutdown(stopped(stopping));
        let task = tokio::spawn(async move { drop(serving.await) });
        Ok(Running { address, sandbox, stop, task })
    }
}

impl Running {
    /// The base URL: `http://127.0.0.1:PORT/client/v4`.
    pub fn base_url(&self) -> String {
        format!("http://{}{BASE_PATH}", self.address)
    }

    /// The sandbox that is served.
    pub fn sandbox(&self) -> &Instance {
        &self.sandbox
    }

    /// Finishes the answers that are under way, lets go of those that hang, and stops.
    pub async fn stop(self) {
        let Self { address: _, sandbox: _, stop, task } = self;
        drop(stop);
        // The task ends when the last connection does; it returns nothing, and a panic in it was a test's own.
        drop(task.await);
    }
}

/// Until the server is to stop: nothing is ever sent, and the sender goes away.
async fn stopped(mut stopping: watch::Receiver<()>) {
    while stopping.changed().await.is_ok() {}
}

async fn answer(
    State(shared): State<Shared>,
    ConnectInfo(handle): ConnectInfo<CutHandle>,
    request: Request,
) -> Response<Body> {
    let call = match read(request).await {
        Ok(call) => call,
        Err(reason) => return text(StatusCode::PAYLOAD_TOO_LARGE, reason),
    };
    let answer = match shared.sandbox.handle(&call) {
        Ok(answer) => answer,
        Err(error) => return text(StatusCode::INTERNAL_SERVER_ERROR, error.to_string()),
    };
    match answer.delivery {
        Delivery::Normal => {}
        Delivery::Truncated => handle.cut_after(answer.http.body().len() / 2),
        Delivery::ResetBefore | Delivery::ResetAfter | Delivery::Unreachable => handle.cut(),
        Delivery::Hang => {
            stopped(shared.stopping).await;
            handle.cut();
        }
    }
    answer.http.map(Body::from)
}

async fn read(request: Request) -> Result<http::Request<Vec<u8>>, String> {
    let (head, body) = request.into_parts();
    let body = to_bytes(body, MAX_BODY).await.map_err(|error| format!("cannot read the body: {error}"))?;
    Ok(http::Request::from_parts(head, body.into()))
}

/// Not the API's envelope, so that nobody takes a broken state file for an answer of the API.
fn text(status: StatusCode, message: String) -> Response<Body> {
    let mut response = Response::new(Body::from(message));
    *response.status_mut() = status;
    response
}

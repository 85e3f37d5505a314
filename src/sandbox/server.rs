//! A sandbox that listens on a loopback address.

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

/// The maximum size of a request body in bytes: ten times that of a manifest.
const MAX_BODY: usize = 10 * 1024 * 1024;

/// Why the sandbox could not be served.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServerError {
    /// The address is not a loopback address.
    #[error("cannot listen on {0}: not a loopback address; use 127.0.0.1 or [::1]")]
    NotLoopback(SocketAddr),
    /// The address is not available.
    #[error("cannot listen on {address}: {source}")]
    Bind {
        /// The address.
        address: SocketAddr,
        /// The error of the operating system.
        source: std::io::Error,
    },
}

/// A sandbox that is being served. Dropping it stops the server without waiting.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    sandbox: Instance,
    stop: watch::Sender<()>,
    task: JoinHandle<()>,
}

/// The state of the request handler.
#[derive(Debug, Clone)]
struct Shared {
    sandbox: Instance,
    stopping: watch::Receiver<()>,
}

impl Server {
    /// Serves a sandbox on a loopback address; port 0 selects a free port. Must be called within a tokio runtime.
    ///
    /// # Errors
    /// Returns an error if the address is not a loopback address or is not available.
    pub async fn start(sandbox: impl Into<Instance>, address: SocketAddr) -> Result<Self, ServerError> {
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
        Ok(Self { address, sandbox, stop, task })
    }

    /// Returns the base URL: `http://127.0.0.1:PORT/client/v4`.
    pub fn base_url(&self) -> String {
        format!("http://{}{BASE_PATH}", self.address)
    }

    /// Returns the sandbox that is served.
    pub fn sandbox(&self) -> &Instance {
        &self.sandbox
    }

    /// Stops the server after the current answers. Connections whose answer hangs are closed.
    pub async fn stop(self) {
        let Self { address: _, sandbox: _, stop, task } = self;
        drop(stop);
        // The task ends with the last connection. Its result is empty, unless a test panicked in it.
        drop(task.await);
    }
}

/// Waits until the server stops. No value is ever sent; the sender is dropped.
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
        Err(reason) => return plain_text(StatusCode::PAYLOAD_TOO_LARGE, reason),
    };
    let answer = match shared.sandbox.handle(&call) {
        Ok(answer) => answer,
        Err(error) => return plain_text(StatusCode::INTERNAL_SERVER_ERROR, error.to_string()),
    };
    match answer.delivery {
        Delivery::Normal => {}
        Delivery::Slow(delay) => tokio::select! {
            () = tokio::time::sleep(delay) => {}
            () = stopped(shared.stopping) => handle.cut(),
        },
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

/// Returns an error outside of the API's envelope, so that a client cannot mistake it for an answer of the API.
fn plain_text(status: StatusCode, message: String) -> Response<Body> {
    let mut response = Response::new(Body::from(message));
    *response.status_mut() = status;
    response
}

//! TCP connections that can be cut in the middle of an answer, which axum alone does not support.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};

/// A handle that cuts one connection. It holds how many bytes of the next answer's body are still sent.
#[derive(Debug, Clone, Default)]
pub(super) struct CutHandle(Arc<Mutex<Option<usize>>>);

impl CutHandle {
    /// Cuts the connection after the head and this many bytes of the body.
    pub(super) fn cut_after(&self, bytes: usize) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(bytes);
    }

    fn limit(&self) -> Option<usize> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The limit at which not even the head is sent.
const NOTHING: usize = usize::MAX;

impl CutHandle {
    /// Cuts the connection before the next answer.
    pub(super) fn cut(&self) {
        self.cut_after(NOTHING);
    }
}

/// A listener whose connections can be cut.
#[derive(Debug)]
pub(super) struct CuttableListener(pub(super) TcpListener);

impl Listener for CuttableListener {
    type Io = CuttableStream;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (CuttableStream, SocketAddr) {
        let (stream, address) = Listener::accept(&mut self.0).await;
        (CuttableStream { stream, handle: CutHandle::default(), sent_all: false }, address)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }
}

impl Connected<IncomingStream<'_, CuttableListener>> for CutHandle {
    fn connect_info(stream: IncomingStream<'_, CuttableListener>) -> Self {
        stream.io().handle.clone()
    }
}

/// A connection that can be cut.
#[derive(Debug)]
pub(super) struct CuttableStream {
    stream: TcpStream,
    handle: CutHandle,
    /// Whether everything up to the limit was sent.
    sent_all: bool,
}

impl CuttableStream {
    /// Returns how many of these bytes are still sent. Hyper writes the head and a small body in one call, so the bytes
    /// contain the end of the head.
    fn allowed(&self, bytes: &[u8]) -> usize {
        match self.handle.limit() {
            None => bytes.len(),
            Some(_) if self.sent_all => 0,
            Some(NOTHING) => 0,
            Some(limit) => {
                let head = bytes.windows(4).position(|window| window == b"\r\n\r\n").map_or(0, |at| at + 4);
                bytes.len().min(head + limit)
            }
        }
    }
}

impl AsyncRead for CuttableStream {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl AsyncWrite for CuttableStream {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let allowed = self.allowed(bytes);
        if allowed == 0 && !bytes.is_empty() {
            return Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()));
        }
        let written = ready!(Pin::new(&mut self.stream).poll_write(cx, &bytes[..allowed]))?;
        self.sent_all = self.handle.limit().is_some();
        Poll::Ready(Ok(written))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

//! Connections that end with the attempt that accepted them.

use std::io::{Error, ErrorKind, IoSlice, Result};
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::serve::Listener;
use taskvisor::CancellationToken;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};

/// A listener whose connections end once its token is canceled.
///
/// axum drives each connection in a task of its own, which outlives the future of the server: without this, a client with an open stream
/// would be served after the task `dashboard` was paused or canceled.
pub(crate) struct Connections {
    listener: TcpListener,
    end: CancellationToken,
}

/// A connection. Reading and writing fail once it has ended, and wake the task that drives it.
pub(crate) struct Connection {
    stream: TcpStream,
    end: Pin<Box<dyn Future<Output = ()> + Send>>,
    has_ended: bool,
}

impl Connections {
    pub(crate) fn new(listener: TcpListener, end: CancellationToken) -> Self {
        Self { listener, end }
    }
}

impl Listener for Connections {
    type Io = Connection;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Connection, SocketAddr) {
        // That of axum, which waits while the process has no file descriptors left.
        let (stream, address) = Listener::accept(&mut self.listener).await;
        let end = Box::pin(self.end.clone().cancelled_owned());
        (Connection { stream, end, has_ended: false }, address)
    }

    fn local_addr(&self) -> Result<SocketAddr> {
        self.listener.local_addr()
    }
}

impl Connection {
    /// The stream, unless the connection has ended. Registers the task to be woken by the end.
    fn stream(&mut self, context: &mut Context<'_>) -> Result<Pin<&mut TcpStream>> {
        if self.has_ended || self.end.as_mut().poll(context).is_ready() {
            self.has_ended = true;
            return Err(Error::new(ErrorKind::ConnectionAborted, "the server has stopped"));
        }
        Ok(Pin::new(&mut self.stream))
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<Result<()>> {
        self.stream(context)?.poll_read(context, buffer)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<Result<usize>> {
        self.stream(context)?.poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<Result<usize>> {
        self.stream(context)?.poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<()>> {
        self.stream(context)?.poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

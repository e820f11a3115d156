//! Connections that end with the attempt that accepted them, and of which a client cannot hold any number for any time.

use std::io::{Error, ErrorKind, IoSlice, Result};
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::serve::Listener;
use taskvisor::CancellationToken;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, Sleep, sleep};

/// How many connections are open at once: the event streams, and as many others. Further ones wait to be accepted. Each takes a file
/// descriptor, of which a process often has 1,024, and the tasks of the application need them too.
const MAX_CONNECTIONS: usize = 512;

/// How long a connection may neither receive nor send. A stream without events sends every 10 s, so that only a client that does not
/// read, or that has sent a part of a request, is quiet for longer.
const MAX_SILENCE: Duration = Duration::from_secs(60);

/// A listener whose connections end once its token is canceled.
///
/// axum drives each connection in a task of its own, which outlives the future of the server: without this, a client with an open stream
/// would be served after the task `dashboard` was paused or canceled.
pub(crate) struct Connections {
    listener: TcpListener,
    end: CancellationToken,
    free: Arc<Semaphore>,
}

/// A connection. Reading and writing fail once it has ended, and wake the task that drives it.
pub(crate) struct Connection {
    stream: TcpStream,
    end: Pin<Box<dyn Future<Output = ()> + Send>>,
    silence: Pin<Box<Sleep>>,
    has_ended: bool,
    _permit: Option<OwnedSemaphorePermit>,
}

impl Connections {
    pub(crate) fn new(listener: TcpListener, end: CancellationToken) -> Self {
        Self { listener, end, free: Arc::new(Semaphore::new(MAX_CONNECTIONS)) }
    }
}

impl Listener for Connections {
    type Io = Connection;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Connection, SocketAddr) {
        // `None` only if the semaphore were closed.
        let permit = Arc::clone(&self.free).acquire_owned().await.ok();
        // That of axum, which waits while the process has no file descriptors left.
        let (stream, address) = Listener::accept(&mut self.listener).await;
        let end = Box::pin(self.end.clone().cancelled_owned());
        let silence = Box::pin(sleep(MAX_SILENCE));
        (Connection { stream, end, silence, has_ended: false, _permit: permit }, address)
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
        if self.silence.as_mut().poll(context).is_ready() {
            self.has_ended = true;
            return Err(Error::new(ErrorKind::TimedOut, "the client neither sends nor reads"));
        }
        Ok(Pin::new(&mut self.stream))
    }

    /// Begins to count the silence anew after an operation that has finished.
    fn after<T>(&mut self, result: Poll<T>) -> Poll<T> {
        if result.is_ready() {
            self.silence.as_mut().reset(Instant::now() + MAX_SILENCE);
        }
        result
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<Result<()>> {
        let result = self.stream(context)?.poll_read(context, buffer);
        self.after(result)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<Result<usize>> {
        let result = self.stream(context)?.poll_write(context, bytes);
        self.after(result)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<Result<usize>> {
        let result = self.stream(context)?.poll_write_vectored(context, slices);
        self.after(result)
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

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    async fn listen() -> (Connections, SocketAddr) {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("it listens");
        (Connections::new(listener, CancellationToken::new()), address)
    }

    #[tokio::test(start_paused = true)]
    async fn a_silent_connection_ends() {
        let (mut connections, address) = listen().await;
        let mut client = TcpStream::connect(address).await.expect("it listens");
        let (mut connection, _) = connections.accept().await;
        client.write_all(b"GET").await.expect("it is open");
        connection.read_exact(&mut [0; 3]).await.expect("it has arrived");
        let begun = Instant::now();
        let error = connection.read(&mut [0; 1]).await.expect_err("the rest does not arrive");
        assert_eq!(error.kind(), ErrorKind::TimedOut);
        assert!(begun.elapsed() >= MAX_SILENCE - Duration::from_millis(1), "{:?}", begun.elapsed());
        let unread = vec![0; 64 * 1024];
        assert!(connection.write(&unread).await.is_err(), "it remains closed");
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_does_not_read_is_silent() {
        let (mut connections, address) = listen().await;
        let _client = TcpStream::connect(address).await.expect("it listens");
        let (mut connection, _) = connections.accept().await;
        let chunk = vec![0; 64 * 1024];
        let error = loop {
            if let Err(error) = connection.write(&chunk).await {
                break error;
            }
        };
        assert_eq!(error.kind(), ErrorKind::TimedOut);
    }

    #[tokio::test]
    async fn only_so_many_connections_are_open() {
        let (mut connections, address) = listen().await;
        connections.free = Arc::new(Semaphore::new(1));
        let _clients = [
            TcpStream::connect(address).await.expect("it listens"),
            TcpStream::connect(address).await.expect("the system accepts it"),
        ];
        let (first, _) = connections.accept().await;
        {
            let mut second = std::pin::pin!(connections.accept());
            let is_waiting = poll_fn(|context| Poll::Ready(second.as_mut().poll(context).is_pending()));
            assert!(is_waiting.await, "one is open");
            drop(first);
            second.await;
        }
    }
}

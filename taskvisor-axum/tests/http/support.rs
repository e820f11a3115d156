//! A server on a free port, and a client.

use std::net::SocketAddr;
use std::time::Duration;

use serde::de::DeserializeOwned;
use taskvisor::{Config, Supervisor, SupervisorBuilder, SupervisorHandle};
use taskvisor_axum::{Dashboard, serve};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A supervisor with an installed dashboard that listens.
pub(crate) struct Server {
    pub(crate) supervisor: Supervisor,
    pub(crate) address: SocketAddr,
}

/// An answer as it arrived.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Server {
    pub(crate) async fn start(dashboard: Dashboard) -> Self {
        Self::start_with(dashboard, Supervisor::builder(Config::default())).await
    }

    pub(crate) async fn start_with(dashboard: Dashboard, builder: SupervisorBuilder) -> Self {
        let supervisor = dashboard.install_on(builder).build();
        let task = supervisor.add_task(serve("127.0.0.1:0")).expect("a valid task");
        task.ready().await.expect("it listens");
        let dashboard = supervisor.handle().state::<Dashboard>().expect("it is installed");
        let address = dashboard.address().expect("it listens");
        Self { supervisor, address }
    }

    pub(crate) fn handle(&self) -> SupervisorHandle {
        self.supervisor.handle()
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.request("GET", path, &[], "").await
    }

    /// The body of a successful answer.
    pub(crate) async fn json<T: DeserializeOwned>(&self, path: &str) -> T {
        let answer = self.get(path).await;
        assert_eq!(answer.status, 200, "{path}: {answer:?}");
        answer.json()
    }

    pub(crate) async fn request(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Answer {
        let mut head = format!("{method} {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n", self.address);
        for (name, value) in headers {
            head += &format!("{name}: {value}\r\n");
        }
        head += &format!("content-length: {}\r\n\r\n{body}", body.len());
        self.send(&head).await
    }

    /// Sends a request as it is written.
    pub(crate) async fn send(&self, request: &str) -> Answer {
        exchange(&self.address.to_string(), request).await
    }

    /// Sends the beginning of a request, and closes the connection for writing. Returns once the server has closed it too.
    pub(crate) async fn break_off(&self, request: &str) {
        let mut stream = TcpStream::connect(self.address).await.expect("it listens");
        stream.write_all(request.as_bytes()).await.expect("it reads");
        stream.shutdown().await.expect("it is open");
        stream.read_to_end(&mut Vec::new()).await.expect("it closes the connection");
    }
}

/// Sends a request as it is written, and reads until the server closes the connection.
pub(crate) async fn exchange(address: &str, request: &str) -> Answer {
    let mut stream = TcpStream::connect(address).await.expect("it listens");
    stream.write_all(request.as_bytes()).await.expect("it reads");
    let mut received = Vec::new();
    stream.read_to_end(&mut received).await.expect("it answers");
    Answer::parse(&received)
}

impl Answer {
    fn parse(received: &[u8]) -> Self {
        let text = String::from_utf8_lossy(received);
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
        let is_chunked = head.to_ascii_lowercase().contains("transfer-encoding: chunked");
        let body = if is_chunked { join_chunks(body) } else { body.to_owned() };
        Self { status, head: head.to_owned(), body }
    }

    pub(crate) fn json<T: DeserializeOwned>(&self) -> T {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The value of a header.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().skip(1).filter_map(|line| line.split_once(": "));
        lines.into_iter().find(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }
}

fn join_chunks(mut body: &str) -> String {
    let mut joined = String::new();
    while let Some((size, rest)) = body.split_once("\r\n") {
        let size = usize::from_str_radix(size.trim(), 16).unwrap_or(0);
        if size == 0 {
            break;
        }
        joined += &rest[..size];
        body = rest[size..].trim_start_matches("\r\n");
    }
    joined
}

/// Waits until a condition holds that other threads bring about.
pub(crate) async fn eventually(mut holds: impl FnMut() -> bool) {
    let waiting = async {
        while !holds() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), waiting).await.expect("it holds in the end");
}

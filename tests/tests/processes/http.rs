//! Requests to the examples that serve HTTP.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

const TIMEOUT: Duration = Duration::from_secs(30);

/// The answer to a request.
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// The first line, and the headers.
    pub(crate) head: String,
    pub(crate) body: String,
}

/// A request that was sent, and whose answer was not read yet.
pub(crate) struct Pending(TcpStream);

/// Sends a request, such as `GET /metrics`.
pub(crate) fn send(address: &str, request: &str) -> Pending {
    send_with(address, request, &[])
}

/// Sends a request with these headers, such as `accept: text/html`.
pub(crate) fn send_with(address: &str, request: &str, more: &[&str]) -> Pending {
    let mut stream = TcpStream::connect(address).expect("it listens");
    stream.set_read_timeout(Some(TIMEOUT)).expect("a timeout");
    let headers = format!("host: {address}\r\nconnection: close\r\ncontent-length: 0");
    let more: String = more.iter().map(|header| format!("\r\n{header}")).collect();
    write!(stream, "{request} HTTP/1.1\r\n{headers}{more}\r\n\r\n").expect("sent");
    Pending(stream)
}

impl Pending {
    pub(crate) fn answer(mut self) -> Answer {
        let mut text = String::new();
        self.0.read_to_string(&mut text).expect("an answer");
        let (head, body) = text.split_once("\r\n\r\n").expect("a body");
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
        let status = status.unwrap_or_else(|| panic!("no status in {head}"));
        Answer { status, head: head.to_owned(), body: body.to_owned() }
    }
}

pub(crate) fn request(address: &str, request: &str) -> Answer {
    send(address, request).answer()
}

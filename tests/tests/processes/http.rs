//! Requests to the examples that serve HTTP.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

const TIMEOUT: Duration = Duration::from_secs(30);

/// The answer to a request.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: String,
}

/// A request that was sent, and whose answer was not read yet.
pub(crate) struct Pending(TcpStream);

/// Sends a request, such as `GET /metrics`.
pub(crate) fn send(address: &str, request: &str) -> Pending {
    let mut stream = TcpStream::connect(address).expect("it listens");
    stream.set_read_timeout(Some(TIMEOUT)).expect("a timeout");
    let headers = format!("host: {address}\r\nconnection: close\r\ncontent-length: 0");
    write!(stream, "{request} HTTP/1.1\r\n{headers}\r\n\r\n").expect("sent");
    Pending(stream)
}

impl Pending {
    pub(crate) fn answer(mut self) -> Answer {
        let mut text = String::new();
        self.0.read_to_string(&mut text).expect("an answer");
        let (head, body) = text.split_once("\r\n\r\n").expect("a body");
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
        Answer { status: status.unwrap_or_else(|| panic!("no status in {head}")), body: body.to_owned() }
    }
}

pub(crate) fn request(address: &str, request: &str) -> Answer {
    send(address, request).answer()
}

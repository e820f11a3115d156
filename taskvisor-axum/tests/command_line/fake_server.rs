//! A server with answers that the real one never gives.

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};

/// Answers each request on a connection of its own, until it is dropped.
pub(crate) struct FakeServer {
    address: SocketAddr,
    requests: Arc<Mutex<Vec<Request>>>,
    stopped: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Clone, Debug)]
pub(crate) struct Request {
    /// The method and the path with its query.
    pub(crate) line: String,
    headers: Vec<(String, String)>,
}

/// An answer. `None` closes the connection without one, and with it the server.
pub(crate) type Response = Option<String>;

impl FakeServer {
    /// `answer` takes a request, and how many were before it.
    pub(crate) fn start(answer: impl Fn(&Request, usize) -> Response + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let stopped = Arc::new(AtomicBool::new(false));
        let thread = thread::spawn({
            let (requests, stopped) = (requests.clone(), stopped.clone());
            move || {
                for number in 0.. {
                    let (mut stream, _) = listener.accept().unwrap();
                    if stopped.load(Ordering::SeqCst) {
                        return;
                    }
                    let request = read_request(&stream);
                    requests.lock().unwrap().push(request.clone());
                    let Some(response) = answer(&request, number) else { return };
                    // The program may have read enough.
                    let _ = stream.write_all(response.as_bytes());
                }
            }
        });
        Self { address, requests, stopped, thread: Some(thread) }
    }

    /// A server with the same answer to each request.
    pub(crate) fn answering(response: String) -> Self {
        Self::start(move |_, _| Some(response.clone()))
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }
}

impl Drop for FakeServer {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::SeqCst);
        // Wakes it. It has ended already if it refuses.
        let _ = TcpStream::connect(self.address);
        let result = self.thread.take().map(JoinHandle::join);
        if !thread::panicking() {
            result.unwrap().expect("the server has answered all requests");
        }
    }
}

impl Request {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }
}

fn read_request(stream: &TcpStream) -> Request {
    let mut lines = BufReader::new(stream).lines().map(Result::unwrap).take_while(|line| !line.is_empty());
    let line = lines.next().unwrap_or_default();
    let headers = lines
        .filter_map(|line| {
            line.split_once(':').map(|(name, value)| (name.to_owned(), value.trim().to_owned()))
        })
        .collect();
    Request { line: line.trim_end_matches(" HTTP/1.1").to_owned(), headers }
}

pub(crate) fn response(status: &str, media_type: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 {status}\r\ncontent-type: {media_type}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    )
}

pub(crate) fn json(body: &str) -> String {
    response("200 OK", "application/json", body)
}

/// A stream that breaks after its last message.
pub(crate) fn stream(body: &str) -> String {
    format!("HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n{body}")
}

//! `GET /tasks` and `/status` with 1,000 and 10,000 tasks.
//!
//! Each request is measured twice: as a call of the router, which includes the snapshot and its JSON, and as a request on a kept connection
//! over the loopback device. The share of the JSON is that of serializing the same answer again. `tasks()` is the list of the supervisor
//! without its histories, from which the answer is made.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::Request;
use serde::Serialize;
use serde::de::DeserializeOwned;
use taskvisor::{Config, SupervisorHandle};
use taskvisor_axum::answer::{StatusAnswer, TaskListAnswer};
use tower::ServiceExt;

use crate::setup::{Past, add_tasks, listen, with_dashboard};

const ROUNDS: usize = 21;
const PAGE: usize = 1_000;
/// As many as the page names in one request.
const NAMED: usize = 60;

/// The requests for one answer: several for a list of more than one page.
struct Question {
    name: &'static str,
    paths: Vec<String>,
    /// Parses an answer, and returns a function that serializes it again.
    serializer: fn(&[u8]) -> Box<dyn Fn() -> usize + Send>,
}

pub fn measure() {
    println!("\nANSWERS: medians of {ROUNDS} rounds");
    let head = ["tasks", "history", "request", "KB", "router", "of it JSON", "tasks()", "loopback"];
    print_row(&head.map(str::to_owned));
    for tasks in [1_000, 10_000] {
        for past in Past::ALL {
            let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
            runtime
                .expect("a runtime")
                .block_on(async { tokio::spawn(measure_with(tasks, past)).await })
                .expect("no panic");
        }
    }
}

async fn measure_with(tasks: usize, past: Past) {
    let supervisor = with_dashboard(Config::default());
    add_tasks(&supervisor, tasks, past).await;
    let address = listen(&supervisor).await;
    let router = taskvisor_axum::router(supervisor.handle());
    for question in questions(tasks) {
        let mut connection = Connection::open(address);
        let mut serializers = Vec::new();
        let mut bytes = 0;
        for path in &question.paths {
            let answer = ask(&router, path).await;
            bytes += answer.len();
            serializers.push((question.serializer)(&answer));
        }
        let (mut called, mut json, mut listed, mut requested) =
            (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            let started = Instant::now();
            for path in &question.paths {
                assert!(!ask(&router, path).await.is_empty());
            }
            called.push(started.elapsed());
            json.push(time(|| serializers.iter().for_each(|serialize| assert!(serialize() > 0))));
            listed.push(time(|| question.paths.iter().for_each(|_| list(&supervisor.handle()))));
            let paths = question.paths.clone();
            let reading = tokio::task::spawn_blocking(move || {
                let taken = time(|| assert!(paths.iter().all(|path| connection.get(path) > 0)));
                (connection, taken)
            });
            let (returned, taken) = reading.await.expect("no panic");
            connection = returned;
            requested.push(taken);
        }
        let called = median(called);
        let part = |times| format!("{:.0} %", 100.0 * median(times).as_secs_f64() / called.as_secs_f64());
        print_row(&[
            tasks.to_string(),
            past.name().to_owned(),
            question.name.to_owned(),
            (bytes / 1000).to_string(),
            text(called),
            part(json),
            part(listed),
            text(median(requested)),
        ]);
    }
    supervisor.shutdown().await.expect("no task is stuck");
}

fn questions(tasks: usize) -> Vec<Question> {
    // The name of the page before is the cursor.
    let page = |first: usize| match first {
        0 => format!("/tasks?limit={PAGE}"),
        _ => format!("/tasks?limit={PAGE}&cursor=after:task-{:05}", first - 1),
    };
    let names: Vec<_> =
        (0..NAMED).map(|number| format!("name=task-{:05}", number * (tasks / NAMED))).collect();
    let serializer = serializer::<TaskListAnswer>;
    vec![
        Question { name: "tasks, all", paths: (0..tasks).step_by(PAGE).map(page).collect(), serializer },
        Question { name: "tasks?limit=100", paths: vec!["/tasks".to_owned()], serializer },
        Question {
            name: "tasks, 60 by name",
            paths: vec![format!("/tasks?{}", names.join("&"))],
            serializer,
        },
        Question { name: "status", paths: vec!["/status".to_owned()], serializer: serializer_of_status },
    ]
}

fn serializer<T: Serialize + DeserializeOwned + Send + 'static>(
    answer: &[u8],
) -> Box<dyn Fn() -> usize + Send> {
    let answer: T = serde_json::from_slice(answer).expect("the documented answer");
    Box::new(move || serde_json::to_vec(&answer).expect("it was JSON").len())
}

fn serializer_of_status(answer: &[u8]) -> Box<dyn Fn() -> usize + Send> {
    serializer::<StatusAnswer>(answer)
}

fn list(supervisor: &SupervisorHandle) {
    assert!(!supervisor.tasks().is_empty());
}

async fn ask(router: &Router, path: &str) -> axum::body::Bytes {
    let request = Request::get(path).body(Body::empty()).expect("a valid path");
    let response = router.clone().oneshot(request).await.expect("infallible");
    assert_eq!(response.status(), 200, "{path}");
    to_bytes(response.into_body(), usize::MAX).await.expect("the body is complete")
}

/// A connection that is kept.
struct Connection {
    reader: BufReader<TcpStream>,
    body: Vec<u8>,
}

impl Connection {
    fn open(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).expect("it listens");
        stream.set_nodelay(true).expect("a socket");
        Self { reader: BufReader::with_capacity(1 << 16, stream), body: Vec::new() }
    }

    /// The length of the body.
    fn get(&mut self, path: &str) -> usize {
        let request = format!("GET {path} HTTP/1.1\r\nhost: localhost\r\n\r\n");
        self.reader.get_mut().write_all(request.as_bytes()).expect("sent");
        let mut length = 0;
        loop {
            let mut line = String::new();
            self.reader.read_line(&mut line).expect("an answer");
            if let Some(value) = line.strip_prefix("content-length: ") {
                length = value.trim_end().parse().expect("a length");
            }
            if line == "\r\n" {
                break;
            }
        }
        self.body.resize(length, 0);
        self.reader.read_exact(&mut self.body).expect("a body");
        length
    }
}

fn time(work: impl FnOnce()) -> Duration {
    let started = Instant::now();
    work();
    started.elapsed()
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

fn text(time: Duration) -> String {
    format!("{:.2} ms", time.as_secs_f64() * 1e3)
}

fn print_row(cells: &[String; 8]) {
    let [tasks, history, request, rest @ ..] = cells;
    print!("{tasks:>7} {history:<13} {request:<18}");
    rest.iter().for_each(|cell| print!(" {cell:>11}"));
    println!();
}

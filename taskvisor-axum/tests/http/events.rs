//! `GET /events`, as a client receives it.

use std::net::SocketAddr;
use std::time::Duration;

use taskvisor::{Config, Supervisor, TaskContext, TaskFn, TaskSpec};
use taskvisor_axum::Dashboard;
use taskvisor_axum::answer::{ErrorAnswer, ErrorCode, EventAnswer, MissedAnswer};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};

use crate::phases::endless;
use crate::support::Server;

/// One message of a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Message {
    id: String,
    event: Option<String>,
    data: String,
}

/// An open stream.
struct Client {
    connection: TcpStream,
    head: String,
    /// What has arrived and is not decoded yet.
    encoded: Vec<u8>,
    /// The text of the stream that is not read yet.
    text: String,
    has_ended: bool,
    /// The latest id, also of a message without data.
    last_id: String,
}

impl Client {
    async fn connect(server: &Server, query: &str, last_event_id: Option<&str>) -> Self {
        Self::connect_to(server.address, query, last_event_id).await
    }

    async fn connect_to(address: SocketAddr, query: &str, last_event_id: Option<&str>) -> Self {
        // The smallest buffer that the system allows: a client that does not read soon holds up its connection.
        let socket = TcpSocket::new_v4().expect("a socket");
        socket.set_recv_buffer_size(1).expect("a size");
        let mut connection = socket.connect(address).await.expect("it listens");
        let header = last_event_id.map(|id| format!("last-event-id: {id}\r\n")).unwrap_or_default();
        let request = format!("GET /events{query} HTTP/1.1\r\nhost: x\r\n{header}\r\n");
        connection.write_all(request.as_bytes()).await.expect("it reads");
        let mut client = Self {
            connection,
            head: String::new(),
            encoded: Vec::new(),
            text: String::new(),
            has_ended: false,
            last_id: String::new(),
        };
        loop {
            if let Some(end) = position(&client.encoded, b"\r\n\r\n") {
                let head: Vec<_> = client.encoded.drain(..end + 4).collect();
                client.head = String::from_utf8(head).expect("a head is text");
                break;
            }
            client.receive().await;
        }
        assert!(client.head.starts_with("HTTP/1.1 200 "), "{}", client.head);
        // The first lines: then the server has noted the position.
        let first = client.block().await.expect("it begins");
        assert!(first.starts_with("retry: 1000\nid: "), "{first}");
        client.last_id = first["retry: 1000\nid: ".len()..].to_owned();
        client
    }

    async fn receive(&mut self) {
        let received = self.connection.read_buf(&mut self.encoded);
        let received = tokio::time::timeout(Duration::from_secs(60), received).await;
        let length = received.expect("it goes on").expect("it is connected");
        assert!(length > 0, "the stream was cut off after {:?}", self.text);
    }

    /// The text up to the next empty line. `None` at the end of the stream, which the server has to send.
    async fn block(&mut self) -> Option<String> {
        loop {
            if let Some((block, rest)) = self.text.split_once("\n\n") {
                let (block, rest) = (block.to_owned(), rest.to_owned());
                self.text = rest;
                return Some(block);
            }
            if self.has_ended {
                assert_eq!(self.text, "", "a message was cut off");
                return None;
            }
            if !self.decode() {
                self.receive().await;
            }
        }
    }

    /// Decodes one chunk of the connection, if it is complete.
    fn decode(&mut self) -> bool {
        let Some(line) = position(&self.encoded, b"\r\n") else { return false };
        let size = std::str::from_utf8(&self.encoded[..line]).expect("a size is text");
        let size = usize::from_str_radix(size, 16).expect("a size is a number");
        if self.encoded.len() < line + 2 + size + 2 {
            return false;
        }
        self.text += std::str::from_utf8(&self.encoded[line + 2..line + 2 + size]).expect("it is text");
        self.encoded.drain(..line + 2 + size + 2);
        self.has_ended = size == 0;
        true
    }

    /// The next message with data.
    async fn next(&mut self) -> Option<Message> {
        loop {
            let block = self.block().await?;
            if block == ":" {
                continue;
            }
            let field = |name: &str| {
                block.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": ")).map(str::to_owned)
            };
            let id = field("id").expect("each message has an id");
            self.last_id.clone_from(&id);
            return Some(Message { id, event: field("event"), data: field("data").expect("it has data") });
        }
    }

    /// The messages up to the first one of this kind.
    async fn until(&mut self, kind: &str) -> Vec<Message> {
        let mut messages = Vec::new();
        while let Some(message) = self.next().await {
            let found = message.event.is_none() && message.answer().kind == kind;
            messages.push(message);
            if found {
                return messages;
            }
        }
        panic!("the stream has ended before `{kind}`: {messages:?}");
    }

    /// All messages up to the end of the stream.
    async fn rest(&mut self) -> Vec<Message> {
        let mut messages = Vec::new();
        while let Some(message) = self.next().await {
            messages.push(message);
        }
        messages
    }
}

impl Message {
    fn answer(&self) -> EventAnswer {
        let answer: EventAnswer = serde_json::from_str(&self.data).expect("it is an event");
        assert_eq!(answer.id, self.id);
        answer
    }

    fn number(&self) -> u64 {
        self.id.rsplit_once('-').expect("it has a number").1.parse().expect("it has a number")
    }
}

fn position(bytes: &[u8], part: &[u8]) -> Option<usize> {
    bytes.windows(part.len()).position(|window| window == part)
}

async fn run_once(server: &Server, name: &'static str) {
    let task = TaskFn::arc(name, || async { Ok(()) });
    let task = server.handle().add_task(TaskSpec::once(task)).expect("a valid task");
    task.outcome().await;
}

/// The kinds of the events of one task.
fn kinds(messages: &[Message], task: &str) -> Vec<String> {
    let answers = messages.iter().map(Message::answer);
    answers.filter(|answer| answer.task.as_deref() == Some(task)).map(|answer| answer.kind).collect()
}

#[tokio::test]
async fn events_arrive_in_order_with_their_ids() {
    let server = Server::start(Dashboard::new()).await;
    let mut client = Client::connect(&server, "", None).await;
    let head = client.head.to_ascii_lowercase();
    for header in ["content-type: text/event-stream", "cache-control: no-store", "x-accel-buffering: no"] {
        assert!(head.contains(&format!("\r\n{header}\r\n")), "{header}: {head}");
    }
    run_once(&server, "<script>").await;
    let messages = client.until("removed").await;
    assert_eq!(kinds(&messages, "<script>"), ["added", "started", "succeeded", "ended", "removed"]);
    let numbers: Vec<_> = messages.iter().map(Message::number).collect();
    assert!(numbers.windows(2).all(|pair| pair[0] + 1 == pair[1]), "{numbers:?}");
    let succeeded = messages.iter().map(Message::answer).find(|answer| answer.kind == "succeeded");
    let succeeded = succeeded.expect("it has succeeded");
    assert_eq!((succeeded.version, succeeded.attempt), (1, Some(1)));
    assert!(succeeded.text.starts_with("succeeded attempt=1 ran="), "{}", succeeded.text);
}

#[tokio::test]
async fn a_client_that_reconnects_misses_nothing() {
    let server = Server::start(Dashboard::new()).await;
    let client = Client::connect(&server, "", None).await;
    // It loses the connection before it has received a message.
    let first = client.last_id.clone();
    drop(client);
    for name in ["one", "two", "three"] {
        run_once(&server, name).await;
    }
    let mut client = Client::connect(&server, "", Some(&first)).await;
    let mut messages = Vec::new();
    while kinds(&messages, "three").last().is_none_or(|kind| kind != "removed") {
        messages.push(client.next().await.expect("it goes on"));
    }
    for (index, message) in messages.iter().enumerate() {
        let expected = &messages[index + 1..];
        let by_parameter = format!("?after={}", message.id);
        for (query, header) in [
            ("", Some(message.id.as_str())),
            (by_parameter.as_str(), None),
            // A browser reconnects to the address with which it began: the header is newer.
            ("?after=start", Some(message.id.as_str())),
            ("?after=unreadable", Some(message.id.as_str())),
        ] {
            let mut client = Client::connect(&server, query, header).await;
            assert_eq!(client.last_id, message.id);
            for expected in expected {
                assert_eq!(client.next().await.as_ref(), Some(expected));
            }
        }
    }
    // An empty header is none.
    let mut client = Client::connect(&server, "?after=start", Some("")).await;
    let kept = client.until("ended").await;
    assert_eq!(kept[0].number(), 1);
}

#[tokio::test]
async fn events_that_are_not_kept_are_counted() {
    let server = Server::start(Dashboard::new().with_event_ring(3)).await;
    let first = Client::connect(&server, "?after=start", None).await.last_id;
    for _ in 0..20 {
        run_once(&server, "ping").await;
    }
    // The subscriber has handled them all.
    let mut client = Client::connect(&server, "", Some(&first)).await;
    let mut cursor: u64 = first.rsplit_once('-').expect("it has a number").1.parse().expect("a number");
    let (mut missed_in_all, mut removed) = (0, 0);
    while removed == 0 || missed_in_all == 0 {
        let message = client.next().await.expect("it goes on");
        if message.event.as_deref() == Some("missed") {
            let missed: MissedAnswer = serde_json::from_str(&message.data).expect("it is a gap");
            cursor += missed.missed;
            missed_in_all += missed.missed;
        } else {
            cursor += 1;
            removed += u64::from(message.answer().kind == "removed");
        }
        assert_eq!(message.number(), cursor, "{message:?}");
    }
}

#[tokio::test]
async fn bad_ids_and_parameters_are_refused() {
    let server = Server::start(Dashboard::new()).await;
    let client = Client::connect(&server, "", None).await;
    let (run, _) = client.last_id.rsplit_once('-').expect("an id has a number");
    let beyond = format!("{run}-1000000");
    let cases = [
        ("", "42", 400, ErrorCode::BadEventId, "such as `"),
        ("", "run 1", 400, ErrorCode::BadEventId, "the header `last-event-id`"),
        ("", beyond.as_str(), 400, ErrorCode::BadEventId, "the newest one is `"),
        ("", "cafe-1", 410, ErrorCode::OtherRun, "without an id"),
        ("?after=", "", 400, ErrorCode::BadEventId, "the parameter `after`"),
        ("?after=%0a", "", 400, ErrorCode::BadEventId, "the parameter `after`"),
        ("?after=cafe-1", "", 410, ErrorCode::OtherRun, "`cafe-1`"),
        ("?after=start&after=start", "", 400, ErrorCode::BadParameter, "twice"),
        ("?since=start", "", 400, ErrorCode::BadParameter, "`since`"),
        ("?limit=5", "cafe-1", 400, ErrorCode::BadParameter, "`limit`"),
    ];
    for (query, id, status, code, part) in cases {
        let answer = server.request("GET", &format!("/events{query}"), &[("last-event-id", id)], "").await;
        let error = answer.json::<ErrorAnswer>().error;
        assert_eq!((answer.status, error.code), (status, code), "{query} {id}");
        assert!(error.message.contains(part), "{}", error.message);
        if code == ErrorCode::BadParameter && query != "?after=start&after=start" {
            assert_eq!(error.allowed, ["after"]);
        }
    }
    let long = "x".repeat(5000);
    let answer = server.request("GET", "/events", &[("last-event-id", &long)], "").await;
    assert_eq!(answer.status, 400);
    assert!(answer.body.len() < 500, "{}", answer.body);
}

#[tokio::test]
async fn streams_end_at_the_shutdown_and_can_be_resumed() {
    let server = Server::start(Dashboard::new()).await;
    let slow = TaskFn::arc("slow", |ctx: TaskContext| async move {
        ctx.cancelled().await;
        std::future::pending().await
    });
    let slow = server.handle().add_task(TaskSpec::once(slow)).expect("a valid task");
    slow.started().await.expect("it runs");
    server.handle().add_task(endless("quick")).expect("a valid task").started().await.expect("it runs");
    let mut client = Client::connect(&server, "?after=start", None).await;
    server.handle().stop();
    let messages = client.rest().await;
    assert_eq!(messages.last().map(|message| message.answer().kind).as_deref(), Some("shutdown_requested"));

    // `slow` holds the shutdown up. A client that comes back receives what is new, and again the end.
    let mut ended = Vec::new();
    while ended.is_empty() {
        let mut client = Client::connect(&server, "", Some(&client.last_id)).await;
        ended = kinds(&client.rest().await, "quick");
        ended.retain(|kind| kind == "ended");
    }
    assert!(Client::connect(&server, "", None).await.rest().await.is_empty());
    assert!(slow.status().stopping);
}

#[tokio::test]
async fn slow_readers_hold_up_neither_tasks_nor_the_shutdown() {
    let server = Server::start(Dashboard::new().with_event_ring(500)).await;
    let mut readers = Vec::new();
    for _ in 0..100 {
        readers.push(Client::connect(&server, "", None).await);
    }
    // More than the buffers of a connection hold, for each reader.
    let busy = TaskFn::arc("busy", || async {
        tokio::task::yield_now().await;
        Err("x".repeat(1000).into())
    });
    let busy = TaskSpec::on_failure(busy).with_backoff(taskvisor::BackoffPolicy::constant(Duration::ZERO));
    let busy = server.handle().add_task(busy.with_max_retries(2_000)).expect("a valid task");
    assert!(busy.outcome().await.is_failed());
    // One that reads is served meanwhile.
    let mut client = Client::connect(&server, "?after=start", None).await;
    client.until("gave_up").await;

    let report = server.supervisor.shutdown().await.expect("it ends");
    assert!(report.stuck.is_empty() && report.undrained_subscribers.is_empty(), "{report}");
    assert_eq!(report.aborted, 0, "the server has stopped within the grace: {report}");
    assert_eq!(
        client.rest().await.last().map(|last| last.answer().kind).as_deref(),
        Some("shutdown_requested")
    );
    drop(readers);
}

#[tokio::test]
async fn too_many_streams_are_refused() {
    let server = Server::start(Dashboard::new()).await;
    let mut clients = Vec::new();
    for _ in 0..256 {
        clients.push(Client::connect(&server, "", None).await);
    }
    let answer = server.get("/events").await;
    assert_eq!((answer.status, answer.json::<ErrorAnswer>().error.code), (503, ErrorCode::TooManyStreams));
    // The other paths are answered.
    assert_eq!(server.get("/status").await.status, 200);
    // The server notices the connection that is gone, without an event.
    clients.pop();
    while server.request("HEAD", "/events", &[], "").await.status != 200 {}
    Client::connect(&server, "", None).await;
}

#[tokio::test]
async fn a_supervisor_that_ends_by_itself_ends_its_streams() {
    let supervisor = Dashboard::new().install_on(Supervisor::builder(Config::default())).build();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("it listens");
    let routes = taskvisor_axum::router(supervisor.handle());
    let serving = tokio::spawn(async move { axum::serve(listener, routes).await });
    let (release, released) = tokio::sync::oneshot::channel::<()>();
    let released = std::sync::Mutex::new(Some(released));
    let task = TaskFn::arc("only", move || {
        let released = released.lock().expect("no panic").take();
        async move {
            let _ = released.expect("one attempt").await;
            Ok(())
        }
    });
    let running = supervisor.run(vec![TaskSpec::once(task)]);
    let reading = async {
        let mut client = Client::connect_to(address, "?after=start", None).await;
        release.send(()).expect("it waits");
        client.rest().await
    };
    let (report, messages) = tokio::join!(running, reading);
    assert_eq!(report.expect("it ends").completed, 1);
    let kinds: Vec<_> = messages.iter().map(|message| message.answer().kind).collect();
    assert_eq!(kinds.last().map(String::as_str), Some("stopped"), "{kinds:?}");
    serving.abort();
}

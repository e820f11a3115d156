//! `openapi.json` is up to date, and describes every answer of a real application.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;
use std::{env, fs, thread};

use serde_json::Value;
use taskvisor::{
    App, ControllerSpec, Operation, Readiness, Ready, State, SupervisorHandle, TaskContext, TaskFn, TaskSpec,
};
use taskvisor_axum::answer::{JobListAnswer, StatusAnswer};
use taskvisor_axum::{ControlRequest, Dashboard, router, serve};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::description::{COMMITTED, Client, Description};
use crate::phases::{add_all, endless};
use crate::support::{Answer, eventually};

#[test]
fn the_committed_file_is_up_to_date() {
    let generated = taskvisor_axum::openapi();
    if env::var_os("BLESS").is_some() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("openapi.json");
        fs::write(path, &generated).expect("it is writable");
        return;
    }
    // Not the texts: the order of the keys depends on the features of `serde_json` that other crates turn on.
    let [committed, generated] =
        [COMMITTED, &generated].map(|text| serde_json::from_str::<Value>(text).expect("JSON"));
    assert!(
        committed == generated,
        "`openapi.json` is out of date: run this test with `BLESS=1`, and commit the file"
    );
}

/// Opened once by the test.
#[derive(Default)]
struct Gate(Mutex<bool>, Condvar);

impl Gate {
    fn open(&self) {
        *self.0.lock().expect("no panic") = true;
        self.1.notify_all();
    }

    /// Blocks the thread until the gate is open.
    fn block(&self) {
        let opened = self.0.lock().expect("no panic");
        drop(self.1.wait_while(opened, |opened| !*opened).expect("no panic"));
    }
}

/// More events than the shutdown publishes, and fewer than all.
const EVENT_RING: usize = 150;

/// What the application passes to the test.
static STARTED: Mutex<Option<(SupervisorHandle, SocketAddr)>> = Mutex::new(None);

/// Whether the metrics panic.
static PANICS: AtomicBool = AtomicBool::new(false);

/// Permits everything but `restart`.
fn permit(request: &ControlRequest<'_>) -> Option<String> {
    (request.action() != Operation::Restart).then(|| "test".to_owned())
}

/// An application: only one has a description, and a watchdog.
#[taskvisor::main(worker_threads = 4)]
async fn application(app: &mut App) {
    let dashboard = Dashboard::new()
        .with_controls(permit)
        .with_metrics(|| {
            assert!(!PANICS.load(Ordering::SeqCst), "of the test");
            "up 1\n".to_owned()
        })
        .with_event_ring(EVENT_RING);
    let late =
        TaskFn::arc("late", |ctx: TaskContext, ready: Ready, dashboard: State<Dashboard>| async move {
            while dashboard.address().is_none() {
                tokio::task::yield_now().await;
            }
            let address = dashboard.address().expect("it listens");
            *STARTED.lock().expect("no panic") = Some((ctx.supervisor(), address));
            // The test restarts it once it has seen the start.
            if ctx.attempt() > 1 {
                ready.notify();
            }
            ctx.cancelled().await;
            Ok(())
        });
    dashboard
        .install(app)
        .task(serve("127.0.0.1:0"))
        .task(TaskSpec::on_failure(late).with_ready(Readiness::Notify));
}

#[tokio::test]
async fn every_answer_is_as_described() {
    let running = thread::spawn(application);
    eventually(|| STARTED.lock().expect("no panic").is_some()).await;
    let (supervisor, address) = STARTED.lock().expect("no panic").take().expect("it has started");
    let mut client = Client { address, description: Description::committed() };

    start(&mut client, &supervisor).await;
    let gate = Arc::new(Gate::default());
    blocked(&mut client, &supervisor, &gate).await;
    add_all(&supervisor).await;
    read(&mut client, &supervisor).await;
    refuse(&mut client).await;
    PANICS.store(true, Ordering::SeqCst);
    client.get("/metrics", "/metrics", 500).await;
    control(&mut client).await;
    streams(&mut client).await;
    not_installed(&mut client).await;
    gate.open();
    end(&mut client, &supervisor).await;
    running.join().expect("it does not panic");
    assert_eq!(client.description.unseen(), [""; 0]);
    assert_eq!(client.description.undescribed(), [""; 0]);
}

/// The start, which `late` holds up.
async fn start(client: &mut Client, supervisor: &SupervisorHandle) {
    for path in ["/health/started", "/health/ready"] {
        client.get(path, path, 503).await;
    }
    client.get("/health/live", "/health/live", 200).await;
    let status: StatusAnswer = client.get("/status", "/status", 200).await.json();
    // It says what is missing.
    let text = "STARTING: `late` is not ready until its attempt calls `ready.notify()`";
    assert_eq!(status.text, text);
    supervisor.restart("late").expect("it runs");
    eventually(|| supervisor.health().started).await;
    for path in ["/health/started", "/health/ready"] {
        client.get(path, path, 200).await;
    }
}

/// A critical task that blocks its thread, and another one that is stuck.
async fn blocked(client: &mut Client, supervisor: &SupervisorHandle, gate: &Arc<Gate>) {
    let blocking = |name: &'static str| {
        let gate = Arc::clone(gate);
        TaskSpec::once(TaskFn::shared(name, move || {
            let gate = Arc::clone(&gate);
            async move {
                gate.block();
                Ok(())
            }
        }))
    };
    let critical = blocking("blocked").with_critical(true).with_heartbeat(Duration::from_millis(10));
    supervisor.add_task(critical).expect("a valid task");
    let stuck = supervisor.add_task(blocking("stuck")).expect("a valid task");
    eventually(|| stuck.status().phase.is_running()).await;
    stuck.cancel_with_grace(Duration::ZERO);
    stuck.outcome().await;
    assert!(stuck.status().phase.is_stuck());
    eventually(|| !supervisor.health().live).await;
    client.get("/health/live", "/health/live", 503).await;
}

async fn read(client: &mut Client, supervisor: &SupervisorHandle) {
    let short = ControllerSpec::queue(TaskSpec::once(TaskFn::arc("short", || async { Ok(()) })));
    supervisor.submit(short.with_slot("tenant-2")).expect("a valid job").outcome().await;
    eventually(|| !supervisor.recent_jobs().is_empty()).await;
    for path in ["/", "/status", "/slots", "/graph", "/model", "/metrics", "/openapi.json", "/tasks", "/jobs"]
    {
        client.get(path, path, 200).await;
    }
    for query in ["attempts=true", "limit=2", "phase=stuck", "contains=o&name=running&name=once"] {
        client.get("/tasks", &format!("/tasks?{query}"), 200).await;
    }
    for name in ["crash_loop", "waiting", "waited_for", "workers", "workers%2F0", "gave_up", "stuck", "late"]
    {
        client.get("/tasks/{name}", &format!("/tasks/{name}"), 200).await;
    }
    let jobs: JobListAnswer = client.get("/jobs", "/jobs?limit=1", 200).await.json();
    for id in [jobs.live[0].id, jobs.ended[0].id] {
        client.get("/jobs/{id}", &format!("/jobs/{id}"), 200).await;
    }
}

async fn refuse(client: &mut Client) {
    client.get("/tasks", "/tasks?limit=0", 400).await;
    client.get("/tasks", "/tasks?cursor=x", 400).await;
    client.get("/tasks/{name}", "/tasks/%FF", 400).await;
    client.get("/tasks/{name}", "/tasks/nothing", 404).await;
    client.get("/jobs", "/jobs?limit=x", 400).await;
    client.get("/jobs/{id}", "/jobs/%FF", 400).await;
    client.get("/jobs/{id}", "/jobs/0", 404).await;
    client.get("/events", "/events?before=1", 400).await;
    client.get("/events", "/events?after=x", 400).await;
    client.get("/events", "/events?after=0123abcd-7", 410).await;
    client.refused("GET", "/nothing", 404).await;
    client.refused("POST", "/tasks", 405).await;
    client.refused("GET", "/tasks/running/pause", 405).await;
}

async fn control(client: &mut Client) {
    const HEADER: &[&str] = &["taskvisor-control: 1"];
    for action in ["pause", "resume", "pause_after_attempt", "trigger", "cancel"] {
        client.post(&format!("/tasks/workers/{action}"), HEADER, "{}", 200).await;
    }
    client.post("/tasks/%FF/pause", HEADER, "", 400).await;
    client.post("/tasks/running/pause", HEADER, "[]", 400).await;
    client.post("/tasks/running/pause", &[], "", 403).await;
    client.post("/tasks/running/restart", HEADER, "", 403).await;
    client.post("/tasks/nothing/pause", HEADER, "", 404).await;
    client.post("/tasks/running/explode", HEADER, "", 404).await;
    client.post("/tasks/running/start", HEADER, "", 409).await;
    client.post("/tasks/running/pause", HEADER, &" ".repeat(2_000), 413).await;
}

/// As many streams as there may be, and one more.
async fn streams(client: &mut Client) {
    const MAX_STREAMS: usize = 256;
    let mut open = Vec::new();
    for _ in 0..MAX_STREAMS {
        let mut stream = TcpStream::connect(client.address).await.expect("it listens");
        let request = format!("GET /events HTTP/1.1\r\nhost: {}\r\n\r\n", client.address);
        stream.write_all(request.as_bytes()).await.expect("it reads");
        let mut first = [0; 12];
        stream.read_exact(&mut first).await.expect("it answers");
        assert_eq!(&first, b"HTTP/1.1 200");
        open.push(stream);
    }
    client.get("/events", "/events", 503).await;
}

/// Another server, without an installed dashboard.
async fn not_installed(client: &mut Client) {
    let supervisor = taskvisor::Supervisor::default();
    supervisor.add_task(endless("work")).expect("a valid task");
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("it is bound");
    let server = axum::serve(listener, router(supervisor.handle()));
    let serving = tokio::spawn(async move { server.await });
    let installed = std::mem::replace(&mut client.address, address);
    for path in ["/events", "/metrics", "/model"] {
        client.get(path, path, 404).await;
    }
    for path in ["/status", "/tasks", "/jobs", "/slots", "/graph"] {
        client.get(path, path, 200).await;
    }
    client.post("/tasks/work/pause", &["taskvisor-control: 1"], "", 405).await;
    client.address = installed;
    serving.abort();
}

/// A stream that has missed the beginning, up to its end.
async fn end(client: &mut Client, supervisor: &SupervisorHandle) {
    for _ in 0..EVENT_RING / 4 {
        let brief = TaskSpec::once(TaskFn::arc("brief", || async { Ok(()) }));
        supervisor.add_task(brief).expect("its name is free").outcome().await;
    }
    let status: StatusAnswer = client.get("/status", "/status", 200).await.json();
    let mut stream = TcpStream::connect(client.address).await.expect("it listens");
    let path = format!("/events?after={}-1", status.run);
    let request = format!("GET {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n\r\n", client.address);
    stream.write_all(request.as_bytes()).await.expect("it reads");
    let mut received = Vec::new();
    while !String::from_utf8_lossy(&received).contains("event: missed") {
        assert_ne!(stream.read_buf(&mut received).await.expect("it sends"), 0, "{received:?}");
    }
    supervisor.stop();
    stream.read_to_end(&mut received).await.expect("it ends the stream");
    let text = String::from_utf8_lossy(&received);
    let (head, body) = text.split_once("\r\n\r\n").expect("an answer");
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    let answer = Answer { status: 200, head: head.to_owned(), body: body.to_owned() };
    client.description.check("GET", "/events", &answer);
    // Each message is within one chunk.
    for message in body.split("\n\n") {
        let field = |name: &str| message.lines().find_map(|line| line.strip_prefix(name));
        let Some(data) = field("data: ") else { continue };
        let schema = if field("event: ") == Some("missed") { "MissedAnswer" } else { "EventAnswer" };
        client.description.check_message(schema, data);
    }
    assert!(body.contains("\"kind\":\"shutdown_requested\""), "{body}");
}

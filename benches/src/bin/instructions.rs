//! How many instructions the hot paths take, counted by callgrind: the same on a busy machine as on an idle one.
//!
//! `cargo run --release --manifest-path benches/Cargo.toml --bin instructions -- [check | write]`
//!
//! Without an argument it prints; `write` keeps the figures in `benches/instructions.txt`, and `check` fails if one is more
//! than 3 % above what is kept there. It needs `valgrind`. The figures are those of one compiler, allocator and machine
//! architecture: after a change of those, write them anew before a change of the code.
//!
//! Each path is run twice, the second time with more operations; what is counted is the difference, so that starting a
//! process and a runtime is left out. Everything runs on one thread: what is counted is the work, not who waits for whom.

use std::fmt::Write as _;
use std::future::{Future, poll_fn};
use std::hint::black_box;
use std::process::{Command, ExitCode};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::task::Poll;

use taskvisor::{
    BackoffPolicy, CancellationToken, Config, ControllerConfig, ControllerSpec, Event, RestartPolicy,
    Subscribe, Supervisor, TaskError, TaskFn, TaskSpec, job,
};

const FEW: u64 = 500;
const MANY: u64 = 2_500;
const KEPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/instructions.txt");
const TOLERANCE: f64 = 1.03;

/// A hot path: what it is called, and how it is run so many times.
type HotPath = (&'static str, fn(u64));

const PATHS: [HotPath; 10] = [
    ("raw one-shot (spawn, child token, await)", raw),
    ("one-shot", one_shot),
    ("one-shot of a burst, formatted name", burst),
    ("one-shot with one subscriber, five events", observed),
    ("restart", restart),
    ("submit to an idle slot", submit_idle),
    ("submit to one of 64 slots, queued", submit_queued),
    ("job with a value, one of 64 slots, queued", submit_job),
    ("cancel of a task that waits on its token", cancel),
    ("listing of one task among 1,000", list),
];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => report(|counted| print!("{counted}")),
        ["write"] => report(|counted| std::fs::write(KEPT, counted).expect("it can be written")),
        ["check"] => check(),
        ["run", path, times] => {
            let (path, times) = (path.parse::<usize>(), times.parse());
            let (_, run) = PATHS[path.expect("a number")];
            run(times.expect("a number"));
            ExitCode::SUCCESS
        }
        _ => {
            eprintln!("usage: instructions [check | write]");
            ExitCode::FAILURE
        }
    }
}

fn report(say: impl FnOnce(String)) -> ExitCode {
    let counted = (0..PATHS.len()).fold(String::new(), |mut table, path| {
        writeln!(table, "{:>7}  {}", count(path), PATHS[path].0).expect("a string takes everything");
        table
    });
    say(counted);
    ExitCode::SUCCESS
}

fn check() -> ExitCode {
    let kept = std::fs::read_to_string(KEPT).expect("`write` made it");
    let mut slower = 0;
    for (path, (name, _)) in PATHS.iter().enumerate() {
        let line = kept.lines().find_map(|line| line.trim_start().strip_suffix(name));
        let Some(before) = line.and_then(|line| line.trim().parse::<u64>().ok()) else {
            eprintln!("`{name}` is not in {KEPT}: write it");
            slower += 1;
            continue;
        };
        let now = count(path);
        let verdict = if now as f64 > before as f64 * TOLERANCE { "MORE" } else { "" };
        slower += usize::from(!verdict.is_empty());
        println!("{before:>7} -> {now:>7}  {name} {verdict}");
    }
    if slower == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Instructions an operation.
fn count(path: usize) -> u64 {
    (collect(path, MANY) - collect(path, FEW)) / (MANY - FEW)
}

fn collect(path: usize, times: u64) -> u64 {
    let program = std::env::current_exe().expect("it runs");
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(program)
        .args(["run", &path.to_string(), &times.to_string()])
        .output()
        .expect("`valgrind` is installed");
    let said = String::from_utf8_lossy(&output.stderr);
    let collected = said.lines().find_map(|line| line.split_once("Collected :"));
    let number = collected.and_then(|(_, number)| number.trim().parse().ok());
    number.unwrap_or_else(|| panic!("callgrind counted nothing: {said}"))
}

fn on_one_thread<F: Future>(work: F) -> F::Output {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(work)
}

fn supervisor() -> Supervisor {
    Supervisor::new(Config::default(), Vec::new())
}

fn spec(task: taskvisor::TaskRef) -> TaskSpec {
    TaskSpec::new(task, RestartPolicy::Never, BackoffPolicy::NONE, None)
}

fn once() -> TaskSpec {
    spec(TaskFn::arc("work", || async { Ok(()) }))
}

fn raw(times: u64) {
    on_one_thread(async {
        let stop = CancellationToken::new();
        for _ in 0..times {
            let token = stop.child_token();
            let task = tokio::spawn(async move {
                black_box(token.is_cancelled());
                Ok::<(), TaskError>(())
            });
            black_box(task.await.is_ok());
        }
    });
}

fn one_shot(times: u64) {
    on_one_thread(async {
        let supervisor = supervisor();
        for _ in 0..times {
            let task = supervisor.add_task(once()).expect("the name is free");
            assert!(task.outcome().await.is_completed());
        }
    });
}

fn burst(times: u64) {
    on_one_thread(async {
        let supervisor = supervisor();
        let mut tasks = Vec::with_capacity(times as usize);
        for number in 0..times {
            let work = TaskFn::arc(format!("task-{number}"), || async { Ok(()) });
            tasks.push(supervisor.add_task(spec(work)).expect("the name is free"));
        }
        for task in tasks {
            assert!(task.outcome().await.is_completed());
        }
    });
}

struct Counts(u64);

impl Subscribe for Counts {
    async fn on_event(&mut self, event: &Event) {
        self.0 += u64::from(event.task().is_some());
    }
}

fn observed(times: u64) {
    on_one_thread(async {
        let counts = taskvisor::Subscriber::new(Counts(0)).with_queue(65_536);
        let supervisor = Supervisor::new(Config::default(), vec![counts]);
        for _ in 0..times {
            let task = supervisor.add_task(once()).expect("the name is free");
            assert!(task.outcome().await.is_completed());
        }
        supervisor.shutdown().await.expect("nobody is stuck");
    });
}

#[derive(Debug)]
struct Oops;

impl std::fmt::Display for Oops {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("oops")
    }
}

impl std::error::Error for Oops {}

fn restart(times: u64) {
    on_one_thread(async {
        let supervisor = supervisor();
        let left = Arc::new(AtomicU64::new(times));
        let task = TaskFn::arc("restart", move || {
            let failed = left.fetch_sub(1, Relaxed) > 1;
            async move { if failed { Err(TaskError::fail(Oops)) } else { Ok(()) } }
        });
        let spec = TaskSpec::new(task, RestartPolicy::OnFailure, BackoffPolicy::NONE, None);
        let task = supervisor.add_task(spec).expect("the name is free");
        assert!(task.outcome().await.is_completed());
    });
}

fn with_room() -> Supervisor {
    let room = ControllerConfig { per_slot: 1_000_000, in_all: 1_000_000 };
    Supervisor::builder(Config::default()).controller(room).build()
}

fn submit_idle(times: u64) {
    let key: Arc<str> = "slot".into();
    on_one_thread(async {
        let supervisor = supervisor();
        for _ in 0..times {
            let spec = ControllerSpec::queue(once()).with_slot(Arc::clone(&key));
            let task = supervisor.submit(spec).expect("the slot is idle");
            assert!(task.outcome().await.is_completed());
        }
    });
}

fn submit_queued(times: u64) {
    let keys: Vec<Arc<str>> = (0..64).map(|number| format!("slot-{number}").into()).collect();
    on_one_thread(async {
        let supervisor = with_room();
        let mut tasks = Vec::with_capacity(times as usize);
        for number in 0..times as usize {
            let spec = ControllerSpec::queue(once()).with_slot(Arc::clone(&keys[number % keys.len()]));
            tasks.push(supervisor.submit(spec).expect("there is room"));
        }
        for task in tasks {
            assert!(task.outcome().await.is_completed());
        }
    });
}

#[job(slot = "slot-{key}", queue = 1_000_000)]
async fn answer(key: u64) -> u64 {
    black_box(key)
}

fn submit_job(times: u64) {
    on_one_thread(async {
        let supervisor = with_room();
        let mut jobs = Vec::with_capacity(times as usize);
        for number in 0..times {
            jobs.push(supervisor.submit(answer { key: number % 64 }).expect("there is room"));
        }
        for job in jobs {
            assert!(job.await.is_ok());
        }
    });
}

fn cancel(times: u64) {
    on_one_thread(async {
        let supervisor = supervisor();
        for _ in 0..times {
            let waits = TaskFn::arc("waits", |token: CancellationToken| async move {
                token.cancelled().await;
                Err(TaskError::Canceled)
            });
            let task = supervisor.add_task(spec(waits)).expect("the name is free");
            tokio::task::yield_now().await;
            assert!(task.cancel());
            assert!(task.outcome().await.is_canceled());
        }
    });
}

fn list(times: u64) {
    on_one_thread(async {
        let supervisor = supervisor();
        for number in 0..1_000 {
            let stays = TaskFn::arc(format!("task-{number}"), || poll_fn(|_| Poll::Pending));
            supervisor.add_task(spec(stays)).expect("the name is free");
        }
        for _ in 0..times / 500 {
            assert_eq!(supervisor.tasks().len(), 1_000);
        }
    });
}

//! What an outage costs: one task with many dependents, and a chain of tasks.
//!
//! `cargo run --release --manifest-path benches/Cargo.toml --bin dependencies -- [TASKS]`, by default 10,000.
//!
//! For a task with that many dependents: the time and the allocations from "ready" until all dependents have started, at the first
//! start and after an outage without a spread; and after an outage with the default spread, when they were back, and the largest number
//! of starts within any 10 ms. For a chain of as many tasks: the first start, and the shutdown in as many waves. Everything runs on one
//! thread, in real time.

#[allow(dead_code, reason = "this program reads the allocations only")]
#[path = "../../count.rs"]
mod count;

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use taskvisor::{
    BackoffPolicy, Config, Readiness, Ready, Supervisor, TaskContext, TaskError, TaskFn, TaskSpec,
};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

use crate::count::{Cost, Meter};

const WINDOW: Duration = Duration::from_millis(10);

fn main() {
    let tasks = std::env::args().nth(1).map_or(10_000, |tasks| tasks.parse().expect("a number of tasks"));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        fan(tasks, Duration::ZERO).await;
        fan(tasks, Duration::from_secs(1)).await;
        chain(tasks).await;
    });
}

/// When the attempts of the dependents have started.
#[derive(Clone, Default)]
struct Starts(Arc<Mutex<Vec<Instant>>>);

impl Starts {
    fn add(&self) {
        self.0.lock().expect("no panic").push(Instant::now());
    }

    /// Waits for that many starts, and takes them out.
    async fn take(&self, tasks: usize) -> Vec<Instant> {
        loop {
            let mut starts = self.0.lock().expect("no panic");
            if starts.len() >= tasks {
                return std::mem::replace(&mut *starts, Vec::with_capacity(tasks));
            }
            drop(starts);
            tokio::time::sleep(Duration::from_micros(100)).await;
        }
    }
}

/// A task that is ready on `true`, and fails on `false`.
fn database(supervisor: &Supervisor) -> UnboundedSender<bool> {
    let (orders, received) = unbounded_channel();
    let received = Arc::new(tokio::sync::Mutex::new(received));
    let task = TaskFn::arc("database", move |ctx: TaskContext, ready: Ready| {
        let received = Arc::clone(&received);
        async move {
            let mut received = received.lock().await;
            loop {
                tokio::select! {
                    () = ctx.cancelled() => return Ok(()),
                    order = received.recv() => match order {
                        Some(true) => ready.notify(),
                        _ => return Err(TaskError::fail("connection refused")),
                    },
                }
            }
        }
    });
    let spec = TaskSpec::on_failure(task).with_backoff(BackoffPolicy::none());
    supervisor.add_task(spec.with_start_timeout(Duration::from_secs(600))).expect("it is accepted");
    orders
}

/// One task with dependents, whose attempts end with its outage.
async fn fan(tasks: usize, spread: Duration) {
    let config = Config::default().with_recovery_spread(spread);
    let supervisor = Supervisor::new(config, Vec::new());
    let (orders, starts) = (database(&supervisor), Starts::default());
    for number in 0..tasks {
        let starts = starts.clone();
        let task = TaskFn::arc(format!("dependent-{number}"), move |ctx: TaskContext| {
            starts.add();
            async move { Ok(ctx.cancelled().await) }
        });
        let spec = TaskSpec::on_failure(task).with_needs(["database"]);
        supervisor.add_task(spec.with_interrupt_on_loss(Duration::from_millis(1))).expect("it is accepted");
    }
    tokio::time::sleep(Duration::from_millis(100)).await;
    println!("a task with {tasks} dependents, spread over {spread:?}");
    let first = order(&orders, &starts, tasks).await;
    println!("  first start: {}", described(&first, tasks));
    orders.send(false).expect("it lives");
    // All dependents are interrupted, and wait.
    while supervisor.tasks().iter().filter(|task| task.phase.is_waiting()).count() < tasks {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let again = order(&orders, &starts, tasks).await;
    println!("  after an outage: {}", described(&again, tasks));
    supervisor.shutdown().await.expect("all stop in time");
}

/// Makes the database ready, and waits until all dependents have started.
async fn order(orders: &UnboundedSender<bool>, starts: &Starts, tasks: usize) -> (Cost, Vec<Duration>) {
    count::counting(true);
    let (meter, began) = (Meter::start(), Instant::now());
    orders.send(true).expect("it lives");
    let times = starts.take(tasks).await;
    let cost = meter.stop();
    count::counting(false);
    (cost, times.into_iter().map(|at| at - began).collect())
}

fn described((cost, times): &(Cost, Vec<Duration>), tasks: usize) -> String {
    let mut times = times.clone();
    times.sort_unstable();
    let at = |part: usize| times[(times.len() - 1) * part / 100];
    let in_window =
        |begin: usize| times[begin..].iter().take_while(|at| **at - times[begin] < WINDOW).count();
    let most = (0..times.len()).map(in_window).max().unwrap_or(0);
    let allocations = cost.allocations as f64 / tasks as f64;
    format!(
        "p50 {:.1?}, p99 {:.1?}, last {:.1?}; {allocations:.2} allocations for each; at most {most} starts within {WINDOW:?}",
        at(50),
        at(99),
        at(100),
    )
}

/// Each task needs the one before it.
async fn chain(tasks: usize) {
    // Each wave may take its share of the grace.
    let supervisor = Supervisor::new(Config::default().with_grace(Duration::from_secs(600)), Vec::new());
    let starts = Starts::default();
    let specs = (0..tasks).map(|number| {
        let starts = starts.clone();
        let task = TaskFn::arc(format!("link-{number}"), move |ctx: TaskContext| {
            starts.add();
            async move { Ok(ctx.cancelled().await) }
        });
        let spec = TaskSpec::on_failure(task).with_ready(Readiness::Start);
        if number == 0 { spec } else { spec.with_needs([format!("link-{}", number - 1)]) }
    });
    let specs: Vec<_> = specs.collect();
    count::counting(true);
    let (meter, began) = (Meter::start(), Instant::now());
    for spec in specs {
        supervisor.add_task(spec).expect("it is accepted");
    }
    let added = began.elapsed();
    starts.take(tasks).await;
    let cost = meter.stop();
    count::counting(false);
    let allocations = cost.allocations as f64 / tasks as f64;
    println!("a chain of {tasks} tasks");
    println!(
        "  added in {added:.1?}, all started after {:.1?}; {allocations:.2} allocations for each",
        began.elapsed()
    );
    let began = Instant::now();
    supervisor.shutdown().await.expect("all stop in time");
    println!("  shut down in {tasks} waves in {:.1?}", began.elapsed());
}

//! Measures what a permit and a token of a rate add to an attempt.
//!
//! `cargo run --release --manifest-path benches/Cargo.toml --bin limits`. One task repeats an empty attempt at once: without a limit of its
//! own, with one permit that is always free, with a rate that always lets it begin, and with both. It interleaves rounds of all four on
//! one thread, and prints the medians in nanoseconds an attempt, and how much each adds to the first one.

use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use taskvisor::{Config, RateLimit, Supervisor, TaskContext, TaskFn, TaskSpec};
use tokio::runtime::Runtime;

const ROUNDS: usize = 31;
const ATTEMPTS: u64 = 100_000;

/// A rate that no attempt reaches: a nanosecond between two of them, and four seconds of them at once.
const UNREACHED: RateLimit = RateLimit::new(u32::MAX, Duration::from_nanos(1)).with_burst(u32::MAX);

type Limit = (&'static str, fn(TaskSpec) -> TaskSpec);

const LIMITS: [Limit; 4] = [
    ("no limit", |spec| spec),
    ("permit", |spec| spec.with_max_concurrent(1)),
    ("rate", |spec| spec.with_rate_limit(UNREACHED)),
    ("permit and rate", |spec| spec.with_max_concurrent(1).with_rate_limit(UNREACHED)),
];

fn main() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let mut times = [(); LIMITS.len()].map(|()| Vec::with_capacity(ROUNDS));
    for _ in 0..ROUNDS {
        for ((_, limit), times) in LIMITS.iter().zip(&mut times) {
            times.push(measure(&runtime, *limit));
        }
    }
    let medians = times.map(|mut times| median(&mut times));
    let base = medians[0];
    for ((name, _), time) in LIMITS.iter().zip(medians) {
        println!("{name}: {time:.1} ns an attempt, {:+.1} ns, x {:.2}", time - base, time / base);
    }
}

/// Nanoseconds an attempt, from the first one to the last one.
fn measure(runtime: &Runtime, limit: fn(TaskSpec) -> TaskSpec) -> f64 {
    let (sender, times) = channel();
    let body = TaskFn::shared("work", move |context: TaskContext| {
        let attempt = context.attempt();
        if attempt == 1 || attempt == ATTEMPTS {
            sender.send(Instant::now()).expect("it is received");
        }
        async move {
            if attempt == ATTEMPTS {
                return context.done();
            }
            Ok(())
        }
    });
    runtime.block_on(async {
        let supervisor = Supervisor::new(Config::default(), Vec::new());
        // One instance, because a task without instances has no permits.
        let spec = limit(TaskSpec::always(body, Duration::ZERO).with_instances(1));
        let tasks = supervisor.add_instances(spec).expect("the name is free");
        assert!(tasks[0].outcome().await.is_completed());
    });
    let (first, last) = (times.recv().expect("it began"), times.recv().expect("it ended"));
    last.duration_since(first).as_nanos() as f64 / (ATTEMPTS - 1) as f64
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

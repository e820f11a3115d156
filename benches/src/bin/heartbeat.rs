//! Measures one call of `heartbeat`, beside one reading of the clock, which the call contains.
//!
//! `cargo run --release --manifest-path benches/Cargo.toml --bin heartbeat`. It interleaves rounds of both, and prints the medians
//! in nanoseconds.

use std::hint::black_box;
use std::sync::mpsc::{Sender, channel};
use std::time::{Duration, Instant};

use taskvisor::{Config, Supervisor, TaskContext, TaskFn, TaskSpec};

const ROUNDS: usize = 31;
const CALLS: u32 = 200_000;

fn main() {
    let (sender, results) = channel();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let supervisor = Supervisor::new(Config::default(), Vec::new());
        let beats = TaskFn::arc("beats", move |context: TaskContext| {
            let sender = sender.clone();
            async move { Ok(measure(&context, &sender)) }
        });
        let spec = TaskSpec::once(beats).with_heartbeat(Duration::from_secs(60));
        let task = supervisor.add_task(spec).expect("the name is free");
        assert!(task.outcome().await.is_completed());
    });
    let (mut beats, mut readings): (Vec<_>, Vec<_>) = results.iter().unzip();
    let (beat, reading) = (median(&mut beats), median(&mut readings));
    println!("heartbeat {beat:.1} ns, reading of the clock {reading:.1} ns: x {:.2}", beat / reading);
}

fn measure(context: &TaskContext, sender: &Sender<(f64, f64)>) {
    for _ in 0..ROUNDS {
        let beat = time(|| context.heartbeat());
        let reading = time(|| {
            black_box(tokio::time::Instant::now());
        });
        sender.send((beat, reading)).expect("it is received");
    }
}

fn time(call: impl Fn()) -> f64 {
    let start = Instant::now();
    for _ in 0..CALLS {
        call();
    }
    start.elapsed().as_nanos() as f64 / f64::from(CALLS)
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

//! What a thousand tasks with a schedule cost while they wait for a month, beside a thousand that sleep in their bodies.
//!
//! `cargo run --release --manifest-path benches/Cargo.toml --features schedule --bin schedules`. It prints, for each task, the bytes that
//! stay allocated, the time to add it, and the processor time of the process while all of them wait for 65 seconds.

#[path = "../count.rs"]
#[allow(dead_code)]
mod count;

use std::time::Duration;

use count::{Meter, counting};
use taskvisor::{Config, Supervisor, TaskFn, TaskSpec};
use tokio::time::sleep;

const TASKS: u32 = 1_000;
const MONTH: Duration = Duration::from_secs(30 * 86_400);
const WAIT: Duration = Duration::from_secs(65);

type Spec = fn(u32) -> TaskSpec;

const KINDS: &[(&str, Spec)] = &[
    ("sleeps in its body", |number| {
        TaskSpec::once(TaskFn::arc(format!("task-{number}"), || async { Ok(sleep(MONTH).await) }))
    }),
    ("delay, after a success", |number| TaskSpec::always(instant(number), MONTH)),
    ("every, with a start delay", |number| {
        TaskSpec::inherit(instant(number)).with_every(MONTH).with_start_delay(MONTH)
    }),
    ("cron", |number| {
        let (minute, hour) = (number % 60, number / 60 % 24);
        TaskSpec::inherit(instant(number))
            .with_cron(format!("{minute} {hour} 1 * *"))
            .with_tz("Europe/Berlin")
    }),
];

fn instant(number: u32) -> taskvisor::TaskRef {
    TaskFn::arc(format!("task-{number}"), || async { Ok(()) })
}

fn main() {
    println!(
        "{TASKS} tasks                    bytes  allocations    added in   processor time in {} s",
        WAIT.as_secs()
    );
    for (kind, spec) in KINDS {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(measure(kind, *spec));
    }
}

async fn measure(kind: &str, spec: Spec) {
    // The first supervisor allocates what all later ones share.
    add(&Supervisor::new(Config::default(), Vec::new()), 1, spec);
    counting(true);
    let supervisor = Supervisor::new(Config::default(), Vec::new());
    let specs: Vec<_> = (0..TASKS).map(spec).collect();
    let meter = Meter::start();
    let kept: Vec<_> =
        specs.into_iter().map(|spec| supervisor.add_task(spec).expect("the name is free")).collect();
    let time = meter.stop().time;
    sleep(Duration::from_millis(100)).await;
    let added = meter.stop();
    counting(false);
    let before = processor_time();
    sleep(WAIT).await;
    let used = processor_time() - before;
    let each = |value: i64| value / i64::from(TASKS);
    println!(
        "{kind:<27} {:>6} {:>12} {:>8.2} us {:>12.1} ms",
        each(added.live_bytes),
        each(added.allocations),
        time.as_secs_f64() * 1e6 / f64::from(TASKS),
        used.as_secs_f64() * 1e3,
    );
    // Without a wait: the bodies that sleep do not observe the stop.
    drop((kept, supervisor));
}

fn add(supervisor: &Supervisor, tasks: u32, spec: Spec) {
    for number in 0..tasks {
        supervisor.add_task(spec(number)).expect("the name is free");
    }
}

/// The processor time of this process, in ticks of 10 ms.
fn processor_time() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").expect("Linux");
    let fields: Vec<&str> = stat.rsplit(") ").next().expect("fields").split(' ').collect();
    let ticks: u64 = [11, 12].iter().map(|field| fields[*field].parse::<u64>().expect("a number")).sum();
    Duration::from_millis(10 * ticks)
}

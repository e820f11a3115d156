//! Options that the compiler evaluates.

use std::time::Duration;

use taskvisor::{BackoffPolicy, Event, JitterPolicy, RestartPolicy};

const PREFIX: &str = "app.ping";
const IDLE: Duration = Duration::from_millis(3 * SECOND);
const SECOND: u64 = 1000;
const NAME: &str = "shadowing";

struct Limits;

impl Limits {
    const RETRIES: u32 = 4;
    const QUEUE: usize = 8;
}

const fn twice(duration: Duration) -> Duration {
    Duration::from_millis(2 * duration.as_millis() as u64)
}

#[taskvisor::task(
    name = PREFIX,
    restart = if cfg!(test) { RestartPolicy::OnFailure } else { RestartPolicy::Always },
    backoff(exp, first = IDLE, max = twice(IDLE), factor = 1.0 + 0.5, jitter = JitterPolicy::None),
    timeout = Duration::from_secs(5),
    max_retries = Limits::RETRIES,
    every = twice(IDLE),
    stable_after = IDLE,
)]
async fn ping() {}

#[taskvisor::task(backoff = BackoffPolicy::constant(IDLE), name = NAME)]
async fn steady() {}

#[taskvisor::subscriber(queue = Limits::QUEUE)]
async fn log(_event: &Event) {}

#[taskvisor::main(grace = IDLE, worker_threads = 1 + 1, max_concurrent = Limits::QUEUE)]
async fn main() {
    assert_eq!(ping::NAME, "app.ping");
    assert_eq!(steady::spec().name(), "shadowing");
    std::process::exit(0);
}

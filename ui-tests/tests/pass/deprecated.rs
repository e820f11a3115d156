//! A deprecated declaration warns at its calls, not at the declaration itself.

use std::process::ExitCode;
use std::sync::atomic::{AtomicU32, Ordering};

use taskvisor::{App, Event, SupervisorHandle, TaskContext};

static RUNS: AtomicU32 = AtomicU32::new(0);

async fn ran() {
    tokio::task::yield_now().await;
    RUNS.fetch_add(1, Ordering::SeqCst);
}

#[deprecated]
#[taskvisor::task]
async fn above() {
    ran().await;
}

#[taskvisor::task(name = "below")]
#[deprecated(since = "0.1.0", note = "use `above`")]
async fn below(_: TaskContext) -> anyhow::Result<()> {
    ran().await;
    Ok(())
}

#[deprecated = "use `job_below`"]
#[taskvisor::job(slot = "{number}")]
async fn job_above(number: u8) -> u8 {
    ran().await;
    number
}

#[taskvisor::job]
#[deprecated]
async fn job_below(number: u8) -> Result<u8, std::fmt::Error> {
    ran().await;
    Ok(number)
}

#[deprecated]
#[taskvisor::subscriber]
async fn subscriber_above(event: &Event) {
    tokio::task::yield_now().await;
    drop(event.clone());
}

#[taskvisor::subscriber(on(Ended))]
#[deprecated]
async fn subscriber_below(_: &Event) {
    tokio::task::yield_now().await;
}

mod old {
    use taskvisor::{AppContext, FromApp};

    #[deprecated]
    pub(super) struct Extractor;

    #[expect(deprecated)]
    impl FromApp for Extractor {
        fn from_app(_: &AppContext) -> Self {
            Self
        }
    }
}

/// A function that uses a deprecated type needs one `expect`.
#[expect(deprecated)]
#[taskvisor::task]
async fn task_of_old(_: old::Extractor, _: &old::Extractor) {
    ran().await;
}

#[taskvisor::job]
#[expect(deprecated)]
async fn job_of_old(#[inject] _: old::Extractor, number: u8) -> u8 {
    ran().await;
    number
}

#[expect(deprecated)]
#[taskvisor::subscriber]
async fn subscriber_of_old(_: &Event, _: old::Extractor) {
    tokio::task::yield_now().await;
}

mod older {
    #[deprecated]
    #[derive(Clone)]
    pub(super) struct Number(pub(super) u8);
}

/// A lint level on a function also covers the generated field of its argument.
#[allow(deprecated)]
#[taskvisor::job]
async fn job_of_an_old_argument(number: older::Number) -> u8 {
    ran().await;
    number.0
}

/// Calls and submissions warn.
#[expect(deprecated)]
async fn call() -> u8 {
    above().await;
    job_above(4).await
}

#[expect(deprecated)]
const fn deprecated_jobs() -> (job_above, job_below, job_of_an_old_argument) {
    (job_above { number: 4 }, job_below { number: 4 }, job_of_an_old_argument { number: older::Number(4) })
}

#[taskvisor::task(restart = "never")]
async fn submits(supervisor: SupervisorHandle) -> anyhow::Result<()> {
    assert_eq!(call().await, 4);
    let (above, below, of_an_old_argument) = deprecated_jobs();
    assert_eq!(supervisor.submit(above)?.await?, 4);
    assert_eq!(supervisor.submit(below)?.await?, 4);
    assert_eq!(supervisor.submit(of_an_old_argument)?.await?, 4);
    assert_eq!(supervisor.submit(job_of_old { number: 4 })?.await?, 4);
    Ok(())
}

#[deprecated]
#[taskvisor::main]
async fn start(_: &mut App) {
    tokio::task::yield_now().await;
}

fn main() -> ExitCode {
    #[expect(deprecated)]
    let (code, names) = (start(), (above::NAME, below::NAME));
    assert_eq!(RUNS.load(Ordering::SeqCst), 3 + 2 + 4);
    assert_eq!(names, ("above", "below"));
    code
}

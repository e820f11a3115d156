//! `#[cfg]` and `#[cfg_attr]`: a declaration that is configured out leaves no trace.

use std::process::ExitCode;
use std::sync::atomic::{AtomicU32, Ordering};

use taskvisor::{App, Event, State, SupervisorHandle, TaskContext};

static RUNS: AtomicU32 = AtomicU32::new(0);

async fn ran() {
    tokio::task::yield_now().await;
    RUNS.fetch_add(1, Ordering::SeqCst);
}

#[cfg(any())]
#[taskvisor::task]
async fn absent_above(nothing: NoSuchType) -> NoSuchType {}

#[taskvisor::task(name = NO_SUCH_CONSTANT)]
#[cfg(any())]
async fn absent_below(nothing: NoSuchType) {}

#[cfg_attr(all(), cfg(any()))]
#[taskvisor::job(slot = "{nothing}")]
async fn absent_job(nothing: NoSuchType) {}

#[taskvisor::subscriber(on(Failed))]
#[cfg_attr(all(), cfg(any()))]
async fn absent_subscriber(_: &Event, nothing: NoSuchType) {}

#[cfg(any())]
#[taskvisor::main]
async fn main() {}

/// Of two with one name, the one that is there.
#[cfg(not(all()))]
#[taskvisor::task]
async fn either() {}

#[cfg(not(any()))]
#[taskvisor::task]
async fn either() {
    ran().await;
}

/// A task in one build, a function in another.
#[cfg_attr(all(), taskvisor::task(name = "conditional"))]
async fn conditional() {
    ran().await;
}

#[cfg_attr(any(), taskvisor::task)]
async fn unconditional() {
    ran().await;
}

#[taskvisor::task]
async fn parameters(
    #[cfg(any())] nothing: NoSuchType,
    #[cfg(not(any()))] context: TaskContext,
    #[cfg(any())]
    #[allow(unused_variables)]
    state: State<NoSuchType>,
    #[cfg(not(any()))] state: &State<u32>,
) {
    assert_eq!((context.attempt(), **state), (1, 4));
    ran().await;
}

#[taskvisor::job(slot = "{tenant}-{revision}")]
async fn arguments(
    #[cfg(any())] nothing: NoSuchType,
    tenant: u8,
    #[cfg(any())] revision: NoSuchType,
    #[cfg(not(any()))] revision: u8,
    #[cfg(any())]
    #[inject]
    limit: NoSuchType,
    #[inject]
    #[cfg(not(any()))]
    limit: State<u32>,
) -> u32 {
    ran().await;
    u32::from(tenant + revision) + *limit
}

#[taskvisor::subscriber(on(Ended))]
async fn subscriber(
    _: &Event,
    #[cfg(any())] nothing: State<NoSuchType>,
    #[cfg(not(any()))] limit: State<u32>,
) {
    tokio::task::yield_now().await;
    assert_eq!(*limit, 4);
}

#[taskvisor::task(restart = "never")]
async fn submits(supervisor: SupervisorHandle) -> anyhow::Result<()> {
    assert_eq!(supervisor.submit(arguments { tenant: 1, revision: 2 })?.await?, 1 + 2 + 4);
    // Submitted in one build only.
    #[cfg(any())]
    supervisor.submit(absent_job { nothing: () })?;
    unconditional().await;
    Ok(())
}

#[taskvisor::main(worker_threads = if cfg!(any()) { 64 } else { 2 })]
async fn start(app: &mut App) {
    tokio::task::yield_now().await;
    app.state(4_u32);
}

fn main() -> ExitCode {
    let code = start();
    assert_eq!(RUNS.load(Ordering::SeqCst), 5);
    assert_eq!(either::NAME, "either");
    assert_eq!(arguments { tenant: 1, revision: 2 }.revision, 2);
    code
}

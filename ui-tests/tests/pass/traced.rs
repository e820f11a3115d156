//! `#[tracing::instrument]`, above and below, with its own view of parameters and results.

use std::fmt;
use std::process::ExitCode;
use std::sync::atomic::{AtomicU32, Ordering};

use taskvisor::{App, Event, State, SupervisorHandle, TaskContext};

static RUNS: AtomicU32 = AtomicU32::new(0);

async fn ran() {
    tokio::task::yield_now().await;
    RUNS.fetch_add(1, Ordering::SeqCst);
}

#[tracing::instrument(skip_all, fields(attempt = context.attempt()))]
#[taskvisor::task(timeout = "5s")]
async fn above(context: TaskContext, State(limit): State<u32>) -> Result<(), fmt::Error> {
    assert_eq!((context.attempt(), *limit), (1, 4));
    ran().await;
    Ok(())
}

#[taskvisor::task(timeout = "5s")]
#[tracing::instrument(skip(context), level = "debug", err)]
async fn below(context: &TaskContext, limit: State<u32>) -> anyhow::Result<()> {
    assert_eq!((context.attempt(), *limit), (1, 4));
    ran().await;
    Ok(())
}

#[tracing::instrument]
#[taskvisor::task]
async fn bare_above() {
    ran().await;
}

#[taskvisor::task]
#[tracing::instrument]
async fn bare_below() {
    ran().await;
}

#[tracing::instrument(skip(context), ret)]
#[taskvisor::job(slot = "{tenant}-{type}")]
async fn job_above(tenant: u8, mut r#type: u8, context: TaskContext, #[inject] limit: State<u32>) -> u8 {
    assert_eq!((context.attempt(), *limit), (1, 4));
    r#type += tenant;
    ran().await;
    r#type
}

#[taskvisor::job(slot = "{tenant}-{type}")]
#[tracing::instrument(err, ret)]
async fn job_below(tenant: u8, mut r#type: u8, #[inject] limit: &State<u32>) -> Result<u8, fmt::Error> {
    assert_eq!(**limit, 4);
    r#type += tenant;
    ran().await;
    Ok(r#type)
}

/// An argument that only the slot uses is not reported as unused.
#[tracing::instrument(skip_all)]
#[taskvisor::job(slot = "{tenant}")]
async fn slot_above(tenant: u8) {
    ran().await;
}

#[taskvisor::job(slot = "{tenant}")]
#[tracing::instrument(skip_all)]
async fn slot_below(tenant: u8) {
    ran().await;
}

#[tracing::instrument(level = "trace")]
#[taskvisor::subscriber(on(Ended))]
async fn subscriber_above(event: &Event, limit: State<u32>) {
    tokio::task::yield_now().await;
    assert_eq!(*limit, 4);
}

#[taskvisor::subscriber]
#[tracing::instrument(skip_all)]
async fn subscriber_below(event: &Event) {
    tokio::task::yield_now().await;
    assert!(!event.to_string().is_empty());
}

#[taskvisor::task(restart = "never")]
#[tracing::instrument(skip_all, err)]
async fn submits(supervisor: SupervisorHandle) -> eyre::Result<()> {
    assert_eq!(supervisor.submit(job_above { tenant: 3, r#type: 1 })?.await?, 4);
    assert_eq!(supervisor.submit(job_below { tenant: 3, r#type: 1 })?.await?, 4);
    supervisor.submit(slot_above { tenant: 3 })?.await?;
    supervisor.submit(slot_below { tenant: 3 })?.await?;
    Ok(())
}

#[taskvisor::main]
#[tracing::instrument(skip_all)]
async fn start(app: &mut App) -> eyre::Result<()> {
    tokio::task::yield_now().await;
    app.state(4_u32);
    Ok(())
}

#[tracing::instrument(skip_all)]
#[taskvisor::main]
async fn start_again(app: &mut App) -> anyhow::Result<()> {
    tokio::task::yield_now().await;
    app.state(4_u32);
    Ok(())
}

fn main() -> ExitCode {
    let codes = [start(), start_again()];
    assert_eq!(codes, [ExitCode::SUCCESS; 2]);
    assert_eq!(RUNS.load(Ordering::SeqCst), 2 * 8);
    ExitCode::SUCCESS
}

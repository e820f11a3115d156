//! Jobs that submit: other jobs, each other, themselves; tasks that add themselves.

use std::fmt;
use std::process::ExitCode;
use std::sync::atomic::{AtomicU32, Ordering};

use taskvisor::{App, SupervisorHandle};

static RUNS: AtomicU32 = AtomicU32::new(0);

/// Waits for its own successor.
#[taskvisor::job]
async fn sum_below(number: u32, supervisor: SupervisorHandle) -> anyhow::Result<u32> {
    if number == 0 {
        return Ok(0);
    }
    let below = number - 1;
    Ok(below + supervisor.submit(sum_below { number: below })?.await?)
}

/// Only sets its successor off.
#[taskvisor::job(slot = "countdown")]
async fn countdown(number: u32, supervisor: &SupervisorHandle) -> Result<(), taskvisor::TaskError> {
    tokio::task::yield_now().await;
    RUNS.fetch_add(1, Ordering::SeqCst);
    if number > 0 {
        drop(supervisor.submit(countdown { number: number - 1 })?);
    }
    Ok(())
}

#[taskvisor::job]
async fn is_even(number: u32, supervisor: &SupervisorHandle) -> Result<bool, fmt::Error> {
    match number {
        0 => Ok(true),
        _ => supervisor
            .submit(is_odd { number: number - 1 })
            .map_err(|_| fmt::Error)?
            .await
            .map_err(|_| fmt::Error),
    }
}

#[taskvisor::job]
async fn is_odd(number: u32, supervisor: &SupervisorHandle) -> Result<bool, fmt::Error> {
    match number {
        0 => Ok(false),
        _ => supervisor
            .submit(is_even { number: number - 1 })
            .map_err(|_| fmt::Error)?
            .await
            .map_err(|_| fmt::Error),
    }
}

/// Called as a function, which needs a box as in any recursion.
#[taskvisor::job]
async fn factorial(number: u64) -> u64 {
    if number < 2 { 1 } else { number * Box::pin(factorial(number - 1)).await }
}

/// Adds itself, which its own name forbids.
#[taskvisor::task]
async fn adds_itself(supervisor: SupervisorHandle) {
    tokio::task::yield_now().await;
    assert!(supervisor.add_task(adds_itself::spec()).is_err());
    RUNS.fetch_add(1, Ordering::SeqCst);
}

#[taskvisor::task(restart = "never")]
async fn submits(supervisor: SupervisorHandle) -> anyhow::Result<()> {
    assert_eq!(supervisor.submit(sum_below { number: 5 })?.await?, 10);
    assert!(supervisor.submit(is_even { number: 4 })?.await?);
    assert!(!supervisor.submit(is_odd { number: 4 })?.await?);
    assert_eq!(supervisor.submit(factorial { number: 5 })?.await?, 120);
    supervisor.submit(countdown { number: 3 })?.await?;
    Ok(())
}

#[taskvisor::main]
async fn start(_: &mut App) {
    tokio::task::yield_now().await;
}

fn main() -> ExitCode {
    let code = start();
    assert_eq!(RUNS.load(Ordering::SeqCst), 1 + 4);
    code
}

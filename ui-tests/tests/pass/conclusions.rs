//! `snooze` and `done` behind `return`, in every function without a value.

use std::io;
use std::time::Duration;

use taskvisor::prelude::*;

const WAIT: Duration = Duration::from_millis(1);

#[task(restart = "never")]
async fn nothing(ctx: TaskContext) {
    if ctx.attempt() == 1 {
        return ctx.snooze(WAIT);
    }
    if ctx.attempt() == 2 {
        return ctx.done();
    }
    unreachable!("the second attempt was the last");
}

#[task(restart = "always")]
async fn standard(ctx: TaskContext) -> io::Result<()> {
    if ctx.attempt() == 1 {
        return ctx.snooze(WAIT);
    }
    ctx.done()
}

#[task(restart = "always")]
async fn any(ctx: &TaskContext) -> anyhow::Result<()> {
    match ctx.attempt() {
        1 => ctx.snooze(WAIT),
        _ => ctx.done(),
    }
}

#[task(restart = "always")]
async fn task_error(ctx: TaskContext) -> Result<(), TaskError> {
    std::future::ready(io::Result::Ok(())).await?;
    if ctx.attempt() == 1 {
        return ctx.snooze(WAIT);
    }
    ctx.done()
}

#[task(restart = "always")]
async fn text(ctx: TaskContext) -> Result<(), String> {
    if ctx.attempt() == 1 {
        return ctx.snooze(WAIT);
    }
    ctx.done()
}

#[job]
async fn clean(ctx: TaskContext) {
    if ctx.attempt() == 1 {
        return ctx.snooze(WAIT);
    }
    if ctx.attempt() == 2 {
        return ctx.done();
    }
    unreachable!("the second attempt was the last");
}

#[job]
async fn clean_or_fail(limit: u64, ctx: TaskContext) -> io::Result<()> {
    if ctx.attempt() < limit {
        return ctx.snooze(WAIT);
    }
    ctx.done()
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let supervisor = Supervisor::new(Config::default(), Vec::new());
    for spec in [nothing::spec(), standard::spec(), any::spec(), task_error::spec(), text::spec()] {
        let task = supervisor.add_task(spec)?;
        assert!(task.outcome().await.is_completed(), "{}", task.name());
        assert_eq!(task.status().attempt, 2, "{}", task.name());
    }
    let started = tokio::time::Instant::now();
    supervisor.submit(clean {})?.await?;
    supervisor.submit(clean_or_fail { limit: 3 })?.await?;
    assert!(started.elapsed() >= 3 * WAIT);
    supervisor.shutdown().await?;
    Ok(())
}

//! Shows what follows a failure: a retry after a backoff, a retry after a given delay, or no retry.
//! Ends by itself: `cargo run --example retry_with_backoff`

use std::time::Duration;

use taskvisor::prelude::*;
use taskvisor::{BackoffPolicy, JitterPolicy, RestartPolicy, TaskFn};

/// Fails twice, then fails with its own delay, and then succeeds.
async fn download(ctx: TaskContext) -> Result<(), TaskError> {
    println!("download: attempt {}", ctx.attempt());
    match ctx.attempt() {
        1 | 2 => Err("connection reset".into()), // any error is retried after the backoff
        3 => Err(TaskError::retry_after("503, Retry-After: 1", Duration::from_secs(1))),
        _ => Ok(()),
    }
}

/// Always fails, until no retry is left.
async fn upload(ctx: TaskContext) -> Result<(), TaskError> {
    match ctx.last_error() {
        Some(error) => println!("upload: attempt {}, after `{error}`", ctx.attempt()),
        None => println!("upload: attempt 1"),
    }
    std::fs::read("no such file")?;
    Ok(())
}

/// Fails with a fatal error, which is not retried.
async fn configure() -> Result<(), TaskError> {
    let _port: u16 = "eighty".parse().fatal()?;
    Ok(())
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let backoff = BackoffPolicy::builder()
        .first(Duration::from_millis(100))
        .factor(3.0)
        .max(Duration::from_secs(5))
        .jitter(JitterPolicy::None)
        .build()?;
    let spec = |task| TaskSpec::new(task, RestartPolicy::OnFailure, backoff, None).with_max_retries(3);
    let tasks = vec![
        spec(TaskFn::arc("download", download)),
        spec(TaskFn::arc("upload", upload)),
        spec(TaskFn::arc("configure", configure)),
    ];
    let report = Supervisor::new(Config::default(), Vec::new()).run(tasks).await?;
    println!("{report}");
    for task in &report.failures {
        println!("`{}` failed after attempt {}: {}", task.name, task.failure.attempt(), task.failure);
    }
    Ok(())
}

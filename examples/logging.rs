//! Logs every event as one line, for a task that fails, exceeds its timeout, and succeeds.
//! Needs the feature `logging`. Ends by itself: `cargo run --example logging`

use std::time::Duration;

use taskvisor::LogWriter;
use taskvisor::prelude::*;

#[task(timeout = "250ms", backoff(exp, first = "100ms", jitter = "none"))]
async fn ping(ctx: TaskContext) -> anyhow::Result<()> {
    match ctx.attempt() {
        1 => anyhow::bail!("connection refused"),
        2 => tokio::time::sleep(Duration::from_secs(60)).await,
        _ => tokio::time::sleep(Duration::from_millis(20)).await,
    }
    Ok(())
}

#[taskvisor::main]
async fn main(app: &mut App) {
    app.subscriber(LogWriter::stdout());
}

//! A service whose declared tasks are changed by environment variables, with a unit test of one task.
//!
//! `POLL_TIMEOUT_MS=10 READ_ONLY=1 cargo run --example service`

use std::error::Error;
use std::time::Duration;

use taskvisor::prelude::*;

/// Polls a feed. Its third attempt stops the service, so that the example ends.
#[task(every = "100ms", timeout = "5s", backoff = "exp")]
async fn poll_feed(ctx: TaskContext, supervisor: SupervisorHandle) {
    println!("poll number {}", ctx.attempt());
    if ctx.attempt() == 3 {
        supervisor.stop();
    }
    tokio::time::sleep(Duration::from_millis(20)).await; // exceeds a timeout of 10 ms
}

#[task(every = "1h")]
async fn clean_up() {
    println!("cleaned up");
}

#[task(restart = "never")]
async fn watch_folder(ctx: TaskContext) -> Result<(), TaskError> {
    let mut files = 0;
    while ctx.run_until_cancelled(tokio::time::sleep(Duration::from_millis(40))).await.is_some() {
        files += 1;
    }
    println!("{} saw {files} files in attempt {}", ctx.name(), ctx.attempt());
    Ok(())
}

#[taskvisor::main(grace = "2s")]
async fn main(app: &mut App) -> Result<(), Box<dyn Error>> {
    if let Ok(milliseconds) = std::env::var("POLL_TIMEOUT_MS") {
        let timeout = Duration::from_millis(milliseconds.parse()?);
        app.tune::<poll_feed>(|spec| spec.with_timeout(timeout));
    }
    if std::env::var_os("READ_ONLY").is_some() {
        app.disable::<clean_up>();
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use taskvisor::TestContext;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn the_folder_is_watched_until_a_stop_request() {
        let test = TestContext::new().with_attempt(2);
        let watching = tokio::spawn(watch_folder(test.context()));
        tokio::time::sleep(Duration::from_secs(1)).await;
        assert!(!watching.is_finished());
        test.cancel();
        assert!(matches!(watching.await, Ok(Ok(()))));
    }
}

//! Uses the runtime without attributes: one task repeats once a second until Ctrl-C. `cargo run --example supervisor`

use taskvisor::{BackoffPolicy, Config, RestartPolicy, Supervisor, TaskError, TaskFn, TaskRef, TaskSpec};
use tokio_util::sync::CancellationToken;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let sup = Supervisor::new(Config::default(), Vec::new());

    let ping: TaskRef = TaskFn::arc("ping", |ctx: CancellationToken| async move {
        if ctx.is_cancelled() {
            return Err(TaskError::Canceled);
        }
        println!("[ping] pong");
        Ok(())
    });
    let spec = TaskSpec::new(ping, RestartPolicy::Always, BackoffPolicy::default(), None);

    sup.run(vec![spec]).await?;
    Ok(())
}

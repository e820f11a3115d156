//! Adds, lists, cancels and removes tasks while other tasks run.
//! Ends by itself: `cargo run --example control`

use std::time::Duration;

use taskvisor::prelude::*;
use tokio::time::sleep;

/// Works until a stop is requested.
async fn consume(ctx: TaskContext) -> Result<(), TaskError> {
    ctx.cancelled().await;
    println!("  {} saves its work", ctx.name());
    Err(TaskError::Canceled)
}

fn list(supervisor: &SupervisorHandle) {
    for task in supervisor.tasks() {
        println!("  {} is {}, attempt {}", task.name, task.phase, task.attempt);
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), RuntimeError> {
    let config = Config::default().with_grace(Duration::from_secs(1));
    let supervisor = Supervisor::new(config, Vec::new());
    let consumer = |name: String| TaskSpec::inherit(TaskFn::arc(name, consume));

    // `add_task` accepts or refuses a task at once, with or without `run`. One task at a time can hold a name.
    for number in 1..=3 {
        supervisor.add_task(consumer(format!("consumer-{number}")))?;
    }
    if let Err(refused) = supervisor.add_task(consumer("consumer-1".to_owned())) {
        println!("refused: {refused}");
    }
    let failing = TaskFn::arc("failing", || async { Err("no route to host".into()) });
    let failing = supervisor.add_task(TaskSpec::inherit(failing))?;
    sleep(Duration::from_millis(50)).await;
    println!("four tasks:");
    list(&supervisor);

    println!("`cancel` waits until the task has ended:");
    supervisor.cancel("consumer-1").await?;
    println!("  is consumer-1 alive? {}", supervisor.is_alive("consumer-1"));
    println!("`remove_task` requests the stop and returns; a handle can still wait:");
    supervisor.remove_task("failing")?;
    println!("  failing: {}", failing.outcome().await);
    if let Err(RuntimeError::UnknownTask { name, .. }) = supervisor.cancel("failing").await {
        println!("  a task named `{name}` no longer exists");
    }
    println!("the others still run:");
    list(&supervisor);

    println!("`shutdown` stops them, the newest first:");
    supervisor.shutdown().await?;
    Ok(())
}

//! Four answers to one question: what happens to a submission whose slot is taken?
//! Ends by itself: `cargo run --example controller`

use std::time::Duration;

use taskvisor::prelude::*;
use tokio::time::sleep;

/// Takes 200 ms, unless it is asked to stop.
async fn sync(ctx: TaskContext) -> Result<(), TaskError> {
    println!("  {} starts", ctx.name());
    match ctx.run_until_cancelled(sleep(Duration::from_millis(200))).await {
        Some(()) => Ok(()),
        None => {
            println!("  {} stops early", ctx.name());
            Err(TaskError::Canceled)
        }
    }
}

/// Three submissions for one tenant, so soon after each other that all but the first find its slot taken.
async fn submit_three(supervisor: &SupervisorHandle, admission: Admission) {
    let mut accepted = Vec::new();
    for name in ["first", "second", "third"] {
        let spec = TaskSpec::inherit(TaskFn::arc(name, sync));
        // `ControllerSpec::queue(spec)` is the same with `Admission::Queue`, and so on.
        match supervisor.submit(ControllerSpec::new(spec, admission).with_slot("tenant-42")) {
            Ok(handle) => accepted.push(handle),
            Err(refused) => println!("  {name} is refused: {refused}"),
        }
        sleep(Duration::from_millis(10)).await;
    }
    for slot in supervisor.slots() {
        let waiting: Vec<_> = slot.waiting.iter().map(|waiter| waiter.name.as_str()).collect();
        println!("  now {} has `{}`, and these wait: {waiting:?}", slot.owner, slot.key);
    }
    // What was accepted has exactly one outcome.
    for handle in accepted {
        println!("  {}: {}", handle.name(), handle.outcome().await);
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), RuntimeError> {
    let supervisor = Supervisor::new(Config::default(), Vec::new());

    println!("queue: each waits for its turn");
    submit_three(&supervisor, Admission::Queue).await;
    println!("replace: the newest stops the one that runs");
    submit_three(&supervisor, Admission::Replace).await;
    println!("drop-if-running: only if nobody is there");
    submit_three(&supervisor, Admission::DropIfRunning).await;
    println!("latest: of those that wait, only the newest is of interest");
    submit_three(&supervisor, Admission::Latest).await;

    println!("different slots: side by side");
    let submissions = ["tenant-7", "tenant-8"].map(|slot| {
        let spec = TaskSpec::inherit(TaskFn::arc(format!("sync of {slot}"), sync));
        supervisor.submit(ControllerSpec::queue(spec).with_slot(slot))
    });
    for submission in submissions {
        println!("  {}", submission?.outcome().await);
    }
    supervisor.shutdown().await?;
    Ok(())
}

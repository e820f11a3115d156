//! Four admissions: what happens to a submission whose slot is owned by another one?
//! Ends by itself: `cargo run --example controller`

use std::time::Duration;

use taskvisor::prelude::*;
use tokio::time::sleep;

/// Takes 200 ms, unless a stop is requested.
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

/// Makes three submissions for one tenant in quick succession, so that the slot is owned when the second and third
/// arrive.
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
        println!("  {} owns the slot `{}`; waiting: {waiting:?}", slot.owner, slot.key);
    }
    // Every accepted submission has exactly one outcome.
    for handle in accepted {
        println!("  {}: {}", handle.name(), handle.outcome().await);
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), RuntimeError> {
    let supervisor = Supervisor::new(Config::default(), Vec::new());

    println!("queue: each submission waits for the previous ones");
    submit_three(&supervisor, Admission::Queue).await;
    println!("replace: a new submission stops the running one");
    submit_three(&supervisor, Admission::Replace).await;
    println!("drop-if-running: a submission is refused while another one runs");
    submit_three(&supervisor, Admission::DropIfRunning).await;
    println!("latest: only the newest waiting submission is kept");
    submit_three(&supervisor, Admission::Latest).await;

    println!("different slots: submissions run side by side");
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

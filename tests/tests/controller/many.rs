//! Thousands of tasks that wait for one limit or for one task. Code whose cost grows with the square of their number takes minutes here.

use taskvisor::{
    Config, ControllerSpec, Event, EventKind, Readiness, Ready, Subscribe, Supervisor, TaskContext,
    TaskError, TaskFn, TaskSpec,
};
use tokio::sync::mpsc;
use tokio::time::sleep;

use crate::support::*;

async fn until_stopped(ctx: TaskContext) -> Result<(), TaskError> {
    ctx.cancelled().await;
    Ok(())
}

/// Counts the reports of long waits.
struct Reports(mpsc::UnboundedSender<()>);

impl Subscribe for Reports {
    async fn on_event(&mut self, event: &Event) {
        if matches!(event.kind, EventKind::Delayed { .. }) {
            let _ = self.0.send(());
        }
    }
}

#[tokio::test(start_paused = true)]
async fn many_waiters_for_a_rate_are_reported() {
    let (reports, mut reported) = mpsc::unbounded_channel();
    let supervisor = Supervisor::builder(Config::default()).subscriber(Reports(reports)).build();
    for number in 0..20_000 {
        let task = TaskFn::arc("work", || async { Ok(()) });
        let spec = TaskSpec::once(task).with_rate_limit("1/d".parse::<taskvisor::RateLimit>().ok());
        let submission = ControllerSpec::queue(spec).with_slot(format!("slot {number}"));
        supervisor.submit(submission).expect("its slot is idle");
    }
    sleep(SECOND).await;
    reported.recv().await.expect("the subscriber runs");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dependent_of_many_instances_starts() {
    let supervisor = Supervisor::builder(Config::default()).build();
    let body = TaskFn::shared("consume", |ready: Ready, ctx: TaskContext| async move {
        sleep(millis(100)).await;
        ready.notify();
        until_stopped(ctx).await
    });
    supervisor.add_instances(TaskSpec::once(body).with_instances(10_000)).expect("the names are free");
    let dependent = TaskFn::arc("dependent", until_stopped);
    let dependent =
        supervisor.add_task(TaskSpec::once(dependent).with_needs(["consume"])).expect("it can be linked");
    dependent.started().await.expect("it starts");
    supervisor.shutdown().await.expect("all stop in time");
}

#[tokio::test(start_paused = true)]
async fn many_instances_that_are_needed_succeed() {
    let supervisor = Supervisor::builder(Config::default()).build();
    let body = TaskFn::shared("consume", || async { Ok(()) });
    let spec = TaskSpec::always(body, SECOND).with_ready(Readiness::Success).with_instances(4_000);
    supervisor.add_instances(spec).expect("the names are free");
    let dependent = TaskFn::arc("dependent", until_stopped);
    let dependent =
        supervisor.add_task(TaskSpec::once(dependent).with_needs(["consume"])).expect("it can be linked");
    dependent.started().await.expect("it starts");
    sleep(seconds(10)).await;
    assert!(supervisor.instances("consume").iter().all(|task| task.status().attempt > 5));
}

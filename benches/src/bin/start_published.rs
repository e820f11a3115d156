//! So many tasks run by the published crate, started by the work "start-up".

#[path = "../polled.rs"]
mod polled;

use published::{Supervisor, SupervisorConfig, TaskFn, TaskSpec};

#[tokio::main(worker_threads = 2)]
async fn main() {
    let tasks = std::env::args().nth(1).and_then(|number| number.parse().ok()).expect("how many tasks");
    let lifted = SupervisorConfig::default().with_max_registered_tasks(None).with_ownership_capacity(None);
    let specs = (0..tasks).map(|number: u64| {
        let task = TaskFn::arc(move |_| async move {
            polled::polled(tasks);
            Ok(())
        });
        TaskSpec::once(format!("task-{number}"), task)
    });
    let supervisor = Supervisor::new(lifted, Vec::new());
    supervisor.run(specs.collect()).await.expect("no task is stuck");
}

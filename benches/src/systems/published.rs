//! The published crate of the same name, 0.9.0, with its limits lifted.
//!
//! The code follows the crate's own guide and benchmarks: `serve`, `TaskSpec::once`, `add(…).watch().execute()` and
//! `submit(…).watch()`, then `TaskWaiter::wait`. Without subscribers its event bus is off.

use std::future::pending;
use std::num::NonZeroUsize;
use std::sync::Arc;

use published::{
    ControllerConfig, Subscribe, Supervisor, SupervisorConfig, SupervisorHandle, TaskContext, TaskError,
    TaskFn, TaskSpec,
};

use crate::started::started;

const ROOM: NonZeroUsize = NonZeroUsize::new(1 << 20).unwrap();

pub fn serve() -> SupervisorHandle {
    let room =
        ControllerConfig::new(ROOM, usize::MAX).with_max_controller_slots(None).with_max_total_pending(None);
    let supervisor = Supervisor::builder(lifted(ROOM)).with_controller(room).build();
    supervisor.serve().expect("a runtime")
}

/// Without a controller, for works that have no slots.
pub fn serve_plain() -> SupervisorHandle {
    Supervisor::new(lifted(ROOM), Vec::new()).serve().expect("a runtime")
}

pub fn serve_to(subscribers: Vec<Arc<dyn Subscribe>>, events: NonZeroUsize) -> SupervisorHandle {
    Supervisor::new(lifted(events), subscribers).serve().expect("a runtime")
}

fn lifted(events: NonZeroUsize) -> SupervisorConfig {
    SupervisorConfig::default()
        .with_max_registered_tasks(None)
        .with_ownership_capacity(None)
        .with_bus_capacity(events)
        .with_registry_queue_capacity(ROOM)
}

pub fn once(name: impl Into<Arc<str>>) -> TaskSpec {
    TaskSpec::once(name, TaskFn::arc(|_| async { Ok(()) }))
}

pub fn parked(name: impl Into<Arc<str>>) -> TaskSpec {
    let task = TaskFn::arc(|_| async {
        started();
        pending().await
    });
    TaskSpec::once(name, task)
}

pub fn until_canceled(name: impl Into<Arc<str>>) -> TaskSpec {
    let task = TaskFn::arc(|context: TaskContext| async move {
        started();
        context.cancelled().await;
        Err(TaskError::Canceled)
    });
    TaskSpec::once(name, task)
}
